"""Patience: what may pass is tried again, after pauses that grow, and no longer than is sensible."""

from __future__ import annotations

import time
from threading import Event

import pytest

from kazerooni.errors import PacsError, PassingError
from kazerooni.pacs import patiently
from kazerooni.pacs.patience import StoppedError, Trial


class Flaky:
    """Fails so many times."""

    def __init__(self, *errors: PacsError) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        """Fail, or say that it is done."""
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def test_what_passes_is_got_over() -> None:
    """Two failures that may pass and then an answer are an answer."""
    flaky = Flaky(PassingError("busy"), PassingError("busy"))
    assert patiently(flaky, tries=3) == "done"
    assert flaky.calls == 3


def test_what_does_not_pass_is_told_with_the_tries() -> None:
    """After the last try the error is told, with how often it was tried."""
    flaky = Flaky(*(PassingError("busy") for _ in range(9)))
    with pytest.raises(PassingError, match="busy; tried 2 times"):
        patiently(flaky, tries=2)
    assert flaky.calls == 2


def test_what_cannot_pass_is_not_tried_again() -> None:
    """A wrong password is not tried twice: accounts get locked by that."""
    flaky = Flaky(PacsError("the server does not let us in"))
    with pytest.raises(PacsError, match="let us in"):
        patiently(flaky, tries=5)
    assert flaky.calls == 1


def test_a_wish_of_the_server_is_kept_to() -> None:
    """No try comes before the time that the server asked for; a wish for more than five minutes ends it at once."""
    begin = time.monotonic()
    assert patiently(Flaky(PassingError("busy", 0.6)), tries=2) == "done"
    assert time.monotonic() - begin >= 0.6
    with pytest.raises(PassingError, match="wait for 3600 s"):
        patiently(Flaky(PassingError("busy", 3600.0)), tries=2)


def test_a_stop_ends_a_pause() -> None:
    """Whoever asks to stop does not wait for a pause to end."""
    stop = Event()
    stop.set()
    with pytest.raises(StoppedError):
        Trial(5, stop).again(PassingError("busy", 60.0))
