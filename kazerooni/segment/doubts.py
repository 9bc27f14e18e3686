"""Doubts: what of the lungs that were found a person should look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Geometry, Notice

# Lungs of adults hold 1 L at the deepest expiration to 9 L at full inspiration (issue 5).
LEAST_LITRES, MOST_LITRES = 1.0, 9.0
# The right lung is the larger one, 55 % of both in health (lobe shares in score.md: 53.7 of 100); outside this range
# one of them is diseased, or wrong.
LEAST_RIGHT_OVER_LEFT, MOST_RIGHT_OVER_LEFT = 0.75, 1.8
# More lung than this on the first or last slice means that the scan cuts it.
_CUT_MM2 = 100.0
_MM3_PER_LITRE = 1e6


def doubts_of(labels: NDArray[np.uint8], geometry: Geometry) -> tuple[Notice, ...]:
    """List the doubts about lungs: uint8 (slice, row, column), 1 right, 2 left."""
    right = np.array([np.count_nonzero(plane == 1) for plane in labels])
    counts = np.stack([right, np.array([np.count_nonzero(plane) for plane in labels]) - right])
    if not counts.any():
        message = "no lungs were found; give lobes from a file, or another series"
        return (Notice("lungs-not-found", "error", message),)
    notices = []
    cut = [int(i) for i in (0, -1) if counts[:, i].sum() * geometry.pixel_area_mm2 > _CUT_MM2]
    if cut:
        ends = " and ".join("first" if i == 0 else "last" for i in cut)
        notices.append(_warning("lungs-cut", f"lung reaches the {ends} slice: percents are of the covered part"))
    if not counts.any(axis=1).all():
        found = "right" if counts[0].any() else "left"
        notices.append(_warning("lung-missing", f"only the {found} lung was found; check the other"))
    elif not LEAST_RIGHT_OVER_LEFT <= (ratio := _ratio(counts, geometry)) <= MOST_RIGHT_OVER_LEFT:
        notices.append(_warning("lungs-uneven", f"the right lung is {ratio:.2f} times the left one; check both"))
    litres = _litres(counts, geometry)
    if litres is not None and not LEAST_LITRES <= litres <= MOST_LITRES:
        wanted = f"{LEAST_LITRES:.0f} to {MOST_LITRES:.0f} L is usual"
        notices.append(_warning("lung-volume-unusual", f"the lungs hold {litres:.2f} L, {wanted}; check them"))
    return tuple(notices)


def _ratio(counts: NDArray[np.intp], geometry: Geometry) -> float:
    right, left = counts @ geometry.depths()
    return float(right / left)


def _litres(counts: NDArray[np.intp], geometry: Geometry) -> float | None:
    """Give the volume of both lungs; None where the depth of a single slice is not known."""
    unit = geometry.depth_unit_mm
    if unit is None:
        return None
    return float(counts.sum(axis=0) @ geometry.depths()) * unit * geometry.pixel_area_mm2 / _MM3_PER_LITRE


def _warning(code: str, message: str) -> Notice:
    return Notice(code, "warning", message)
