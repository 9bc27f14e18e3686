"""A signed reading goes from the window into a score book: once, or not at all with a message that says what to do."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from qtpy.QtWidgets import QFileDialog, QMessageBox

from kazerooni.dicom import Series
from kazerooni.errors import ReadingError, StoreError
from kazerooni.model import ScanRef
from kazerooni.phantom import sequential_hrct
from kazerooni.store import STORE_VARIABLE, engine, open_store
from napari_kazerooni.booking import NOT_SIGNED, add_to_book
from napari_kazerooni.export_widget import ExportWidget
from tests.plugins.builders import written_series
from tests.plugins.desk import desk_in, open_scan, signed_typed
from tests.plugins.desks import FIVE

WHEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def series(tmp_path: Path) -> Series:
    """Give a small sequential series of real DICOM files."""
    return written_series(sequential_hrct(slices=6, rows=60, columns=60), tmp_path / "scan")[0]


@pytest.fixture
def dock(make_napari_viewer: Any, series: Series, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ExportWidget:
    """Give the export dock at a desk with a scan; the usual book is one that is not made yet."""
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path / "usual.sqlite"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    viewer = make_napari_viewer()
    open_scan(desk_in(viewer, tmp_path / "signed"), [series], series)
    widget = ExportWidget(viewer)
    viewer.window.add_dock_widget(widget)
    return widget


def sign(dock: ExportWidget, tmp_path: Path, qtbot: Any) -> None:
    """Type and sign the reading that is open."""
    session = dock.desk.open_session
    for lobe in FIVE:
        session.say.nothing_found(lobe)
    session.looking.seen.update(range(6))
    dock.desk.sign(tmp_path / "signed")
    qtbot.waitUntil(lambda: session.signed is not None and dock.desk.busy is None, timeout=30000)


def added(dock: ExportWidget, qtbot: Any) -> str:
    """Press the button and give what is said at the end."""
    dock.book.add_button.click()
    qtbot.waitUntil(lambda: dock.book.busy.job is None, timeout=60000)
    return str(dock.book.busy.message.text())


def test_a_signed_reading_is_added_once(
    dock: ExportWidget, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft is not taken; a signed reading stands in the usual book with its score; a second time is told."""
    assert added(dock, qtbot) == NOT_SIGNED
    sign(dock, tmp_path, qtbot)
    told = added(dock, qtbot)
    assert told.startswith("usual.sqlite: there is no score book; make one with `kazerooni store init`")
    open_store(create=True).close()
    assert added(dock, qtbot) == "Added to usual.sqlite."
    assert added(dock, qtbot) == "This reading is in usual.sqlite already: nothing was written twice."
    reading = dock.desk.open_session.signed
    assert reading is not None
    with open_store() as book:
        assert book.reading(reading.id).entries == reading.entries
        (holding,) = book.holdings()
        assert holding.readings == 1
        assert len(list(book.scores("kazerooni"))) == 1
        assert book.verify().is_whole


def test_another_book_is_chosen_or_made(
    dock: ExportWidget, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is no book is told and left as it is; a new name is asked about, and made with its first reading."""
    sign(dock, tmp_path, qtbot)
    (tmp_path / "letter.sqlite").write_text("Dear colleague")
    chosen = [tmp_path / "letter.sqlite", tmp_path / "new.sqlite", tmp_path / "new.sqlite"]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(chosen.pop(0)), ""))
    dock.book.choose_button.click()
    assert "letter.sqlite: is no score book" in added(dock, qtbot)
    assert (tmp_path / "letter.sqlite").read_text() == "Dear colleague"
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answers.pop(0))
    dock.book.choose_button.click()
    assert dock.book.book == tmp_path / "letter.sqlite", "No leaves what was chosen"
    dock.book.choose_button.click()
    assert not (tmp_path / "new.sqlite").exists()
    assert added(dock, qtbot) == "Added to new.sqlite."
    assert added(dock, qtbot).startswith("This reading is in new.sqlite already")
    assert not (tmp_path / "usual.sqlite").exists()


def test_the_book_is_taken_at_the_next_start(
    dock: ExportWidget, tmp_path: Path, qtbot: Any, monkeypatch: pytest.MonkeyPatch, make_napari_viewer: Any
) -> None:
    """The chosen book that took a reading is that of the next window; where it is gone none takes its place unasked."""
    sign(dock, tmp_path, qtbot)
    mine = tmp_path / "mine.sqlite"
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    dock.book.choose(mine)
    assert ExportWidget(make_napari_viewer()).book.book is None, "it holds nothing yet"
    assert added(dock, qtbot) == "Added to mine.sqlite."
    later = ExportWidget(make_napari_viewer())
    assert (later.book.book, later.book.place.text()) == (mine, "The book mine.sqlite.")
    mine.rename(tmp_path / "away.sqlite")
    open_store(create=True).close()
    later = ExportWidget(make_napari_viewer())
    assert later.book.place.text().startswith("The book mine.sqlite is not there now")
    assert added(dock, qtbot).startswith("mine.sqlite: there is no score book")
    assert not mine.exists()
    dock.book.usual_button.click()
    assert added(dock, qtbot) == "Added to usual.sqlite."
    assert ExportWidget(make_napari_viewer()).book.book is None


def test_a_locked_book_is_a_message(series: Series, tmp_path: Path) -> None:
    """While another program writes, the window says after a while that nothing was written; then it can be done."""
    reading = signed_typed(series, tmp_path / "signed", "20")
    file = tmp_path / "book.sqlite"
    told = r"book.sqlite: other programs have been writing for 1 s; nothing was written"
    with (
        open_store(file, create=True) as other,
        engine.writing(other._engine),
        pytest.raises(StoreError, match=told),
    ):
        add_to_book(reading, file, when=WHEN, patience_s=1.0)
    assert add_to_book(reading, file, when=WHEN).is_new
    assert not add_to_book(reading, file, when=WHEN).is_new


def test_what_is_cancelled_is_not_added(series: Series, tmp_path: Path) -> None:
    """Where the window has been closed, or Cancel pressed, before the reading is kept, the book stays as it was."""
    reading = signed_typed(series, tmp_path / "signed", "20")
    file = tmp_path / "book.sqlite"
    open_store(file, create=True).close()

    def stop(done: int, total: int | None) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        add_to_book(reading, file, when=WHEN, progress=stop)
    with open_store(file) as book:
        assert book.patients() == ()


def test_who_it_is_stays_out_of_messages(series: Series, tmp_path: Path) -> None:
    """A patient who was withdrawn from the book is not named, and a reading of nobody is told what it lacks."""
    reading = signed_typed(series, tmp_path / "signed", "20")
    file, patient = tmp_path / "book.sqlite", str(reading.scan.patient)
    with open_store(file, create=True):
        pass
    add_to_book(reading, file, when=WHEN)
    with open_store(file) as book:
        book.withdraw(patient, who="t", why="asked to", when=WHEN)
    with pytest.raises(StoreError, match="this patient: was withdrawn") as refused:
        add_to_book(reading, file, when=WHEN)
    assert patient not in str(refused.value)
    with pytest.raises(ReadingError, match="names no patient"):
        add_to_book(replace(reading, scan=ScanRef(series_uid="1.2")), file, when=WHEN)


def test_a_window_starts_without_the_database() -> None:
    """No dock of the plugin loads SQLAlchemy: it comes with the first reading that is added."""
    code = (
        "import sys\n"
        "import napari_kazerooni.export_widget, napari_kazerooni.series_widget, napari_kazerooni.score_widget\n"
        "import napari_kazerooni.list_widget, napari_kazerooni.timeline_widget, napari_kazerooni.marking_widget\n"
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0
