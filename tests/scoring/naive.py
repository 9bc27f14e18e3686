"""A second, naive implementation of measuring and grading: plain loops over voxels and the table of score.md.

Shares nothing with `kazerooni`: labels are bare numbers, depths are fractions of a millimetre, edges are written out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
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
