"""Rasters: which pixels of a slice a disc or a polygon covers, by the pixel-centre rule.

A pixel belongs to a shape where its centre lies in it. Coordinates are (row, column) in pixels; the centre of the first
pixel is (0, 0).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Mask = NDArray[np.bool_]
Box = tuple[slice, slice]


class Raster(NamedTuple):
    """Pixels of one slice: the box of rows and columns around them, and a mask of that box."""

    box: Box
    mask: Mask


def disc(centre: ArrayLike, diameter_mm: float, spacing_mm: tuple[float, float], shape: tuple[int, int]) -> Raster:
    """Give the pixels of a disc about `centre` (row, column); at least the pixel that the centre lies in.

    Round in mm, also where rows and columns are spaced differently. The area is true on the average over all places of
    the centre within a pixel. The box is empty where the disc lies outside the picture.
    """
    place = np.asarray(centre, float)
    reach = diameter_mm / 2 / np.asarray(spacing_mm)
    box = _box(np.minimum(place - reach, np.rint(place)), np.maximum(place + reach, np.rint(place)), shape)
    row, column = (np.arange(side.start, side.stop, dtype=float) for side in box)
    away = ((row - place[0]) * spacing_mm[0]) ** 2
    aside = ((column - place[1]) * spacing_mm[1]) ** 2
    mask = away[:, None] + aside[None, :] <= (diameter_mm / 2) ** 2
    under = np.rint(place).astype(int)
    if all(side.start <= index < side.stop for side, index in zip(box, under, strict=True)):
        mask[under[0] - box[0].start, under[1] - box[1].start] = True
    return Raster(box, mask)


def polygon(vertices: ArrayLike, shape: tuple[int, int]) -> Raster:
    """Give the pixels whose centre lies in a closed polygon of (row, column) vertices.

    Even-odd where it crosses itself. Of two polygons that share an edge each pixel belongs to one (half-open rule).
    """
    corners = np.asarray(vertices, float)
    box = _box(corners.min(axis=0), corners.max(axis=0), shape)
    rows = np.arange(box[0].start, box[0].stop, dtype=float)
    columns = np.arange(box[1].start, box[1].stop, dtype=float)
    mask = np.zeros((rows.size, columns.size), np.bool_)
    for (row, column), (next_row, next_column) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if row == next_row:
            continue
        crossing = (rows >= min(row, next_row)) & (rows < max(row, next_row))
        at = column + (rows[crossing] - row) * (next_column - column) / (next_row - row)
        mask[crossing] ^= columns[None, :] >= at[:, None]
    return Raster(box, mask)


def _box(low: NDArray[np.float64], high: NDArray[np.float64], shape: tuple[int, int]) -> Box:
    """Give the rows and columns with a centre between `low` and `high`, within the picture."""
    first = np.maximum(np.ceil(low), 0).astype(int)
    last = np.minimum(np.floor(high) + 1, shape).astype(int)
    last = np.maximum(last, first)
    return slice(int(first[0]), int(last[0])), slice(int(first[1]), int(last[1]))


def contours(labels: NDArray[np.uint8], thickness: int, background: int = 0) -> NDArray[np.uint8]:
    """Give labels with the inside of each region taken out: what `napari.layers.labels` draws, ten times as fast.

    Kept are pixels where the highest label among the four neighbours and the pixel differs from the lowest one within
    `thickness` steps; a diamond of so many steps is as many times the four neighbours.
    """
    labels = lowest = np.ascontiguousarray(labels)  # of a plane across the slices each pixel lies far from the next
    for _ in range(thickness):
        lowest = _among_neighbours(np.minimum, lowest)
    inside = _among_neighbours(np.maximum, labels) == lowest
    return np.where(inside, np.uint8(background), labels)


def _among_neighbours(choose: np.ufunc, labels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Choose among each pixel and its four neighbours; there are none beyond the edge."""
    chosen = labels.copy()
    for there, here in ((np.s_[1:], np.s_[:-1]), (np.s_[:-1], np.s_[1:])):
        choose(chosen[here], labels[there], out=chosen[here])
        choose(chosen[:, here], labels[:, there], out=chosen[:, here])
    return chosen
