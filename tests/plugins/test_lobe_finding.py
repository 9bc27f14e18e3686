"""Lobe finding: what the program finds is handed to the reading with all that is known of it."""

from __future__ import annotations

from kazerooni.model import Component, Lobe, State
from napari_kazerooni.lobe_finding import say_unparted
from tests.plugins.builders import small_session


def test_lobes_that_nothing_tells_apart_are_not_graded() -> None:
    """Lobes without a fissure between them cannot be assessed in either component; the others are as before."""
    session = small_session()
    say_unparted(session, {Lobe.RUL, Lobe.RML})
    reading = session.reading()
    for component in Component:
        assert reading.state((Lobe.RUL,), component) is State.NOT_ASSESSABLE
        assert reading.state((Lobe.RML,), component) is State.NOT_ASSESSABLE
        assert reading.state((Lobe.RLL,), component) is not State.NOT_ASSESSABLE
    entry = reading.entry(Lobe.RUL, Component.ALVEOLAR)
    assert entry is not None
    assert "no fissure is known" in entry.reason
