"""Patience: what another try may get over is tried again, after pauses that grow; a server's own wish is kept to."""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Event
from typing import Final, TypeVar

from kazerooni.errors import PassingError

FIRST_PAUSE_S: Final = 0.5
LONGEST_PAUSE_S: Final = 30.0
LONGEST_WISH_S: Final = 300.0

_T = TypeVar("_T")


class StoppedError(Exception):
    """Somebody asked to stop. Never leaves `kazerooni.pacs`."""


class Trial:
    """The tries of one thing: `again` pauses before the next one, or raises what happened where they are spent."""

    def __init__(self, tries: int, stop: Event | None = None) -> None:
        self._tries, self._stop = tries, stop or Event()
        self._done = 0

    def begin_anew(self) -> None:
        """Forget the tries so far: something was got."""
        self._done = 0

    def again(self, error: PassingError) -> None:
        """Pause, as long as the server wishes or twice as long as before.

        Raises the error where no try is left or the server wishes for more than five minutes, StoppedError where
        somebody asked to stop.
        """
        self._done += 1
        if error.wait_s is not None and error.wait_s > LONGEST_WISH_S:
            raise PassingError(f"{error}; it asks to wait for {error.wait_s:.0f} s: try again then") from None
        if self._done >= self._tries:
            raise PassingError(f"{error}; tried {self._done} times, try again later") from None
        # A pause between half and the whole of it, so that many programs do not come back in step.
        pause_s = min(FIRST_PAUSE_S * 2 ** (self._done - 1), LONGEST_PAUSE_S) * random.uniform(0.5, 1)  # noqa: S311
        if self._stop.wait(max(pause_s, error.wait_s or 0)):
            raise StoppedError


def patiently(do: Callable[[], _T], tries: int) -> _T:
    """Do something that may be repeated, again where it fails in a way that may pass.

    Raises PassingError where no try is left.
    """
    trial = Trial(tries)
    while True:
        try:
            return do()
        except PassingError as error:
            trial.again(error)
