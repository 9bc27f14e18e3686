"""Readings: kept and typed readings graded, and followed over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from kazerooni.errors import ReadingError, StoreError, TableError
from kazerooni.files import StrPath
from kazerooni.labels import is_dicom, read_reading, read_sr, read_typed_table
from kazerooni.model import Case, Course, Pooling, Reading, Timeline
from kazerooni.records import read_records
from kazerooni.scoring import WINDOW_DAYS, find_scheme, timeline
from kazerooni.scoring import score as grade

_Input = TypeVar("_Input", str, Path)


class Failure(NamedTuple):
    """One of several inputs that could not be graded: its name, and why."""

    name: str
    why: str


def find_reading(name: StrPath, *, book: str | None = None) -> Reading:
    """Give the reading of a file; where no file is called so, that of this id in the score book.

    A file is a `reading.json`, or the structured report of a score (DICOM SR).

    book: a place for `kazerooni.store.open_store`, None for the user's own.

    Raises ReadingError where it is neither.
    """
    if not is_in_book(name):
        return read_sr(name).reading if is_dicom(name) else read_reading(name)
    from kazerooni.store import open_store  # noqa: PLC0415 - who gives a file does not wait for it

    try:
        with open_store(book) as opened:
            return opened.reading(str(name))
    except StoreError as error:
        raise ReadingError(f"{name}: no file is called so, and as the id of a kept reading: {error}") from None


def head_of_book(names: Iterable[StrPath], *, book: str | None = None) -> str | None:
    """Give the head of the score book's audit, to be printed beside readings of it; None where all are files."""
    if not any(map(is_in_book, names)):
        return None
    from kazerooni.store import open_store  # noqa: PLC0415 - who gives a file does not wait for it

    with open_store(book) as opened:
        return str(opened.head())


def is_in_book(name: StrPath) -> bool:
    """Tell whether a word can only be a code of the score book: no file is called so, and it is no path of one.

    >>> is_in_book("P-3KXQ7M2ZB4"), is_in_book("1999.json"), is_in_book("readings/R-1")
    (True, False, False)
    """
    path = Path(name)
    return path.name == str(name) and not path.suffix and not path.exists()


def score_reading(name: StrPath, *, scheme: str = "kazerooni", partial: bool = False, book: str | None = None) -> Case:
    """Grade a kept reading without its scan or maps; name and book are those of `find_reading`.

    Raises SchemeError, ReadingError.
    """
    chosen = find_scheme(scheme)
    reading = find_reading(name, book=book)
    return Case(reading=reading, score=grade(reading, chosen, partial=partial))


def score_table(
    path: StrPath, *, scheme: str = "kazerooni", partial: bool = False
) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    """Grade the readings of a table of typed values, each alone in its failure.

    Raises SchemeError, TableError (all bad rows at once).
    """
    chosen = find_scheme(scheme)
    readings = {reading.id: reading for reading in read_typed_table(path, scheme=chosen)}

    def graded(name: str) -> Case:
        return Case(reading=readings[name], score=grade(readings[name], chosen, partial=partial))

    return _each(readings, graded)


def score_readings(
    paths: Iterable[StrPath], *, scheme: str = "kazerooni", partial: bool = False, book: str | None = None
) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    """Grade kept readings as `score_reading` does, each alone in its failure.

    Raises SchemeError for an unknown scheme.
    """
    find_scheme(scheme)
    return _each(map(Path, paths), lambda path: score_reading(path, scheme=scheme, partial=partial, book=book))


def _each(inputs: Iterable[_Input], graded: Callable[[_Input], Case]) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    cases: list[Case] = []
    failures: list[Failure] = []
    for one in inputs:
        try:
            cases.append(graded(one))
        except ReadingError as error:
            failures.append(Failure(Path(one).name, str(error)))
    return tuple(cases), tuple(failures)


def follow(
    readings: Iterable[StrPath],
    *,
    scheme: str = "kazerooni",
    partial: bool = False,
    baseline: date | None = None,
    course: Sequence[StrPath] = (),
    today: date | None = None,
    pooling: Pooling = "each",
    consensus: str | None = None,
    window_days: int = WINDOW_DAYS,
    use: Sequence[str] = (),
) -> Timeline:
    """Grade kept readings of one patient and follow them over time, beside lung function, treatment and events.

    course: files of `kazerooni.records`; they may tell of other patients too. today: nothing in them may be later.
    All else is that of `kazerooni.scoring.timeline`.

    Raises SchemeError, ReadingError, TableError (everything that is wrong with the course at once).
    """
    kept = [read_sr(path).reading if is_dicom(path) else read_reading(path) for path in readings]
    patient = next((reading.scan.patient for reading in kept if reading.scan.patient), None)
    return timeline(
        kept,
        scheme,
        partial=partial,
        baseline=baseline,
        course=read_course(course, patient, today=today) if course else None,
        pooling=pooling,
        consensus=consensus,
        window_days=window_days,
        use=use,
    )


def read_course(paths: Sequence[StrPath], patient: str | None, *, today: date | None = None) -> Course:
    """Read the course of one patient from tables and books.

    patient: the pseudonym. today: nothing may be dated later; of the clock unless it is given.

    Raises TableError where anything is wrong with the files; ReadingError where they do not tell of the patient.
    """
    found = read_records(paths, today=today or datetime.now().astimezone().date())
    if found.problems:
        raise TableError(found.problems_text(), tuple(map(str, found.problems)))
    own = next((course for course in found.courses if course.patient.pseudonym == patient), None)
    if own is None:
        names = ", ".join(Path(path).name for path in paths)
        raise ReadingError(f"{names}: tells nothing of the patient of the readings; the pseudonyms must be the same")
    return own
