"""Screen: how the arrays of a scan lie on the screen, and the way between pixels, layers and the patient.

Radiological convention: the patient's right on the left of the picture, the front above, the head above. Arrays are
turned as views, so that what is painted on the screen is painted in the arrays of the scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Geometry

_Array = TypeVar("_Array", bound=np.generic)
Plane = Literal["axial", "coronal", "sagittal"]
Triple = tuple[float, float, float]
Box = tuple[slice, slice]
"""Rows and columns from start to stop, both given, step 1."""

_Z = 2


@dataclass(frozen=True, eq=False)
class Screen:
    """How a scan lies on the screen. Layers get a diagonal scale and a shift only, in mm.

    geometry: the true one.
    turned: for (slice, row, column) whether the screen runs against the array.
    scale_mm: of (slice, row, column); the median gap for slices, as uneven gaps cannot be expressed.
    translate_mm: the place of the first voxel shown, along the patient axes that the layer axes are nearest to.
    """

    geometry: Geometry
    turned: tuple[bool, bool, bool]
    scale_mm: Triple
    translate_mm: Triple

    def shown(self, array: NDArray[_Array]) -> NDArray[_Array]:
        """Turn an array of the scan for the screen, or one of the screen back: a view, never a copy."""
        steps = tuple(slice(None, None, -1) if turned else slice(None) for turned in self.turned)
        view: NDArray[_Array] = array[steps]
        return view

    def plane(self, plane: NDArray[_Array]) -> NDArray[_Array]:
        """Turn the part of a slice in a box for the screen, or back: a view (row, column)."""
        rows, columns = (slice(None, None, -1) if turned else slice(None) for turned in self.turned[1:])
        view: NDArray[_Array] = plane[rows, columns]
        return view

    def slice_index(self, index: int) -> int:
        """Give the index in the scan of a slice that is shown, or the other way round."""
        return self.geometry.shape[0] - 1 - index if self.turned[0] else index

    def box(self, box: Box) -> Box:
        """Give the box in the scan of a box that is shown, or the other way round."""
        rows, columns = (
            slice(size - part.stop, size - part.start) if turned else slice(part.start, part.stop)
            for part, size, turned in zip(box, self.geometry.shape[1:], self.turned[1:], strict=True)
        )
        return rows, columns

    def position_mm(self, index: int) -> float:
        """Give the patient z of the centre of a slice that is shown."""
        _, rows, columns = self.geometry.shape
        centre = self._place(float(self.slice_index(index)), (rows - 1) / 2, (columns - 1) / 2)
        return float(centre[_Z])

    def to_layer(self, place_mm: Triple) -> Triple:
        """Give the layer coordinates (slice, row, column axis; mm) of a place in the patient (LPS).

        Between slices and beyond the last one the slice coordinate runs evenly with the position along the normal.
        """
        place, positions = np.array(place_mm), self.geometry.slice_positions_mm
        index = _index_at(positions, float(place @ self.geometry.normal))
        offset = place - self._origin(index)
        row = float(offset @ self.geometry.column_direction) / self.geometry.pixel_spacing_mm[0]
        column = float(offset @ self.geometry.row_direction) / self.geometry.pixel_spacing_mm[1]
        one, two, three = (
            shift + scale * (size - 1 - at if turned else at)
            for at, size, turned, scale, shift in self._axes((index, row, column))
        )
        return one, two, three

    def to_patient(self, layer_mm: Triple) -> Triple:
        """Give the place in the patient (LPS, mm) of layer coordinates; undoes `to_layer`."""
        index, row, column = (
            size - 1 - (at - shift) / scale if turned else (at - shift) / scale
            for at, size, turned, scale, shift in self._axes(layer_mm)
        )
        x, y, z = map(float, self._place(index, row, column))
        return x, y, z

    def words(self, index: int) -> str:
        """Say where a slice that is shown lies, for the corner of the picture; slices count from 1."""
        return f"slice {index + 1} of {self.geometry.shape[0]}, z {self.position_mm(index):.1f} mm"

    def _axes(self, values: Triple) -> zip[tuple[float, int, bool, float, float]]:
        return zip(values, self.geometry.shape, self.turned, self.scale_mm, self.translate_mm, strict=True)

    def _origin(self, index: float) -> NDArray[np.float64]:
        """Give the centre of the first pixel at a slice index that may lie between slices."""
        origins = self.geometry.origins_mm
        if len(origins) == 1:
            origin: NDArray[np.float64] = origins[0] + index * self.scale_mm[0] * self.geometry.normal
            return origin
        low = min(max(int(np.floor(index)), 0), len(origins) - 2)
        between: NDArray[np.float64] = origins[low] + (index - low) * (origins[low + 1] - origins[low])
        return between

    def _place(self, index: float, row: float, column: float) -> NDArray[np.float64]:
        down = row * self.geometry.pixel_spacing_mm[0] * self.geometry.column_direction
        along = column * self.geometry.pixel_spacing_mm[1] * self.geometry.row_direction
        place: NDArray[np.float64] = self._origin(index) + down + along
        return place


def screen_of(geometry: Geometry) -> Screen:
    """Lay an axial scan on the screen: slices from the feet, rows from the front, columns from the patient's right."""
    ways = (geometry.normal, geometry.column_direction, geometry.row_direction)
    nearest = [int(np.argmax(np.abs(way))) for way in ways]
    # x grows to the patient's left, as columns do on the screen, y to the back, as rows do, and z to the head.
    turned = [bool(way[axis] < 0) for way, axis in zip(ways, nearest, strict=True)]
    gap = float(np.median(geometry.gaps_mm)) if geometry.shape[0] > 1 else geometry.slice_thickness_mm or 1.0
    first = [size - 1 if is_turned else 0 for size, is_turned in zip(geometry.shape, turned, strict=True)]
    corner = (
        geometry.origins_mm[first[0]]
        + first[1] * geometry.pixel_spacing_mm[0] * geometry.column_direction
        + first[2] * geometry.pixel_spacing_mm[1] * geometry.row_direction
    )
    shifts = [float(corner[axis]) for axis in nearest]
    return Screen(
        geometry,
        turned=(turned[0], turned[1], turned[2]),
        scale_mm=(gap, *geometry.pixel_spacing_mm),
        translate_mm=(shifts[0], shifts[1], shifts[2]),
    )


def _index_at(positions_mm: NDArray[np.float64], position_mm: float) -> float:
    """Give the slice index, with fractions, at a position along the normal; evenly onwards beyond the ends."""
    if positions_mm.size == 1:
        return 0.0
    low = min(max(int(np.searchsorted(positions_mm, position_mm, "right")) - 1, 0), positions_mm.size - 2)
    return low + (position_mm - float(positions_mm[low])) / float(positions_mm[low + 1] - positions_mm[low])
