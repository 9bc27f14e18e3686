"""Kept scores: what is kept of a score to be set beside another, taken from readings or made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from kazerooni.model import Component, KeptGrade, Lobe, Reading
from kazerooni.scoring import score
from tests.scoring.builders import FIVE


class Kept(NamedTuple):
    """A kept grade."""

    state: str | None
    percent: float | None
    grade: int | None


@dataclass(frozen=True, kw_only=True)
class KeptScoreOf:
    """A kept score, with the fields that a difference wants."""

    lobes: Mapping[str, tuple[KeptGrade, KeptGrade]]
    patient: str | None = "P-1"
    study_date: str | None = "2003-05-14"
    series_uid: str | None = "1.2.3"
    reading: str | None = "R-1"
    scheme: str = "kazerooni"
    scheme_version: int = 1
    program_version: str | None = "0.1"
    alveolar: float | None = 0
    interstitial: float | None = 0
    total: float | None = 0
    maximum: float = 50
    inputs: Mapping[str, str | None] = field(default_factory=dict)


def kept_of(
    reading: Reading, scheme: str = "kazerooni", *, inputs: Mapping[str, str | None] | None = None, program: str = "0.1"
) -> KeptScoreOf:
    """Grade a reading and keep what a difference wants."""
    made = score(reading, scheme)
    scan = reading.scan
    return KeptScoreOf(
        patient=scan.patient,
        study_date=None if scan.study_date is None else scan.study_date.isoformat(),
        series_uid=scan.series_uid,
        reading=reading.id,
        scheme=made.scheme,
        scheme_version=made.scheme_version,
        program_version=program,
        alveolar=made.totals.alveolar,
        interstitial=made.totals.interstitial,
        total=made.totals.total,
        maximum=made.totals.maximum,
        lobes={
            lobe.lobe.name: (_kept(lobe.component(Component.ALVEOLAR)), _kept(lobe.component(Component.INTERSTITIAL)))
            for lobe in made.lobes
        },
        inputs=inputs or {},
    )


def _kept(component: KeptGrade) -> Kept:
    return Kept(component.state, component.percent, component.grade)


Alveolar = tuple[float | None, int | None]


def typed_score(
    lobes: Mapping[Lobe, tuple[Alveolar, Alveolar]] | None = None,
    *,
    scheme: str = "kazerooni",
    reading: str | None = "R-1",
    program: str = "0.1",
    inputs: Mapping[str, str | None] | None = None,
    patient: str = "P-1",
) -> KeptScoreOf:
    """Make a score by hand: percent and grade of both components of some lobes, 0 % and 0 of the others.

    Sums are those of grades, None where one is missing.
    """
    nothing: Alveolar = (0.0, 0)
    given = {lobe: (lobes or {}).get(lobe, (nothing, nothing)) for lobe in FIVE}
    sums: list[int | None] = []
    for place in range(2):
        grades = [pair[place][1] for pair in given.values()]
        known = [grade for grade in grades if grade is not None]
        sums.append(sum(known) if len(known) == len(grades) else None)
    alveolar, interstitial = sums
    return KeptScoreOf(
        patient=patient,
        reading=reading,
        scheme=scheme,
        program_version=program,
        inputs=inputs or {},
        alveolar=alveolar,
        interstitial=interstitial,
        total=None if alveolar is None or interstitial is None else alveolar + interstitial,
        lobes={lobe.name: (_typed(pair[0]), _typed(pair[1])) for lobe, pair in given.items()},
    )


def _typed(of: Alveolar) -> Kept:
    percent, grade = of
    return Kept(None if grade is None else "assessed", percent, grade)
