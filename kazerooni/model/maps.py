"""Maps: which voxel belongs to which lobe (LobeMap) and which finding was marked in it (FindingMap)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.model.anatomy import Component, Lobe, highest_label
from kazerooni.model.geometry import Geometry
from kazerooni.model.notice import Notice

# Two grids are one where slices agree within min(0.1 mm, 10 % of the gap) and pixels within a tenth of a pixel
# (interface.md, "Label maps").
SLICE_TOLERANCE_MM = 0.1
SLICE_TOLERANCE_OF_GAP = 0.1
PIXEL_TOLERANCE = 0.1
# Coordinates of some 1000 mm are stored and multiplied in double precision; far below what any rule can feel.
_ROUNDING_MM = 1e-6


@dataclass(frozen=True, eq=False)
class LobeMap:
    """The lobe of every voxel. Frozen; the array is taken over and set read-only.

    labels: uint8 (slice, row, column); 0 outside every lobe, else the value of a Lobe.
    source: who made it, program with version or reader; None where unknown.
    digest: SHA-256 of the file that it was read from, None for a map that never was a file.
    notices: what is to be told of how it was read.

    Raises LabelError where labels are no lobes or do not fill the geometry.
    """

    labels: NDArray[np.uint8]
    geometry: Geometry
    source: str | None = None
    digest: str | None = None
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        _take_over("lobe map", self.labels, self.geometry, highest=max(Lobe))

    def __repr__(self) -> str:
        return f"<LobeMap of {self.geometry.shape[0]} slices>"


@dataclass(frozen=True, eq=False)
class FindingMap:
    """The finding of every voxel, of one component. Frozen; the array is taken over and set read-only.

    labels: uint8 (slice, row, column); 0 unmarked, else the label of a Finding of the component.
    source, digest, notices: as in LobeMap.

    Raises LabelError where labels are no findings of the component or do not fill the geometry.
    """

    component: Component
    labels: NDArray[np.uint8]
    geometry: Geometry
    source: str | None = None
    digest: str | None = None
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "component", Component(self.component))
        _take_over(f"{self.component} map", self.labels, self.geometry, highest=highest_label(self.component))

    def __repr__(self) -> str:
        return f"<FindingMap {self.component} of {self.geometry.shape[0]} slices>"


def corners_mm(geometry: Geometry) -> NDArray[np.float64]:
    """Give the centres of the four corner pixels of every slice, LPS; float64 (slices, 4, 3).

    Order: (first row, first column), (first row, last column), (last row, first column), (last row, last column).
    """
    _, rows, columns = geometry.shape
    down = geometry.column_direction * geometry.pixel_spacing_mm[0] * (rows - 1)
    along = geometry.row_direction * geometry.pixel_spacing_mm[1] * (columns - 1)
    steps = np.stack([0 * down, along, down, down + along])
    return geometry.origins_mm[:, None, :] + steps[None, :, :]


def is_on_grid(corners: NDArray[np.float64], geometry: Geometry, *, gap_mm: float | None = None) -> bool:
    """Tell whether a grid of equal shape, given by the corners of its slices (`corners_mm`), is the grid of a scan.

    Slices must agree within min(0.1 mm, 10 % of the gap), pixels within a tenth of a pixel, on every slice.
    gap_mm: the gap of the whole scan, where `geometry` is a part of it.
    """
    return bool(np.all(slices_on_grid(corners, geometry, corners_mm(geometry), gap_mm=gap_mm)))


def slices_on_grid(
    corners: NDArray[np.float64],
    geometry: Geometry,
    wanted: NDArray[np.float64],
    *,
    gap_mm: float | None = None,
) -> NDArray[np.bool_]:
    """Tell for each slice whether its corners are `wanted` ones, within the tolerance of `is_on_grid`; bool (slices,).

    corners, wanted: LPS, float64 (slices, 4, 3). geometry: of the scan; `gap_mm` as there.
    """
    off = corners - wanted
    gap = geometry.usual_gap_mm if gap_mm is None else gap_mm
    slices = SLICE_TOLERANCE_MM if gap is None else min(SLICE_TOLERANCE_MM, SLICE_TOLERANCE_OF_GAP * gap)
    rows, columns = (PIXEL_TOLERANCE * spacing for spacing in geometry.pixel_spacing_mm)
    within = np.ones(off.shape[0], np.bool_)
    for direction, tolerance in (
        (geometry.normal, slices),
        (geometry.column_direction, rows),
        (geometry.row_direction, columns),
    ):
        within &= np.all(np.abs(off @ direction) <= tolerance + _ROUNDING_MM, axis=1)
    return within


def _take_over(name: str, labels: NDArray[np.uint8], geometry: Geometry, *, highest: int) -> None:
    if labels.shape != geometry.shape:
        raise LabelError(f"{name}: labels of shape {labels.shape}, {geometry.shape} is wanted; give one a voxel")
    if labels.dtype != np.uint8:
        raise LabelError(f"{name}: labels have type {labels.dtype}; uint8 is wanted")
    found = int(labels.max())
    if found > highest:
        raise LabelError(f"{name}: label {found} found, 0 to {highest} are known; renumber the map")
    labels.setflags(write=False)
