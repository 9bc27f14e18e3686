"""Axial: a scan of any orientation seen as axial planes, (z, y, x), and coarse enough to work on quickly.

An axial view has the axes of LPS as nearly as the planes of the scan allow: z ascends to the head, y to the back, x to
the patient's left. It is the same array turned about, never resampled.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.errors import SegmentError
from kazerooni.model import Geometry, Volume

# Spacing that the work is done on: lungs found at half the resolution of a usual scan have a Dice of 0.992 to those
# found at the whole one, in a seventh of the time (performance.md); borders are drawn at the resolution of the scan.
WORKING_MM = 2.0
# NumPy lets go of the interpreter while it works on a plane; more threads than this wait for memory.
THREADS = 2
# Darker than this is padding (`Volume.padding_mask`); it counts as air outside.
PADDING_HU = -1100
# A working picture leaves out what is nearer to its far edges than one working pixel.
_MOST_STEP = 8


# Air is darker than this.
_AIR_HU = -900
_IN_PLANE = ndimage.generate_binary_structure(3, 1) & np.array([False, True, False])[:, None, None]


@dataclass(frozen=True, slots=True)
class Turn:
    """How the axes of a scan are turned into (z, y, x) ascending in LPS.

    axes: the axis of the scan that becomes each of z, y, x. flips: whether it is walked backwards.
    """

    axes: tuple[int, int, int]
    flips: tuple[bool, bool, bool]

    def apply(self, array: NDArray[Any]) -> NDArray[Any]:
        """Give a view of an array (slice, row, column) as (z, y, x)."""
        turned = array.transpose(self.axes)
        return turned[tuple(slice(None, None, -1 if flip else 1) for flip in self.flips)]


def turn_of(geometry: Geometry) -> Turn:
    """Find the turn of a grid: every axis goes to the patient's axis that it is most nearly parallel to.

    Oblique planes keep their obliquity, a tilted gantry its shear.
    """
    steps = np.stack([geometry.normal, geometry.column_direction, geometry.row_direction])
    left = set(range(3))
    axes, flips = [0, 0, 0], [False, False, False]
    for patient in sorted(range(3), key=lambda n: -float(np.abs(steps[:, n]).max())):
        axis = max(left, key=lambda n: abs(float(steps[n, patient])))
        left.discard(axis)
        place = 2 - patient  # x, y, z are the last, middle and first axis
        axes[place], flips[place] = axis, bool(steps[axis, patient] < 0)
    return Turn((axes[0], axes[1], axes[2]), (flips[0], flips[1], flips[2]))


@dataclass(frozen=True, eq=False)
class Axial:
    """A scan as axial planes at working resolution.

    hu: int16 (z, y, x) of working voxels: planes picked, pixels averaged; padding is -2000.
    spacing_mm: of working voxels, z, y, x. steps: voxels of the scan for one working voxel, z, y, x.
    is_sampled: planes have lung between them that none shows: nothing may be carried across.
    turn: of the scan.
    """

    hu: NDArray[np.int16]
    spacing_mm: tuple[float, float, float]
    steps: tuple[int, int, int]
    is_sampled: bool
    turn: Turn

    @property
    def pixel_mm(self) -> float:
        """Spacing in the plane, the mean of rows and columns."""
        return (self.spacing_mm[1] + self.spacing_mm[2]) / 2

    @property
    def pixel_area_mm2(self) -> float:
        """Area of a working pixel in its plane."""
        return self.spacing_mm[1] * self.spacing_mm[2]

    @cached_property
    def is_padding(self) -> NDArray[np.bool_]:
        """Which working voxels are padding."""
        return np.less(self.hu, PADDING_HU)

    def cut(self, box: tuple[slice, ...] | slice) -> Axial:
        """Give a box of it; the same array."""
        return replace(self, hu=self.hu[box])

    def pixels(self, length_mm: float) -> int:
        """Give a length in working pixels, 1 at least."""
        return max(1, round(length_mm / self.pixel_mm))


def axial_of(volume: Volume) -> Axial:
    """See a scan as axial planes at working resolution.

    Raises SegmentError where planes that are not axial have gaps between them.
    """
    geometry, turn = volume.geometry, turn_of(volume.geometry)
    if geometry.is_sampled and turn.axes[0] != 0:
        raise SegmentError(
            "lungs cannot be found in single slices that are not axial; give an axial series, or lobes from a file"
        )
    gap = geometry.usual_gap_mm or geometry.slice_thickness_mm or 1.0
    spacing = (gap, *geometry.pixel_spacing_mm)
    turned = [spacing[axis] for axis in turn.axes]
    sampled = geometry.is_sampled or not geometry.is_even
    sizes = [geometry.shape[axis] for axis in turn.axes]
    steps = [min(_MOST_STEP, size, max(1, round(WORKING_MM / mm))) for mm, size in zip(turned, sizes, strict=True)]
    if sampled:
        steps[0] = 1
    return Axial(
        hu=_working(volume, turn, (steps[0], steps[1], steps[2])),
        spacing_mm=(turned[0] * steps[0], turned[1] * steps[1], turned[2] * steps[2]),
        steps=(steps[0], steps[1], steps[2]),
        is_sampled=sampled,
        turn=turn,
    )


def _working(volume: Volume, turn: Turn, steps: tuple[int, int, int]) -> NDArray[np.int16]:
    """Pick every so many planes and average up to 3 x 3 pixels in them, two planes at a time.

    All pixels of a wider block cost more than they gain. Sums of nine fit in 16 bits.
    """
    whole = turn.apply(volume.hu)
    picked = range(steps[0] // 2, whole.shape[0], steps[0])
    rows, columns = (whole.shape[n] // steps[n] for n in (1, 2))
    found = np.empty((len(picked), rows, columns), np.int16)
    padding = turn.apply(_named_padding(volume)) if _is_padding_bright(volume) else None

    def average(place: int) -> None:
        plane = np.clip(np.nan_to_num(whole[picked[place]]), -2000, 3000).astype(np.int16, copy=False)
        if padding is not None:
            plane[padding[picked[place]]] = -2000
        cut = plane[: rows * steps[1], : columns * steps[2]]
        parts = [cut[i :: steps[1], j :: steps[2]] for i in range(min(3, steps[1])) for j in range(min(3, steps[2]))]
        total = parts[0].copy()
        for part in parts[1:]:
            total += part
        found[place] = total // len(parts)

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(average, range(len(picked))))
    _name_undeclared(found)
    return found


def _name_undeclared(hu: NDArray[np.int16]) -> None:
    """Set to padding what is filled with one value of air from the corners of the picture on, though no header says so.

    In air that was scanned neighbours differ by noise.
    """
    corners = hu[:, [0, 0, -1, -1], [0, -1, 0, -1]].ravel()
    values, counts = np.unique(corners, return_counts=True)
    value = values[counts.argmax()]
    if 2 * counts.max() < corners.size or not PADDING_HU <= value <= _AIR_HU:
        return
    parts, count = ndimage.label(hu == value, structure=_IN_PLANE)
    at_edge = np.zeros(count + 1, bool)
    for edge in (np.s_[:, 0], np.s_[:, -1], np.s_[:, :, 0], np.s_[:, :, -1]):
        at_edge[parts[edge]] = True
    at_edge[0] = False
    hu[at_edge[parts]] = -2000


def _is_padding_bright(volume: Volume) -> bool:
    """Tell whether padding has a value that could be taken for tissue."""
    return volume.padding_hu is not None and bool(np.any(volume.padding_hu[:, 1] >= PADDING_HU))


def _named_padding(volume: Volume) -> NDArray[np.bool_]:
    return volume.padding
