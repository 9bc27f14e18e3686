"""Jobs: what a worker does with a task of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kazerooni.archive.fit import fit, read_fit
from kazerooni.archive.record import Graded, ScoreRecord, record_of_case, record_of_document
from kazerooni.archive.settings import Settings
from kazerooni.archive.stacks import usable_stacks, with_lobes
from kazerooni.archive.sums import sums_of
from kazerooni.archive.task import Booked, Kind, Result, Task
from kazerooni.dicom import see_scan
from kazerooni.errors import KazerooniError, ReadingError
from kazerooni.labels import read_finding_map, seg_contents
from kazerooni.model import Case, Component, FindingMap, Reading, State
from kazerooni.report import long_csv, wide_csv
from kazerooni.scoring import find_scheme
from kazerooni.scoring import score as grade
from kazerooni.strict_json import read_json
from kazerooni.version import __version__
from kazerooni.workflow import measure

if TYPE_CHECKING:
    from kazerooni.store import SchemeScore, Store

_LARGEST_SCORE: Final = 2**24
_REPORTS: Final = "reports"
_CONTRADICTS: Final = (
    "{} holds another reading under its id, and nothing says which counts; take the file away, or give the reading in "
    "it an id of its own"
)


@dataclass(frozen=True, slots=True)
class Work:
    """Does tasks as the settings say; raises KazerooniError for one that cannot be done."""

    settings: Settings

    def __call__(self, task: Task) -> Result:
        """Do one task."""
        return JOBS[task.kind](task, self.settings)


def _reading(task: Task, settings: Settings) -> Result:
    own, *others = task.files
    if others:
        raise ReadingError("another file holds another reading under its id, and nothing says which counts; keep one")
    if task.booked is Booked.OTHER:
        raise ReadingError(_CONTRADICTS.format("the score book"))
    reading = read_fit(Path(own))
    old = _all_old_scores(task, _book(settings.store)) if _is_booked(task) else _old_scores(task)
    return _graded(reading, settings, old)


def _book_reading(task: Task, settings: Settings) -> Result:
    if task.files:
        raise ReadingError(_CONTRADICTS.format("a file of the archive"))
    book = _book(settings.store)
    return _graded(fit(book.reading(task.reading)), settings, _all_old_scores(task, book))


def _is_booked(task: Task) -> bool:
    return task.kind is Kind.BOOK or task.booked is Booked.SAME


def _all_old_scores(task: Task, book: Store) -> tuple[ScoreRecord, ...]:
    """Give the scores of a reading that lie in files, then those of the book that none of these is.

    The book keeps no percents, so a score that is in both is told by the file.
    """
    filed = _old_scores(task)
    known = set(map(_of_grades, filed))
    return (*filed, *(one for one in _book_scores(book, book.reading(task.reading)) if _of_grades(one) not in known))


def _of_grades(one: ScoreRecord) -> tuple[object, ...]:
    """Give what a score is known by in the book: scheme, sums, and grades."""
    grades = tuple((lobe, *(component.grade for component in both)) for lobe, both in sorted(one.lobes.items()))
    return (one.scheme, one.scheme_version, one.alveolar, one.interstitial, one.total, grades)


def _book_scores(book: Store, reading: Reading) -> tuple[ScoreRecord, ...]:
    return tuple(_of_book(one, reading) for one in book.kept_scores(reading.id))


def old_scores(task: Task, settings: Settings) -> tuple[ScoreRecord, ...]:
    """Give the scores that were kept before of a task that failed; none where they cannot be read either."""
    try:
        if not _is_booked(task):
            return _old_scores(task)
        from kazerooni.store import open_store  # noqa: PLC0415 - as below

        with open_store(settings.store) as book:
            return _all_old_scores(task, book)
    except KazerooniError:
        return ()


@cache
def _book(place: str) -> Store:
    from kazerooni.store import open_store  # noqa: PLC0415 - an archive without a book does not wait for it

    return open_store(place)


def _of_book(kept: SchemeScore, reading: Reading) -> ScoreRecord:
    """Take down a score that the book keeps: grades without percents, sums as the scheme gives them."""
    scheme = find_scheme(kept.scheme, kept.scheme_version)
    sums = {"alveolar": kept.alveolar, "interstitial": kept.interstitial, "total": kept.total}
    if scheme.combine == "sum":  # which the database keeps as a float
        sums = {name: value if value is None else round(value) for name, value in sums.items()}
    return ScoreRecord(
        patient=reading.scan.patient,
        study_date=None if reading.scan.study_date is None else reading.scan.study_date.isoformat(),
        series_uid=reading.scan.series_uid,
        reading=reading.id,
        reader=reading.reader,
        scheme=kept.scheme,
        scheme_version=kept.scheme_version,
        program_version=kept.program_version,
        **sums,
        maximum=scheme.maximum,
        partial=False,
        lobes={lobe.name: (_grade_alone(grades[0]), _grade_alone(grades[1])) for lobe, grades in kept.grades.items()},
        inputs={one.role: one.sha256 for one in reading.inputs},
    )


def _grade_alone(found: int | None) -> Graded:
    return Graded(None if found is None else State.ASSESSED.value, None, found)


def _mapped(task: Task, settings: Settings) -> Result:
    """Measure a series from its SEGs: the part of it, where it had to be split, that the lobes were drawn on."""
    files: dict[str, str] = {}
    for path in task.maps:
        held = seg_contents(path)
        files |= dict.fromkeys((*(["lobes"] if held.lobes else []), *(one.value for one in held.findings)), path)
    series, lobes = with_lobes(usable_stacks(task), files["lobes"])
    scan = see_scan(series)
    findings: dict[Component, FindingMap] = {
        component: read_finding_map(files[component.value], series, component)
        for component in Component
        if component.value in files
    }
    reading = measure(
        scan, lobes, alveolar=findings.get(Component.ALVEOLAR), interstitial=findings.get(Component.INTERSTITIAL)
    )
    return _graded(reading, settings, _old_scores(task))


def _graded(reading: Reading, settings: Settings, old: tuple[ScoreRecord, ...]) -> Result:
    scheme = find_scheme(settings.scheme, settings.version)
    case = Case(reading=reading, score=grade(reading, scheme, partial=settings.partial))
    files = _report(case, settings) if settings.formats else ""
    new = record_of_case(case, program_version=__version__)
    return Result(
        study_uid=reading.scan.study_uid or "",
        series_uid=reading.scan.series_uid or "",
        reading=reading.id,
        new=new,
        old=old,
        new_by_old=tuple(_by_scheme_of(one, new, reading, partial=settings.partial) for one in old),
        long=_rows(long_csv([case], program_version=__version__)),
        wide=_rows(wide_csv([case], program_version=__version__)),
        files=files,
        told=tuple(sorted({notice.code for notice in case.notices})),
    )


def _by_scheme_of(old: ScoreRecord, new: ScoreRecord, reading: Reading, *, partial: bool) -> ScoreRecord | None:
    """Grade a reading by the scheme of an old score, so that what the scheme changed is told from all else."""
    if (old.scheme, old.scheme_version) == (new.scheme, new.scheme_version):
        return None
    try:
        graded = grade(reading, find_scheme(old.scheme, old.scheme_version), partial=partial)
    except KazerooniError:
        return None
    return record_of_case(Case(reading=reading, score=graded), program_version=__version__)


def _rows(table: bytes) -> str:
    """Give a table without its head."""
    return table.decode().partition("\r\n")[2]


def _report(case: Case, settings: Settings) -> str:
    from kazerooni.workflow import report_visits  # noqa: PLC0415 - reports are asked for rarely

    folder, formats = settings.out / _REPORTS, settings.formats
    made = report_visits([case], folder, formats=formats, partial=settings.partial, force=True)
    return sums_of(made, settings.out)


def _old_scores(task: Task) -> tuple[ScoreRecord, ...]:
    """Read the scores that were kept before, each once however it is written; whole ones, when they were looked at.

    Raises ReadingError.
    """
    found = [_old_score(Path(path)) for path in task.old]
    return tuple({one.to_json(): one for one in found}.values()) if len(found) > 1 else tuple(found)


def _broken_score(task: Task, _: Settings) -> Result:
    """Say why an old score cannot be read: raises ReadingError."""
    _old_score(Path(task.old[0]))
    return Result()


def _old_score(file: Path) -> ScoreRecord:
    try:
        document = read_json(file, largest_bytes=_LARGEST_SCORE, wanted="a score in JSON", error=ReadingError)
        return record_of_document(_mapping(document))
    except ReadingError as error:
        raise ReadingError(f"{file.name}: {error}") from None


def _mapping(document: object) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise ReadingError("is no score")
    return document


def _draft(task: Task, settings: Settings) -> Result:
    from kazerooni.archive.drafting import draft_study  # noqa: PLC0415 - what finds lobes is slow to import

    return draft_study(task, settings)


JOBS: Final[Mapping[Kind, Callable[[Task, Settings], Result]]] = {
    Kind.READING: _reading,
    Kind.BOOK: _book_reading,
    Kind.MAPS: _mapped,
    Kind.DRAFT: _draft,
    Kind.SCORE: _broken_score,
}
"""What is done with a task, by its kind."""
