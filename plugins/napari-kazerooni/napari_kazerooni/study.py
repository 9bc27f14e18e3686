"""Study: by which line of a reading list the next scan is opened at a desk, and what a blinded study hides. No Qt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from kazerooni.dicom import Series
from napari_kazerooni.session import ReadingSession

if TYPE_CHECKING:
    from napari_kazerooni.desk import Desk

_LEAVES_LATER: Final = "This reading is blinded: who it is is shown once it is signed, or another scan is opened."


class Turn(NamedTuple):
    """A scan that a reading list opens next.

    order: its place in a list that is kept, None where the list is only what was found. is_hidden: who it is.
    """

    series: Series
    order: int | None
    is_hidden: bool


class Study:
    """What a study hides at a desk, from before its first scan is opened until it is left. One for each desk.

    turn: the line of a list by which a scan is opened next, or was opened last; None: by no list.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.turn: Turn | None = None
        self._is_leaving = False
        desk.events.signed.connect(self._leave_hidden)

    def take_turn(self) -> Turn | None:
        """Give the turn of a list by which the scan was opened; opened otherwise, what a study hides is shown again."""
        if self.turn is None:
            self._leave_hidden()
        else:
            is_its_scan = self.turn.series is self._desk.room.series
            is_hidden = is_its_scan and self.turn.is_hidden
            if not is_its_scan:
                self._forget_turn()
            self._desk.room.hide_identity(hidden=is_hidden)
        self._is_leaving = False  # whoever opens the next scan of a study has not left it
        return self.turn

    def enter(self) -> None:
        """Keep out of sight who it is, from before a scan of a hidden study is opened until the study is left."""
        self._is_leaving = False
        self._desk.room.hide_identity(hidden=True)

    def take_up(self, session: ReadingSession) -> None:
        """Hide who it is for a draft of a study whose scan was opened otherwise, until it is signed."""
        if session.setting.hidden and not self._desk.room.identity_hidden:
            self._is_leaving = True
            self._desk.room.hide_identity(hidden=True)

    def leave(self) -> None:
        """Open scans by no list any more; who it is is shown, but for a blinded reading only once it is signed."""
        self._forget_turn()
        session = self._desk.session
        if session is not None and session.setting.blinded and session.signed is None:
            self._is_leaving = True
            self._desk.events.told(message=_LEAVES_LATER)
        else:
            self._desk.room.hide_identity(hidden=False)

    def _forget_turn(self) -> None:
        if self.turn is not None and self.turn.is_hidden:
            self._desk.blinded = False
        self.turn, self._is_leaving = None, False

    def _leave_hidden(self) -> None:
        """Show who it is where the study was left while the reading was blinded."""
        if self._is_leaving:
            self._is_leaving = False
            self._desk.room.hide_identity(hidden=False)
