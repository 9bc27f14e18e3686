"""What goes wrong in the window is told in the window, with what to do; nothing is lost and no traceback box opens."""

from __future__ import annotations

import errno
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from qtpy.QtGui import QDragEnterEvent, QDropEvent
from qtpy.QtWidgets import QApplication, QMessageBox

from kazerooni import files
from kazerooni.dicom import Series
from kazerooni.model import Component, Lobe
from kazerooni.phantom import build_series, sequential_hrct, write_series
from napari_kazerooni.desk import Desk
from napari_kazerooni.draft import Draft, find_drafts
from napari_kazerooni.reader import series_dock
from napari_kazerooni.signing import sign
from tests.plugins.builders import clock, paint_rows, session_of, written_series
from tests.plugins.desk import desk_in, open_scan, typed_session


class Window:
    """A window with its docks, a desk, and what it told."""

    def __init__(self, viewer: Any, desk: Desk) -> None:
        self.viewer, self.desk = viewer, desk
        self.series = series_dock(viewer)
        self.told: list[str] = []
        desk.events.told.connect(self._on_told)

    def _on_told(self, event: Any) -> None:
        self.told.append(event.message)


@pytest.fixture
def window(make_napari_viewer: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Window:
    """Give a window in which no box may open."""

    def refuse(*_: Any) -> None:
        raise AssertionError("a box was opened")

    for name in ("exec", "critical", "warning", "question"):
        monkeypatch.setattr(QMessageBox, name, refuse)
    viewer = make_napari_viewer()
    return Window(viewer, desk_in(viewer, tmp_path / "signed"))


@pytest.fixture
def scan(tmp_path: Path) -> Series:
    """Give a small series of real files."""
    return written_series(sequential_hrct(slices=8, rows=60, columns=60), tmp_path / "scan")[0]


def look(window: Window, path: Path, qtbot: Any) -> str:
    """Look for series at a path, and give what the dock says of it."""
    window.series.look_at([path])
    qtbot.waitUntil(lambda: not window.series.is_busy, timeout=30000)
    return str(window.series.busy.message.text())


def full(_: Path) -> None:
    """Fail as a full disk does."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_folders_without_ct_say_what_is_wanted(window: Window, tmp_path: Path, qtbot: Any) -> None:
    """A folder of texts, and one of pictures that are no CT, are told; the window goes on with the next one."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.dcm").write_text("no scan")
    assert "choose a folder, a DICOMDIR or a zip that holds CT pictures" in look(window, tmp_path / "texts", qtbot)
    datasets = build_series(sequential_hrct(slices=3))
    for dataset in datasets:
        dataset.Modality = "MR"
    write_series(datasets, tmp_path / "mr")
    look(window, tmp_path / "mr", qtbot)
    assert not window.desk.room.is_whole
    write_series(build_series(sequential_hrct(slices=4)), tmp_path / "ct")
    look(window, tmp_path / "ct", qtbot)
    assert window.desk.room.is_whole


def test_a_damaged_zip_that_is_dropped_is_told(window: Window, tmp_path: Path, scan: Series, qtbot: Any) -> None:
    """A zip that was cut off, and one that is none, are told in the dock; the reading stays, and a whole zip opens."""
    session = open_scan(window.desk, [scan], scan)
    session.say.type_percent(Lobe.RLL, Component.ALVEOLAR, "30")
    whole = tmp_path / "whole.zip"
    write_series(build_series(sequential_hrct(slices=4, patient_id="P9")), tmp_path / "other")
    with zipfile.ZipFile(whole, "w") as archive:
        for path in sorted((tmp_path / "other").rglob("*")):
            if path.is_file():
                archive.write(path, path.name)
    for name, data in (("cut.zip", whole.read_bytes()[:-300]), ("none.zip", b"no archive")):
        (tmp_path / name).write_bytes(data)
        drop(window, tmp_path / name)
        qtbot.waitUntil(lambda: not window.series.is_busy, timeout=30000)
        said = window.series.busy.message.text()
        assert said == (
            f"No CT series among 1 file ({name}: not a readable zip): choose a folder, a DICOMDIR or a zip that holds "
            "CT pictures."
        )
        assert window.desk.session is session
    drop(window, whole)
    qtbot.waitUntil(lambda: window.desk.session is not session, timeout=30000)
    assert window.desk.open_session.volume.geometry.shape[0] == 4


def drop(window: Window, path: Path) -> None:
    """Drop a file on the canvas, as the mouse does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    canvas = window.viewer.window._qt_viewer.canvas.native
    place, actions = QPoint(20, 20), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(canvas, QDragEnterEvent(place, actions, data, buttons, keys))
    QApplication.sendEvent(canvas, QDropEvent(QPointF(place), actions, data, buttons, keys))


def test_pixels_that_cannot_be_read_are_told(window: Window, tmp_path: Path, scan: Series, qtbot: Any) -> None:
    """A series whose pixels are cut off is told with what is missing; the scan that was open, and its reading, stay."""
    session = open_scan(window.desk, [scan], scan)
    session.say.type_percent(Lobe.RLL, Component.ALVEOLAR, "30")
    write_series(build_series(sequential_hrct(slices=4, patient_id="P9")), tmp_path / "cut")
    for path in (tmp_path / "cut").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-2000])
    said = look(window, tmp_path / "cut", qtbot)
    assert said == (
        "1 series, none fit to score: 4 slices: 64 x 64 pixels of 16 bits need 8192 bytes of PixelData, 6192 are "
        "there. Open another folder or file."
    )
    assert window.desk.session is session
    assert session.said.entries


def test_a_full_disk_while_saving_is_told_and_saved_later(
    window: Window, scan: Series, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft that cannot be written is told once, the reading goes on, and the next save holds all of it."""
    session = open_scan(window.desk, [scan], scan)
    session.say.type_percent(Lobe.RLL, Component.ALVEOLAR, "30")
    monkeypatch.setattr(files, "_to_disk", full)
    window.desk.keeping.flush()
    assert any("The draft is not saved" in words and "No space left" in words for words in window.told)
    session.say.type_percent(Lobe.LLL, Component.ALVEOLAR, "10")
    monkeypatch.undo()
    window.desk.keeping.flush()
    (draft,) = find_drafts(window.desk.keeping.folder)
    assert isinstance(draft, Draft)
    assert {lobe for lobe, _ in draft.said.entries} == {Lobe.RLL, Lobe.LLL}


def test_no_other_reading_opens_before_the_draft_is_saved(
    window: Window, scan: Series, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full the reading that is open stays; once there is room it is saved, and the other opens."""
    place = sign(typed_session(scan, "40"), scan, tmp_path / "signed", clock())
    session = open_scan(window.desk, [scan], scan)
    session.say.type_percent(Lobe.RLL, Component.ALVEOLAR, "30")
    monkeypatch.setattr(files, "_to_disk", full)
    window.desk.look_at_signed(place)
    qtbot.waitUntil(lambda: window.desk.busy is None, timeout=20000)
    assert any("No space left on device" in words for words in window.told)
    assert window.desk.session is session
    assert window.desk.do(lambda say: say.type_percent(Lobe.LLL, Component.ALVEOLAR, "10"))
    monkeypatch.undo()
    window.desk.look_at_signed(place)
    qtbot.waitUntil(lambda: window.desk.session is not session and window.desk.busy is None, timeout=20000)
    (draft,) = find_drafts(window.desk.keeping.folder)
    assert isinstance(draft, Draft)
    assert {lobe for lobe, _ in draft.said.entries} == {Lobe.RLL, Lobe.LLL}


def test_a_full_disk_while_signing_signs_nothing(
    window: Window, scan: Series, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full nothing is signed and nothing is left; it can be signed elsewhere then."""
    open_scan(window.desk, [scan], scan)
    session = typed_session(scan, "40")
    window.desk.begin(session)
    monkeypatch.setattr(files, "_to_disk", full)
    window.desk.sign(tmp_path / "signed")
    qtbot.waitUntil(lambda: window.desk.busy is None, timeout=20000)
    assert session.signed is None
    assert any("No space left on device" in words and "give another place" in words for words in window.told)
    assert not [path for path in (tmp_path / "signed").iterdir() if path.name != "drafts"]
    monkeypatch.undo()
    window.desk.sign(tmp_path / "elsewhere")
    qtbot.waitUntil(lambda: session.signed is not None, timeout=20000)


def test_labels_of_another_series_are_refused(window: Window, scan: Series, tmp_path: Path, qtbot: Any) -> None:
    """A SEG of another series is not taken for lobes of this one: it is told, and the lobes stay as they are."""
    other, volume = written_series(sequential_hrct(slices=6, rows=60, columns=60, patient_id="P9"), tmp_path / "other")
    painted = session_of(volume, reading_id="R-other")
    paint_rows(painted, "alveolar", Lobe.RLL, 12, 1)
    for lobe in (Lobe.RUL, Lobe.RML, Lobe.LUL, Lobe.LLL, Lobe.RLL):
        painted.say.nothing_else(lobe)
    painted.looking.seen.update(range(6))
    place = sign(painted, other, tmp_path / "kept", clock())
    session = open_scan(window.desk, [scan], scan)
    window.desk.find_lobes(place / "lobes.dcm")
    qtbot.waitUntil(lambda: window.desk.busy is None, timeout=30000)
    assert window.told
    assert "series" in window.told[-1]
    assert not np.any(session.canvas.labels("lobes"))
