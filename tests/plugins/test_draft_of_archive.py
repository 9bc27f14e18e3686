"""Drafts that `kazerooni rescore --draft` made are opened by the reading list, and gone on with."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kazerooni.archive import Settings
from kazerooni.archive import rescore as run
from kazerooni.dicom import find_series, read_volume
from kazerooni.labels import read_lobe_map
from kazerooni.model import Component, Lobe
from napari_kazerooni.draft import Draft, find_drafts, resume
from napari_kazerooni.list_widget import ListWidget
from napari_kazerooni.listing import Progress
from napari_kazerooni.reader import series_dock
from napari_kazerooni.reading_folder import look_through
from tests.plugins.desk import desk_in

SAMPLE = Path(__file__).resolve().parents[2] / "sample_scans" / "1999"


def test_the_reading_list_opens_a_draft_of_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A drafted scan is listed as a draft whoever reads; gone on with, it has the lobes of its SEG and no findings."""
    monkeypatch.setitem(os.environ, "XDG_CACHE_HOME", str(tmp_path / "cache"))
    root, out = tmp_path / "archive", tmp_path / "out"
    shutil.copytree(SAMPLE, root)
    summary = run(root, Settings(scheme="kazerooni", version=1, out=out, draft=True))
    assert summary.counts["failed"] == 0
    (line,) = look_through(root, tmp_path / "signed", out / "drafts", reader="Reader A").lines
    assert line.progress is Progress.DRAFT
    (draft,) = find_drafts(out / "drafts")
    assert isinstance(draft, Draft)
    (series,) = find_series(root)
    session = resume(draft, read_volume(series))
    (file,) = (out / "drafts").glob("*/lobes.dcm")
    assert np.array_equal(session.canvas.labels("lobes"), read_lobe_map(file, series).labels)
    assert not session.canvas.labels("alveolar").any()
    score = session.score()
    assert {lobe.component(component).grade for lobe in score.lobes for component in Component} == {None}
    session.say.nothing_found(Lobe.RUL)
    assert {lobe.lobe: lobe.alveolar.grade for lobe in session.score().lobes}[Lobe.RUL] == 0


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Give an archive of one scan, and the results of drafting it."""
    root, out = tmp_path_factory.mktemp("archive"), tmp_path_factory.mktemp("drafted") / "out"
    shutil.copytree(SAMPLE, root / "scan")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        run(root, Settings(scheme="kazerooni", version=1, out=out, draft=True))
    return root, out


def test_scans_opened_with_the_results_are_gone_on_with(
    make_napari_viewer: Any, tmp_path: Path, drafted: tuple[Path, Path], qtbot: Any
) -> None:
    """`kazerooni open SCANS RESULTS` offers the draft of each scan; it is kept on in the reader's own folder alone."""
    root, out = drafted
    viewer = make_napari_viewer()
    desk = desk_in(viewer, tmp_path / "signed")
    dock = series_dock(viewer)
    dock.look_at([root, out])
    qtbot.waitUntil(lambda: not dock.is_busy and bool(desk.keeping.found), timeout=60000)
    assert dock.tree.topLevelItemCount() == 1  # the maps of the results are no scans
    before = {file: file.read_bytes() for file in (out / "drafts").iterdir() if file.is_file()}
    draft = desk.keeping.found[0]
    desk.resume(draft)
    qtbot.waitUntil(lambda: desk.busy is None and desk.open_session.canvas.labels("lobes").any(), timeout=30000)
    assert desk.session is not None
    assert desk.session.canvas.labels("lobes").any()
    desk.session.say.nothing_found(Lobe.RUL)
    desk.keeping.flush()
    (own,) = desk.keeping.folder.glob("*.kazerooni-draft")
    assert {file: file.read_bytes() for file in before} == before
    desk.room.show(desk.open_session.volume, series=desk.room.series)
    qtbot.waitUntil(lambda: [found.path for found in desk.keeping.found] == [own], timeout=20000)


def test_two_readers_of_one_draft_make_two_readings(
    make_napari_viewer: Any, tmp_path: Path, drafted: tuple[Path, Path], qtbot: Any
) -> None:
    """One draft of an archive, gone on with by two readers, gives readings of two ids; each finds his own again."""
    root, out = drafted
    (series,) = find_series(root)
    ids: dict[str, set[str]] = {"Reader A": set(), "Reader B": set()}
    for reader, place in (("Reader A", "a"), ("Reader B", "b"), ("Reader A", "c")):
        desk = desk_in(make_napari_viewer(), tmp_path / place)
        desk.reader = reader
        desk.keeping.offer([out])
        desk.room.show(read_volume(series), series=series)
        qtbot.waitUntil(lambda desk=desk: bool(desk.keeping.found), timeout=30000)
        begun = desk.session
        desk.resume(desk.keeping.found[0])
        qtbot.waitUntil(lambda desk=desk, begun=begun: desk.session is not begun and desk.busy is None, timeout=30000)
        assert desk.open_session.reader == reader
        ids[reader].add(desk.open_session.setting.reading_id)
    assert [len(own) for own in ids.values()] == [1, 1]
    assert not ids["Reader A"] & ids["Reader B"]


def test_the_reading_list_takes_the_results(
    make_napari_viewer: Any, tmp_path: Path, drafted: tuple[Path, Path], qtbot: Any
) -> None:
    """The folder of results, chosen before or after the scans, turns their lines into drafts."""
    root, out = drafted
    for order in ((out, root), (root, out / "drafts")):
        viewer = make_napari_viewer()
        desk_in(viewer, tmp_path / order[0].name)
        dock = ListWidget(viewer)
        viewer.window.add_dock_widget(dock, area="right")
        for folder in order:
            dock.look_at(folder)
            qtbot.waitUntil(lambda dock=dock: dock.busy.job is None, timeout=60000)
        assert dock.tree.topLevelItem(0).text(2) == "draft"


def test_results_alone_ask_for_their_scans(
    make_napari_viewer: Any, tmp_path: Path, drafted: tuple[Path, Path], qtbot: Any
) -> None:
    """Opened without scans, the results are said to want them, in both docks."""
    viewer = make_napari_viewer()
    desk_in(viewer, tmp_path / "signed")
    dock, series = ListWidget(viewer), series_dock(viewer)
    viewer.window.add_dock_widget(dock, area="right")
    dock.look_at(drafted[1])
    series.look_at([drafted[1]])
    qtbot.waitUntil(lambda: not series.is_busy, timeout=10000)
    for told in (dock.busy.message.text(), series.busy.message.text()):
        assert told == "The drafts of this folder are offered: choose the folder of their scans."
