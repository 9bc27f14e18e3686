"""Book widget: the part of the export dock that adds the signed reading to a score book. Wiring only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from qtpy.QtWidgets import QFileDialog, QGroupBox, QLabel, QMessageBox, QPushButton, QVBoxLayout

from napari_kazerooni.booking import NOT_SIGNED, Booked, add_to_book
from napari_kazerooni.busy_widget import BusyBar
from napari_kazerooni.closing import ClosingWatch
from napari_kazerooni.desk import Desk

_USUAL: Final = "The book of KAZEROONI_STORE, or your own, as for `kazerooni store`."
_KINDS: Final = "Score books (*.sqlite *.sqlite3 *.db);;All files (*)"


class BookFrame(QGroupBox):
    """Adds the signed reading to the usual book, or to a file that is chosen. book: that file, None: the usual one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__("Score book")
        self.desk = desk
        self.book: Path | None = None
        self._makes = False
        self.place = QLabel(_USUAL)
        self.place.setWordWrap(True)
        self.add_button = QPushButton("Add to the score book")
        self.add_button.clicked.connect(self.add)
        self.choose_button = QPushButton("Another book\N{HORIZONTAL ELLIPSIS}")
        self.choose_button.clicked.connect(self._choose)
        self.busy = BusyBar()
        self.busy.say("")
        layout = QVBoxLayout(self)
        for part in (self.place, self.choose_button, self.add_button, self.busy):
            layout.addWidget(part)
        self._closing = ClosingWatch(self)
        self._closing.closing.connect(self.busy.cancel)
        desk.events.opened.connect(self._forget_message)

    def _forget_message(self) -> None:
        if self.busy.job is None:
            self.busy.say("")

    def _choose(self) -> None:
        """Ask for a book; one that is there is used, never overwritten, a new name is asked about."""
        file, _ = QFileDialog.getSaveFileName(
            self, "A score book", "", _KINDS, options=QFileDialog.Option.DontConfirmOverwrite
        )
        if file:
            self.choose(Path(file))

    def choose(self, book: Path) -> None:
        """Take a book; where none of that name is there it is asked whether to make one."""
        makes = not book.exists()
        if makes and not self._may_make(book):
            return
        self.book, self._makes = book, makes
        self.place.setText(f"The book {book.name}{', which is made with its first reading' if makes else ''}.")
        self.place.setToolTip(str(book))

    def _may_make(self, book: Path) -> bool:
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        words = f"There is no score book {book.name} yet. Make one there?"
        return bool(QMessageBox.question(self, "A new score book?", words, yes | no, no) == yes)

    def add(self) -> None:
        """Add the reading, in the background."""
        session = self.desk.session
        reading = None if session is None else session.signed
        if reading is None:
            self.busy.say(NOT_SIGNED)
            return
        self._closing.watch_window()
        book, makes, when = self.book, self._makes and self.book is not None and not self.book.exists(), self.desk.now()

        def work(progress: Any, _: Any) -> Booked:
            return add_to_book(reading, book, when=when, create=makes, progress=progress)

        self.busy.run(work, "Adding to the score book", self._on_added)

    def _on_added(self, booked: Booked) -> None:
        self._makes = False
        if self.book is not None:
            self.place.setText(f"The book {self.book.name}.")
        self.busy.say(booked.words)
