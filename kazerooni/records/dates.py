"""Dates: those of a patient all moved by one number of weeks, so that none is true and every interval is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

from kazerooni.errors import ReadingError
from kazerooni.identity import shift_of
from kazerooni.model import Course, Reading


def shift_dates(courses: Iterable[Course], key: bytes) -> tuple[Course, ...]:
    """Move all dates of each patient back by the same 1 to 52 weeks, another number for another patient.

    Weekdays, intervals and times of day are kept exactly; nothing but dates is changed. The number follows from the key
    and the pseudonym alone, so later exports fit earlier ones. UIDs may hold dates (`replace_uids` makes others), and
    so may remarks, which are left as they are.

    Raises ReadingError where a date is before the calendar then.
    """
    return tuple(_shifted(course, shift_of(course.patient.pseudonym, key)) for course in courses)


def _shifted(course: Course, back: timedelta) -> Course:
    def moved(day: date) -> date:
        return day - back

    try:
        return replace(
            course,
            readings=tuple(_shifted_reading(reading, back) for reading in course.readings),
            lung_function=tuple(replace(one, on=moved(one.on)) for one in course.lung_function),
            treatments=tuple(
                replace(one, start=moved(one.start), end=None if one.end is None else moved(one.end))
                for one in course.treatments
            ),
            events=tuple(replace(one, on=moved(one.on)) for one in course.events),
        )
    except OverflowError:
        raise ReadingError("a date is too early to be shifted; correct its year") from None


def _shifted_reading(reading: Reading, back: timedelta) -> Reading:
    scan, session = reading.scan, reading.session
    return replace(
        reading,
        scan=scan if scan.study_date is None else replace(scan, study_date=scan.study_date - back),
        session=replace(session, started=_moved(session.started, back), ended=_moved(session.ended, back)),
    )


def _moved(moment: datetime | None, back: timedelta) -> datetime | None:
    """Move a moment, its distance from UTC being kept: across a change of the clock, intervals would not be."""
    if moment is None:
        return None
    return moment.replace(tzinfo=timezone(moment.utcoffset() or timedelta())) - back
