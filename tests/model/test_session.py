"""How a scan was read, what the reading says beside the lobes, and what it takes the place of."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Pattern, Reading, ScanRef, Session, Status, Supersedes, Window

NOON = datetime(2013, 2, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"started": NOON.replace(tzinfo=None)}, "started at 2013-02-01 12:00:00, of no time zone"),
        ({"ended": NOON.replace(tzinfo=None)}, "ended at 2013-02-01 12:00:00, of no time zone"),
        ({"started": NOON, "ended": NOON - timedelta(seconds=1)}, "ended at .* before it started"),
        ({"order": 0}, "order 0 in the session; 1 is the first"),
        ({"slices_seen": (3, 2)}, "ascending indices from 0"),
        ({"slices_seen": (2, 2)}, "each once"),
        ({"slices_seen": (-1, 2)}, "ascending indices from 0"),
    ],
)
def test_sessions_are_checked(given: dict[str, Any], message: str) -> None:
    """Times have a zone and run forwards, the first reading is number 1, and slices are ascending indices."""
    with pytest.raises(ReadingError, match=message):
        Session(**given)


def test_a_session_may_cross_time_zones() -> None:
    """A reading that ended at an earlier hour of another zone, but later, is right."""
    ended = datetime(2013, 2, 1, 9, 0, tzinfo=timezone(timedelta(hours=-5)))  # 14:00 UTC
    assert Session(started=NOON, ended=ended).ended == ended


def test_nothing_recorded_is_none() -> None:
    """A session of which nothing was recorded holds no value; no slice seen is another thing than not recorded."""
    session = Session()
    assert (session.started, session.prior_shown, session.order, session.slices_seen) == (None,) * 4
    assert Session(slices_seen=()).slices_seen == ()


def test_a_pattern_has_a_name() -> None:
    """A pattern is named, by somebody or by nobody known; one without a name is refused."""
    assert Pattern("NSIP").by is None
    with pytest.raises(ReadingError, match="the pattern has no name"):
        Pattern(" ", by="R1")


@pytest.mark.parametrize(("reading", "reason"), [("", "a slip"), ("r1", "  ")])
def test_superseding_is_explained(reading: str, reason: str) -> None:
    """A reading supersedes another by its id and for a reason; without either it is refused."""
    with pytest.raises(ReadingError, match="by its id and for a reason; give both"):
        Supersedes(reading, reason)


def test_no_reading_supersedes_itself() -> None:
    """A reading takes the place of another one, never its own."""
    with pytest.raises(ReadingError, match="reading r1 is said to supersede itself"):
        Reading(id="r1", scan=ScanRef(), supersedes=Supersedes("r1", "a slip"))
    assert Reading(id="r2", scan=ScanRef(), supersedes=Supersedes("r1", "a slip")).status is Status.DRAFT


def test_sessions_cannot_be_changed() -> None:
    """A change makes a new session, window or pattern."""
    for frozen, name in ((Session(), "order"), (Window(-600, 1500), "level_hu"), (Pattern("UIP"), "name")):
        with pytest.raises(FrozenInstanceError):
            setattr(frozen, name, 1)
