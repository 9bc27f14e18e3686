"""Patient: what a score book holds of one person, under a pseudonym; never a name, a birth date or an id."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from kazerooni.errors import ReadingError
from kazerooni.model.course import Event, LungFunction, Treatment
from kazerooni.model.reading import Reading

_CODE = re.compile(r"\w[\w.-]{0,63}")
_OLDEST_YEARS = 120


class Sex(StrEnum):
    """Sex as recorded."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"


class Onset(StrEnum):
    """How the lung disease began (Cavagna 2013, Table 1): acute or subacute is within 4 to 6 weeks."""

    ACUTE = "acute"
    CHRONIC = "chronic"
    ASYMPTOMATIC = "asymptomatic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """A patient as recorded; None or empty where nothing was.

    pseudonym: a code of letters, digits, dots, dashes and underscores, 64 at most.
    age_at_onset_years: at the onset of the disease.
    serology: antibodies that were found, as "anti-Jo-1".
    pattern: of the interstitial lung disease over its course, as UIP or NSIP; that of one scan stands in its reading.
    recorded_by: who recorded this.

    Raises ReadingError where the pseudonym is no code (the message does not show it) or an age is none.
    """

    pseudonym: str
    sex: Sex | None = None
    age_at_onset_years: float | None = None
    serology: tuple[str, ...] = ()
    pattern: str | None = None
    onset: Onset | None = None
    recorded_by: str | None = None

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.pseudonym):
            raise ReadingError(
                "a patient's pseudonym is no code: letters, digits, dots, dashes and underscores, 64 at most, are "
                "wanted, never a name"
            )
        age = self.age_at_onset_years
        if age is not None and not (isfinite(age) and 0 <= age <= _OLDEST_YEARS):
            # Not shown: it may be a year of birth.
            raise ReadingError(
                f"age at onset: a number from 0 to {_OLDEST_YEARS} years is wanted, never a year of birth"
            )
        if any(not antibody.strip() for antibody in self.serology):
            raise ReadingError("serology: an antibody without a name; name it, or leave it out")


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """Everything that is known of one patient over time: readings, lung function, treatment, events.

    Raises ReadingError where a reading is of another patient or of nobody, or stands twice.
    """

    patient: Patient
    readings: tuple[Reading, ...] = ()
    lung_function: tuple[LungFunction, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    events: tuple[Event, ...] = ()

    def __post_init__(self) -> None:
        stranger = next((r for r in self.readings if r.scan.patient != self.patient.pseudonym), None)
        if stranger is not None:
            raise ReadingError(f"reading {stranger.id} is of another patient than the course it stands in")
        ids = [reading.id for reading in self.readings]
        if len(set(ids)) < len(ids):
            twice = next(one for one in ids if ids.count(one) > 1)
            raise ReadingError(f"reading {twice} stands twice in one course; give it once")
