"""Nearest: the voxel of a scan that shows a place in the patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kazerooni.model.geometry import Geometry

_ROUNDING_MM = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The voxels nearest to places; all of the shape of the places, without their last axis.

    index, row, column: of the voxel; of one within the scan where the place is not.
    inside: whether the place lies within the pixels of the scan, and not beyond its first or last slice by more than
        half the usual gap.
    """

    index: NDArray[np.intp]
    row: NDArray[np.intp]
    column: NDArray[np.intp]
    inside: NDArray[np.bool_]

    def of(self, values: NDArray[Any]) -> NDArray[Any]:
        """Pick from an array (slice, row, column) of the scan."""
        picked: NDArray[Any] = values[self.index, self.row, self.column]
        return picked


def nearest_voxels(geometry: Geometry, places_mm: NDArray[np.float64]) -> Nearest:
    """Find the voxels nearest to LPS places, float64 (..., 3)."""
    positions = geometry.slice_positions_mm
    along = places_mm @ geometry.normal
    middles = (positions[:-1] + positions[1:]) / 2
    index = np.searchsorted(middles, along)
    offset = places_mm - geometry.origins_mm[index]
    row = np.rint(offset @ geometry.column_direction / geometry.pixel_spacing_mm[0]).astype(np.intp)
    column = np.rint(offset @ geometry.row_direction / geometry.pixel_spacing_mm[1]).astype(np.intp)
    _, rows, columns = geometry.shape
    inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
    end = (geometry.usual_gap_mm or geometry.slice_thickness_mm or 1.0) / 2 + _ROUNDING_MM
    inside &= (along >= positions[0] - end) & (along <= positions[-1] + end)
    return Nearest(index, np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1), inside)
