"""Grid: whether a label map lies on the voxels of a scan, axes flipped or exchanged or not. Nothing is resampled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.model import Geometry, corners_mm, is_on_grid

# In-plane shift from the first to the last slice, in pixels, above which a stack is tilted: what a grid may be off.
_TILT_PIXELS = 0.1


@dataclass(frozen=True, eq=False)
class FileGrid:
    """The grid of a label map as an image file holds it: one origin, evenly spaced along three axes.

    size: voxels along each axis.
    origin_mm: LPS position of the first voxel, float64 (3,).
    steps_mm: LPS vector from a voxel to the next along each axis, float64 (axis, 3).
    """

    size: tuple[int, int, int]
    origin_mm: NDArray[np.float64]
    steps_mm: NDArray[np.float64]

    def turned(self, axes: Sequence[int], flips: Sequence[bool]) -> FileGrid:
        """Give the same grid with its axes exchanged, then those flipped that `flips` says."""
        size = tuple(self.size[axis] for axis in axes)
        steps = self.steps_mm[list(axes)]
        ends = np.array([count - 1 if flip else 0 for count, flip in zip(size, flips, strict=True)], float)
        signs = np.where(np.array(flips), -1.0, 1.0)
        return FileGrid((size[0], size[1], size[2]), self.origin_mm + ends @ steps, steps * signs[:, None])

    def corners_mm(self) -> NDArray[np.float64]:
        """Give the corners of every slice as `kazerooni.model.corners_mm` does; axes are (slice, row, column)."""
        slices, rows, columns = self.size
        across, down, along = self.steps_mm
        row, column = along * (columns - 1), down * (rows - 1)
        corners = np.stack([0 * row, row, column, row + column])
        firsts = self.origin_mm + np.arange(slices)[:, None] * across
        return np.asarray(firsts[:, None, :] + corners[None, :, :])


@dataclass(frozen=True, slots=True)
class Turn:
    """How to turn the array of a file into (slice, row, column) of the scan: exchange the axes, then flip."""

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    def apply(self, labels: NDArray[np.integer]) -> NDArray[np.integer]:
        """Turn an array whose axes are those of the file's grid; gives a view."""
        return labels.transpose(self.axes)[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]


def check_regular(name: str, geometry: Geometry) -> None:
    """Refuse a scan that an evenly spaced, upright image file cannot hold.

    Raises LabelError for uneven or tilted slices.
    """
    tolerance_mm = _TILT_PIXELS * np.array(geometry.pixel_spacing_mm[::-1])
    if not geometry.is_even:
        what = "unevenly spaced"
    elif np.any(np.abs(geometry.shear_mm) > tolerance_mm):
        what = "tilted"
    else:
        return
    raise _irregular(name, what)


def regular_grid(name: str, geometry: Geometry) -> FileGrid:
    """Give the grid on which an evenly spaced, upright image file holds a scan; axes (slice, row, column).

    Raises LabelError where that grid, in the single precision of some formats, is not that of the scan: such a file
    could not be read again.
    """
    check_regular(name, geometry)
    rows_mm, columns_mm = geometry.pixel_spacing_mm
    span_mm = float(geometry.slice_positions_mm[-1] - geometry.slice_positions_mm[0])
    gap_mm = span_mm / (geometry.shape[0] - 1) if geometry.shape[0] > 1 else geometry.slice_thickness_mm or 1.0
    steps = np.stack(
        [geometry.normal * gap_mm, geometry.column_direction * rows_mm, geometry.row_direction * columns_mm]
    )
    stored = FileGrid(geometry.shape, _single(geometry.origin_mm), _single(steps))
    if not is_on_grid(stored.corners_mm(), geometry):
        raise _irregular(name, "not spaced evenly enough to be read again")
    return FileGrid(geometry.shape, geometry.origin_mm, steps)


def _single(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    return numbers.astype(np.float32).astype(np.float64)


def _irregular(name: str, what: str) -> LabelError:
    return LabelError(
        f"{name}: the slices of the scan are {what}, which such a file cannot hold; wanted is a DICOM SEG (SEG only), "
        "which is bound to the slices, or an array of equal shape in the order of the slices, taken by index"
    )


def turn_onto(name: str, grid: FileGrid, geometry: Geometry) -> Turn:
    """Find how a file's axes run along those of a scan, and check that the turned grid is that of the scan.

    Raises LabelError, with both grids, where slices differ by more than min(0.1 mm, 10 % of the gap) or pixels by more
    than a tenth of a pixel.
    """
    turn = _turn(name, grid, geometry)
    turned = grid.turned(turn.axes, turn.flips)
    if turned.size != geometry.shape or not is_on_grid(turned.corners_mm(), geometry):
        raise _other_grid(name, turned, geometry)
    return turn


def turn_into(name: str, grid: FileGrid, geometry: Geometry) -> tuple[Turn, tuple[slice, slice, slice]]:
    """Do as `turn_onto` for a grid that may be a part of the scan: cropped to some slices, rows and columns.

    Gives the turn and the window of the scan (slice, row, column) that the turned array fills.

    Raises LabelError, with both grids, where the part does not lie exactly on voxels of the scan.
    """
    turn = _turn(name, grid, geometry)
    turned = grid.turned(turn.axes, turn.flips)
    first = int(np.argmin(np.abs(turned.origin_mm @ geometry.normal - geometry.slice_positions_mm)))
    off = turned.origin_mm - geometry.origins_mm[first]
    rows_mm, columns_mm = geometry.pixel_spacing_mm
    row = round(float(off @ geometry.column_direction) / rows_mm)
    column = round(float(off @ geometry.row_direction) / columns_mm)
    starts = (first, row, column)
    stops = [start + count for start, count in zip(starts, turned.size, strict=True)]
    if min(starts) < 0 or any(stop > count for stop, count in zip(stops, geometry.shape, strict=True)):
        raise _other_grid(name, turned, geometry)
    window = (slice(first, stops[0]), slice(row, stops[1]), slice(column, stops[2]))
    if not is_on_grid(turned.corners_mm(), _part(geometry, window), gap_mm=geometry.usual_gap_mm):
        raise _other_grid(name, turned, geometry)
    return turn, window


def _part(geometry: Geometry, window: tuple[slice, slice, slice]) -> Geometry:
    slices, rows, columns = window
    rows_mm, columns_mm = geometry.pixel_spacing_mm
    step = rows.start * rows_mm * geometry.column_direction + columns.start * columns_mm * geometry.row_direction
    return Geometry(
        (slices.stop - slices.start, rows.stop - rows.start, columns.stop - columns.start),
        geometry.pixel_spacing_mm,
        geometry.origins_mm[slices] + step,
        geometry.orientation,
        geometry.slice_thickness_mm,
    )


def _turn(name: str, grid: FileGrid, geometry: Geometry) -> Turn:
    wanted = np.stack([geometry.normal, geometry.column_direction, geometry.row_direction])
    lengths = np.linalg.norm(grid.steps_mm, axis=1)
    if not np.all(np.isfinite(lengths)) or np.any(lengths == 0) or not np.all(np.isfinite(grid.origin_mm)):
        raise LabelError(f"{name}: its axes have no length or direction; save it with its place in the patient")
    cosines = wanted @ (grid.steps_mm / lengths[:, None]).T
    axes = max(permutations(range(3)), key=lambda order: sum(abs(cosines[k, axis]) for k, axis in enumerate(order)))
    flips = [bool(cosines[k, axis] < 0) for k, axis in enumerate(axes)]
    return Turn((axes[0], axes[1], axes[2]), (flips[0], flips[1], flips[2]))


def _other_grid(name: str, turned: FileGrid, geometry: Geometry) -> LabelError:
    return LabelError(
        f"{name}: lies on another grid than the scan. Found: {_grid_words(turned.size, turned.corners_mm())}. "
        f"Wanted: {_grid_words(geometry.shape, corners_mm(geometry))}. "
        f"{_farthest_slice(turned, geometry)}Give the map of this scan, not resampled"
    )


def _farthest_slice(turned: FileGrid, geometry: Geometry) -> str:
    """Say where a grid of the right shape lies farthest from the scan."""
    if turned.size != geometry.shape:
        return ""
    found = turned.corners_mm()[:, 0] @ geometry.normal
    off = np.abs(found - geometry.slice_positions_mm)
    i = int(np.argmax(off))
    return (
        f"Slice {i + 1} of {geometry.shape[0]} lies at {geometry.slice_positions_mm[i]:.2f} mm along the normal, the "
        f"map has it at {found[i]:.2f} mm (0.1 mm, and a tenth of the gap, are allowed). "
    )


def _grid_words(size: tuple[int, int, int], corners: NDArray[np.float64]) -> str:
    slices, rows, columns = size
    first, along, down, _ = corners[0]
    last = corners[-1, 0]
    return (
        f"{slices} slices, {rows} rows, {columns} columns; LPS, mm: first pixel {_point(first)}, end of the first row "
        f"{_point(along)}, end of the first column {_point(down)}, first pixel of the last slice {_point(last)}"
    )


def _point(position_mm: NDArray[np.float64]) -> str:
    return "(" + ", ".join(f"{value:.2f}" for value in position_mm) + ")"
