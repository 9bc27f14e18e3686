"""Saying: what is said of the reading at a desk, undone and redone; what is refused is told. No widgets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from kazerooni.errors import KazerooniError, ReadingError
from kazerooni.model import Lobe
from kazerooni.scoring import Trace
from napari_kazerooni.commands import Commands
from napari_kazerooni.history import Step
from napari_kazerooni.room import Room
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.working import Working

_CHANGES_EVERY_S: Final = 0.1
_SLOW_STEP_BYTES: Final = 100_000
"""Counting the slices of so many changed pixels anew takes longer than a picture on the screen."""


class Saying(Working):
    """The part of a desk by which a reader says something.

    room: shows the scan. lobe: that keys are about. blinded: whether readings to come are.
    events: hold `changed`, `chosen`, `lobes`, `named` and `signed`, too.
    """

    room: Room
    lobe: Lobe
    blinded: bool

    def __init__(self) -> None:
        super().__init__()
        self._shown_content: int | None = None
        self._told_at_s = float("-inf")

    @property
    def open_session(self) -> ReadingSession:
        """The session. Raises ReadingError where no scan is open."""
        if self.session is None:
            raise ReadingError("no scan is open; open one first")
        return self.session

    def tell_changed(self) -> None:
        """Tell that marks or words have changed."""
        if self.session is not None:
            self._shown_content, self._told_at_s = self.session.content, self.clock()
            self.events.changed()

    def tell_if_changed(self, at_s: float) -> None:
        """Tell it where something has changed since it was told, ten times a second at most. at_s: the clock's time."""
        session = self.session
        if session is None or session.content == self._shown_content or at_s - self._told_at_s < _CHANGES_EVERY_S:
            return
        self.tell_changed()

    def do(self, command: Callable[[Commands], object]) -> bool:
        """Say something of the reading; where it is refused the reason is told. Gives whether it was done."""
        try:
            if self.busy is not None:
                raise ReadingError(self.why_wait)
            self.layers.tell_strokes()
            command(self.open_session.say)
        except KazerooniError as error:
            self.tell(str(error))
            return False
        self.tell_changed()
        return True

    def name_reader(self, name: str) -> bool:
        """Say who reads; where that is refused the reason is told. Gives whether it was done."""
        return self._set(lambda session: self._name(session, name.strip()))

    def _name(self, session: ReadingSession, name: str) -> None:
        session.reader = self.reader = name
        self.events.named()

    def choose_scheme(self, name: str) -> bool:
        """Grade under another scheme; where that is refused the reason is told. Gives whether it was done."""
        return self._set(lambda session: session.choose_scheme(name))

    def confirm(self, key: str) -> bool:
        """Answer a question before signing with yes; where that is refused the reason is told."""
        return self._set(lambda session: session.confirm(key))

    def _set(self, change: Callable[[ReadingSession], object]) -> bool:
        """Change what undo does not take back: not while something changes the reading, or signs it."""
        try:
            if self.is_held:
                raise ReadingError(self.why_wait)
            change(self.open_session)
        except KazerooniError as error:
            self.tell(str(error))
            return False
        return True

    def undo(self) -> None:
        """Take back the last thing that was said."""
        self._step(lambda say: say.undo(), lambda say: say.next_undone)

    def redo(self) -> None:
        """Say again what was taken back."""
        self._step(lambda say: say.redo(), lambda say: say.next_redone)

    def _step(self, take: Callable[[Commands], Step | None], peek: Callable[[Commands], Step | None]) -> None:
        """Undo or redo; where many pixels change, in the background."""
        session = self.session
        coming = None if session is None else peek(session.say)
        if session is None or coming is None or coming.size_bytes < _SLOW_STEP_BYTES:
            self.do(lambda say: self._show_step(take(say)))
            return
        self.start(f"Undo or redo: {coming.name}", lambda *_: take(session.say), self._show_step)

    def _show_step(self, step: Step | None) -> None:
        if step is not None and step.patch is not None:
            self.layers.refresh((step.patch.layer,))
        if step is not None and step.fissures is not None:
            self.events.lobes()
        self.tell_changed()

    def spill(self, trace: Trace) -> None:
        """Say that a trace is a stroke that went astray: its marks are erased."""
        self.do(lambda say: say.spill_trace(trace))
        self.layers.refresh()

    def choose_lobe(self, by: int) -> None:
        """Let keys be about the next lobe that the scheme grades, or the one before."""
        lobes = [region.lobe for region in self.open_session.scheme.regions]
        at = lobes.index(self.lobe) if self.lobe in lobes else 0
        self.lobe = lobes[(at + by) % len(lobes)]
        self.events.chosen()
