"""Book table: which table a CSV file is, by its columns, and what its rows say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields, replace

from kazerooni.labels import typed_readings
from kazerooni.model import Status
from kazerooni.records.columns import KINDS, Kind
from kazerooni.records.found import Entry, Fault, Found, Where
from kazerooni.records.identity_columns import is_identity
from kazerooni.records.rows import BookRow, BookRowReader
from kazerooni.scoring import Scheme
from kazerooni.tables import Column, Problem, Sheet, open_sheet, wrong_columns

TYPED = "typed readings"
NOBODY = "the reading names no patient; a score book keeps readings of patients only, so give it one"
_REFUSED = (
    "tells who a patient is, which belongs in no score book; delete the column, or give --pseudonymise, which leaves "
    "it out and makes codes of the column patient"
)
_DICTIONARY = frozenset(field.name for field in fields(Column))
_SHARED = frozenset({"patient", "date"})
_OF_TYPED = frozenset({"lobe", "component", "finding"})
# Tables of scores hold these, beside columns of typed values or of patients.
_OF_SCORES = frozenset({"program_version", "reading"})
_KNOWN = frozenset(name for kind in KINDS.values() for name in kind.names) | _OF_TYPED | _DICTIONARY

PatientOf = Callable[[str], str]


def kind_of(sheet: Sheet) -> str | None:
    """Tell which table it is: a key of `KINDS`, or TYPED; None where it is none of them."""
    names = set(sheet.names)
    if names >= _OF_SCORES:
        return None
    if names >= _OF_TYPED:
        return TYPED
    if names == {"patient"}:
        return "patients"
    shares = {name: len(names & set(kind.names) - _SHARED) for name, kind in KINDS.items()}
    best = max(shares, key=lambda name: shares[name])
    return best if shares[best] else None


def is_dictionary(sheet: Sheet) -> bool:
    """Tell whether it is the dictionary of a table, which says nothing of any patient."""
    return set(sheet.names) == _DICTIONARY


def sheet_of(data: bytes) -> Sheet | Problem:
    """Read the column names of any of the tables."""
    return open_sheet(data, _KNOWN)


@dataclass(frozen=True, slots=True)
class TableReader:
    """Reads one table into what was found.

    name: of the file, for messages.
    patient_of: gives the code of a patient from what the table calls them; raises UnfitError.
    drops_identity: whether columns that tell who a patient is are left out and told, or refused.
    scheme: of typed grades that name none.
    """

    name: str
    found: Found
    patient_of: PatientOf
    drops_identity: bool
    scheme: Scheme

    def read(self, data: bytes, sheet: Sheet, kind: str) -> None:
        """Read all rows, and what is wrong with them; nothing is taken where a column is wrong.

        data: of the whole file. sheet: of the same. kind: as `kind_of` gives it.
        """
        dropped = tuple(_identity_columns(sheet, kind))
        entries = self._typed(data, dropped) if kind == TYPED else self._rows(sheet, KINDS[kind], dropped)
        if dropped and not self.drops_identity:
            self.found.faults.extend(Fault(Where(self.name, sheet.line), _REFUSED, column) for column in dropped)
            return
        if dropped:
            those = ", ".join(dropped)
            self.found.told.append(f"{self.name}: columns that tell who a patient is were left out: {those}")
        self.found.entries.extend(entries)

    def _rows(self, sheet: Sheet, kind: Kind, dropped: tuple[str, ...]) -> list[Entry]:
        """Give what the rows of one of the four tables say; nothing where a column is wrong."""
        wanted = ", ".join(kind.required)
        wrong = list(wrong_columns(sheet, kind.names, kind.required, wanted=wanted, without=dropped))
        if wrong:
            self._refuse(wrong)
            return []
        reader = BookRowReader(kind.name, self.patient_of, decimal_comma=sheet.has_decimal_comma)
        entries = []
        for row in sheet.rows(without=dropped):
            said = (row,) if isinstance(row, Problem) else reader.read(*row)
            if isinstance(said, BookRow):
                entries.append(Entry(Where(self.name, said.line), said.patient, said.value))
            else:
                self._refuse(said)
        return entries

    def _typed(self, data: bytes, dropped: tuple[str, ...]) -> list[Entry]:
        """Give the readings of a table of typed values, all or none: one that lacks a bad row would say something else.

        A table has no drafts: its readings are taken as signed.
        """
        readings, problems = typed_readings(data, scheme=self.scheme, patient_of=self.patient_of, without=dropped)
        self._refuse(problems)
        entries = []
        for reading in readings:
            where = Where(self.name, member=f"reading {reading.id}")
            if reading.scan.patient is None:
                self.found.faults.append(Fault(where, NOBODY))
            else:
                entries.append(Entry(where, reading.scan.patient, replace(reading, status=Status.SIGNED)))
        return entries

    def _refuse(self, problems: Iterable[Problem]) -> None:
        self.found.faults.extend(fault_of(self.name, problem) for problem in problems)


def _identity_columns(sheet: Sheet, kind: str) -> Iterator[str]:
    known = KINDS[kind].names if kind in KINDS else ()
    for name, heading in zip(sheet.names, sheet.headings, strict=True):
        if name not in known and is_identity(heading):
            yield name


def fault_of(name: str, problem: Problem) -> Fault:
    """Give a problem of a table as a fault of the file."""
    return Fault(Where(name, problem.line), problem.said, problem.column)
