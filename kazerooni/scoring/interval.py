"""Interval: how far the percent of a lobe may be off because the slices show only a sample of it."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

FEWEST_SLICES: Final = 5
"""With fewer slices of a lobe its residuals say nothing of what lies between them."""

# 97.5 % of a normal distribution lie below.
_NORMAL: Final = 1.959964

# The factor of the variance for residuals that run on from slice to slice (an area function that may jump, q = 0), and
# for residuals of which each slice has its own: the limit for q = -1/2, where the variance is the sum of their squares.
_ALPHA_SMOOTH: Final = 1 / 12
_ALPHA_UNCORRELATED: Final = 1 / 3
# The correlation of neighbours from which on residuals run on.
_CORRELATED: Final = 0.5


def sampling_interval(
    involved: NDArray[np.int64], whole: NDArray[np.int64], depths: NDArray[np.int64]
) -> tuple[float, float] | None:
    """Give the 95 % interval of the percent of a lobe: of sampling only, not of the reader's error.

    involved: pixels of the lobe that hold the finding, or any of the findings, on every slice; int64 (slices,).
    whole: pixels of the lobe on every slice; int64 (slices,).
    depths: what each slice stands for (`Tally.depths`), in any unit; int64 (slices,).

    Gives (low, high) in percent, within 0 to 100, around 100 x sum(depth x involved) / sum(depth x whole); None where
    the lobe is seen on fewer than 5 slices or nothing is involved. Meant for scans with lung between the slices: the
    caller knows whether the scan is one, and whether the percent was measured or typed.

    The slices are taken as a systematic sample. With residuals e = depth x (involved - share x whole) of the run of
    slices that show the lobe, and A, B, C the sums of their products with themselves, with the next and with the one
    after, the variance of their sum is alpha x (3A - 4B + C); where that is negative it counts as 0. Alpha is 1/12 for
    residuals that run on from slice to slice and 1/3 for residuals that do not; between them it goes by the correlation
    of neighbours, B / A, less its standard error (decision 0017). No width is left where every slice holds one share.

    Sources: Gundersen and Jensen, J Microsc 1987;147:229 (the estimator); Gundersen, Jensen, Kieu and Nielsen,
    J Microsc 1999;193:199 (1/12 and 1/240); Garcia-Finana and Cruz-Orive, Statistics 2004;38:243 (alpha by a smoothness
    read from the data).

    Raises ValueError where the arrays differ in shape, or more is involved than there is.
    """
    if not involved.shape == whole.shape == depths.shape or whole.ndim != 1:
        raise ValueError(
            f"arrays of shape {involved.shape}, {whole.shape}, {depths.shape}: one value a slice is wanted"
        )
    if np.any(involved < 0) or np.any(involved > whole) or np.any(depths < 1):
        raise ValueError("0 to all pixels of the lobe may be involved on a slice, and every depth is 1 or more")
    seen = np.flatnonzero(whole)
    if seen.size < FEWEST_SLICES:
        return None
    run = slice(int(seen[0]), int(seen[-1]) + 1)
    # Python's whole numbers: no rounding, so that neither order nor units of the slices can change the result.
    volumes = _volumes(whole[run], depths[run])
    marked = _volumes(involved[run], depths[run])
    volume, extent = sum(volumes), sum(marked)
    if extent == 0:
        return None
    residuals = [volume * y - extent * x for y, x in zip(marked, volumes, strict=True)]
    half = _NORMAL * sqrt(_variance(residuals, volume**2))
    percent = 100 * extent / volume
    return max(0.0, percent - 100 * half), min(100.0, percent + 100 * half)


def _volumes(pixels: NDArray[np.int64], depths: NDArray[np.int64]) -> list[int]:
    return [p * d for p, d in zip(pixels.tolist(), depths.tolist(), strict=True)]


def _variance(residuals: list[int], unit: int) -> float:
    """Give the variance of the sum of residuals that are given in units of 1 / `unit`."""
    a, b, c = (sum(e * f for e, f in zip(residuals, residuals[lag:], strict=False)) for lag in range(3))
    if a == 0:
        return 0.0
    sure = float(Fraction(b, a)) - 1 / sqrt(len(residuals))
    running_on = min(max(sure / _CORRELATED, 0.0), 1.0)
    alpha = _ALPHA_UNCORRELATED + running_on * (_ALPHA_SMOOTH - _ALPHA_UNCORRELATED)
    return alpha * float(Fraction(max(0, 3 * a - 4 * b + c), unit**2))
