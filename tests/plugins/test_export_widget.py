"""Exporting the current reading: all files or none, nothing overwritten unasked, errors told in the window."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtWidgets import QFileDialog, QMessageBox

from kazerooni import files, read_finding_map, read_lobe_map, read_reading
from kazerooni.dicom import Series
from kazerooni.errors import OutputError, ReadingError
from kazerooni.model import Component, Lobe, Status, Volume
from kazerooni.phantom import sequential_hrct
from napari_kazerooni.export_widget import ExportWidget
from napari_kazerooni.exporting import Kind, export, frozen_case
from napari_kazerooni.session import ReadingSession
from tests.plugins.builders import paint_rows, session_of, written_series
from tests.plugins.desk import desk_in

NAMES = [
    "R-1.alveolar.dcm",
    "R-1.html",
    "R-1.lobes.dcm",
    "R-1.long.csv",
    "R-1.long.dictionary.csv",
    "R-1.pdf",
    "R-1.reading.json",
    "R-1.score.json",
    "R-1.wide.csv",
    "R-1.wide.dictionary.csv",
]


@pytest.fixture
def scan(tmp_path: Path) -> tuple[Series, Volume]:
    """Give a small sequential series of real DICOM files."""
    return written_series(sequential_hrct(slices=8, rows=60, columns=60), tmp_path / "scan")


@pytest.fixture
def painted(scan: tuple[Series, Volume]) -> ReadingSession:
    """Give a draft with ground glass in one lobe."""
    session = session_of(scan[1])
    paint_rows(session, "alveolar", Lobe.RLL, 12, 1)
    return session


@pytest.fixture
def dock(make_napari_viewer: Any, scan: tuple[Series, Volume], painted: ReadingSession, tmp_path: Path) -> ExportWidget:
    """Give the export dock on a desk with the draft."""
    viewer = make_napari_viewer()
    desk = desk_in(viewer, tmp_path / "signed")
    desk.room.show(scan[1], series=scan[0])
    desk.begin(painted)
    widget = ExportWidget(viewer)
    viewer.window.add_dock_widget(widget)
    return widget


def wait(widget: ExportWidget, qtbot: Any) -> None:
    """Wait until nothing runs in the background."""
    qtbot.waitUntil(lambda: widget.busy.job is None, timeout=30000)


def names(folder: Path) -> list[str]:
    """List what is in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def test_a_draft_is_exported_whole(
    dock: ExportWidget, scan: tuple[Series, Volume], tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Report, PDF, tables, JSON and SEGs of the draft stand in the folder and say what was painted."""
    folder = tmp_path / "out"
    folder.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    dock.button.click()
    wait(dock, qtbot)
    assert names(folder) == NAMES
    assert "10 files are in" in dock.busy.message.text()
    assert read_reading(folder / "R-1.reading.json").status is Status.DRAFT
    session = dock.desk.session
    assert session is not None
    assert json.loads((folder / "R-1.score.json").read_text())
    assert (folder / "R-1.pdf").read_bytes().startswith(b"%PDF-")
    lobes = read_lobe_map(folder / "R-1.lobes.dcm", scan[0])
    np.testing.assert_array_equal(lobes.labels, session.canvas.labels("lobes"))
    marks = read_finding_map(folder / "R-1.alveolar.dcm", scan[0], Component.ALVEOLAR)
    np.testing.assert_array_equal(marks.labels, session.canvas.labels("alveolar"))
    paint_rows(session, "alveolar", Lobe.RUL, 2, 1)  # it can be painted on


def test_nothing_is_overwritten_unasked(
    dock: ExportWidget, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where files are there it is asked: No leaves all of them as they are, Yes replaces them."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "R-1.html").write_text("mine")
    asked: list[str] = []
    answer = QMessageBox.StandardButton.No

    def ask(_: Any, title: str, words: str, *__: Any) -> Any:
        asked.append(words)
        return answer

    monkeypatch.setattr(QMessageBox, "question", ask)
    dock.export_into(folder)
    wait(dock, qtbot)
    assert asked == ["These files are there already:\nR-1.html"]
    assert names(folder) == ["R-1.html"]
    assert (folder / "R-1.html").read_text() == "mine"
    assert "Nothing was written" in dock.busy.message.text()
    answer = QMessageBox.StandardButton.Yes
    dock.export_into(folder)
    qtbot.waitUntil(lambda: dock.busy.message.text().startswith("10 files"), timeout=30000)
    assert names(folder) == NAMES
    assert "<html" in (folder / "R-1.html").read_text()


def test_what_cannot_be_replaced_leaves_all_as_it_was(
    dock: ExportWidget, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where one of the files is held by another program, as on Windows, all old files stay, and no new one comes."""
    folder = tmp_path / "out"
    folder.mkdir()
    for name in ("R-1.html", "R-1.long.csv", "R-1.score.json"):
        (folder / name).write_text(f"old {name}")
    replace = Path.replace

    def held(source: Path, target: Path) -> Path:
        if Path(target) == folder / "R-1.wide.csv":
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", held)
    dock.export_into(folder, force=True)
    wait(dock, qtbot)
    assert "cannot access the file" in dock.busy.message.text()
    assert {path.name: path.read_text() for path in folder.iterdir()} == {
        name: f"old {name}" for name in ("R-1.html", "R-1.long.csv", "R-1.score.json")
    }
    monkeypatch.undo()
    (folder / "R-1.pdf").mkdir()
    (folder / "R-1.pdf" / "mine.txt").write_text("mine")
    dock.export_into(folder, force=True)
    wait(dock, qtbot)
    assert dock.busy.message.text().startswith("R-1.pdf: is a folder")
    assert (folder / "R-1.pdf" / "mine.txt").read_text() == "mine"


def test_a_hidden_study_is_not_uncovered_unasked(
    dock: ExportWidget, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a study hides who it is, it is asked first, as the files tell the date; No writes nothing, Yes exports."""
    folder = tmp_path / "out"
    folder.mkdir()
    asked: list[str] = []
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]

    def ask(_: Any, title: str, words: str, *__: Any) -> Any:
        asked.append(words)
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", ask)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    dock.desk.study.enter()
    dock.button.click()
    assert dock.busy.message.text().startswith("Nothing was exported")
    assert names(folder) == []
    dock.button.click()
    wait(dock, qtbot)
    assert names(folder) == NAMES
    assert len(asked) == 2
    assert all("the date of the scan, the pseudonym" in words for words in asked)
    on = dock.desk.open_session.volume.scan.study_date
    assert str(on) in (folder / "R-1.long.csv").read_text(), "it is told in the files"


def test_a_full_disk_is_a_message(
    dock: ExportWidget, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the disk is full the dock says so and what to do; no part of the export is left, and it can be repeated."""

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "_to_disk", full)
    dock.export_into(tmp_path / "out")
    wait(dock, qtbot)
    assert "No space left on device" in dock.busy.message.text()
    assert "give another place" in dock.busy.message.text()
    assert names(tmp_path / "out") == []
    monkeypatch.undo()
    dock.export_into(tmp_path / "out")
    wait(dock, qtbot)
    assert names(tmp_path / "out") == NAMES


def test_what_stands_against_an_export_is_told(
    dock: ExportWidget, scan: tuple[Series, Volume], tmp_path: Path, qtbot: Any
) -> None:
    """A file in the place of the folder, nothing ticked, pictures that are gone and no scan are told in words."""
    (tmp_path / "file").write_text("")
    dock.export_into(tmp_path / "file")
    wait(dock, qtbot)
    assert "a file of that name is there" in dock.busy.message.text()
    for box in dock.boxes.values():
        box.setChecked(False)
    dock.export_into(tmp_path / "out")
    wait(dock, qtbot)
    assert "nothing is chosen" in dock.busy.message.text()
    dock.boxes[Kind.SEG].setChecked(True)
    for path in (tmp_path / "scan").iterdir():
        path.unlink()
    dock.export_into(tmp_path / "out")
    wait(dock, qtbot)
    assert dock.busy.message.text()
    assert "went wrong" not in dock.busy.message.text()
    assert names(tmp_path / "out") == []
    dock.desk.session = None
    dock.export_into(tmp_path / "out")
    assert "Open a scan first" in dock.busy.message.text()


def test_a_reading_that_keeps_changing_is_not_exported(
    scan: tuple[Series, Volume], painted: ReadingSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is written is one state of the reading: while strokes come, it is tried again, and told in the end."""
    case = painted.case

    def painting(**options: Any) -> Any:
        made = case(**options)
        painted.canvas.version += 1
        return made

    monkeypatch.setattr(painted, "case", painting)
    with pytest.raises(ReadingError, match="keeps changing"):
        frozen_case(painted)
    with pytest.raises(OutputError, match="nothing is chosen"):
        export(painted, scan[0], tmp_path, [])
