"""Book rows: what one row of a table of a score book says, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NamedTuple, get_args

from kazerooni.errors import ReadingError
from kazerooni.model import DlcoUnit, DoseUnit, Event, EventKind, LungFunction, Patient, Treatment
from kazerooni.records import words
from kazerooni.tables import Problem, RowCells, day_of, text_of

Value = Patient | LungFunction | Treatment | Event
"""What a row of the four tables holds."""

# A remark may be as long as a row.
_LONGEST_TEXT = 90_000
_OLDEST_YEARS = 120
_VOLUMES = ("fvc_l", "fev1_l", "dlco")
_PERCENTS = ("fvc_percent", "fev1_percent", "fev1_fvc_percent", "dlco_percent")


class BookRow(NamedTuple):
    """What a row says of a patient."""

    line: int
    patient: str
    value: Value


@dataclass(frozen=True, slots=True)
class BookRowReader:
    """Reads the rows of one table.

    kind: of the table, a key of `KINDS`.
    patient_of: gives the code of a patient from what the table calls them; raises UnfitError.
    decimal_comma: whether a number may be written with a comma.
    """

    kind: str
    patient_of: Callable[[str], str]
    decimal_comma: bool

    def read(self, line: int, written: Mapping[str, str]) -> BookRow | tuple[Problem, ...]:
        """Give what a row says, from its cells by column; or everything that is unfit, or contradicts itself."""
        said = ((column, text_of(cell)) for column, cell in written.items())
        row = RowCells(line, {column: text for column, text in said if text is not None})
        patient = _required(row, "patient", self.patient_of)
        make, known = _MAKERS[self.kind](row, self.decimal_comma)
        if row.problems:
            return tuple(row.problems)
        try:
            return BookRow(line, patient, make(pseudonym=patient, **known) if make is Patient else make(**known))
        except ReadingError as error:
            return (Problem(line, str(error)),)


Known = dict[str, Any]


def _patient(row: RowCells, comma: bool) -> tuple[type[Value], Known]:  # noqa: FBT001 - called through the table below
    age = row.read("age_at_onset_years", partial(words.number_of, comma=comma))
    if age is not None and not 0 <= age <= _OLDEST_YEARS:
        row.refuse("age_at_onset_years", f"is no age from 0 to {_OLDEST_YEARS} years; a year of birth is not wanted")
    return Patient, {
        "sex": row.read("sex", words.sex_of),
        "age_at_onset_years": age,
        "serology": row.read("serology", words.items_of, longest=_LONGEST_TEXT) or (),
        "pattern": _text(row, "pattern"),
        "onset": row.read("onset", words.onset_of),
        "recorded_by": _text(row, "recorded_by"),
    }


def _lung_function(row: RowCells, comma: bool) -> tuple[type[Value], Known]:  # noqa: FBT001 - as above
    known: Known = {
        "on": _required(row, "date", day_of),
        **{name: row.read(name, partial(words.over_0, comma=comma)) for name in _VOLUMES},
        **{name: row.read(name, partial(words.percent_of, comma=comma)) for name in _PERCENTS},
        "dlco_unit": row.read("dlco_unit", words.unit_of(get_args(DlcoUnit))),
        "is_hb_corrected": row.read("is_hb_corrected", words.yes_of),
        "reference": _text(row, "reference"),
    }
    if row.holds("dlco") and not row.holds("dlco_unit"):
        row.refuse("dlco_unit", f"is empty beside dlco; {' or '.join(get_args(DlcoUnit))} is wanted")
    if not any(row.holds(name) for name in (*_VOLUMES, *_PERCENTS)):
        row.refuse("fvc_l", "is empty, as is every other value; give one of them, or delete the row")
    return LungFunction, known


def _treatment(row: RowCells, comma: bool) -> tuple[type[Value], Known]:  # noqa: FBT001 - as above
    known: Known = {
        "drug": _required(row, "drug", str),
        "start": _required(row, "start", day_of),
        "end": row.read("end", day_of),
        "dose": row.read("dose", partial(words.from_0, comma=comma)),
        "unit": row.read("unit", words.unit_of(get_args(DoseUnit))),
        "weight_kg": row.read("weight_kg", partial(words.over_0, comma=comma)),
    }
    if row.holds("dose") and not row.holds("unit"):
        row.refuse("unit", f"is empty beside dose; {' or '.join(get_args(DoseUnit))} is wanted")
    start, end = known["start"], known["end"]
    if start is not None and end is not None and end < start:
        row.refuse("end", f"found {end}, before the start on {start}; were the two swapped?")
    return Treatment, known


def _event(row: RowCells, comma: bool) -> tuple[type[Value], Known]:  # noqa: FBT001 - as above
    known: Known = {
        "on": _required(row, "date", day_of),
        "kind": _required(row, "kind", words.kind_of),
        "oxygen_l_per_min": row.read("oxygen_l_per_min", partial(words.from_0, comma=comma)),
        "remarks": _text(row, "remarks") or "",
    }
    is_oxygen = known["kind"] is EventKind.OXYGEN
    if known["kind"] is not None and is_oxygen is not row.holds("oxygen_l_per_min"):
        said = "is empty, but the event is oxygen; give its L/min" if is_oxygen else "stands with oxygen only"
        row.refuse("oxygen_l_per_min", said)
    return Event, known


_MAKERS: Final[Mapping[str, Callable[[RowCells, bool], tuple[type[Value], Known]]]] = {
    "patients": _patient,
    "lung_function": _lung_function,
    "treatments": _treatment,
    "events": _event,
}


def _text(row: RowCells, column: str) -> str | None:
    return row.read(column, str, longest=_LONGEST_TEXT)


def _required(row: RowCells, column: str, parse: words.Read) -> Any:
    """Read a cell that no row can do without; None where that is told."""
    if not row.holds(column):
        row.refuse(column, "is empty; it is wanted in every row")
    return row.read(column, parse, longest=_LONGEST_TEXT)
