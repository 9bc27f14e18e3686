"""Running: bias and limits of agreement of differences that come one by one and are not kept."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from math import sqrt

from kazerooni.stats.bland_altman import Z
from kazerooni.stats.estimate import Estimate

_DECIMALS = 1


class RunningDifferences:
    """The differences of pairs of sums, second less first, added up exactly: their order does not matter.

    points: how many pairs have which mean and difference, from sums rounded to a tenth, which bounds how many points
        there are; sums of whole grades, and means of five lobes, are not changed by that.
    """

    def __init__(self) -> None:
        self.count = 0
        self.points: Counter[tuple[float, float]] = Counter()
        self._sum: int | Fraction = 0
        self._squares: int | Fraction = 0

    def add(self, first: float, second: float) -> None:
        """Add a pair."""
        difference = second - first
        exact = int(difference) if float(difference).is_integer() else Fraction(difference)
        self.count += 1
        self._sum += exact
        self._squares += exact * exact
        was, now = round(first, _DECIMALS), round(second, _DECIMALS)
        self.points[round((was + now) / 2, _DECIMALS + 1), round(now - was, _DECIMALS)] += 1

    @property
    def bias(self) -> float | None:
        """The mean difference, None without a pair."""
        return float(Fraction(self._sum) / self.count) if self.count else None

    @property
    def sd(self) -> float | None:
        """The standard deviation of a difference (n - 1), None for fewer than two."""
        if self.count < 2:
            return None
        return sqrt((self._squares - Fraction(self._sum) ** 2 / self.count) / (self.count - 1))

    @property
    def limits(self) -> tuple[Estimate, Estimate]:
        """The lower and the upper 95 % limit of agreement (Bland and Altman, Lancet 1986;1:307-310), without intervals.

        The pairs are all that there are, not a sample of patients, and a patient may stand among them more than once.
        """
        if self.bias is None or self.sd is None:
            none = Estimate(value=None, reason=f"pairs with both totals: {self.count}; 2 are wanted")
            return none, none
        reach = Z * self.sd
        return Estimate(value=self.bias - reach), Estimate(value=self.bias + reach)
