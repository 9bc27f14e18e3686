"""A second, naive implementation of measuring and grading: plain loops over voxels and the table of score.md.

Shares nothing with `kazerooni`: labels are bare numbers, depths are fractions of a millimetre, edges are written out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

ALVEOLAR_NAMES = {1: "ground_glass", 2: "consolidation"}
INTERSTITIAL_NAMES = {1: "septal", 2: "honeycombing", 3: "reticulation"}


@dataclass
class Counted:
    """What was counted of one lobe: volumes as voxels x depth."""

    whole: Fraction = Fraction(0)
    alveolar: Fraction = Fraction(0)
    honeycombing: Fraction = Fraction(0)
    of_finding: dict[str, Fraction] = field(default_factory=dict)
    slices: set[int] = field(default_factory=set)


def depths_of(positions: Sequence[Fraction]) -> list[Fraction]:
    """Half-way to each neighbour; the first and the last slice count their one gap as if it lay on both sides."""
    if len(positions) == 1:
        return [Fraction(1)]
    depths = []
    for i in range(len(positions)):
        below = positions[i] - positions[i - 1] if i > 0 else positions[1] - positions[0]
        above = positions[i + 1] - positions[i] if i + 1 < len(positions) else positions[i] - positions[i - 1]
        depths.append(below / 2 + above / 2)
    return depths


def count(lobes: Any, alveolar: Any, interstitial: Any, positions: Sequence[Fraction]) -> dict[int, Counted]:
    """Count nested lists (slice, row, column) of labels in five regions, the lingula (6) with the left upper lobe."""
    regions = {number: Counted() for number in (1, 2, 3, 4, 5)}
    depths = depths_of(positions)
    for s, plane in enumerate(lobes):
        for r, line in enumerate(plane):
            for c, lobe in enumerate(line):
                if lobe == 0:
                    continue
                region = regions[4 if lobe == 6 else lobe]
                region.slices.add(s)
                region.whole += depths[s]
                a, i = alveolar[s][r][c], interstitial[s][r][c]
                if a in (1, 2):
                    region.alveolar += depths[s]
                if i == 2:
                    region.honeycombing += depths[s]
                for name in (ALVEOLAR_NAMES.get(a), INTERSTITIAL_NAMES.get(i)):
                    if name is not None:
                        region.of_finding[name] = region.of_finding.get(name, Fraction(0)) + depths[s]
    return regions


def alveolar_grade(involved: Fraction, whole: Fraction) -> int:
    """The alveolar column of the table of score.md."""
    if involved == 0:
        return 0
    if involved * 100 < whole * 5:
        return 1
    if involved * 100 < whole * 25:
        return 2
    if involved * 100 < whole * 50:
        return 3
    if involved * 100 <= whole * 75:
        return 4
    return 5


def interstitial_grade(honeycombing: Fraction, whole: Fraction, *, lines: bool) -> int:
    """The honeycombing column of the table of score.md; `lines`: septal thickening, reticulation or traction."""
    if honeycombing == 0:
        return 1 if lines else 0
    if honeycombing * 100 < whole * 25:
        return 2
    if honeycombing * 100 < whole * 50:
        return 3
    if honeycombing * 100 <= whole * 75:
        return 4
    return 5


# --- All schemes -----------------------------------------------------------------------------------------------------

FIVE_REGIONS = {1: (1,), 2: (2,), 3: (3,), 4: (4, 6), 5: (5,)}
SIX_REGIONS = {1: (1,), 2: (2,), 3: (3,), 4: (4,), 5: (5,), 6: (6,)}


@dataclass
class Rules:
    """One row of the table of score.md: labels by their numbers."""

    regions: Mapping[int, tuple[int, ...]]
    alveolar: tuple[int, ...]
    by_extent: tuple[int, ...]
    by_presence: tuple[int, ...]
    is_mean: bool
    maximum: int


RULES = {
    "kazerooni": Rules(FIVE_REGIONS, (1, 2), (2,), (1, 3), is_mean=False, maximum=50),
    "kazerooni-mean": Rules(FIVE_REGIONS, (1,), (2,), (1, 3), is_mean=True, maximum=10),
    "kazerooni-lingula": Rules(SIX_REGIONS, (1, 2), (2,), (1, 3), is_mean=False, maximum=60),
    "kazerooni-fibrosis": Rules(FIVE_REGIONS, (1, 2), (2, 3), (1,), is_mean=False, maximum=50),
}

Voxel = tuple[int, tuple[int, int]]
"""One voxel of a region: its slice, and its alveolar and interstitial label."""


@dataclass
class Region:
    """The voxels of a region, and how it is graded."""

    number: int
    voxels: list[Voxel]
    depths: list[Fraction]
    pixel_mm2: Fraction
    has_traction: bool
    rules: Rules

    def share(self, which: int, labels: Sequence[int]) -> Fraction | None:
        """Percent of the region that holds labels of the alveolar (0) or interstitial (1) map."""
        seen: dict[int, int] = {}
        held: dict[int, int] = {}
        for number, marks in self.voxels:
            seen[number] = seen.get(number, 0) + 1
            if marks[which] in labels:
                held[number] = held.get(number, 0) + 1
        whole = sum((self.depths[number] * voxels for number, voxels in seen.items()), Fraction(0))
        involved = sum((self.depths[number] * voxels for number, voxels in held.items()), Fraction(0))
        return 100 * involved / whole if whole else None

    def percent(self, which: int) -> Fraction | None:
        """Percent that is graded by extent."""
        return self.share(which, self.rules.by_extent if which else self.rules.alveolar)

    def percent_of(self, which: int, label: int) -> Fraction | None:
        """Percent of one finding."""
        return self.share(which, (label,))

    def is_trace(self, which: int, label: int) -> bool:
        """Under 0.5 % of the region, or under 50 mm2 on every slice that it touches."""
        pixels: dict[int, int] = {}
        for number, marks in self.voxels:
            if marks[which] == label:
                pixels[number] = pixels.get(number, 0) + 1
        if not pixels:
            return False
        share = self.share(which, (label,))
        small_everywhere = all(touched * self.pixel_mm2 < 50 for touched in pixels.values())
        return small_everywhere or (share is not None and share < Fraction("0.5"))

    def has_trace(self, which: int) -> bool | None:
        """Any finding of the map is a trace; None without a voxel."""
        if not self.voxels:
            return None
        return any(self.is_trace(which, label) for label in ((1, 2, 3) if which else (1, 2)))

    def without_traces(self) -> Region:
        """The region as if its traces had not been marked."""
        stray = [[label for label in labels if self.is_trace(w, label)] for w, labels in ((0, (1, 2)), (1, (1, 2, 3)))]
        kept: list[Voxel] = []
        for number, (a, i) in self.voxels:
            kept.append((number, (0 if a in stray[0] else a, 0 if i in stray[1] else i)))
        return replace(self, voxels=kept)

    def under(self, rules: Rules) -> Region:
        """The same region by other rules."""
        return replace(self, rules=rules)

    def grade(self, which: int) -> int | None:
        """Grade of the alveolar (0) or the interstitial (1) component."""
        percent = self.percent(which)
        if percent is None:
            return None
        if which == 0:
            return alveolar_grade(percent, Fraction(100))
        lines = self.has_traction or bool(self.share(1, self.rules.by_presence))
        return interstitial_grade(percent, Fraction(100), lines=lines)


@dataclass
class Totals:
    """The sums, or means, of a scan."""

    alveolar: Fraction | None
    interstitial: Fraction | None
    total: Fraction | None
    maximum: int
    lobes: int
    without_traces: Fraction | None
    without_consolidation: Fraction | None
    fibrosis_variant: Fraction | None


@dataclass
class Score:
    """The regions of a scan under one scheme."""

    regions: list[Region]
    rules: Rules

    def amount(self, regions: list[Region], which: int, *, partial: bool) -> Fraction | None:
        """Sum or mean of one component."""
        grades = []
        for region in regions:
            grade = region.grade(which)
            if grade is not None:
                grades.append(Fraction(grade))
            elif not partial:
                return None
        if not grades:
            return None
        return sum(grades, Fraction(0)) / (len(grades) if self.rules.is_mean else 1)

    def total(self, regions: list[Region], *, partial: bool) -> Fraction | None:
        """Both components together."""
        alveolar, interstitial = (self.amount(regions, which, partial=partial) for which in (0, 1))
        return None if alveolar is None or interstitial is None else alveolar + interstitial

    def totals(self, *, partial: bool) -> Totals:
        """All that stands beside the total; both maps are always given here."""
        ground_glass = replace(self.rules, alveolar=(1,))
        fibrosis = replace(self.rules, by_extent=(2, 3), by_presence=(1,))
        return Totals(
            alveolar=self.amount(self.regions, 0, partial=partial),
            interstitial=self.amount(self.regions, 1, partial=partial),
            total=self.total(self.regions, partial=partial),
            maximum=self.rules.maximum,
            lobes=sum(1 for region in self.regions if region.voxels),
            without_traces=self.total([region.without_traces() for region in self.regions], partial=partial),
            without_consolidation=self.amount([r.under(ground_glass) for r in self.regions], 0, partial=partial),
            fibrosis_variant=self.amount([r.under(fibrosis) for r in self.regions], 1, partial=partial),
        )

    def volume_weighted(self) -> tuple[Fraction | None, Fraction | None]:
        """Graded extent of all regions together, None where one has no voxel."""
        if any(not region.voxels for region in self.regions):
            return None, None
        together = replace(self.regions[0], voxels=[voxel for region in self.regions for voxel in region.voxels])
        return together.percent(0), together.percent(1)


def score(
    lobes: Any,
    alveolar: Any,
    interstitial: Any,
    *,
    positions: Sequence[Fraction],
    pixel_mm2: Fraction,
    traction: dict[int, bool],
    scheme: str,
) -> Score:
    """Score nested lists (slice, row, column) of labels under a scheme, by its name."""
    rules, depths = RULES[scheme], depths_of(positions)
    regions = []
    for number, held in rules.regions.items():
        voxels: list[Voxel] = []
        for s, plane in enumerate(lobes):
            for r, line in enumerate(plane):
                for c, lobe in enumerate(line):
                    if lobe in held:
                        voxels.append((s, (alveolar[s][r][c], interstitial[s][r][c])))
        if not any(number in line for plane in lobes for line in plane):
            voxels = []  # a lingula without its upper lobe is not that lobe
        has_traction = any(traction.get(lobe, False) for lobe in held)
        regions.append(Region(number, voxels, depths, pixel_mm2, has_traction, rules))
    return Score(regions, rules)
