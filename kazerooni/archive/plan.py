"""Plan: from the index to tasks, and why each series or reading was chosen or left.

Everything is read from the database row by row: memory does not grow with the archive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kazerooni.archive.booked import SUPERSEDED, of_book
from kazerooni.archive.choice import FAILS, Choice, left
from kazerooni.archive.fit import read_fit
from kazerooni.archive.index import Index
from kazerooni.archive.known import DOCUMENTS, PLACE, Known, Place, stamp_of
from kazerooni.archive.mapped import is_measured, of_mapped, place_maps
from kazerooni.archive.rivals import Rivals, rivals_of
from kazerooni.archive.studies import of_bare_series, of_other_series, of_studies
from kazerooni.archive.task import Booked, Kind, Task, task_id
from kazerooni.archive.telling import told_of
from kazerooni.errors import ReadingError

_SHOWN_OF_DIGEST: Final = 16
LEFT_TWICE: Final = "the same file lies elsewhere, too, and counts once"
_SAME_READING: Final = "the same reading stands in another file, too, and counts once"
_SIGNED_SINCE: Final = "a draft of a reading that is here as a signed one, too"
_BROKEN_READING: Final = f"a reading that is broken: {FAILS}"
_BROKEN_SCORE: Final = f"an old score that is broken: {FAILS}"
_RIVALS: Final = f"another file holds another reading under this id: {FAILS}"
_BOOK_RIVALS: Final = f"the score book holds another reading under this id: {FAILS}"

_EMPTY_BESIDE: Final = """SELECT f.number, f.name FROM files f WHERE f.size = 0 AND f.kind = 'other'
  AND EXISTS (SELECT 1 FROM files g WHERE g.folder = f.folder AND g.kind = 'picture') ORDER BY f.number"""
_ENDING: Final = re.compile(rb"\.[A-Za-z][A-Za-z0-9]*$")


def plan(index: Index, *, draft: bool, explain: bool = False) -> Iterator[Choice]:
    """Decide of everything in the index, and in the score book, where that was noted (`booked.note_book`).

    draft: whether studies of which nothing is known are to be drafted. explain: whether each series of these is told,
    too, and why a reading is broken; headers, and such readings, are looked into.
    """
    known = Known(index)
    place_maps(known)
    yield from _readings(known, explain=explain)
    yield from of_mapped(known, draft=draft)
    yield from _scores(known)
    yield from of_studies(known, explain=explain) if draft else of_bare_series(known)
    yield from of_other_series(known)
    yield from _problems(known)
    yield from of_book(known)
    known.end_writing()


def _readings(known: Known, *, explain: bool) -> Iterator[Choice]:
    again = """EXISTS (SELECT 1 FROM documents e WHERE e.kind = 'reading' AND e.digest = d.digest
      AND (e.file, e.member) < (d.file, d.member))"""
    asked = f"""SELECT {again}, d.status, d.uid, d.refers, d.digest, d.broken, d.number, d.member, {PLACE}
      FROM {DOCUMENTS} WHERE d.kind = 'reading' ORDER BY d.file, d.member"""  # noqa: S608
    for is_again, status, uid, refers, digest, is_broken, document, member, *rest in known.rows(asked):
        told = uid or digest[:_SHOWN_OF_DIGEST]
        if is_again:
            yield left("reading", told, LEFT_TWICE)
            continue
        if (why := _replaced(known, uid, is_draft=status == "draft")) is not None:
            yield left("reading", told, why)
            continue
        rivals = rivals_of(known, uid, digest)
        if rivals.is_again:
            yield left("reading", told, _SAME_READING)
            continue
        place = known.place(rest, member)
        old = known.old_scores(reading=uid) if rivals.is_first else []
        booked = [Place(0, "", f"book {rivals.booked}")] if rivals.booked else []
        task = Task(
            id=task_id(Kind.READING, [digest]),
            kind=Kind.READING,
            # Its digest in place of size and time, so a copy of it is the same task.
            stamp=stamp_of([place._replace(stamp=digest), *rivals.others, *old, *booked]),
            number=place.number,
            member=document if member else 0,
            series_uid=refers,
            reading=uid,
            files=(place.path, *(one.path for one in rivals.others)),
            old=tuple(one.path for one in old),
            booked=rivals.booked,
        )
        why, detail = _BROKEN_READING if is_broken else _why(rivals), _where(task)
        if is_broken and explain:
            detail += f": {_fault(task)}"
        choice = Choice("reading", told, why, task)
        yield choice._replace(detail=detail) if choice.is_doomed else choice


def _replaced(known: Known, uid: str, *, is_draft: bool) -> str | None:
    """Tell why a reading no longer counts; None where it does."""
    if is_draft and known.is_signed(uid):
        return _SIGNED_SINCE
    return SUPERSEDED if known.is_superseded(uid, is_draft=is_draft) else None


def _where(task: Task) -> str:
    """Tell a file, or a member of a zip, by its number in the index."""
    return f"member {task.member}" if task.member else f"file {task.number}"


def _fault(task: Task) -> str:
    """Say why a reading cannot be graded, as errors.csv will."""
    try:
        read_fit(Path(task.files[0]))
    except ReadingError as error:
        return told_of(error, task)
    return "it has changed since it was looked at"


def _why(rivals: Rivals) -> str:
    if rivals.others:
        return _RIVALS
    return _BOOK_RIVALS if rivals.booked is Booked.OTHER else "a kept reading: graded again"


def _scores(known: Known) -> Iterator[Choice]:
    """Decide of the old scores: a broken one is a task that fails, so that it is told with all else that failed."""
    asked = f"""SELECT min(d.file), d.number, d.uid, d.refers, d.digest, d.member, {PLACE} FROM {DOCUMENTS}
      WHERE d.kind = 'broken score' GROUP BY d.digest ORDER BY d.digest"""  # noqa: S608
    for _, document, uid, refers, digest, member, *rest in known.rows(asked):
        place = known.place(rest, member)
        task = Task(
            id=task_id(Kind.SCORE, [digest]),
            kind=Kind.SCORE,
            stamp=stamp_of([place._replace(stamp=digest)]),
            number=place.number,
            member=document if member else 0,
            series_uid=refers,
            reading=uid,
            old=(place.path,),
        )
        yield Choice("score", digest[:_SHOWN_OF_DIGEST], _BROKEN_SCORE, task, detail=_where(task))
    lone = "SELECT uid, refers, digest FROM documents WHERE kind = 'score' GROUP BY digest, uid, refers ORDER BY digest"
    for uid, refers, digest in known.rows(lone):
        if not known.is_graded(uid) and not (refers and is_measured(known, refers)):
            yield left("score", digest[:_SHOWN_OF_DIGEST], "an old score of what is not graded here")


def _problems(known: Known) -> Iterator[Choice]:
    for number, why in known.rows("SELECT number, why FROM folders WHERE why != '' ORDER BY number"):
        yield left("folder", str(number), why)
    for number, document, why in known.rows("SELECT file, document, why FROM problems ORDER BY file, why, document"):
        yield left("file", str(number), why, detail=f"member {document}" if document else "")
    # Pictures often have names without an ending; an empty file among them was one.
    for number, name in known.rows(_EMPTY_BESIDE):
        if not _ENDING.search(name):
            yield left("file", str(number), "an empty file among pictures; get it again")
