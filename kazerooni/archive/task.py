"""Task: one piece of an archive's work, and what became of it. Paths and results travel, not volumes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from kazerooni.archive.record import ScoreRecord

_ID_DIGITS = 24


class Kind(StrEnum):
    """What a task is made from.

    reading: a `reading.json`, graded again from its tally. book: a reading of the score book.
    maps: a series with DICOM SEGs of its lobes and findings, measured and graded.
    draft: a study of which nothing is known: its best series is segmented for a person to read; or a series with a SEG
    of its lobes alone, which are taken.
    score: an old score that is broken, so that it is told why.
    """

    READING = "reading"
    BOOK = "book"
    MAPS = "maps"
    DRAFT = "draft"
    SCORE = "score"


class Booked(StrEnum):
    """What the score book holds under the id of a reading of a file: nothing, the same reading, or another one."""

    NO = ""
    SAME = "same"
    OTHER = "other"


class Cause(StrEnum):
    """What ended a task that failed: the program said why, or its process died, took too long or too much memory."""

    ERROR = "error"
    CRASH = "crash"
    TIME = "time"
    MEMORY = "memory"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One piece of work.

    id: a digest of what it is made from (`task_id`). stamp: a digest of sizes and times of its files.
    number: of its first file in the index, 0 for one of the score book that no file contradicts.
    member: the number in the index of a reading or score that lies in a zip, 0 elsewhere.
    series_uid, study_uid, reading: "" where they are not known.
    files: paths of the pictures, or of the reading; after it those of other readings under its id. Of a reading of the
    score book, those of other readings under its id.
    maps: paths of SEGs. old: paths of score documents. booked: what the score book holds of the reading of a file.
    """

    id: str
    kind: Kind
    stamp: str
    number: int = 0
    member: int = 0
    study_uid: str = ""
    series_uid: str = ""
    reading: str = ""
    files: tuple[str, ...] = ()
    maps: tuple[str, ...] = ()
    old: tuple[str, ...] = ()
    booked: Booked = Booked.NO


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a task gave.

    new: the score, None of a draft. old: the scores that were kept before, of any scheme, in the order of their bytes.
    new_by_old: for each of these, the reading of `new` graded by its scheme; None where that is the same, or fails.
    long, wide: the rows of the tables as CSV, without a head; of a draft none.
    files: the reports or the draft that were written, as lines of `sha256sum` (`sums_of`).
    told: codes of what is to be told.
    """

    study_uid: str = ""
    series_uid: str = ""
    reading: str = ""
    new: ScoreRecord | None = None
    old: tuple[ScoreRecord, ...] = ()
    new_by_old: tuple[ScoreRecord | None, ...] = ()
    long: str = ""
    wide: str = ""
    files: str = ""
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task gave nothing. error: the kind of error. why: its message, without the name of any file."""

    cause: Cause
    error: str
    why: str


def task_id(kind: Kind, parts: Iterable[str]) -> str:
    """Name a task after what it is made from: the same inputs give the same name on every machine."""
    return f"T-{digest_of((kind.value, *parts))[:_ID_DIGITS]}"


def digest_of(parts: Iterable[str]) -> str:
    """Give the SHA-256 of some texts."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(part.encode("utf-8", "backslashreplace") + b"\0")
    return whole.hexdigest()
