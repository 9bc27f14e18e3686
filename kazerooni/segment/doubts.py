"""Doubts: what of the lungs that were found a person should look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Geometry, Notice
from kazerooni.segment.axial import Axial
from kazerooni.segment.planes import Mask, open_planes

# Lungs of adults hold 1 L at the deepest expiration to 9 L at full inspiration (issue 5).
LEAST_LITRES, MOST_LITRES = 1.0, 9.0
# The right lung is the larger one, 55 % of both in health (lobe shares in score.md: 53.7 of 100); outside this range
# one of them is diseased, or wrong.
LEAST_RIGHT_OVER_LEFT, MOST_RIGHT_OVER_LEFT = 0.75, 1.8
# More lung than this on the first or last slice, or along the border of the picture, means that the scan cuts it.
_CUT_MM2, _BORDER_MM2 = 100.0, 300.0
_MM3_PER_LITRE = 1e6
# Gas in the stomach or a loop of bowel: all but empty of tissue over a centimetre, more of it than a large bronchus
# holds. In lungs that are emptier than this share throughout it says nothing.
_GAS_HU, _GAS_RADIUS_MM, _LEAST_GAS_MM3, _EMPTY_SHARE = -975, 5.0, 20_000.0, 0.1


def doubts_of(labels: NDArray[np.uint8], geometry: Geometry, *, leaks: bool = False) -> tuple[Notice, ...]:
    """List the doubts about lungs: uint8 (slice, row, column), 1 right, 2 left.

    leaks: whether gas of the bowel may be among them, see `holds_gas`.
    """
    right = np.array([np.count_nonzero(plane == 1) for plane in labels])
    counts = np.stack([right, np.array([np.count_nonzero(plane) for plane in labels]) - right])
    if not counts.any():
        message = "no lungs were found; give lobes from a file, or another series"
        return (Notice("lungs-not-found", "error", message),)
    notices = [*_cuts(labels, counts, geometry), *_sizes(counts, geometry)]
    if leaks:
        message = "the lower part of a lung holds a pocket of gas: bowel, or a large bulla; check it"
        notices.append(_warning("lungs-leak-suspected", message))
    return tuple(notices)


def holds_gas(scan: Axial, lungs: Mask) -> bool:
    """Tell whether the lower half of the lungs, bool (z, y, x), holds a pocket of gas though they are not empty."""
    planes = np.flatnonzero(lungs.any(axis=(1, 2)))
    if not planes.size:
        return False
    low = np.s_[planes[0] : int(planes[0] + planes[-1]) // 2 + 1]
    gas = (scan.hu < _GAS_HU) & lungs
    if np.count_nonzero(gas) > _EMPTY_SHARE * np.count_nonzero(lungs):
        return False
    pockets = open_planes(gas[low], scan.pixels(_GAS_RADIUS_MM))
    return float(np.count_nonzero(pockets)) * scan.pixel_area_mm2 * scan.spacing_mm[0] >= _LEAST_GAS_MM3


def _cuts(labels: NDArray[np.uint8], counts: NDArray[np.intp], geometry: Geometry) -> list[Notice]:
    """Tell how much of the lungs the scan covers, and where it cuts them."""
    notices = []
    cut = [int(i) for i in (0, -1) if counts[:, i].sum() * geometry.pixel_area_mm2 > _CUT_MM2]
    if cut:
        ends = " and ".join("first" if i == 0 else "last" for i in cut)
        notices.append(_warning("lungs-cut", f"lung reaches the {ends} slice: percents are of the covered part"))
    depth_mm = geometry.usual_gap_mm or geometry.slice_thickness_mm or 0.0
    edges = [np.count_nonzero(labels[:, n]) * geometry.pixel_spacing_mm[1] for n in (0, -1)]
    edges += [np.count_nonzero(labels[:, :, n]) * geometry.pixel_spacing_mm[0] for n in (0, -1)]
    if max(edges) * depth_mm > _BORDER_MM2:
        message = "lung reaches the border of the picture: percents are of the part that is shown"
        notices.append(_warning("lungs-off-picture", message))
    seen = np.flatnonzero(counts.sum(axis=0))
    height = float(geometry.slice_positions_mm[seen[-1]] - geometry.slice_positions_mm[seen[0]])
    whole = "cut" if cut else "whole"
    message = f"lung lies on {seen.size} of {counts.shape[1]} slices, over {height:.0f} mm, {whole} across the slices"
    notices.append(Notice("lungs-coverage", "info", message))
    return notices


def _sizes(counts: NDArray[np.intp], geometry: Geometry) -> list[Notice]:
    notices = []
    if not counts.any(axis=1).all():
        found = "right" if counts[0].any() else "left"
        notices.append(_warning("lung-missing", f"only the {found} lung was found; check the other"))
    elif not LEAST_RIGHT_OVER_LEFT <= (ratio := _ratio(counts, geometry)) <= MOST_RIGHT_OVER_LEFT:
        notices.append(_warning("lungs-uneven", f"the right lung is {ratio:.2f} times the left one; check both"))
    litres = _litres(counts, geometry)
    if litres is not None and not LEAST_LITRES <= litres <= MOST_LITRES:
        wanted = f"{LEAST_LITRES:.0f} to {MOST_LITRES:.0f} L is usual"
        notices.append(_warning("lung-volume-unusual", f"the lungs hold {litres:.2f} L, {wanted}; check them"))
    return notices


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
