"""Planes: morphology in the plane, on all planes of a mask at once, and connected parts."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

Mask = NDArray[np.bool_]
Parts = NDArray[np.int32]
Voxels = tuple[NDArray[np.intp], ...]

IN_PLANE = np.zeros((3, 3, 3), bool)
IN_PLANE[1] = [[False, True, False], [True, True, True], [False, True, False]]


def label_parts(mask: Mask, *, in_plane: bool = False) -> tuple[Parts, int]:
    """Give numbers to the connected parts of a mask (z, y, x), side by side; with `in_plane` every plane by itself."""
    parts, count = ndimage.label(mask, structure=IN_PLANE if in_plane else None)
    return parts, int(count)


def sizes_of(parts: Parts, count: int) -> NDArray[np.int64]:
    """Count the voxels of every part; [0] is the rest."""
    return np.bincount(parts.ravel(), minlength=count + 1)


def fill_planes(mask: Mask) -> Mask:
    """Fill what the mask encloses in each plane."""
    parts, count = label_parts(~mask, in_plane=True)
    open_parts = np.zeros(count + 1, bool)
    for edge in (np.s_[:, 0], np.s_[:, -1], np.s_[:, :, 0], np.s_[:, :, -1]):
        open_parts[parts[edge]] = True
    open_parts[0] = False
    return ~open_parts[parts]


def largest_part(mask: Mask) -> Mask:
    """Keep the largest connected part."""
    parts, count = label_parts(mask)
    if not count:
        return mask
    sizes = sizes_of(parts, count)
    sizes[0] = 0
    return np.equal(parts, int(sizes.argmax()))


def dilate_planes(mask: Mask, pixels: int) -> Mask:
    """Grow a mask by a disc in each plane: all offsets with dx^2 + dy^2 <= r^2 + r, as round as pixels are.

    A disc is a pile of lines: the mask is widened along rows step by step and laid over itself, higher and lower.
    """
    _, rows, columns = mask.shape
    wide = np.pad(mask, ((0, 0), (0, 0), (pixels, pixels)))
    line = mask.copy()
    grown = np.zeros((mask.shape[0], rows + 2 * pixels, columns), bool)
    reached = 0
    for down in range(pixels, -1, -1):
        half = math.isqrt(pixels * pixels + pixels - down * down)
        for along in range(reached + 1, half + 1):
            line |= wide[:, :, pixels + along : pixels + along + columns]
            line |= wide[:, :, pixels - along : pixels - along + columns]
        reached = half
        for place in {pixels - down, pixels + down}:
            grown[:, place : place + rows] |= line
    return grown[:, pixels : pixels + rows]


def erode_planes(mask: Mask, pixels: int) -> Mask:
    """Shrink a mask by a disc in each plane; what lies outside the picture counts as mask."""
    return ~dilate_planes(~mask, pixels)


def open_planes(mask: Mask, pixels: int) -> Mask:
    """Remove from each plane what no disc fits into."""
    return dilate_planes(erode_planes(mask, pixels), pixels)


def close_planes(mask: Mask, pixels: int) -> Mask:
    """Close in each plane the gaps that no disc fits into, as a ball rolled along the outside does."""
    box = box_of(mask, margin=pixels + 1)
    if box is None:
        return mask
    wide = np.pad(mask[box], ((0, 0), (pixels, pixels), (pixels, pixels)))
    closed = mask.copy()
    closed[box] = erode_planes(dilate_planes(wide, pixels), pixels)[:, pixels:-pixels, pixels:-pixels]
    return closed


def box_of(mask: Mask, *, margin: int = 0) -> tuple[slice, slice, slice] | None:
    """Give the box around a mask, `margin` pixels wider in the plane; None where the mask is empty."""
    found = []
    for axis in range(3):
        others = tuple(n for n in range(3) if n != axis)
        index = np.flatnonzero(mask.any(axis=others))
        if not index.size:
            return None
        wider = margin if axis else 0
        found.append(slice(max(0, int(index[0]) - wider), min(mask.shape[axis], int(index[-1]) + 1 + wider)))
    return found[0], found[1], found[2]


def edge_of(lung: Mask) -> Voxels:
    """Give the voxels of a mask that have a neighbour outside it in their plane or above or below, (z, y, x)."""
    inside = lung.copy()
    for axis in range(3):
        low, high = ([slice(None)] * 3 for _ in range(2))
        low[axis], high[axis] = slice(None, -1), slice(1, None)
        inside[tuple(low)] &= lung[tuple(high)]
        inside[tuple(high)] &= lung[tuple(low)]
    return np.nonzero(lung & ~inside)


def fill_upwards(mask: Mask, *, most_pixels: float) -> Mask:
    """Fill what the mask encloses in each plane, but not what rises into it from below, as the dome of the liver does.

    Plane by plane from the lowest: a hole is filled where most of it lies above the mask or what was filled already. In
    the lowest plane nothing tells; there holes of up to so many pixels are filled.
    """
    filled = fill_planes(mask)
    low = next(iter(np.flatnonzero(filled.any(axis=(1, 2)))), 0)
    for z in range(int(low), filled.shape[0]):
        holes, count = ndimage.label(filled[z] & ~mask[z])
        if not count:
            continue
        sizes = np.bincount(holes.ravel(), minlength=count + 1)
        above = np.bincount(holes[filled[z - 1]], minlength=count + 1) if z > low else np.zeros(count + 1, np.intp)
        kept = (2 * above >= sizes) if z > low else (sizes <= most_pixels)
        filled[z] &= mask[z] | kept[holes]
    return filled
