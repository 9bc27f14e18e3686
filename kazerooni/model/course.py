"""Course: what is known of a patient beside the scans: lung function, treatment and events.

Values stand in the units in which they were recorded; a percent predicted means nothing without its reference
equations. None where nothing was recorded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from math import isfinite
from typing import Literal, get_args

from kazerooni.errors import ReadingError

DlcoUnit = Literal["mmol/min/kPa", "mL/min/mmHg"]
DoseUnit = Literal["mg/day", "mg/kg/day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LungFunction:
    """One day's lung function.

    fvc_l, fev1_l: litres. fvc_percent, fev1_percent, dlco_percent: percent predicted by `reference`.
    fev1_fvc_percent: FEV1 / FVC, in percent.
    dlco: in `dlco_unit`.
    is_hb_corrected: whether DLCO was corrected for haemoglobin.
    reference: the reference equations, as "Quanjer 1993" or "GLI 2012".

    Raises ReadingError where a value is not a positive number, a DLCO has no unit or a day has no value.
    """

    on: date
    fvc_l: float | None = None
    fvc_percent: float | None = None
    fev1_l: float | None = None
    fev1_percent: float | None = None
    fev1_fvc_percent: float | None = None
    dlco: float | None = None
    dlco_unit: DlcoUnit | None = None
    dlco_percent: float | None = None
    is_hb_corrected: bool | None = None
    reference: str | None = None

    def __post_init__(self) -> None:
        names = ("fvc_l", "fvc_percent", "fev1_l", "fev1_percent", "fev1_fvc_percent", "dlco", "dlco_percent")
        values = {name: value for name in names if (value := getattr(self, name)) is not None}
        what = f"lung function of {self.on}"
        if not values:
            raise ReadingError(f"{what}: holds no value; give FVC, FEV1 or DLCO")
        for name, value in values.items():
            _refuse_unless_positive(f"{what}: {name}", value)
        if self.dlco is not None and self.dlco_unit not in get_args(DlcoUnit):
            raise ReadingError(f"{what}: DLCO in {self.dlco_unit}; one of {', '.join(get_args(DlcoUnit))} is wanted")


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """One drug at one dose over a time.

    dose: in `unit`; None where only the drug is known.
    weight_kg: body weight, with which mg/kg/day becomes mg/day.
    end: the last day, None while it goes on.
    """

    drug: str
    start: date
    end: date | None = None
    dose: float | None = None
    unit: DoseUnit | None = None
    weight_kg: float | None = None

    def __post_init__(self) -> None:
        if not self.drug.strip():
            raise ReadingError(f"treatment from {self.start}: names no drug")
        if self.end is not None and self.end < self.start:
            raise ReadingError(f"{self.drug}: ends on {self.end}, before it starts on {self.start}")
        if self.dose is not None:
            _refuse_unless_not_negative(f"{self.drug}: dose", self.dose)
            if self.unit not in get_args(DoseUnit):
                raise ReadingError(f"{self.drug}: dose in {self.unit}; {' or '.join(get_args(DoseUnit))} is wanted")
        if self.weight_kg is not None:
            _refuse_unless_positive(f"{self.drug}: weight_kg", self.weight_kg)

    @property
    def mg_per_day(self) -> float | None:
        """The dose in mg a day; None where it, or the weight that it needs, is not known."""
        if self.dose is None or self.unit == "mg/day":
            return self.dose
        return None if self.weight_kg is None else self.dose * self.weight_kg


def in_force(treatments: Iterable[Treatment], on: date) -> dict[str, tuple[Treatment, ...]]:
    """Give the rows in force on a day by drug, in small letters: of each drug those that started last.

    A row without an end ends for good where a later row of its drug starts, as a taper is recorded as rows with a start
    alone. A row with an end goes on when one that started within it is over. Rows of one start hold together.
    """
    started: dict[str, list[Treatment]] = {}
    for one in treatments:
        if one.start <= on:
            started.setdefault(one.drug.strip().casefold(), []).append(one)
    found: dict[str, tuple[Treatment, ...]] = {}
    for drug, rows in started.items():
        last = max(row.start for row in rows)
        holding = [row for row in rows if (row.start == last if row.end is None else on <= row.end)]
        latest = max((row.start for row in holding), default=None)
        if latest is not None:
            found[drug] = tuple(row for row in holding if row.start == latest)
    return found


def mg_per_day_of(rows: Iterable[Treatment]) -> float | None:
    """Add up the doses of rows that hold together; None where one is not known."""
    given = [row.mg_per_day for row in rows]
    known = sorted(dose for dose in given if dose is not None)
    return sum(known) if len(known) == len(given) else None


_CORTICOSTEROIDS = ("predni", "cortison", "deflazacort", "dexameth", "betameth", "triamcinolon", "budesonid")


def is_other_corticosteroid(drug: str) -> bool:
    """Tell whether a drug is a corticosteroid by its name, and not called prednisone."""
    name = drug.strip().casefold()
    return name != "prednisone" and any(stem in name for stem in _CORTICOSTEROIDS)


class EventKind(StrEnum):
    """What happened to a patient.

    ct_progression: a person saw one of the CT signs of progression (`kazerooni.scoring.CT_SIGNS`); name it in remarks.
    """

    ONSET = "onset"
    TREATMENT_START = "treatment_start"
    DYSPNOEA_WORSE = "dyspnoea_worse"
    SYMPTOMS_WORSE = "symptoms_worse"
    CT_PROGRESSION = "ct_progression"
    OXYGEN = "oxygen"
    RELAPSE = "relapse"
    DEATH = "death"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened on a day; oxygen_l_per_min is given with `oxygen` and with nothing else."""

    kind: EventKind
    on: date
    oxygen_l_per_min: float | None = None
    remarks: str = ""

    def __post_init__(self) -> None:
        if (self.kind is EventKind.OXYGEN) != (self.oxygen_l_per_min is not None):
            raise ReadingError(f"event {self.kind} of {self.on}: oxygen and its litres a minute go together")
        if self.oxygen_l_per_min is not None:
            _refuse_unless_not_negative(f"event {self.kind} of {self.on}: oxygen_l_per_min", self.oxygen_l_per_min)


def _refuse_unless_positive(what: str, value: float) -> None:
    if not (isfinite(value) and value > 0):
        raise ReadingError(f"{what} is {value}; a number above 0 is wanted")


def _refuse_unless_not_negative(what: str, value: float) -> None:
    if not (isfinite(value) and value >= 0):
        raise ReadingError(f"{what} is {value}; 0 or more is wanted")
