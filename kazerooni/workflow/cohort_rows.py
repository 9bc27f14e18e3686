"""Cohort rows: a table of those who have totals but no readings, one row a patient and day, to the series of patients.

Columns: patient, date, and any of event, pattern, fvc_percent, dlco_percent, reference, total, alveolar, interstitial,
scheme, reader, prednisone_mg_per_day. An empty cell, or NA, says nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from kazerooni.model import Event, EventKind
from kazerooni.scoring import Scheme
from kazerooni.stats import Dated, IndexEvent, PatientSeries, Profile, Variable
from kazerooni.tables import (
    Problem,
    RowCells,
    Sheet,
    UnfitError,
    code_of,
    day_of,
    one_of,
    open_sheet,
    sign_of,
    text_of,
    wrong_columns,
)
from kazerooni.workflow.cohort_series import index_day

COLUMNS: Final = (
    "patient", "date", "event", "pattern", "fvc_percent", "dlco_percent", "reference", "total", "alveolar",
    "interstitial", "scheme", "reader", "prednisone_mg_per_day",
)  # fmt: skip
_REQUIRED = ("patient", "date")
# No table of a score book has one of these.
_OWN = frozenset({"total", "event", "prednisone_mg_per_day"})
_PERCENTS, _SUMS = (Variable.FVC, Variable.DLCO), (Variable.TOTAL, Variable.ALVEOLAR, Variable.INTERSTITIAL)
# As the score book has it: what lies outside is in another unit.
_LOWEST_PERCENT, _HIGHEST_PERCENT = 5, 200
_ROUND = 1e-9
_NUMBER = re.compile(r"[0-9]+(?P<decimals>[.,][0-9]+)?")
_kind_of = one_of({kind.value: kind for kind in EventKind}, f"one of {', '.join(EventKind)}")


_Value = tuple[Variable, float, str]


@dataclass(slots=True)
class _Found:
    pattern: str | None = None
    died: date | None = None
    events: list[Event] = field(default_factory=list)
    values: dict[Variable, list[Dated]] = field(default_factory=lambda: {variable: [] for variable in Variable})


def sheet_of_rows(data: bytes) -> Sheet | None:
    """Give such a table by its columns, None where it is of another kind."""
    sheet = open_sheet(data, COLUMNS)
    if isinstance(sheet, Problem) or not {*_REQUIRED} <= set(sheet.names) or not _OWN & set(sheet.names):
        return None
    return sheet


def series_of_rows(
    sheet: Sheet, scheme: Scheme, *, index: IndexEvent, today: date, left_out: Counter[str]
) -> tuple[tuple[PatientSeries, ...], tuple[Problem, ...]]:
    """Give the series of the patients of a table, or else everything that is wrong with it.

    today: by the user's clock; nothing may be dated later.
    left_out: is added to: how many totals were left out, by the reason.
    """
    problems = list(wrong_columns(sheet, COLUMNS, _REQUIRED, wanted=", ".join(_REQUIRED)))
    if problems:
        return (), tuple(problems)
    reader = _Reader(scheme, today, left_out, comma=sheet.has_decimal_comma)
    for row in sheet.rows():
        problems += [row] if isinstance(row, Problem) else reader.read(*row)
    if problems:
        return (), tuple(problems)
    return tuple(_series(patient, one, index) for patient, one in reader.found.items()), ()


def _series(patient: str, one: _Found, index: IndexEvent) -> PatientSeries:
    return PatientSeries(
        patient=patient,
        pattern=one.pattern,
        index=index_day(one.events, one.values[Variable.TOTAL], index),
        died=one.died,
        values={variable: tuple(values) for variable, values in one.values.items()},
        profile=Profile(outcome="" if one.died is None else "died"),
    )


@dataclass(slots=True)
class _Reader:
    """Reads the rows of one table.

    seen: the line of each value, by patient, day and variable. comma: whether a number may have a decimal comma.
    """

    scheme: Scheme
    today: date
    left_out: Counter[str]
    comma: bool = field(kw_only=True)
    found: dict[str, _Found] = field(default_factory=dict)
    seen: dict[tuple[str, date, str], int] = field(default_factory=dict)

    def read(self, line: int, written: Mapping[str, str]) -> list[Problem]:
        """Add what a row says to what was found; gives what is wrong with it."""
        said = {column: text for column, cell in written.items() if (text := text_of(cell)) is not None}
        row = RowCells(line, said)
        for column in _REQUIRED:
            if not row.holds(column):
                row.refuse(column, "is empty; it is wanted in every row")
        patient, on = row.read("patient", code_of), row.read("date", day_of)
        if on is not None and on > self.today:
            row.refuse("date", f"found {on}, which is in the future; correct it")
        kind, pattern = row.read("event", _kind_of), row.read("pattern", sign_of)
        values = [*self._percents(row), *self._doses(row), *self._sums(row)]
        if patient is not None and on is not None and not row.problems:
            self._take(row, patient, on, kind, pattern)
            self._take_values(row, patient, on, values)
        return row.problems

    def _take(self, row: RowCells, patient: str, on: date, kind: EventKind | None, pattern: str | None) -> None:
        one = self.found.setdefault(patient, _Found())
        if pattern is not None:
            if one.pattern not in (None, pattern):
                row.refuse("pattern", "says of this patient otherwise than a row above; correct one")
            one.pattern = pattern
        if kind is EventKind.DEATH:
            one.died = on
        elif kind is not None and kind is not EventKind.OXYGEN:
            one.events.append(Event(kind=kind, on=on))

    def _take_values(self, row: RowCells, patient: str, on: date, values: list[_Value]) -> None:
        for variable, value, origin in values:
            before = self.seen.setdefault((patient, on, variable), row.line)
            if before != row.line:
                row.refuse(variable, f"line {before} has one of this patient and day already; delete one of the two")
            self.found[patient].values[variable].append(Dated(on, value, origin))

    def _percents(self, row: RowCells) -> Iterator[_Value]:
        reference = row.read("reference", sign_of) or ""
        for variable in _PERCENTS:
            percent = self._number(row, variable)
            if percent is not None and not _LOWEST_PERCENT <= percent <= _HIGHEST_PERCENT:
                row.refuse(variable, f"found {percent:g}, percent predicted from 5 to 200 are wanted")
            elif percent is not None:
                yield variable, percent, reference

    def _doses(self, row: RowCells) -> Iterator[_Value]:
        dose = self._number(row, Variable.PREDNISONE)
        if dose is not None:
            yield Variable.PREDNISONE, dose, ""

    def _sums(self, row: RowCells) -> Iterator[_Value]:
        """Give the sums of a row; those of another scheme are left out."""
        scheme, reader = self.scheme, row.read("reader", sign_of) or ""
        known = {v: number for v in _SUMS if (number := self._number(row, v)) is not None}
        named = row.read("scheme", sign_of)
        if not known:
            return
        if named is None:
            row.refuse("scheme", f"is empty beside a total; name it, as {scheme.name}: totals of two schemes never mix")
        elif named not in (scheme.name, f"{scheme.name} {scheme.version}", f"{scheme.name}@{scheme.version}"):
            self.left_out[f"of the scheme {named}, not {scheme.name}"] += 1
        else:
            for variable, value in known.items():
                if value > scheme.maximum + _ROUND:
                    row.refuse(variable, f"found {value:g}, more than {scheme.maximum:g}, the highest of {scheme.name}")
                yield variable, value, reader

    def _number(self, row: RowCells, variable: Variable) -> float | None:
        return row.read(variable, partial(_number, comma=self.comma))


def _number(text: str, *, comma: bool) -> float:
    """Read a number of 0 or more. comma: whether it may be written with a decimal comma."""
    found = _NUMBER.fullmatch(text)
    if found is None or ((found["decimals"] or "").startswith(",") and not comma):
        raise UnfitError("a number of 0 or more is wanted, such as 2.5, without its unit")
    return float(text.replace(",", "."))
