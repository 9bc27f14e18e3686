"""Book widget: the part of the export dock that adds the signed reading to a score book. Wiring only."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from qtpy.QtWidgets import QFileDialog, QGroupBox, QHBoxLayout, QLabel, QMessageBox, QPushButton, QVBoxLayout

from napari_kazerooni.booking import NOT_SIGNED, Booked, add_to_book
from napari_kazerooni.busy_widget import BusyBar
from napari_kazerooni.closing import ClosingWatch
from napari_kazerooni.desk import Desk
from napari_kazerooni.remembered import remember_book, remembered_book

_USUAL: Final = "Your own score book, or the one that this computer is set up for (KAZEROONI_STORE)."
_KINDS: Final = "Score books (*.sqlite *.sqlite3 *.db);;All files (*)"


class BookFrame(QGroupBox):
    """Adds the signed reading to the usual book, or to a file that is chosen. book: that file, None: the usual one.

    A chosen book that took a reading is taken at the next start, too.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__("Score book")
        self.desk = desk
        self.book: Path | None = None
        self._makes = False
        self.place = QLabel()
        self.place.setWordWrap(True)
        self.add_button = QPushButton("Add to the score book")
        self.add_button.clicked.connect(self.add)
        self.choose_button = QPushButton("Another book\N{HORIZONTAL ELLIPSIS}")
        self.choose_button.clicked.connect(self._choose)
        self.usual_button = QPushButton("The usual book")
        self.usual_button.setToolTip(_USUAL)
        self.usual_button.clicked.connect(self.take_usual)
        self.busy = BusyBar()
        self.busy.say("")
        row = QHBoxLayout()
        for part in (self.choose_button, self.usual_button):
            row.addWidget(part)
        layout = QVBoxLayout(self)
        layout.addWidget(self.place)
        layout.addLayout(row)
        layout.addWidget(self.add_button)
        layout.addWidget(self.busy)
        self._take(remembered_book())
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
        self._take(book, makes=makes)

    def take_usual(self) -> None:
        """Take the usual book, also from the next start on."""
        self._take(None)
        remember_book(None)

    def _take(self, book: Path | None, *, makes: bool = False) -> None:
        self.book, self._makes = book, makes
        self.usual_button.setVisible(book is not None)
        self.place.setToolTip("" if book is None else str(book))
        if book is None:
            self.place.setText(_USUAL)
        elif makes:
            self.place.setText(f"The book {book.name}, which is made with its first reading.")
        elif book.is_file():
            self.place.setText(f"The book {book.name}.")
        else:
            self.place.setText(f"The book {book.name} is not there now: connect its drive, or choose another one.")

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
        if self.book is not None:
            self._take(self.book)
            remember_book(self.book)
        self.busy.say(booked.words)
