"""UIDs: others in the place of those that a scanner gave, which may hold dates and lead back to the scan."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from kazerooni.identity import keyed_bytes, replaced_uid
from kazerooni.model import Course, Reading


def replace_uids(courses: Iterable[Course], key: bytes) -> tuple[Course, ...]:
    """Put keyed hashes in the place of study, series, frame and slice UIDs, and of the ids of readings.

    The same UID gives the same new one, in every course and export, so what belongs together still does. Ids of
    readings are replaced as those of typed readings are made from what was typed, the date with it. References from one
    reading to another follow. Digests of maps and tables are kept.
    """
    return tuple(
        replace(course, readings=tuple(_replaced(reading, key) for reading in course.readings)) for course in courses
    )


def _replaced(reading: Reading, key: bytes) -> Reading:
    scan, supersedes = reading.scan, reading.supersedes
    return replace(
        reading,
        id=_id(reading.id, key),
        supersedes=None if supersedes is None else replace(supersedes, reading=_id(supersedes.reading, key)),
        scan=replace(
            scan,
            study_uid=_uid(scan.study_uid, key),
            series_uid=_uid(scan.series_uid, key),
            frame_of_reference_uid=_uid(scan.frame_of_reference_uid, key),
            sop_uids=_uids(scan.sop_uids, key),
        ),
        notices=tuple(replace(notice, sop_uids=_uids(notice.sop_uids, key)) for notice in reading.notices),
    )


def _uids(uids: tuple[str, ...], key: bytes) -> tuple[str, ...]:
    return tuple(new for uid in uids if (new := _uid(uid, key)) is not None)


def _uid(uid: str | None, key: bytes) -> str | None:
    return None if uid is None else replaced_uid(uid, key)


def _id(reading: str, key: bytes) -> str:
    digest = keyed_bytes(f"reading\0{reading}", key).hex()
    return f"R-{digest[:20]}"
