"""Coverage: how much of the lung was looked at, counted per 5 mm of lung."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Window

STRETCH_MM: Final = 5.0
"""Lung is counted in stretches of this length: who scrolls through thin slices sees a stretch by one of them."""
SEEN_FROM_S: Final = 0.1
"""A slice that was on the screen for less was scrolled past, not seen."""
ENOUGH_PERCENT: Final = 90.0
"""Below this a person is asked before signing."""

# A window of the lung: the level lies among its densities, and the width shows vessels and walls beside air.
_LEVELS_HU = (-850.0, -350.0)
_WIDTHS_HU = (800.0, 2500.0)
_ROUNDING_MM = 1e-6


def shows_lung(window: Window) -> bool:
    """Tell whether a window shows lung as lung: level -850 to -350 HU, width 800 to 2500 HU (usual: -600, 1500)."""
    low, high = _LEVELS_HU
    narrow, wide = _WIDTHS_HU
    return low <= window.level_hu <= high and narrow <= window.width_hu <= wide


def stretches(positions_mm: NDArray[np.float64], holds_lung: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give each slice the number of its 5 mm stretch of lung, from 0; int64 (slices,), -1 without lung.

    positions_mm: of every slice along the normal, ascending, float64 (slices,).
    holds_lung: bool (slices,).

    Only stretches that hold a slice have a number, so that lung between the slices of a sequential scan is not missed.
    """
    number = np.full(positions_mm.shape, -1, np.int64)
    lung = np.flatnonzero(holds_lung)
    if lung.size:
        steps = np.floor((positions_mm[lung] - positions_mm[lung[0]] + _ROUNDING_MM) / STRETCH_MM).astype(np.int64)
        number[lung] = np.unique(steps, return_inverse=True)[1]
    return number


def coverage_percent(
    positions_mm: NDArray[np.float64], holds_lung: NDArray[np.bool_], seen: Collection[int]
) -> float | None:
    """Give how much of the lung was seen, in percent of its stretches; None where no slice holds lung.

    seen: indices of the slices that were on the screen at lung window for `SEEN_FROM_S` at least. A stretch is seen
    when one of its slices is.
    """
    number = stretches(positions_mm, holds_lung)
    whole = int(number.max(initial=-1)) + 1
    if whole == 0:
        return None
    met = {int(number[index]) for index in seen} - {-1}
    return 100 * len(met) / whole
