"""Visits: the readings of one patient graded, and followed beside what files or the score book tell of the patient."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from kazerooni.errors import ReadingError
from kazerooni.files import StrPath
from kazerooni.model import Case, Course, Pooling, ReadersError, Reading, Timeline
from kazerooni.scoring import WINDOW_DAYS, find_scheme, timeline
from kazerooni.scoring import score as grade
from kazerooni.workflow.readings import find_reading, is_in_book, read_course


class Visits(NamedTuple):
    """Graded readings of one patient, and their timeline; None for one reading of which nothing else is known."""

    cases: tuple[Case, ...]
    line: Timeline | None


def gather_visits(
    names: Sequence[StrPath],
    *,
    scheme: str = "kazerooni",
    partial: bool = False,
    course: Sequence[StrPath] = (),
    with_readers_error: bool = False,
    book: str | None = None,
    baseline: date | None = None,
    pooling: Pooling = "each",
    consensus: str | None = None,
    window_days: int = WINDOW_DAYS,
    use: Sequence[str] = (),
) -> Visits:
    """Grade readings, files or ids in the score book, or all of one patient of the book, and follow them.

    Where one of them is in the book, so is what is known of the patient. course: files of `kazerooni.records` else.
    with_readers_error: count the readers' own error from the book. All else is that of `kazerooni.scoring.timeline`.

    Raises SchemeError, ReadingError, TableError, StoreError; ReadingError also where files tell of a patient of whom
    the book tells.
    """
    chosen = find_scheme(scheme)
    readings, told, error = _known(names, book, scheme=scheme, with_readers_error=with_readers_error)
    if told is not None and course:
        raise ReadingError("the book tells of the patient, and files are given too; import what the book lacks")
    patient = next((reading.scan.patient for reading in readings if reading.scan.patient), None)
    told = read_course(course, patient) if course else told
    followed = None
    if len(readings) > 1 or told is not None:
        followed = timeline(
            readings,
            chosen,
            partial=partial,
            baseline=baseline,
            course=told,
            pooling=pooling,
            consensus=consensus,
            readers_error=error,
            window_days=window_days,
            use=use,
        )
    cases = tuple(Case(reading=one, score=grade(one, chosen, partial=partial)) for one in readings)
    return Visits(cases, followed)


def _known(
    names: Sequence[StrPath], book: str | None, *, scheme: str, with_readers_error: bool
) -> tuple[tuple[Reading, ...], Course | None, ReadersError | None]:
    """Give the readings, what the book tells of their patient, and the readers' error as it tells."""
    if not any(map(is_in_book, names)):
        if with_readers_error:
            raise ReadingError("the readers' own error is counted from the score book, and these readings are files")
        return tuple(find_reading(name) for name in names), None, None
    from kazerooni.store import open_store  # noqa: PLC0415 - who gives files does not wait for it
    from kazerooni.workflow.book import readers_error_of  # noqa: PLC0415

    with open_store(book) as opened:
        error = readers_error_of(opened, scheme=scheme) if with_readers_error else None
        if len(names) == 1 and str(names[0]) in opened.patients():
            course = opened.course(str(names[0]))
            if not course.readings:
                raise ReadingError("the book holds no reading of this patient; import one by `kazerooni store import`")
            return course.readings, course, error
        readings = tuple(find_reading(name, book=book) for name in names)
        patient = next((reading.scan.patient for reading in readings if reading.scan.patient), None)
        return readings, None if patient not in opened.patients() else opened.course(str(patient)), error
