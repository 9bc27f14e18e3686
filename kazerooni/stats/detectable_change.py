"""Detectable change: the smallest change of a sum that reading one scan once more would seldom show.

1.96 times the root of 2 times the standard error of measurement, of agreement: the readers' bias counts
(de Vet HCW, Terwee CB, Knol DL, Bouter LM. J Clin Epidemiol 2006;59:1033-1039; Bland JM, Altman DG. BMJ 1996;312:1654).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final

from kazerooni.model import DetectableChange

FEWEST_REPEATS: Final = 10
"""Of fewer repeats no smallest change is given."""


def detectable_change(readings: Sequence[Sequence[float]]) -> DetectableChange:
    """Give the smallest detectable change of a sum.

    readings: of each scan, the sums that were read of it; scans that were read once count nothing.

    The variance is pooled over scans, each with one degree of freedom less than readings; of equally many readings a
    scan it is that of readers and error together in the two-way model.
    """
    repeated = [sums for sums in readings if len(sums) > 1]
    repeats = sum(len(sums) - 1 for sums in repeated)
    if repeats < FEWEST_REPEATS:
        why = f"{FEWEST_REPEATS} repeats are wanted, found {repeats}"
        return DetectableChange(sem=None, smallest=None, repeats=repeats, scans=len(repeated), reason=why)
    squares = sum((each - sum(sums) / len(sums)) ** 2 for sums in repeated for each in sums)
    sem = sqrt(squares / repeats)
    return DetectableChange(sem=sem, smallest=1.96 * sqrt(2) * sem, repeats=repeats, scans=len(repeated))
