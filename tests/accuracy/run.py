"""Run: cases one after the other, each on phantoms of several seeds or on the real scans that it is about."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean, median

from tests.accuracy import real
from tests.accuracy.cases import CASES, Case, RealCase, measure
from tests.accuracy.overlap import Dices
from tests.accuracy.people import Size, chest_of
from tests.accuracy.scans import make_missing


@dataclass
class Row:
    """What was measured of one case: the Dices of every seed; none where the real scans are missing."""

    name: str
    case: Case | RealCase
    dices: list[Dices] = field(default_factory=list)

    @property
    def is_skipped(self) -> bool:
        """Whether nothing could be measured."""
        return not self.dices

    @property
    def is_reached(self) -> bool:
        """Whether every seed reaches what is wanted."""
        return all(self.case.wanted.is_reached(dices) for dices in self.dices)

    def worst(self, part: str) -> float | None:
        """Give the worst Dice of a part over the seeds, None where it was not compared."""
        return min((dices[part] for dices in self.dices if part in dices), default=None)

    def median(self, part: str) -> float | None:
        """Give the median Dice of a part over the seeds, None where it was not compared."""
        values = [dices[part] for dices in self.dices if part in dices]
        return median(values) if values else None

    @property
    def worst_mean(self) -> float:
        """The worst mean over all parts."""
        return min(mean(dices.values()) for dices in self.dices)


def run(
    names: Sequence[str], seeds: int, size: Size, cache: Path, tell: Callable[[str], None] = print
) -> Iterator[Row]:
    """Measure cases, giving each as soon as it is done; the phantoms of all are made first."""
    cases = {name: CASES[name] for name in names}
    phantoms = [case for case in cases.values() if isinstance(case, Case)]
    make_missing((chest_of(case.kind, number, size) for number in range(seeds) for case in phantoms), cache)
    for name, case in cases.items():
        row = Row(name, case)
        for number in range(seeds if isinstance(case, Case) else 1):
            start = time.perf_counter()
            dices = _measured(case, number, size, cache)
            if dices is None:
                tell(f"{name}: skipped, the real scans are not there ({real.FOLDER})")
                continue
            row.dices.append(dices)
            shown = ", ".join(f"{part} {value:.3f}" for part, value in dices.items())
            tell(f"{name} {number + 1}: {shown} ({time.perf_counter() - start:.1f} s)")
        yield row


def _measured(case: Case | RealCase, number: int, size: Size, cache: Path) -> Dices | None:
    if isinstance(case, Case):
        return measure(case, number, size, cache)
    return case.measure(real.FOLDER) if real.FOLDER.is_dir() else None
