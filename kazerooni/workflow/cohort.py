"""Cohort: tables and readings gathered into the series of patients, and the files that a cohort leaves behind."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kazerooni.errors import ReadingError, TableError
from kazerooni.files import StrPath, digest_of, write_folder_whole
from kazerooni.model import Course, InputDigest
from kazerooni.records import read_records
from kazerooni.report import COHORT_FIGURES, COHORT_TABLES, cohort_csv, cohort_plot
from kazerooni.scoring import find_scheme
from kazerooni.stats import Cohort, IndexEvent, PatientSeries, cohort_json
from kazerooni.tables import dictionary_csv, read_bytes
from kazerooni.version import __version__
from kazerooni.workflow.cohort_rows import series_of_rows, sheet_of_rows
from kazerooni.workflow.cohort_series import other_corticosteroids_words, series_of

_TABLES, _FILES = (".csv", ".tsv"), (".csv", ".tsv", ".json")
_PROBLEMS_TOLD = 20


@dataclass(frozen=True, slots=True)
class CohortInput:
    """Patients from files, the digests of the files, and what is to be told: what was left out, and why."""

    series: tuple[PatientSeries, ...]
    inputs: tuple[InputDigest, ...] = ()
    told: tuple[str, ...] = ()


def cohort_of_courses(
    courses: Iterable[Course], *, scheme: str = "kazerooni", index: IndexEvent = "treatment_start"
) -> CohortInput:
    """Give the series of patients whose courses are known.

    Raises SchemeError for an unknown scheme.
    """
    chosen = find_scheme(scheme)
    left_out: Counter[str] = Counter()
    listed = list(courses)
    series = tuple(series_of(course, chosen, index=index, left_out=left_out) for course in listed)
    return CohortInput(series, told=(*left_out_words(left_out, "reading"), *other_corticosteroids_words(listed)))


def gather_cohort(
    paths: Iterable[StrPath], *, today: date, scheme: str = "kazerooni", index: IndexEvent = "treatment_start"
) -> CohortInput:
    """Read what `read_records` reads, and tables with totals (`kazerooni.workflow.cohort_rows`), named one by one.

    today: by the user's clock; nothing may be dated later.

    Raises SchemeError for an unknown scheme; TableError with everything that is wrong; ReadingError where a file cannot
    be read, or a patient stands both in a table with totals and elsewhere.
    """
    chosen = find_scheme(scheme)
    left_out: Counter[str] = Counter()
    series: list[PatientSeries] = []
    others: list[Path] = []
    inputs: dict[InputDigest, None] = {}
    for path in map(Path, paths):
        data = read_bytes(path) if path.is_file() and path.suffix.lower() in _TABLES else b""
        sheet = sheet_of_rows(data) if data else None
        if sheet is None:
            others.append(path)
            inputs.update(dict.fromkeys(_digests(path)))
            continue
        found, problems = series_of_rows(sheet, chosen, index=index, today=today, left_out=left_out)
        if problems:
            raise _table_error(path.name, [str(problem) for problem in problems])
        series.extend(found)
        inputs[InputDigest("table", hashlib.sha256(data).hexdigest())] = None
    told = list(left_out_words(left_out, "total"))
    if others:
        records = read_records(others, today=today, scheme=chosen)
        if records.problems:
            raise TableError(records.problems_text(), tuple(map(str, records.problems)))
        known = cohort_of_courses(records.courses, scheme=scheme, index=index)
        series.extend(known.series)
        told += [*records.told, *known.told]
    return CohortInput(tuple(series), tuple(inputs), tuple(told))


def left_out_words(left_out: Counter[str], what: str) -> Iterator[str]:
    """Tell how many readings or totals were left out, and why."""
    for why, count in left_out.items():
        if count:
            yield f"{count} {what}{'' if count == 1 else 's'} left out: {why}"


def _digests(path: Path) -> Iterator[InputDigest]:
    """Give the digests of a file, or of the tables and documents of a folder."""
    inside = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in inside:
        hidden = any(part.startswith(".") for part in file.relative_to(path).parts)
        if file.is_file() and file.suffix.lower() in _FILES and not hidden:
            try:
                digest = digest_of(file)
            except OSError as error:
                raise ReadingError(f"{file.name}: cannot be read ({error.strerror})") from None
            yield InputDigest("reading" if file.suffix.lower() == ".json" else "table", digest)


def _table_error(name: str, problems: list[str]) -> TableError:
    more = [f"  and {len(problems) - _PROBLEMS_TOLD} more"] if len(problems) > _PROBLEMS_TOLD else []
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    lines = (f"{name}: {count}, so nothing was taken; correct them and try again", *problems[:_PROBLEMS_TOLD])
    return TableError("\n  ".join(lines) + "\n".join(("", *more)), tuple(problems))


def cohort_document(found: Cohort, given: CohortInput) -> dict[str, object]:
    """Give the JSON document of `kazerooni cohort --json`."""
    return cohort_json(found, program_version=__version__, inputs=given.inputs, told=given.told)


def write_cohort(found: Cohort, given: CohortInput, folder: StrPath) -> tuple[str, ...]:
    """Write the tables of a cohort with their dictionaries, its figures and its document into a new folder.

    Gives the names of the files. Raises OutputError where the folder is there already or cannot be written, or
    matplotlib is missing; nothing is left then.
    """
    made: dict[str, bytes] = {}
    for name, columns in COHORT_TABLES.items():
        made[f"{name}.csv"] = cohort_csv(found, name, program_version=__version__)
        made[f"{name}.dictionary.csv"] = dictionary_csv(columns)
    for name in COHORT_FIGURES:
        for kind in ("png", "svg"):
            if (picture := cohort_plot(found, name, kind=kind)) is not None:
                made[f"{name}.{kind}"] = picture
    text = json.dumps(cohort_document(found, given), ensure_ascii=False, indent=2, allow_nan=False)
    made["cohort.json"] = f"{text}\n".encode("utf-8", "backslashreplace")

    def write(part: Path) -> None:
        for name, data in made.items():
            (part / name).write_bytes(data)

    write_folder_whole(Path(folder), write)
    return tuple(made)
