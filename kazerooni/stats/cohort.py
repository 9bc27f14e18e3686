"""Cohort: the figures of a cohort at its time points, the paired tests between them, and who is missing where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kazerooni.stats.describe import DEFAULT_RULE, Summary
from kazerooni.stats.paired import PairedT
from kazerooni.stats.series import IndexEvent, PatientSeries, Variable
from kazerooni.stats.signed_rank import SignedRank, ZeroRule
from kazerooni.stats.time_points import Cell, TimePointName

COMPARED: Final[tuple[Variable, ...]] = (Variable.FVC, Variable.DLCO, Variable.TOTAL, Variable.PREDNISONE)
"""The variables that are tested, as the source study has them (score.md)."""

COMPARISONS: Final[tuple[tuple[TimePointName, TimePointName], ...]] = (("baseline", "12 months"), ("12 months", "last"))
"""The time points between which they are tested."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRules:
    """By which rules the figures of a cohort are made.

    index: the event that months are counted from. scheme, scheme_version, maximum: of all sums.
    quartiles: one of `QUARTILE_RULES`. zeros: of the signed-rank test. with_holm: whether p-values are also adjusted.
    by_pattern: whether the patterns of the lung disease are also shown apart.
    """

    scheme: str
    scheme_version: int
    maximum: float
    index: IndexEvent = "treatment_start"
    quartiles: str = DEFAULT_RULE
    zeros: ZeroRule = "wilcox"
    with_holm: bool = False
    by_pattern: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One patient, and the value at each time point or why there is none."""

    series: PatientSeries
    cells: Mapping[tuple[Variable, TimePointName], Cell]


@dataclass(frozen=True, slots=True)
class PointSummary:
    """A variable at a time point: its figures, and how many patients lack it, by the reason.

    origins: how many values there are of each origin (reference equations, readers), empty words for none recorded.
    """

    variable: Variable
    time_point: TimePointName
    summary: Summary
    missing: Mapping[str, int]
    origins: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DroppedOut:
    """Who is in no pair: the patient, the time point that is missing first, and why."""

    patient: str
    time_point: TimePointName
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedComparison:
    """Pairs of values of one variable at two time points, tested.

    before, after: the figures of the pairs alone.
    other_origin: patients whose two values are of other reference equations or readers: their change may be none.
    same_origin, same_origin_rank: the tests without those patients; None where there are none such.
    t_holm, signed_rank_holm: adjusted within the tests of this group; None unless asked for.
    """

    variable: Variable
    earlier: TimePointName
    later: TimePointName
    before: Summary
    after: Summary
    t: PairedT
    signed_rank: SignedRank
    dropped: tuple[DroppedOut, ...]
    other_origin: tuple[str, ...]
    same_origin: PairedT | None = None
    same_origin_rank: SignedRank | None = None
    t_holm: float | None = None
    signed_rank_holm: float | None = None

    @property
    def pairs(self) -> int:
        """How many patients have both values."""
        return self.t.n


@dataclass(frozen=True, slots=True)
class CohortGroup:
    """All patients, or those of one pattern.

    name: "all" or the pattern, "not recorded" where there is none.
    """

    name: str
    patients: int
    points: tuple[PointSummary, ...]
    comparisons: tuple[PairedComparison, ...]

    def point(self, variable: Variable, time_point: TimePointName) -> PointSummary:
        """Give the figures of a variable at a time point."""
        return next(one for one in self.points if (one.variable, one.time_point) == (variable, time_point))

    def comparison(
        self, variable: Variable, earlier: TimePointName = "baseline", later: TimePointName = "12 months"
    ) -> PairedComparison:
        """Give the test of a variable between two time points."""
        wanted = (variable, earlier, later)
        return next(one for one in self.comparisons if (one.variable, one.earlier, one.later) == wanted)


@dataclass(frozen=True, slots=True)
class Cohort:
    """Patients followed over time; the first group is that of all of them."""

    rules: CohortRules
    rows: tuple[Row, ...]
    groups: tuple[CohortGroup, ...]

    @property
    def is_synthetic(self) -> bool:
        """Whether every patient is called SYNTHETIC: made up, as those of the sample data."""
        return all(row.series.patient.upper().startswith("SYNTHETIC") for row in self.rows)

    @property
    def all(self) -> CohortGroup:
        """All patients."""
        return self.groups[0]


def rows_by_pattern(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Give the patients of each pattern, in alphabetical order; patterns that differ in case alone are one."""
    names: dict[str, str] = {}
    found: dict[str, list[Row]] = {}
    for row in rows:
        said = (row.series.pattern or "").strip() or "not recorded"
        found.setdefault(names.setdefault(said.casefold(), said), []).append(row)
    return dict(sorted(found.items()))
