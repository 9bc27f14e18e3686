"""Scheme: a scoring scheme as data. One with a hole, an overlap or a region named twice cannot be built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from kazerooni.errors import SchemeError
from kazerooni.model import Component, Finding, Lobe


@dataclass(frozen=True, slots=True)
class Band:
    """The percents from low to high, which get one grade. Of the two edges the band holds those that it owns.

    A band of one point, as 0 % alone, has low equal to high.
    """

    grade: int
    low: int
    high: int
    owns: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        point = self.low == self.high
        if self.low > self.high or not set(self.owns) <= {self.low, self.high} or (point and not self.owns):
            raise SchemeError(f"{self} is no band: low, then high, and edges to own among these two are wanted")
        if len(set(self.owns)) < len(self.owns):
            raise SchemeError(f"{self} names an edge twice")

    def holds(self, percent: Fraction | int) -> bool:
        """Tell whether an exact percent lies in the band."""
        whole, part = divmod(percent.numerator, percent.denominator)  # as whole numbers: five times as quick
        if part:
            return self.low <= whole < self.high
        return self.low < whole < self.high or whole in self.owns

    @property
    def words(self) -> str:
        """The band for people, as "25 % to under 50 %"."""
        if self.low == self.high:
            return f"{self.low} %"
        low = f"{self.low} %" if self.low in self.owns else f"over {self.low} %"
        return f"{low} to {'' if self.high in self.owns else 'under '}{self.high} %"

    def __str__(self) -> str:
        left = "[" if self.low in self.owns else "("
        right = "]" if self.high in self.owns else ")"
        return f"grade {self.grade} for {left}{self.low}, {self.high}{right} %"


@dataclass(frozen=True, slots=True)
class Criterion:
    """How one component of a lobe is graded.

    measures: the findings whose union is graded by its share of the lobe.
    bands: ascending, together every percent from 0 to 100 exactly once, each edge owned by one band.
    presence: findings that give `presence_grade` by being there, where nothing measured is.
    """

    component: Component
    measures: frozenset[Finding]
    bands: tuple[Band, ...]
    presence: frozenset[Finding] = frozenset()
    presence_grade: int | None = None

    def __post_init__(self) -> None:
        _refuse_wrong_findings(self)
        _refuse_holes_and_overlaps(self.component, self.bands)
        _refuse_falling_grades(self)

    @property
    def highest_grade(self) -> int:
        """The highest grade that the criterion gives."""
        return self.bands[-1].grade

    @property
    def inner_edges(self) -> tuple[int, ...]:
        """The percents above 0 at which the grade changes, ascending."""
        return tuple(band.high for band in self.bands[:-1] if band.high > 0)

    @property
    def measured(self) -> tuple[Finding, ...]:
        """The findings that are graded by extent, in their order."""
        return tuple(finding for finding in Finding if finding in self.measures)

    def rows(self) -> Iterator[tuple[int, str]]:
        """Give the table of the criterion for people: each grade and what earns it, ascending."""
        for band in self.bands:
            yield band.grade, band.words
            if band.high == 0 and self.presence_grade is not None:
                named = [finding.full_name for finding in Finding if finding in self.presence]
                yield (
                    self.presence_grade,
                    f"0 %, and {', '.join(named[:-1])}{' or ' if named[:-1] else ''}{named[-1]} present",
                )

    def grade(self, percent: Fraction | int, *, present: bool = False) -> int:
        """Grade an exact percent, 0 to 100.

        present: whether any of the findings in `presence` is seen in the lobe.
        Raises ValueError for a percent that is none.
        """
        if not 0 <= percent <= 100:
            raise ValueError(f"{percent} is no percent; 0 to 100 is wanted")
        if percent == 0 and present and self.presence_grade is not None:
            return self.presence_grade
        return next(band.grade for band in self.bands if band.holds(percent))

    def grades_beside(self, percent: Fraction | int) -> tuple[int, ...]:
        """List the grades that a percent could mean, ascending: two on an edge between bands, else one.

        0 % is no edge: its grade is that of nothing found.
        """
        if percent == 0:
            return (self.grade(percent),)
        return tuple(band.grade for band in self.bands if band.low <= percent <= band.high and band.high > 0)

    def to_edge(self, percent: Fraction | int) -> Fraction | None:
        """Give the distance of a percent to the nearest inner edge in percentage points, None at 0 % or without one."""
        if not percent or not self.inner_edges:
            return None
        above, below = percent.numerator, percent.denominator  # whole numbers: no fraction is made for every edge
        return Fraction(min(abs(above - edge * below) for edge in self.inner_edges), below)


@dataclass(frozen=True, slots=True)
class Region:
    """What a scheme grades as one lobe: the lobe it is named after, and the lobes whose voxels it holds."""

    lobe: Lobe
    holds: tuple[Lobe, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """A scoring scheme, kept by (name, version) for ever. The numbers of the published ones stand in `schemes.py`.

    regions: what is graded; every lobe of the label maps belongs to exactly one.
    combine: how the grades of the regions make a component: their `sum` or their `mean`.
    """

    name: str
    version: int
    citation: str
    regions: tuple[Region, ...]
    alveolar: Criterion
    interstitial: Criterion
    combine: Literal["sum", "mean"]

    def __post_init__(self) -> None:
        if not (self.name and self.citation) or self.version < 1:
            raise SchemeError(f"scheme {self.name!r}: a name, a citation and a version from 1 on are wanted")
        _refuse_wrong_regions(self)
        for component in Component:
            if self.criterion(component).component is not component:
                raise SchemeError(f"scheme {self.name}: the {component} criterion grades the other component")

    def criterion(self, component: Component) -> Criterion:
        """Give how a component is graded."""
        return self.alveolar if component is Component.ALVEOLAR else self.interstitial

    @property
    def maximum(self) -> int:
        """The highest total that the scheme can give."""
        return sum(map(self.highest, Component))

    def highest(self, component: Component) -> int:
        """Give the highest sum, or mean, of a component."""
        grades = 1 if self.combine == "mean" else len(self.regions)
        return grades * self.criterion(component).highest_grade


def _refuse_wrong_findings(criterion: Criterion) -> None:
    component = criterion.component
    foreign = [f for f in criterion.measures | criterion.presence if f.component is not component]
    if foreign:
        raise SchemeError(f"{component} criterion: {_names(foreign)} belongs to the other component")
    if not criterion.measures or any(finding.label is None for finding in criterion.measures):
        raise SchemeError(f"{component} criterion measures {_names(criterion.measures)}; wanted are findings of area")
    if criterion.measures & criterion.presence:
        both = _names(criterion.measures & criterion.presence)
        raise SchemeError(f"{component} criterion: {both} cannot be graded by extent and by presence at once")
    if bool(criterion.presence) != (criterion.presence_grade is not None):
        raise SchemeError(f"{component} criterion: findings that count by presence and their grade go together")


def _refuse_holes_and_overlaps(component: Component, bands: tuple[Band, ...]) -> None:
    if not bands or bands[0].low != 0 or bands[-1].high != 100:
        raise SchemeError(f"{component} criterion: the bands {_listed(bands)} do not reach from 0 to 100 %")
    for lower, upper in pairwise(bands):
        if upper.low != lower.high:
            what = "a hole" if upper.low > lower.high else "an overlap"
            raise SchemeError(f"{component} criterion: {what} between {lower} and {upper}")
    for edge in sorted({edge for band in bands for edge in (band.low, band.high)}):
        owners = [band for band in bands if edge in band.owns]
        if len(owners) != 1:
            raise SchemeError(f"{component} criterion: {edge} % has {len(owners)} owners, wanted 1: {_listed(bands)}")


def _refuse_falling_grades(criterion: Criterion) -> None:
    by_extent = [band.grade for band in criterion.bands]
    if any(upper <= lower for lower, upper in pairwise(by_extent)) or by_extent[0] < 0:
        raise SchemeError(f"{criterion.component} criterion: grades must rise with the percent, found {by_extent}")
    if criterion.presence_grade is None:
        return
    first = criterion.bands[0]
    if first.high != 0 or not first.grade < criterion.presence_grade <= by_extent[1]:
        raise SchemeError(
            f"{criterion.component} criterion: the grade by presence, {criterion.presence_grade}, "
            f"must lie above that of 0 % and not above that of the smallest extent: {_listed(criterion.bands)}"
        )


def _refuse_wrong_regions(scheme: Scheme) -> None:
    names = [region.lobe for region in scheme.regions]
    held = [lobe for region in scheme.regions for lobe in region.holds]
    for what, lobes in (("region", names), ("lobe", held)):
        twice = {lobe.name for lobe in lobes if lobes.count(lobe) > 1}
        if twice:
            raise SchemeError(f"scheme {scheme.name}: {what} {', '.join(sorted(twice))} is named twice")
    if set(held) != set(Lobe):
        lost = ", ".join(lobe.name for lobe in Lobe if lobe not in held)
        raise SchemeError(f"scheme {scheme.name}: {lost} belongs to no region, so its marks would be lost")
    for region in scheme.regions:
        if region.lobe not in region.holds:
            raise SchemeError(f"scheme {scheme.name}: region {region.lobe.name} does not hold its own lobe")


def _names(findings: Iterable[Finding]) -> str:
    return ", ".join(sorted(finding.full_name for finding in findings)) or "none"


def _listed(bands: tuple[Band, ...]) -> str:
    return "; ".join(map(str, bands)) or "none"
