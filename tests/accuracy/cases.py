"""Cases: the rows of the table, what each wants, and how one of them is measured on one chest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

import numpy as np

from tests.accuracy import real
from tests.accuracy.method import segment
from tests.accuracy.overlap import LOBES, LUNGS, SIDE_OF, Dices, lobe_dices, lung_dices
from tests.accuracy.people import Kind, Size, chest_of
from tests.accuracy.points import placed_on
from tests.accuracy.scans import Scan, sequential_of, spiral_of, thick_of

MIDDLE: Final = "RML"


@dataclass(frozen=True)
class Wanted:
    """The least Dice of each part; of the middle lobe and of the mean of all where another is wanted."""

    least: float | None = None
    middle: float | None = None
    mean: float | None = None

    def __str__(self) -> str:
        if self.mean is not None:
            return f">= {self.mean:.2f} mean"
        return f">= {self.least:.2f}" + (f" (middle {self.middle:.2f})" if self.middle is not None else "")

    def is_reached(self, dices: Dices) -> bool:
        """Tell whether the Dices of one chest reach what is wanted."""
        if self.mean is not None:
            return float(np.mean(list(dices.values()))) >= self.mean
        assert self.least is not None
        middle = self.least if self.middle is None else self.middle
        return all(value >= (middle if part == MIDDLE else self.least) for part, value in dices.items())


@dataclass(frozen=True)
class Case:
    """One row of the table.

    kind, series, points: of phantoms; the chest, the series that is made of it, and how many points are placed on each
        fissure (0: none). parts: what is compared, the lobes or the lungs.
    """

    title: str
    wanted: Wanted
    parts: tuple[str, ...] = LOBES
    kind: Kind = "healthy"
    series: Literal["spiral", "thick", "sequential"] = "spiral"
    points: int = 0


@dataclass(frozen=True)
class RealCase:
    """One row of the table that is measured on real scans; `measure` takes the folder of the real data."""

    title: str
    wanted: Wanted
    measure: real.Measure = field(repr=False)
    parts: tuple[str, ...] = LUNGS


AUTOMATIC, DISEASED = Wanted(0.95, middle=0.90), Wanted(0.93, middle=0.85)
PLACED, LUNG = Wanted(0.95, middle=0.92), Wanted(0.97)
_DISEASED_TITLE: Final = "30 % of a lobe diseased, 40 % of each fissure erased"
CASES: Final[Mapping[str, Case | RealCase]] = {
    "spiral": Case("spiral, 1.25 mm, automatic", AUTOMATIC),
    "erased": Case(f"the same, {_DISEASED_TITLE}", DISEASED, kind="erased"),
    "thick": Case("5 mm contiguous, automatic", Wanted(0.85), series="thick"),
    "sequential": Case("sequential, 10 mm, prior only", Wanted(mean=0.80), series="sequential"),
    "spiral-8": Case("spiral, 8 points on each fissure", PLACED, points=8),
    "erased-8": Case(f"{_DISEASED_TITLE}, 8 points", PLACED, kind="erased", points=8),
    "thick-8": Case("5 mm contiguous, 8 points", PLACED, series="thick", points=8),
    "sequential-8": Case("sequential, 10 mm, 8 points", PLACED, series="sequential", points=8),
    "real-8": RealCase("real lobes (cip), 8 points on each border", Wanted(0.97), real.lobes_by_8_points, LOBES),
    "real-12": RealCase("real lobes (cip), 12 points on each border", Wanted(0.98), real.lobes_by_12_points, LOBES),
    "lungs": Case("lungs, 40 % of a lobe consolidated, spiral", LUNG, LUNGS, "consolidated"),
    "lungs-thick": Case("the same, 5 mm contiguous", LUNG, LUNGS, "consolidated", "thick"),
    "lungs-sequential": Case("the same, sequential, 10 mm", LUNG, LUNGS, "consolidated", "sequential"),
    "elastix": RealCase("lungs, real, emphysema (elastix mask)", Wanted(0.95), real.elastix),
    "ct-64": RealCase("lungs, real, 4 mm voxels (cip mask)", Wanted(0.95), real.ct64),
    "ct-64-fine": RealCase("the same, mask drawn at 0.5 mm (cip)", Wanted(0.95), real.ct64_fine),
}


def measure(case: Case, number: int, size: Size, cache: Path) -> Dices:
    """Measure a case on one phantom, which is in the cache."""
    spiral = spiral_of(chest_of(case.kind, number, size), cache)
    placed = placed_on(spiral, case.points) if case.points else None
    scan = {"spiral": _same, "thick": thick_of, "sequential": sequential_of}[case.series](spiral)
    found = segment(scan.volume, placed).labels
    if case.parts == LOBES:
        return lobe_dices(found, scan.lobes)
    return lung_dices(SIDE_OF[found], SIDE_OF[scan.lobes])


def _same(scan: Scan) -> Scan:
    return scan
