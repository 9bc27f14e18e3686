"""Book: what commands take from the score book: a patient followed, a cohort, the readings to compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from kazerooni.errors import ReadingError, StoreError
from kazerooni.model import InputDigest, ReadersError, Timeline
from kazerooni.scoring import find_scheme, timeline
from kazerooni.stats import IndexEvent
from kazerooni.store import ScoreRow, Store
from kazerooni.workflow.agreement import Gathered, agree
from kazerooni.workflow.cohort import CohortInput, left_out_words
from kazerooni.workflow.cohort_series import DatedSums, other_corticosteroids_words, series_from_scores

_ROLE = "book"


def follow_patient(book: Store, patient: str, *, with_readers_error: bool = False, **options: Any) -> Timeline:
    """Grade the readings of a patient of the book and follow them over time, beside all else that it holds of them.

    with_readers_error: mark each change as within or beyond the readers' own error, which is counted from the scans of
        the book that were read more than once (`readers_error_of`).
    options: those of `kazerooni.scoring.timeline`.

    Raises StoreError where the patient is not there, and as `timeline` does.
    """
    course = book.course(patient)
    if not course.readings:
        raise ReadingError("the book holds no reading of this patient; import one by `kazerooni store import`")
    scheme = options.pop("scheme", "kazerooni")
    error = readers_error_of(book, scheme=scheme) if with_readers_error else None
    return timeline(course.readings, scheme, course=course, readers_error=error, **options)


def readers_error_of(book: Store, *, scheme: str = "kazerooni") -> ReadersError | None:
    """Give the readers' own error from the scans of the book that were read more than once; None where there is none.

    Within readers where there are enough repeats, else between them (`kazerooni.stats`). Looks at the whole book.
    """
    rows = [row for row in book.scores(scheme) if row.superseded_by is None and row.study_date is not None]
    often = Counter((row.patient, row.study_date) for row in rows)
    several = [row.reading for row in rows if often[row.patient, row.study_date] > 1]
    if not several:
        return None
    found, _ = agree((book.reading(identifier) for identifier in several), scheme=scheme)
    return found.readers_error


def readings_of_book(book: Store) -> Gathered:
    """Give all readings of the book, and its head as what they were taken from."""
    readings = tuple(reading for course in book.courses() for reading in course.readings)
    return Gathered(readings, (_digest(book),), ())


def cohort_of_book(book: Store, *, scheme: str = "kazerooni", index: IndexEvent = "treatment_start") -> CohortInput:
    """Give the series of all patients of the book, from the scores it keeps; no reading is looked at.

    Raises StoreError where readings have no score under the scheme yet; SchemeError for an unknown one.
    """
    chosen = find_scheme(scheme)
    if missing := book.unscored(chosen):
        raise StoreError(
            f"{missing} readings of the book have no score under {chosen.name} {chosen.version} yet; make them by "
            f"`kazerooni store score --scheme {chosen.name}`"
        )
    left_out: Counter[str] = Counter()
    sums: dict[str, list[DatedSums]] = {}
    for row in book.scores(chosen):
        if (counted := _sums(row, left_out)) is not None:
            sums.setdefault(row.patient, []).append(counted)
    courses = list(book.courses_without_readings())
    series = tuple(
        series_from_scores(course, sums.get(course.patient.pseudonym, ()), index=index) for course in courses
    )
    told = (*left_out_words(left_out, "reading"), *other_corticosteroids_words(courses))
    return CohortInput(series, (_digest(book),), told)


def _sums(row: ScoreRow, left_out: Counter[str]) -> DatedSums | None:
    """Give the sums of a reading that counts."""
    why = next(_why_not(row), None)
    if why is not None:
        left_out[why] += 1
        return None
    assert row.study_date is not None, "such were left out"
    if row.total is None:
        left_out["has no total, as grades are missing"] += 1
    return DatedSums(row.study_date, row.alveolar, row.interstitial, row.total, row.reader or "")


def _why_not(row: ScoreRow) -> Iterator[str]:
    if row.superseded_by is not None:
        yield "superseded"
    if row.study_date is None:
        yield "its scan has no date"
    if not row.grades:
        yield f"cannot be graded ({row.reason})"


def _digest(book: Store) -> InputDigest:
    return InputDigest(_ROLE, book.head().sha256)
