"""An export of which no date is true and every interval is; and one of which no UID leads back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kazerooni.errors import ReadingError
from kazerooni.model import Course, Event, EventKind, Notice, Patient, Reading, ScanRef, Session, Supersedes
from kazerooni.records import course_json, replace_uids, shift_dates, shift_of
from tests.records.builders import KEY
from tests.records.strategies import courses

slow = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def moments_of(course: Course) -> Iterator[date]:
    """Give every date and moment of a course, in one order."""
    for reading in course.readings:
        yield from (
            m for m in (reading.scan.study_date, reading.session.started, reading.session.ended) if m is not None
        )
    yield from (one.on for one in course.lung_function)
    yield from (one.on for one in course.events)
    for one in course.treatments:
        yield from (day for day in (one.start, one.end) if day is not None)


def without_moments(course: Course) -> Course:
    """Give a course with all of its dates the same."""
    day = date(2000, 1, 1)
    return replace(
        course,
        readings=tuple(
            replace(
                reading,
                scan=replace(reading.scan, study_date=reading.scan.study_date and day),
                session=replace(reading.session, started=None, ended=None),
            )
            for reading in course.readings
        ),
        lung_function=tuple(replace(one, on=day) for one in course.lung_function),
        treatments=tuple(replace(one, start=day, end=one.end and day) for one in course.treatments),
        events=tuple(replace(one, on=day) for one in course.events),
    )


@slow
@given(courses("P-1"))
def test_every_interval_is_kept_and_nothing_but_dates_is_changed(course: Course) -> None:
    """All dates and moments of a patient move back by the same whole weeks; all else is bit for bit as it was."""
    (shifted,) = shift_dates([course], KEY)
    before, after = list(moments_of(course)), list(moments_of(shifted))
    moved = {one - other for one, other in zip(before, after, strict=True)}
    assert moved <= {shift_of("P-1", KEY)}
    assert [other.isoformat()[10:] for other in after] == [one.isoformat()[10:] for one in before]
    assert course_json(without_moments(shifted)) == course_json(without_moments(course))


@given(st.text(min_size=1), st.binary(min_size=16))
def test_a_shift_is_a_year_of_whole_weeks_at_most(pseudonym: str, key: bytes) -> None:
    """Dates move back by 1 to 52 weeks, always by the same for the same key and patient."""
    shift = shift_of(pseudonym, key)
    assert shift == shift_of(pseudonym, key)
    assert shift % timedelta(weeks=1) == timedelta()
    assert timedelta(weeks=1) <= shift <= timedelta(weeks=52)


def test_patients_and_keys_have_shifts_of_their_own() -> None:
    """Of many patients every number of weeks comes up, and another key moves them otherwise."""
    shifts = [shift_of(f"P-{number}", KEY) for number in range(1000)]
    assert len(set(shifts)) == 52
    assert shifts != [shift_of(f"P-{number}", KEY + b"2") for number in range(1000)]


def test_a_session_across_a_change_of_the_clock_keeps_its_length() -> None:
    """A session in the night in which clocks change lasts as long after the shift."""
    rome = ZoneInfo("Europe/Rome")
    started = datetime(2026, 3, 29, 1, 30, tzinfo=rome)
    ended = datetime(2026, 3, 29, 3, 30, tzinfo=rome)  # an hour later: at 2 it became 3
    reading = Reading(id="R-1", scan=ScanRef(patient="P-1"), session=Session(started=started, ended=ended))
    (course,) = shift_dates([Course(patient=Patient(pseudonym="P-1"), readings=(reading,))], KEY)
    session = course.readings[0].session
    assert session.ended is not None
    assert session.started is not None
    assert session.ended - session.started == timedelta(hours=1)


def test_a_date_before_the_calendar_is_told() -> None:
    """A date that cannot be moved back is an error, not another date."""
    event = Event(kind=EventKind.RELAPSE, on=date(1, 1, 2))
    with pytest.raises(ReadingError, match="too early to be shifted"):
        shift_dates([Course(patient=Patient(pseudonym="P-1"), events=(event,))], KEY)


@slow
@given(courses("P-1"))
def test_no_uid_and_no_id_is_kept_where_they_are_replaced(course: Course) -> None:
    """Study, series, frame and slice UIDs and ids of readings are others; what was the same or refers still does."""
    (replaced,) = replace_uids([course], KEY)
    for before, after in zip(course.readings, replaced.readings, strict=True):
        for name in ("study_uid", "series_uid", "frame_of_reference_uid"):
            old, new = getattr(before.scan, name), getattr(after.scan, name)
            assert (old is None) == (new is None)
            assert new is None or (new != old and len(new) <= 64)
        assert len(after.scan.sop_uids) == len(before.scan.sop_uids)
        assert not set(after.scan.sop_uids) & set(before.scan.sop_uids)
        assert after.id != before.id
    uids = {"study_uid", "series_uid", "frame_of_reference_uid", "sop_uids", "id", "supersedes"}

    def rest(value: object) -> object:
        if isinstance(value, dict):
            return {name: rest(member) for name, member in value.items() if name not in uids}
        return [rest(item) for item in value] if isinstance(value, list) else value

    assert rest(course_json(replaced)) == rest(course_json(course))
    assert json.dumps(course_json(replace_uids([course], KEY)[0])) == json.dumps(course_json(replaced))


def test_references_follow_the_uids_that_are_replaced() -> None:
    """Slices named in notices and readings that supersede another still name them; a series keeps one UID."""
    notice = Notice("x", "info", "x", ("1.2.3",))
    first = Reading(
        id="R-1", scan=ScanRef(patient="P-1", series_uid="1.2", sop_uids=("1.2.3", "1.2.4")), notices=(notice,)
    )
    second = Reading(id="R-2", scan=ScanRef(patient="P-1", series_uid="1.2"), supersedes=Supersedes("R-1", "corrected"))
    (course,) = replace_uids([Course(patient=Patient(pseudonym="P-1"), readings=(first, second))], KEY)
    one, two = course.readings
    assert one.notices[0].sop_uids == one.scan.sop_uids[:1]
    assert two.supersedes == Supersedes(one.id, "corrected")
    assert one.scan.series_uid == two.scan.series_uid
