"""Grid: blocks of voxels of a scan, and where they lie in the patient."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Geometry

Floats = NDArray[np.float64]
Picture = NDArray[np.float32]
Box = tuple[slice, slice, slice]
Steps = tuple[int, int, int]


def block_steps(geometry: Geometry, size_mm: float) -> Steps:
    """Give how many voxels along each axis make a block of no more than a size, 1 at least."""
    spacing = (geometry.usual_gap_mm or 1.0, *geometry.pixel_spacing_mm)
    slices, rows, columns = (max(1, int(size_mm / mm)) for mm in spacing)
    return slices, rows, columns


def average_blocks(array: NDArray[np.bool_] | NDArray[np.float32] | NDArray[np.int16], steps: Steps) -> Picture:
    """Give the means of blocks of voxels, float32."""
    a, b, c = (size // step for size, step in zip(array.shape, steps, strict=True))
    cut = array[: a * steps[0], : b * steps[1], : c * steps[2]]
    total = np.zeros((a, b, c), np.float32)
    for i in range(steps[0]):
        for j in range(steps[1]):
            for k in range(steps[2]):
                total += cut[i :: steps[0], j :: steps[1], k :: steps[2]]
    total /= np.float32(np.prod(steps))
    return total


def place_of_blocks(geometry: Geometry, box: Box, steps: Steps) -> tuple[Floats, Floats]:
    """Give the way from a block to the next along each axis as columns (3, 3), and the place of the first; LPS mm.

    A stack may be sheared: its first axis follows the slices.
    """
    stack = (geometry.origins_mm[-1] - geometry.origins_mm[0]) / max(1, geometry.shape[0] - 1)
    row, column = geometry.pixel_spacing_mm
    axes = np.column_stack([stack, geometry.column_direction * row, geometry.row_direction * column])
    first = np.array([part.start for part in box]) + (np.array(steps) - 1) / 2
    origin: Floats = geometry.origin_mm + axes @ first
    return axes * np.array(steps), origin
