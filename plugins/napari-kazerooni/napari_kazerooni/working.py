"""Working: one piece of work in the background at a time, told by its name, and what may be done meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from napari.utils.events import EmitterGroup

from napari_kazerooni.label_layers import LabelLayers
from napari_kazerooni.later import Step, in_turns
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.worker import Job, Work, run


def _nothing(_: object) -> Iterator[Step]:
    return iter(())


class Working:
    """What a desk does in the background. busy: what is being done, None: nothing.

    is_held: whether nothing of the reading may be changed meanwhile.
    viewer: of napari. clock: counts seconds. events: holds `busy`, `told` and `drafts`. layers: are closed by work
    that changes the reading. reader: who reads, empty: nobody was named. reading_folder: that signed readings are
    kept in, None: the usual one. session: that is worked on; where another one was opened meanwhile, what was made
    for the first is dropped.
    """

    session: ReadingSession | None
    viewer: Any
    reader: str
    reading_folder: Path | None
    layers: LabelLayers
    events: EmitterGroup
    clock: Callable[[], float]

    def __init__(self) -> None:
        self.busy: str | None = None
        self.is_held = False
        self._job: Job | None = None
        self._ended: Callable[[], None] | None = None

    @property
    def has_closed(self) -> bool:
        """Whether the window has gone, which napari takes away from its viewer: nothing is shown in it any more."""
        window = getattr(self.viewer, "window", None)
        return window is not None and getattr(window, "_qt_window", None) is None

    @property
    def why_wait(self) -> str:
        """Why nothing else is begun while something is done; what changes the reading is not to be cancelled."""
        return f"{self.busy}: wait until it is done{'' if self.is_held else ', or cancel it'}"

    def tell(self, message: str) -> None:
        """Tell the reader something."""
        is_word = message.partition(" ")[0].isalpha()  # the name of a file stays as it is
        self.events.told(message=message[:1].upper() + message[1:] if is_word else message)

    def start(
        self,
        what: str,
        work: Work,
        returned: Callable[[Any], object],
        *,
        closes: bool = True,
        first: Callable[[Any], Iterator[Step]] = _nothing,
    ) -> None:
        """Do some work in the background; where it `closes`, nothing of the reading may be changed meanwhile.

        first: gives steps to be taken before `returned`, each in a turn of its own; the work ends after them.
        """
        session, closed_before = self.session, self.layers.locks.closed
        if self.busy is not None:
            self.tell(self.why_wait)
            return

        def on_ended() -> None:
            self.is_held = False
            self._set_busy(None)
            if closes and session is self.session:
                self._put_lock_back(closed_before)

        def end(value: object) -> None:
            on_ended()
            if session is self.session and not self.has_closed:
                returned(value)

        def on_returned(value: object) -> None:
            if first is _nothing or self._job is None:
                end(value)
            else:
                in_turns(self._job, chain(first(value), (partial(end, value),)))

        def on_failed(message: str) -> None:
            on_ended()
            self.tell(message)

        if closes:
            self.layers.close(f"{what}: marks wait until it is done.")
        self.is_held = closes
        self._set_busy(what)
        self._job = run(work, returned=on_returned, failed=on_failed, told=self._set_busy)
        self._ended = None if closes else on_ended

    def _put_lock_back(self, closed_before: str | None) -> None:
        """Let marks be painted as before the work; why they could not be, as in a signed reading, is told again."""
        if closed_before is not None:
            self.layers.close(closed_before)
        elif self.session is None or self.session.signed is None:
            self.layers.open()

    def cancel(self) -> None:
        """End what runs in the background, but not what changes the reading; what was said and painted stays."""
        if self._job is not None and self._ended is not None and self.busy is not None:
            self._job.cancel()
            self._ended()
            self.tell("Cancelled.")

    def _set_busy(self, what: Any) -> None:
        self.busy = what
        self.events.busy()
