"""Draft widget: offers the drafts that were found of the scan that is open, and tells with what a reading began."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from napari_kazerooni.desks import why_hidden
from napari_kazerooni.offering import WAITS, button_of, words_of

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk


class DraftFrame(QFrame):
    """Offers the draft that is closest to the reader; hidden where there is none, or it was left."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._left: set[str] = set()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.go_on, self.leave = QPushButton("Go on with it"), QPushButton("Begin anew")
        self.leave.setToolTip("The draft stays where it is and is offered again")
        self.go_on.clicked.connect(self._on_go_on)
        self.leave.clicked.connect(self._on_leave)
        row = QHBoxLayout()
        row.addWidget(self.go_on)
        row.addWidget(self.leave)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.text)
        layout.addLayout(row)
        desk.events.drafts.connect(self._on_drafts)
        desk.events.opened.connect(self._on_opened)
        self.hide()

    def _on_opened(self) -> None:
        self._left.clear()
        self.hide()

    def _on_drafts(self) -> None:
        found, reader = self._desk.keeping.found, self._desk.reader or None
        waits = self._desk.keeping.waits and not found
        self.go_on.setVisible(bool(found))
        self.leave.setVisible(bool(found))
        if found:
            self.text.setText(words_of(found, reader))
            self.go_on.setText(button_of(found[0], reader))
        elif waits:
            self.text.setText(WAITS)
        self.setVisible(waits or bool(found and found[0].reading.id not in self._left))

    def _on_leave(self) -> None:
        self._left.update(draft.reading.id for draft in self._desk.keeping.found)
        self.hide()

    def _on_go_on(self) -> None:
        self.hide()
        if self._desk.keeping.found:
            self._desk.resume(self._desk.keeping.found[0])


class OthersLabel(QLabel):
    """Tells that a reading is an amendment, and what it says of other readings of its scan.

    The latter not while it is blinded, or a study hides them.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setWordWrap(True)
        self.setStyleSheet("color: #ffb454")
        for emitter in (desk.events.opened, desk.events.signed, desk.room.events.identity):
            emitter.connect(self._renew)
        self.hide()

    def _renew(self) -> None:
        session = self._desk.session
        told: list[str] = []
        if session is not None and session.signed is None and session.setting.supersedes is not None:
            told.append(f"This is an amendment: {session.setting.supersedes.reason}.")
        if session is not None and not why_hidden(self._desk):
            told += [f"This reading tells: {notice.message}." for notice in session.others]
        self.setText("\n".join(told))
        self.setVisible(bool(told))
