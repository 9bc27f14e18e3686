"""Gather: files and folders to the courses of patients; all that is wrong is told at once."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from kazerooni.errors import ReadingError
from kazerooni.files import StrPath
from kazerooni.model import Course, Event, LungFunction, Patient, Reading, Treatment
from kazerooni.records.book import open_stream
from kazerooni.records.checks import contradictions, faults_of, out_of_life
from kazerooni.records.documents import DocumentReader
from kazerooni.records.found import Entry, Fault, Found, Where
from kazerooni.records.pseudonyms import Pseudonymise
from kazerooni.records.table import TableReader, fault_of, is_dictionary, kind_of, sheet_of
from kazerooni.scoring import Scheme
from kazerooni.scoring.schemes import KAZEROONI
from kazerooni.tables import Problem, code_of, read_bytes

T = TypeVar("T")

_TABLES, _DOCUMENTS = (".csv", ".tsv"), (".json",)
_PROBLEMS_TOLD = 20
_WHAT: Final[Mapping[str, type]] = {
    "patients": Patient,
    "readings": Reading,
    "lung_function": LungFunction,
    "treatments": Treatment,
    "events": Event,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """What was taken of some files.

    courses: in the order in which patients are named, those of tables of patients first. Empty where there is a problem
    and nothing was to be taken in part.
    problems: everything that is wrong, by file and line.
    told: what is to be known but no problem, a sentence each.
    taken: how many patients, readings, lung_function, treatments and events the courses hold.
    """

    courses: tuple[Course, ...]
    problems: tuple[Fault, ...]
    told: tuple[str, ...]
    taken: Mapping[str, int]

    def problems_text(self) -> str:
        """Give the problems as a message of some lines; "" where there is none."""
        if not self.problems:
            return ""
        count = len(self.problems)
        what = "1 problem" if count == 1 else f"{count} problems"
        left = "what is listed was left out" if self.courses else "so nothing was taken; correct them and try again"
        more = [f"  and {count - _PROBLEMS_TOLD} more"] if count > _PROBLEMS_TOLD else []
        return "\n".join((f"{what}, {left}", *(f"  {one}" for one in self.problems[:_PROBLEMS_TOLD]), *more))


def read_records(
    paths: Iterable[StrPath],
    *,
    today: date,
    partial: bool = False,
    pseudonymise: Pseudonymise | None = None,
    scheme: Scheme = KAZEROONI,
) -> Records:
    """Read what files and folders say of patients: the four tables, tables of typed values, reading.json, score books.

    paths: a table is known by its columns, a document by its members, never by a name. Of a folder everything inside
    is read, however deep; what is none of these is passed over and told.
    today: by the user's clock; nothing may be dated later.
    partial: take what is good and list what is bad, instead of nothing. Of two rows that contradict each other neither
    is good; a table of typed values is good as a whole or not at all.
    pseudonymise: makes codes of what calls the patients, and leaves out what tells who they are; without it such
    columns are refused.
    scheme: of typed grades that name none.

    No problem holds what stands in a column patient. Raises ReadingError where a path is not there.
    """
    found = Found()
    for path, name, is_named in _files(paths):
        _read(path, name, found, is_named=is_named, pseudonymise=pseudonymise, scheme=scheme)
    good, problems = _sifted(found, today)
    if problems and not partial:
        good = []
    order = {name: place for place, name in enumerate(dict.fromkeys(fault.where.file for fault in problems))}
    problems.sort(key=lambda fault: (order[fault.where.file], fault.where.line or 0))
    taken = Counter(next(name for name, kind in _WHAT.items() if isinstance(entry.value, kind)) for entry in good)
    courses = tuple(_courses(good))
    counts = {name: taken[name] for name in _WHAT} | {"patients": len(courses)}
    return Records(courses=courses, problems=tuple(problems), told=tuple(found.told), taken=counts)


def _files(paths: Iterable[StrPath]) -> Iterator[tuple[Path, str, bool]]:
    """Give each file once, its name for messages, and whether it was named itself."""
    seen = set()
    for given in map(Path, paths):
        if not given.exists():
            raise ReadingError(f"{given.name}: is not there; give a folder, a CSV table or a JSON document")
        inside = _inside(given) if given.is_dir() else [(given, given.name)]
        for path, name in inside:
            if (place := path.resolve()) not in seen:
                seen.add(place)
                yield path, name, not given.is_dir()


def _inside(folder: Path) -> Iterator[tuple[Path, str]]:
    """Give the tables and documents of a folder, in the order of their names; hidden ones are none of the user's."""
    for top, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(top, name)
            if path.suffix.lower() in (*_TABLES, *_DOCUMENTS) and not name.startswith("."):
                yield path, path.relative_to(folder).as_posix()


def _read(
    path: Path, name: str, found: Found, *, is_named: bool, pseudonymise: Pseudonymise | None, scheme: Scheme
) -> None:
    """Read a file into what was found."""
    patient_of = code_of if pseudonymise is None else pseudonymise.code_of
    drops_identity = pseudonymise is not None
    if path.suffix.lower() in _DOCUMENTS:
        if not DocumentReader(name, found, patient_of, drops_identity).read(open_stream(path)):
            _pass_over(name, "is neither a score book nor a reading", found, is_named=is_named)
        return
    try:
        data = read_bytes(path)
    except ReadingError as error:
        found.faults.append(Fault(Where(name), str(error).removeprefix(f"{path.name}: ")))
        return
    sheet = sheet_of(data)
    if isinstance(sheet, Problem):
        found.faults.append(fault_of(name, sheet))
    elif is_dictionary(sheet):
        return
    elif (kind := kind_of(sheet)) is None:
        _pass_over(name, "has the columns of no table of a score book", found, is_named=is_named)
    else:
        TableReader(name, found, patient_of, drops_identity, scheme).read(data, sheet, kind)


def _pass_over(name: str, why: str, found: Found, *, is_named: bool) -> None:
    if is_named:
        found.faults.append(Fault(Where(name), f"{why}; see docs/reference/score-book-files.md for what it may be"))
    else:
        found.told.append(f"{name}: {why}; passed over")


def _sifted(found: Found, today: date) -> tuple[list[Entry], list[Fault]]:
    """Give the entries that are good, and everything that is wrong."""
    problems, good = list(found.faults), []
    for entry in found.entries:
        faults = list(faults_of(entry, today))
        problems += faults
        if not faults:
            good.append(entry)
    for check in (contradictions, out_of_life):
        bad: set[int] = set()
        for fault, left_out in check(good):
            problems.append(fault)
            bad.update(map(id, left_out))
        good = [entry for entry in good if id(entry) not in bad]
    return good, problems


def _courses(entries: list[Entry]) -> Iterator[Course]:
    """Put together what is known of each patient."""
    recorded = {e.patient: e.value for e in entries if isinstance(e.value, Patient)}
    known: dict[str, list[Entry]] = {patient: [] for patient in recorded}
    for entry in entries:
        known.setdefault(entry.patient, []).append(entry)
    for patient, those in known.items():
        yield Course(
            patient=recorded.get(patient, Patient(pseudonym=patient)),
            readings=_all_of(Reading, those),
            lung_function=_all_of(LungFunction, those),
            treatments=_all_of(Treatment, those),
            events=_all_of(Event, those),
        )


def _all_of(kind: type[T], entries: list[Entry]) -> tuple[T, ...]:
    return tuple(entry.value for entry in entries if isinstance(entry.value, kind))
