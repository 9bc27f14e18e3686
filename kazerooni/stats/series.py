"""Series: what is followed of a patient, as dated values counted from an index event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal, NamedTuple

IndexEvent = Literal["treatment_start", "onset", "first"]
"""What time points are counted from: the start of treatment, the onset of the disease, or the first score."""


class Variable(StrEnum):
    """What is followed: lung function in percent predicted, sums of a score, and the dose of prednisone in mg/day."""

    FVC = "fvc_percent"
    DLCO = "dlco_percent"
    TOTAL = "total"
    ALVEOLAR = "alveolar"
    INTERSTITIAL = "interstitial"
    PREDNISONE = "prednisone_mg_per_day"


class Dated(NamedTuple):
    """A value of a day.

    origin: what makes two values not comparable: the reference equations of a percent predicted, the readers of a sum,
    in order and parted by " and "; empty where nothing was recorded.
    """

    on: date
    value: float
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What the source study's Table 1 lists of a patient, as recorded; None or empty where nothing was.

    duration_months: from onset to the last day of which anything is known.
    treatment: drugs of the index day with their doses, in mg/kg/day where a weight is known, else in mg/day.
    oxygen_l_per_min: the highest flow.
    outcome: `died`, `relapsed` or empty: what was recorded, not a judgement.
    """

    sex: str | None = None
    age_at_onset_years: float | None = None
    serology: tuple[str, ...] = ()
    duration_months: float | None = None
    onset: str | None = None
    treatment: str = ""
    oxygen_l_per_min: float | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientSeries:
    """What is followed of one patient; a store fills it from its rows, without any reading.

    patient: the pseudonym. pattern: of the lung disease over its course.
    index: the day of the index event, None where none was recorded.
    died: the day of death, None where none was recorded.
    values: by variable, in any order; sums are all of one scheme.
    """

    patient: str
    index: date | None
    pattern: str | None = None
    died: date | None = None
    values: Mapping[Variable, tuple[Dated, ...]] = field(default_factory=dict)
    profile: Profile = field(default_factory=Profile)
