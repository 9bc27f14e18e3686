"""What the desk does in the background: finding lobes, keeping drafts, and what it tells when that goes wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK

import kazerooni.segment
from kazerooni.dicom import Series, find_series, read_volume
from kazerooni.errors import OutputError
from kazerooni.labels import DRAFT_SUFFIX, Author, write_map
from kazerooni.model import Component, Finding, Lobe, LobeMap, Volume
from kazerooni.segment import SegmentRequest
from napari_kazerooni import autosave
from napari_kazerooni.commands import Commands
from napari_kazerooni.desk import Desk
from napari_kazerooni.draft import find_drafts
from napari_kazerooni.fissure_points import FissurePoints
from napari_kazerooni.lobes_widget import LobesWidget
from tests.plugins.desks import FIVE, SLICES, boxes, centre, heard, opened, written

Scan = tuple[Series, Volume]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small sequential scan."""
    return written(tmp_path_factory.mktemp("scan"))


def _clear(lobe: Lobe, say: Commands) -> None:
    say.nothing_found(lobe)


def _grade(grade: int, say: Commands) -> None:
    say.type_grade(Lobe.RUL, Component.ALVEOLAR, grade)


def idle(desk: Desk) -> bool:
    """Tell whether nothing runs in the background."""
    return desk.busy is None and desk.keeping._job is None


def test_lobes_are_found_in_the_background_step_by_step(viewer: Any, visits: list[Path], qtbot: Any) -> None:
    """Each step is told by its name; afterwards lobes and fissures are there and the brush keeps to the lungs."""
    (series,) = (one for one in find_series(visits[0]) if one.usable)
    desk, _ = opened(viewer, (series, read_volume(series)), with_lobes=False)
    steps: list[Any] = []

    def note() -> None:
        steps.append(desk.busy)

    desk.events.busy.connect(note)
    desk.find_lobes()
    qtbot.waitUntil(lambda: idle(desk) and desk.open_session.places.has_labels, timeout=60000)
    assert [step for step in steps if step][:4] == [
        "Finding the lobes",
        "Finding the lungs",
        "Finding the fissures",
        "Parting the lobes",
    ]
    assert desk.open_session.fissures is not None
    assert desk.layers.locks.in_lungs
    assert desk.layers.locks.closed is None
    assert not desk.open_session.canvas.miscounted()


def test_finding_lobes_can_be_cancelled(viewer: Any, scan: Scan, qtbot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cancel ends it at the next step; the reading is as before, and can be worked on at once."""
    go_on, ended = threading.Event(), threading.Event()

    def slow(_: Volume, *, request: SegmentRequest) -> None:
        go_on.wait(20)
        try:
            request.tell("The next step")
        finally:
            ended.set()

    monkeypatch.setattr(kazerooni.segment, "segment", slow)
    desk, _ = opened(viewer, scan, with_lobes=False)
    desk.find_lobes()
    assert desk.busy is not None
    desk.cancel()
    assert desk.do(lambda say: say.type_grade(Lobe.RUL, Component.ALVEOLAR, 1))
    go_on.set()
    qtbot.waitUntil(ended.is_set, timeout=20000)
    assert not desk.open_session.places.has_labels


def test_lobes_of_another_series_are_refused_in_words(viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any) -> None:
    """Lobes from a file are taken; a file that is none is told, and nothing is lost."""
    desk, _ = opened(viewer, scan, with_lobes=False)
    told = heard(desk.events.told)
    path = tmp_path / "lobes.dcm"
    labels = LobeMap(boxes(scan[1]), scan[1].geometry)
    write_map(labels, path, series=scan[0], author=Author("MANUAL", reader="Reader A"))
    desk.find_lobes(path)
    qtbot.waitUntil(lambda: idle(desk) and desk.open_session.places.has_labels, timeout=20000)
    assert np.array_equal(desk.open_session.canvas.labels("lobes"), labels.labels)
    other = tmp_path / "other.nrrd"
    other.write_bytes(b"no labels")
    desk.find_lobes(other)
    qtbot.waitUntil(lambda: idle(desk), timeout=20000)
    assert "other.nrrd" in told[-1].message
    assert np.array_equal(desk.open_session.canvas.labels("lobes"), labels.labels)


_NUMBERS = {
    "lungmask": {"LUL": 1, "LLL": 2, "RUL": 3, "RML": 4, "RLL": 5},
    "totalsegmentator": {"LUL": 10, "LLL": 11, "RUL": 12, "RML": 13, "RLL": 14},
}
"""As their programs number lobes (interface.md of the project)."""


def write_image(path: Path, labels: np.ndarray[Any, Any], volume: Volume) -> None:
    """Write labels with another program, placed where the evenly spaced scan lies."""
    geometry = volume.geometry
    image = SimpleITK.GetImageFromArray(labels)
    image.SetOrigin(geometry.origins_mm[0].tolist())
    row_mm, column_mm = geometry.pixel_spacing_mm
    image.SetSpacing((column_mm, row_mm, float(np.diff(geometry.slice_positions_mm)[0])))
    along_row, along_column = np.reshape(geometry.orientation, (2, 3))
    axes = np.stack([along_row, along_column, np.cross(along_row, along_column)], axis=1)
    image.SetDirection(axes.ravel().tolist())
    SimpleITK.WriteImage(image, path)


@pytest.mark.parametrize("file", [(".nii.gz", "numbered as here"), (".nrrd", "lungmask"), (".mha", "totalsegmentator")])
def test_lobes_of_other_programs_are_taken_by_their_numbering(
    viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any, file: tuple[str, str]
) -> None:
    """A NIfTI, NRRD or MetaImage is taken once its numbering is chosen in the dock; taken for ours it is refused."""
    suffix, numbering = file
    numbers = _NUMBERS.get(numbering, {})
    desk, _ = opened(viewer, scan, with_lobes=False)
    told = heard(desk.events.told)
    ours = boxes(scan[1])
    labels = np.zeros_like(ours)
    for lobe in Lobe:
        labels[ours == lobe] = numbers.get(lobe.name, int(lobe))
    path = tmp_path / f"lobes{suffix}"
    write_image(path, labels, scan[1])
    dock = LobesWidget(desk, FissurePoints(desk))
    if numbers:
        dock._find(path)
        qtbot.waitUntil(lambda: idle(desk) and bool(told), timeout=20000)
        assert numbering in told[-1].message
        assert not desk.open_session.places.has_labels
    dock.numbering.setCurrentText(numbering)
    dock._find(path)
    qtbot.waitUntil(lambda: idle(desk) and desk.open_session.places.has_labels, timeout=20000)
    np.testing.assert_array_equal(desk.open_session.canvas.labels("lobes"), ours)


def test_a_draft_is_kept_every_five_seconds_and_offered_at_the_next_opening(
    viewer: Any, scan: Scan, qtbot: Any
) -> None:
    """What was painted and typed comes back; a scan that was only looked at leaves no draft."""
    desk, clock = opened(viewer, scan, with_lobes=False)
    clock.turn(desk, 6.0)
    assert idle(desk)
    assert not find_drafts(desk.keeping.folder)
    desk.do(lambda say: say.type_percent(Lobe.RML, Component.ALVEOLAR, "12.5", Finding.GROUND_GLASS))
    desk.layers["alveolar"].paint(centre(Lobe.RUL, 2), 1)
    clock.turn(desk, 6.0)
    qtbot.waitUntil(lambda: idle(desk) and len(find_drafts(desk.keeping.folder)) == 1, timeout=20000)
    before = desk.open_session
    offered = heard(desk.events.drafts)
    before.reader = desk.reader = "Reader A, later"
    desk.room.show(scan[1], series=scan[0])
    qtbot.waitUntil(lambda: bool(offered), timeout=20000)
    (draft,) = desk.keeping.found
    desk.resume(draft)
    qtbot.waitUntil(lambda: desk.open_session.setting.reading_id == before.setting.reading_id, timeout=20000)
    assert desk.open_session.said.entries == before.said.entries
    assert desk.open_session.reader == "Reader A, later", "another scan is opened only after the draft was kept"
    assert np.array_equal(desk.layers["alveolar"].data, before.canvas.labels("alveolar"))
    desk.layers["alveolar"].paint(centre(Lobe.RUL, 4), 1)
    assert not desk.open_session.canvas.miscounted()


def test_a_draft_that_is_left_behind_is_not_offered(
    viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft that another program holds while its reading is signed stays, is told, and is never gone on with."""
    desk, _ = opened(viewer, scan, with_lobes=False)
    desk.reading_folder = tmp_path / "signed"
    told = heard(desk.events.told)
    for lobe in FIVE:
        desk.do(partial(_clear, lobe))
    desk.open_session.looking.seen.update(range(SLICES))
    desk.keeping.flush()
    unlink = Path.unlink

    def held(path: Path, *, missing_ok: bool = False) -> None:
        if path.name.endswith(DRAFT_SUFFIX):
            raise PermissionError(13, "The process cannot access the file")
        unlink(path, missing_ok=missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", held)
        desk.sign(desk.reading_folder)
        qtbot.waitUntil(lambda: desk.open_session.signed is not None and desk.busy is None, timeout=20000)
    assert any("its draft could not be removed (The process cannot access the file)" in e.message for e in told)
    assert len(find_drafts(desk.keeping.folder)) == 1
    looked = heard(desk.events.drafts)
    desk.room.show(scan[1], series=scan[0])
    qtbot.waitUntil(lambda: bool(looked), timeout=20000)
    assert desk.keeping.found == ()


def test_another_slice_is_a_moment_to_save(viewer: Any, scan: Scan, qtbot: Any) -> None:
    """A change is on disk as soon as another slice is shown, without waiting for five seconds."""
    desk, clock = opened(viewer, scan)
    clock.turn(desk, 6.0)
    qtbot.waitUntil(lambda: idle(desk), timeout=20000)
    desk.do(lambda say: say.type_grade(Lobe.LUL, Component.INTERSTITIAL, 2))
    desk.room.step(1)
    qtbot.waitUntil(lambda: idle(desk), timeout=20000)
    (draft,) = find_drafts(desk.keeping.folder)
    assert (Lobe.LUL, Component.INTERSTITIAL) in draft.said.entries  # type: ignore[union-attr]


def test_a_full_disk_is_told_once_and_nothing_is_lost(
    viewer: Any, scan: Scan, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the disk is full the reader is told and goes on; once there is room the draft holds all."""
    desk, clock = opened(viewer, scan)
    told = heard(desk.events.told)

    def full(*_: object, **__: object) -> None:
        raise OutputError("no space is left on the disk")

    with monkeypatch.context() as patch:
        patch.setattr(autosave, "write_whole", full)
        for grade in (1, 2):
            desk.do(partial(_grade, grade))
            clock.turn(desk, 6.0)
            qtbot.waitUntil(lambda: idle(desk), timeout=20000)
    assert [event.message for event in told if "no space" in event.message] == [
        "The draft is not saved: no space is left on the disk. Go on: it is tried again every 5 s."
    ]
    clock.turn(desk, 6.0)
    qtbot.waitUntil(lambda: idle(desk) and bool(find_drafts(desk.keeping.folder)), timeout=20000)
    (draft,) = find_drafts(desk.keeping.folder)
    assert draft.said.entries == desk.open_session.said.entries  # type: ignore[union-attr]


def test_a_folder_that_cannot_be_written_stops_no_reading(viewer: Any, scan: Scan, tmp_path: Path, qtbot: Any) -> None:
    """Signing into a place that is a file is told; the reading goes on and can be signed elsewhere."""
    desk, clock = opened(viewer, scan)
    told = heard(desk.events.told)
    for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL):
        desk.lobe = lobe
        desk.do(lambda say: say.nothing_found(desk.lobe))
    desk.open_session.confirmed.add("coverage")
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    desk.sign(blocked)
    qtbot.waitUntil(lambda: idle(desk), timeout=20000)
    assert "blocked" in told[-1].message
    assert desk.open_session.signed is None
    desk.layers["alveolar"].paint(centre(Lobe.RUL, 2), 1)
    desk.layers["alveolar"].undo()
    desk.sign(tmp_path / "kept")
    qtbot.waitUntil(lambda: desk.open_session.signed is not None, timeout=20000)
    clock.turn(desk, 6.0)
    assert not list(desk.keeping.folder.glob("*"))


KILLED = """
import os, sys
from pathlib import Path
import napari
from kazerooni.dicom import find_series, read_volume
from kazerooni.model import Component, Lobe
from napari_kazerooni.docks import open_docks
from napari_kazerooni.desk import desk_of
from qtpy.QtTest import QTest
viewer = napari.Viewer(show=False)
open_docks(viewer)
(series,) = find_series(Path(sys.argv[1]))
desk = desk_of(viewer)
desk.room.show(read_volume(series), series=series)
for grade in (1, 2, 3):
    desk.do(lambda say: say.type_grade(Lobe.RUL, Component.ALVEOLAR, grade))
    desk.layers["alveolar"].paint((grade, 30, 10), 1)
    desk.room.go_to(grade)
    while desk.keeping._job is not None:
        QTest.qWait(10)
    desk.room.go_to(grade + 1)
    while desk.keeping._job is not None:
        QTest.qWait(10)
print("saved", flush=True)
QTest.qWait(60000)
"""


def test_after_a_killed_window_the_draft_is_offered(viewer: Any, tmp_path: Path, qtbot: Any) -> None:
    """A real window in a real process is killed with SIGKILL; the next one goes on with marks and words."""
    folder = tmp_path / "scan"
    scan = written(folder)
    data = tmp_path / "data"
    environment = {**os.environ, "XDG_DATA_HOME": str(data), "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(folder)], stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "saved"
    process.send_signal(signal.SIGKILL)
    process.wait(20)
    process.stdout.close()
    desk, _ = opened(viewer, scan, with_lobes=False)
    desk.keeping.folder = data / "kazerooni" / "drafts"
    desk.keeping.look_for_drafts()
    qtbot.waitUntil(lambda: bool(desk.keeping.found), timeout=20000)
    desk.resume(desk.keeping.found[0])
    qtbot.waitUntil(lambda: bool(desk.open_session.said.entries), timeout=20000)
    assert desk.open_session.said.entries[Lobe.RUL, Component.ALVEOLAR].values[0].grade == 3
    assert desk.layers["alveolar"].data[1:4].any(axis=(1, 2)).all()
