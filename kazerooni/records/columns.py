"""Columns of the tables of a score book: their dictionaries, their docs and their readers are made from these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kazerooni.model import EventKind, Onset, Sex
from kazerooni.tables import Column

_NUMBER, _DAY = "over 0", "ISO 8601, not in the future"
_PATIENT = Column("patient", "text", "", "pseudonym of the patient", "letters, digits, dots, dashes, underscores")
_DATE = Column("date", "date", "", "day of it", _DAY)

PATIENTS: Final = (
    _PATIENT,
    Column("sex", "text", "", "sex as recorded", ", ".join(Sex)),
    Column("age_at_onset_years", "number", "years", "age at the onset of the disease", "0-120"),
    Column("serology", "text", "", "antibodies that were found, separated by semicolons", "as anti-Jo-1; anti-Ro52"),
    Column("pattern", "text", "", "pattern of the lung disease over its course", "UIP, NSIP or another"),
    Column("onset", "text", "", "how it began; acute or subacute is within 4 to 6 weeks", ", ".join(Onset)),
    Column("recorded_by", "text", "", "who recorded this", "name or sign"),
)
"""A row for each patient."""

LUNG_FUNCTION: Final = (
    _PATIENT,
    _DATE,
    Column("fvc_l", "number", "L", "forced vital capacity", "0.2-10"),
    Column("fvc_percent", "number", "percent predicted", "forced vital capacity, by reference", "5-200"),
    Column("fev1_l", "number", "L", "forced expiratory volume in one second", "0.1-9"),
    Column("fev1_percent", "number", "percent predicted", "the same, by reference", "5-200"),
    Column("fev1_fvc_percent", "number", "percent", "FEV1 / FVC", "15-100"),
    Column("dlco", "number", "that of dlco_unit", "diffusing capacity for carbon monoxide", _NUMBER),
    Column("dlco_unit", "text", "", "unit of dlco", "mmol/min/kPa, mL/min/mmHg"),
    Column("dlco_percent", "number", "percent predicted", "diffusing capacity, by reference", "5-200"),
    Column("is_hb_corrected", "true or false", "", "whether DLCO was corrected for haemoglobin", "true, false"),
    Column("reference", "text", "", "reference equations", "as Quanjer 1993 or GLI 2012"),
)
"""A row for each day's lung function."""

TREATMENTS: Final = (
    _PATIENT,
    Column("drug", "text", "", "drug", "generic name"),
    Column("start", "date", "", "first day at this dose", _DAY),
    Column("end", "date", "", "last day at this dose; NA while it goes on", _DAY),
    Column("dose", "number", "that of unit", "dose; NA where only the drug is known", "0 or more"),
    Column("unit", "text", "", "unit of dose", "mg/day, mg/kg/day"),
    Column("weight_kg", "number", "kg", "body weight, with which mg/kg/day becomes mg/day", "2-350"),
)
"""A row for each drug at one dose over a time."""

EVENTS: Final = (
    _PATIENT,
    _DATE,
    Column("kind", "text", "", "what happened", ", ".join(EventKind)),
    Column("oxygen_l_per_min", "number", "L/min", "flow of oxygen; with kind oxygen, and with nothing else", "0-80"),
    Column("remarks", "text", "", "anything else, without names", ""),
)
"""A row for each event."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the four tables.

    name: of what it holds, and of its file. required: columns that it cannot be read without.
    """

    name: str
    columns: tuple[Column, ...]
    required: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.columns)


KINDS: Final[Mapping[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("patients", PATIENTS, ("patient",)),
        Kind("lung_function", LUNG_FUNCTION, ("patient", "date")),
        Kind("treatments", TREATMENTS, ("patient", "drug", "start")),
        Kind("events", EVENTS, ("patient", "date", "kind")),
    )
}
"""The four tables, by the name that is also that of their files; patients come first."""
