"""Studies: what is done with a study of which nothing is known, and with a series that has neither reading nor maps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kazerooni.archive.choice import FAILS, NO_UID, Choice, left
from kazerooni.archive.known import HAS_PICTURES, Known, stamp_of
from kazerooni.archive.ranked import ranked
from kazerooni.archive.task import Kind, Task, task_id

_HAS_READING: Final = "a reading of it is kept, which is graded again"
_DRAFTED: Final = "no reading and no maps: its best series is drafted"
_HOPELESS: Final = f"no reading and no maps, and no series that is fit to score: {FAILS}"
_STUDIES: Final = """SELECT study, patient, place, group_concat(number) FROM series WHERE is_ct
  GROUP BY study, patient, place ORDER BY study, patient, place"""


def of_studies(known: Known, *, explain: bool) -> Iterator[Choice]:
    """Decide of every study with CT pictures: drafted where none of its series has a reading or a map of use.

    explain: whether each of its series is told, too, and why it was chosen or not: their headers are looked into.
    """
    for study, _, __, numbers in known.rows(_STUDIES):
        series = tuple(map(int, numbers.split(",")))
        pictures, uids = known.pictures(series)
        if not pictures:
            continue
        told = study or NO_UID
        if _is_known(known, series):
            yield left("study", told, "a reading or maps of it are kept", study=study)
            if explain:
                yield from _beside_known(known, series, study)
            continue
        task = Task(
            id=task_id(Kind.DRAFT, [study, uids]),
            kind=Kind.DRAFT,
            stamp=stamp_of(pictures),
            number=min(one.number for one in pictures),
            study_uid=study,
            files=tuple(one.path for one in pictures),
        )
        rows = [_placed(row, task.number) for row in ranked(known, task, _uids(known, series))] if explain else []
        is_hopeless = explain and all(row.is_left for row in rows)
        yield _placed(Choice("study", told, _HOPELESS if is_hopeless else _DRAFTED, task, study=study), task.number)
        yield from rows


def _placed(choice: Choice, number: int) -> Choice:
    """Tell of what has no UID a file of it, or of its study, by its number in the index."""
    if choice.uid != NO_UID:
        return choice
    return choice._replace(detail=f"{choice.detail}; file {number}" if choice.detail else f"file {number}")


def _series(known: Known, number: int, uid: str, why: str, study: str) -> Choice:
    """Leave a series."""
    choice = left("series", uid or NO_UID, why, study=study)
    return choice if uid else _placed(choice, min(one.number for one in known.pictures((number,))[0]))


def _uids(known: Known, series: tuple[int, ...]) -> list[str]:
    return [uid for number, uid in known.series_of(series) if _has_pictures(known, number)]


def _has_pictures(known: Known, number: int) -> bool:
    return known.is_so(f"SELECT 1 FROM series s WHERE number = ? AND {HAS_PICTURES}", number)  # noqa: S608


def _is_known(known: Known, series: tuple[int, ...]) -> bool:
    return any(uid and (known.has_reading(uid) or _has_maps(known, uid)) for _, uid in known.series_of(series))


def _has_maps(known: Known, uid: str) -> bool:
    asked = """SELECT 1 FROM placed p JOIN documents d ON d.number = p.document
      WHERE p.series = ? AND d.roles != ''"""
    return known.is_so(asked, uid)


def _beside_known(known: Known, series: tuple[int, ...], study: str) -> Iterator[Choice]:
    """Tell the series of a study of which something is known, but for those with maps, which are told already."""
    for number, uid in known.series_of(series):
        if not _has_pictures(known, number):
            continue
        if known.has_reading(uid):
            yield left("series", uid, _HAS_READING, study=study)
        elif not _has_maps(known, uid):
            yield _series(known, number, uid, "a reading or maps of another series of its study are kept", study)


def of_bare_series(known: Known) -> Iterator[Choice]:
    """Tell every CT series with neither reading nor maps, where nothing is drafted."""
    asked = f"""SELECT s.number, s.series, s.study FROM series s WHERE s.is_ct AND {HAS_PICTURES}
      AND (s.series = '' OR NOT EXISTS (SELECT 1 FROM placed p WHERE p.series = s.series))
      ORDER BY s.series, s.study, s.number"""  # noqa: S608
    bare = "no reading and no maps of it; --draft drafts the best series of its study"
    for number, uid, study in known.rows(asked):
        why = _HAS_READING if known.has_reading(uid) else bare
        yield _series(known, number, uid, why, study)


def of_other_series(known: Known) -> Iterator[Choice]:
    """Tell every series that is none of a CT."""
    asked = f"""SELECT s.number, s.series, s.study FROM series s WHERE NOT s.is_ct AND {HAS_PICTURES}
      ORDER BY s.series, s.study, s.number"""  # noqa: S608
    for number, uid, study in known.rows(asked):
        yield _series(known, number, uid, "not a CT", study)
