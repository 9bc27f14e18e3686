"""Signed rank: Wilcoxon's test of pairs (Biometrics 1945;1:80), with ties and zeros as a named rule has them.

Up to 20 differences that are not 0 the p-value is counted over all assignments of signs to the ranks that there are,
means of ranks where differences are equal. Library defaults change to a normal approximation at the first tie or zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

ZeroRule = Literal["wilcox", "pratt"]
"""What becomes of pairs without a difference: `wilcox` drops them before ranking, `pratt` (JASA 1959;54:655) after."""

RankMethod = Literal["exact", "normal"]
"""How p was found: over all signs, or by the normal approximation, corrected for ties and continuity."""

MOST_EXACT = 20
_DECIMALS = 9  # differences as of 0.3 - 0.1 and 0.2 are equal


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRank:
    """A signed-rank test of later less earlier; p is None where every difference is 0 or there is none.

    n: differences that are not 0. zeros: those that are. w_plus, w_minus: sums of the ranks of rises and falls.
    """

    n: int
    zeros: int
    w_plus: float
    w_minus: float
    zero_rule: ZeroRule
    method: RankMethod | None = None
    p: float | None = None


def signed_rank(differences: Sequence[float], *, zeros: ZeroRule = "wilcox") -> SignedRank:
    """Test, two-sided, whether differences of pairs lie symmetrically around 0."""
    sample = np.round(np.asarray(differences, float), _DECIMALS)
    is_zero = sample == 0
    moved = sample[~is_zero]
    ranks = _mean_ranks(np.abs(moved if zeros == "wilcox" else sample))
    if zeros == "pratt":
        ranks = ranks[~is_zero]
    plus, minus = float(ranks[moved > 0].sum()), float(ranks[moved < 0].sum())
    found = SignedRank(n=moved.size, zeros=int(is_zero.sum()), w_plus=plus, w_minus=minus, zero_rule=zeros)
    if not moved.size:
        return found
    if moved.size <= MOST_EXACT:
        return replace(found, method="exact", p=_exact_p(ranks, min(plus, minus)))
    return replace(found, method="normal", p=_normal_p(ranks, plus))


def _mean_ranks(sizes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Rank from 1; equal ones have the mean of the ranks that they hold together."""
    _, place, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means: NDArray[np.float64] = (last - (counts - 1) / 2)[place]
    return means


def _exact_p(ranks: NDArray[np.float64], smaller: float) -> float:
    """Count, of all 2^n assignments of signs, those whose sum of ranks is at most as small, on either side.

    ranks: (n,), halves where differences are equal. The counts of all sums are made one rank at a time.
    """
    doubled = np.rint(2 * ranks).astype(np.int64)
    ways = np.zeros(int(doubled.sum()) + 1, np.int64)
    ways[0] = 1
    for rank in doubled:
        ways[rank:] += ways[:-rank].copy()
    below = int(ways[: round(2 * smaller) + 1].sum())
    return min(1.0, 2.0 * below / 2.0**doubled.size)


def _normal_p(ranks: NDArray[np.float64], plus: float) -> float:
    """Approximate; the variance of the sum of signed ranks is that of the ranks that there are, ties and all."""
    from scipy.special import ndtr  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    away = abs(plus - float(ranks.sum()) / 2)
    spread = sqrt(float((ranks**2).sum()) / 4)
    return min(1.0, 2 * float(ndtr(-max(away - 0.5, 0.0) / spread)))
