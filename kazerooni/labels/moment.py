"""Moment: which date and time an object says that its content was made at."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from pydicom.dataset import Dataset

from kazerooni.model import Reading


def content_moment(reading: Reading, source: Dataset) -> datetime:
    """Give when a reading was made: its end, else its beginning, in the time zone of the source where that is said.

    A reading that says neither, as one made from maps by the command line, is given the date and time of its study: the
    earliest that it can be of, and the same on every export. Where the study says no date either, it is now.
    """
    told = reading.session.ended or reading.session.started
    if told is not None:
        zone = _zone(str(source.get("TimezoneOffsetFromUTC") or ""))
        return told if zone is None else told.astimezone(zone)
    found = f"{source.get('StudyDate') or ''} {str(source.get('StudyTime') or '')[:6] or '000000'}"
    for form in ("%Y%m%d %H%M%S", "%Y%m%d %H%M", "%Y%m%d %H"):
        try:
            return datetime.strptime(found, form)  # noqa: DTZ007 - as the study says it
        except ValueError:
            continue
    if reading.scan.study_date is not None:
        return datetime.combine(reading.scan.study_date, datetime.min.time())
    return datetime.now().astimezone()


def _zone(offset: str) -> timezone | None:
    """Read +HHMM or -HHMM; None where it is neither."""
    if len(offset) != 5 or offset[0] not in "+-" or not offset[1:].isdecimal():
        return None
    minutes = int(offset[1:3]) * 60 + int(offset[3:])
    return timezone(timedelta(minutes=minutes if offset[0] == "+" else -minutes)) if minutes < 24 * 60 else None
