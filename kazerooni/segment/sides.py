"""Sides: which lung a place belongs to, also where both lungs touch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.segment.axial import Axial
from kazerooni.segment.planes import Mask, Parts

RIGHT, LEFT = 1, 2

# The line between the lungs is sought this far to both sides of the middle of the body.
_STRIP_MM = 60.0
# The body of a thoracic vertebra is some 30 mm wide; denser than this is bone.
_SPINE_MM, BONE_HU = 40.0, 180
# Strips with nearly as much bone as the best lie around the middle of the spine.
_AS_GOOD = 0.95
# Lung costs this much more than soft tissue to pass; a step aside and distance from the midline cost a little.
_ASIDE_COST = 60.0
_OFF_MIDLINE_COST = 120.0
# A part with this share on one side belongs there altogether.
_WHOLE = 0.9


def midline_of(scan: Axial, body: Mask) -> float:
    """Give the column of the spine: the strip from head to foot that holds most bone of the back half of the body.

    The box of the body says less: arms, breasts and the border of the picture make it lean to one side, and vessels
    with contrast are as dense as bone in front. Without any bone it is the middle of the body.
    """
    rows = np.flatnonzero(body.any(axis=(0, 2)))
    columns = body.any(axis=(0, 1)).astype(np.float64)
    middle = float(np.average(np.arange(columns.size), weights=columns)) if rows.size else columns.size / 2
    back = np.s_[:, round(float(rows[[0, -1]].mean())) :] if rows.size else np.s_[:, :]
    bone = np.count_nonzero((scan.hu[back] > BONE_HU) & body[back], axis=(0, 1)).astype(np.float64)
    if not bone.any():
        return middle
    width = 2 * scan.pixels(_SPINE_MM / 2) + 1
    strip = ndimage.uniform_filter1d(bone, width, mode="constant")
    return float(np.flatnonzero(strip >= strip.max() * _AS_GOOD).mean())


def parting_line(scan: Axial, body: Mask) -> NDArray[np.intp]:
    """Find in each plane the line from front to back that passes through as little lung as possible; int (z, y).

    Dynamic programming over rows (after Hu S et al., IEEE Trans Med Imaging 2001;20:490, who part touching lungs so),
    all planes at once. Where planes lie close together the picture is averaged over three, so that the line does not
    jump. The line is the column of the first place that counts as left.
    """
    half = scan.pixels(_STRIP_MM)
    columns = body.shape[2]
    middle = round(midline_of(scan, body))
    low, high = max(0, middle - half), min(columns, middle + half + 1)
    cost = np.clip(100.0 - scan.hu[:, :, low:high], 0.0, 1100.0)
    cost[~body[:, :, low:high]] = 0.0
    if not scan.is_sampled:
        cost = ndimage.uniform_filter1d(cost, 3, axis=0)
    cost += _OFF_MIDLINE_COST * np.abs(np.arange(low, high) - middle) / half
    return _cheapest_paths(cost.astype(np.float32)) + low


def _cheapest_paths(cost: NDArray[np.float32]) -> NDArray[np.intp]:
    """Give the cheapest way through each plane, one column a row, at most one column aside from row to row."""
    planes, rows, columns = cost.shape
    came = np.zeros(cost.shape, np.int8)
    total = cost[:, 0].copy()
    for row in range(1, rows):
        wide = np.pad(total, ((0, 0), (1, 1)), constant_values=np.float32(np.inf))
        ways = np.stack([wide[:, :-2] + _ASIDE_COST, wide[:, 1:-1], wide[:, 2:] + _ASIDE_COST])
        best = ways.argmin(axis=0)
        came[:, row] = best - 1
        total = np.take_along_axis(ways, best[None], axis=0)[0] + cost[:, row]
    path = np.empty((planes, rows), np.intp)
    path[:, -1] = total.argmin(axis=1)
    every = np.arange(planes)
    for row in range(rows - 1, 0, -1):
        path[:, row - 1] = np.clip(path[:, row] + came[every, row, path[:, row]], 0, columns - 1)
    return path


def part_sides(parts: Parts, count: int, line: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Give every voxel of the parts its side: uint8 (z, y, x), 1 right, 2 left, 0 none.

    A part that lies all but wholly on one side of the line belongs there, however far it reaches over; one that lies
    on both is parted by the line.
    """
    is_left = np.arange(parts.shape[2])[None, None] >= line[:, :, None]
    whole = np.bincount(parts.ravel(), minlength=count + 1)
    left = np.bincount(parts[is_left], minlength=count + 1)
    share = left / np.maximum(whole, 1)
    by_part = np.where(share >= _WHOLE, LEFT, np.where(share <= 1 - _WHOLE, RIGHT, 0)).astype(np.uint8)
    by_part[0] = 0
    sides = by_part[parts]
    spans = (sides == 0) & (parts > 0)
    sides[spans] = np.where(is_left[spans], LEFT, RIGHT)
    return sides
