"""Reopen widget: offers the signed reading kept of the scan that is open: to look at, or to amend. Wiring only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout

from napari_kazerooni.desks import signing_folder, why_hidden
from napari_kazerooni.listing import Signed, signed_of
from napari_kazerooni.worker import Job, run

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk


class ReopenFrame(QFrame):
    """Offers the signed reading of the scan: that of who sits here, else the one begun last; hidden where none.

    Nothing is offered while the reading is blinded or a study hides who it is: a repeat must not show the first one.
    It tells who signed and when, never a score.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._job: Job | None = None
        self.found: tuple[Signed, ...] = ()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.text, self.reason, self.amend = QLabel(), QLineEdit(), QPushButton("Amend it")
        self.look = QPushButton("Look at it")
        self.look.setToolTip("Its marks and scores as they were signed; nothing can be changed")
        self.look.clicked.connect(self._on_look)
        self.text.setWordWrap(True)
        self.reason.setPlaceholderText("reason of an amendment")
        self.amend.clicked.connect(self._on_amend)
        row = QHBoxLayout()
        row.addWidget(self.look)
        row.addWidget(self.reason)
        row.addWidget(self.amend)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addWidget(self.text)
        layout.addLayout(row)
        desk.events.opened.connect(self._look)
        desk.events.signed.connect(self._look)
        desk.room.events.identity.connect(self._renew)
        self.hide()

    def _look(self) -> None:
        """Look in the background for what is kept of the scan, unless its reading is an amendment or signed."""
        self.found = ()
        self._renew()
        session, series = self._desk.session, self._desk.room.series
        if self._job is not None:
            self._job.cancel()
        if session is None or series is None or session.signed is not None or session.setting.supersedes is not None:
            return
        folder = signing_folder(self._desk)
        self._job = run(lambda *_: signed_of(folder, series), returned=self._on_found, failed=self._desk.tell)

    def _on_found(self, found: tuple[Signed, ...]) -> None:
        self.found = found
        self._renew()

    @property
    def offered(self) -> Signed | None:
        """The signed reading that is offered."""
        own = [one for one in self.found if one.reading.reader == (self._desk.reader or None)]
        return next(reversed(own or self.found), None)

    def _renew(self) -> None:
        offered = None if why_hidden(self._desk) else self.offered
        self.setVisible(offered is not None)
        if offered is None:
            return
        ended = offered.reading.session.ended
        when = "" if ended is None else f" on {ended:%Y-%m-%d %H:%M}"
        others = f" ({len(self.found) - 1} more)" if len(self.found) > 1 else ""
        who = offered.reading.reader or "somebody"
        self.text.setText(f"This scan was read before: {who} signed{when}{others}. What you do here is a new reading.")

    def _on_look(self) -> None:
        if self.offered is not None and not why_hidden(self._desk):
            self._desk.look_at_signed(self.offered.folder)

    def _on_amend(self) -> None:
        if self.offered is not None:
            self._desk.amend(self.reason.text(), self.offered.folder)
