"""Marks: what brush, polygon, fill and locks mark on one slice, as pure functions of pixels.

A pixel belongs to a shape when its centre does (the pixel-centre rule), so areas are true on average. Places are
(row, column) in pixels with whole numbers at the centres. Shapes come as a box and a mask of it, bool (rows, columns).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.model import OUTSIDE, UNMARKED
from napari_kazerooni.screen import Box

Labels = NDArray[np.uint8]
Mask = NDArray[np.bool_]
Place = tuple[float, float]
Shape = tuple[int, int]

_CORNERS_LEAST: Final = 3
NOTHING: Final[tuple[Box, Mask]] = ((slice(0, 0), slice(0, 0)), np.zeros((0, 0), np.bool_))


def disc(centre: Place, diameter_mm: float, spacing_mm: Place, shape: Shape) -> tuple[Box, Mask]:
    """Give the pixels under a round brush whose size is told in mm.

    spacing_mm: between rows, between columns. shape: of the slice.
    """
    return line(centre, centre, diameter_mm, spacing_mm, shape)


def line(start: Place, end: Place, diameter_mm: float, spacing_mm: Place, shape: Shape) -> tuple[Box, Mask]:
    """Give the pixels that a round brush passes over on its way: within half its diameter of the line."""
    radius = diameter_mm / 2
    spans = []
    for first, last, step, size in zip(start, end, spacing_mm, shape, strict=True):
        low = max(int(np.ceil(min(first, last) - radius / step)), 0)
        high = min(int(np.floor(max(first, last) + radius / step)) + 1, size)
        spans.append(slice(low, max(low, high)))
    rows, columns = (np.arange(part.start, part.stop) for part in spans)
    down = (rows[:, None] - start[0]) * spacing_mm[0]
    along = (columns[None, :] - start[1]) * spacing_mm[1]
    way = ((end[0] - start[0]) * spacing_mm[0], (end[1] - start[1]) * spacing_mm[1])
    length = way[0] ** 2 + way[1] ** 2
    share = np.clip((down * way[0] + along * way[1]) / length, 0, 1) if length else np.zeros(())
    mask: Mask = (down - share * way[0]) ** 2 + (along - share * way[1]) ** 2 <= radius**2
    return (spans[0], spans[1]), mask


def polygon(corners: Sequence[Place] | NDArray[np.float64], shape: Shape) -> tuple[Box, Mask]:
    """Give the pixels whose centres lie in a polygon, by the even-odd rule; it closes itself.

    corners: at least 3 (row, column). A centre on an edge belongs to the side of larger row and column only, so that
    polygons side by side share no pixel and leave none out.
    """
    points = np.asarray(corners, np.float64).reshape(-1, 2)
    if len(points) < _CORNERS_LEAST:
        return NOTHING
    (top, left), (bottom, right) = np.ceil(points.min(axis=0)), np.floor(points.max(axis=0))
    rows = slice(max(int(top), 0), min(int(bottom) + 1, shape[0]))
    columns = slice(max(int(left), 0), min(int(right) + 1, shape[1]))
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return NOTHING
    crossings = np.zeros((rows.stop - rows.start, columns.stop - columns.start + 1), np.int64)
    for (row, column), (next_row, next_column) in zip(points, np.roll(points, -1, axis=0), strict=True):
        _cross(crossings, rows, columns, (row, column), (next_row, next_column))
    mask: Mask = np.cumsum(crossings, axis=1)[:, :-1] % 2 == 1
    return (rows, columns), mask


def _cross(crossings: NDArray[np.int64], rows: slice, columns: slice, start: Place, end: Place) -> None:
    """Note where each row of a box crosses one edge of a polygon: pixels from there on lie beyond it."""
    if start[0] == end[0]:
        return
    (low, low_column), (high, high_column) = sorted((start, end))
    at = np.arange(max(int(np.ceil(low)), rows.start), min(int(np.ceil(high)), rows.stop))
    if at.size == 0:
        return
    met = low_column + (at - low) * (high_column - low_column) / (high - low)
    first = np.clip(np.ceil(met).astype(np.int64), columns.start, columns.stop) - columns.start
    np.add.at(crossings, (at - rows.start, first), 1)


def inside_lobe(lobes: Labels, click: Place) -> Mask:
    """Lock a stroke into the lobe under its first click; bool (rows, columns). Outside every lobe nothing is let in.

    lobes: labels of the slice. click: place of the first click.
    """
    row, column = (round(at) for at in click)
    if not (0 <= row < lobes.shape[0] and 0 <= column < lobes.shape[1]):
        return np.zeros(lobes.shape, np.bool_)
    label = lobes[row, column]
    held: Mask = (lobes == label) & (label != OUTSIDE)
    return held


def inside_lungs(lobes: Labels) -> Mask:
    """Lock a stroke into the lungs: into any lobe; bool (rows, columns)."""
    held: Mask = lobes != OUTSIDE
    return held


def inside_window(hu: NDArray[np.int16] | NDArray[np.float32], low_hu: float, high_hu: float) -> Mask:
    """Lock a stroke into a window of densities, both ends in it; bool (rows, columns).

    Raises LabelError where the window is empty.
    """
    if not low_hu <= high_hu:
        raise LabelError(f"a window from {low_hu:g} to {high_hu:g} HU holds nothing; give the lower end first")
    return (hu >= low_hu) & (hu <= high_hu)


def fill_lobe(lobes: Labels, click: Place) -> tuple[Box, Mask]:
    """Give all pixels of the lobe under a click on this slice, in the smallest box that holds them."""
    return _boxed(inside_lobe(lobes, click))


def _boxed(mask: Mask) -> tuple[Box, Mask]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return NOTHING
    box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
    return box, mask[box]


def locked(box: Box, mask: Mask, locks: Sequence[Mask]) -> Mask:
    """Give what is left of a shape by locks of the whole slice."""
    left = mask.copy()
    for lock in locks:
        left &= lock[box]
    return left


def paint(labels: Labels, box: Box, mask: Mask, label: int) -> Labels:
    """Paint a label on a slice in place; gives what was in the box before, as `ReadingSession.apply_box` wants it."""
    before = labels[box].copy()
    labels[box][mask] = label
    return before


def copy_marks(source: Labels, target: Labels, lobes: Labels | None = None) -> Labels:
    """Give the marks of a slice with those of its neighbour put beside them, as for sequential scans; a new array.

    lobes: labels of the target slice, to leave out what would fall outside the lungs there. Marks that the target has
    already stay.
    """
    taken = (source != UNMARKED) & (target == UNMARKED)
    if lobes is not None:
        taken &= inside_lungs(lobes)
    return np.where(taken, source, target)
