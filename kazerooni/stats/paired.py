"""Paired: the mean change of pairs of values, its 95 % interval, and the two-sided paired t test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

_FEWEST_PAIRS = 2
_UPPER = 0.975


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedT:
    """A paired t test of later less earlier; None where it is not defined, with the reason.

    mean: of the differences. low, high: its 95 % interval. t, df, p: of the two-sided test.
    """

    n: int
    mean: float | None = None
    sd: float | None = None
    low: float | None = None
    high: float | None = None
    t: float | None = None
    df: int | None = None
    p: float | None = None
    reason: str = ""


def paired_t(differences: Sequence[float]) -> PairedT:
    """Test whether the mean of differences of pairs is 0 (Student, Biometrika 1908;6:1)."""
    from scipy.special import stdtr, stdtrit  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    sample = np.asarray(differences, float)
    n = sample.size
    if n < _FEWEST_PAIRS:
        return PairedT(
            n=n, mean=float(sample[0]) if n else None, reason=f"{n} pair{'' if n == 1 else 's'}; 2 or more are wanted"
        )
    mean, sd, df = float(sample.mean()), float(sample.std(ddof=1)), n - 1
    if np.ptp(sample) == 0:
        return PairedT(n=n, mean=mean, sd=0.0, reason="all differences are the same")
    error = sd / sqrt(n)
    reach = float(stdtrit(df, _UPPER)) * error
    t = mean / error
    return PairedT(
        n=n, mean=mean, sd=sd, low=mean - reach, high=mean + reach, t=t, df=df, p=2 * float(stdtr(df, -abs(t)))
    )
