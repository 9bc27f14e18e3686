"""Heights: where the surfaces of fissures lie over every pixel of every slice, quickly.

A surface of many centres is dear to evaluate, and smooth: it is evaluated at nodes a few millimetres apart, and between
them by the bicubic spline through the nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RectBivariateSpline  # type: ignore[import-untyped]

from kazerooni.model import FissureSurface, Geometry, corners_mm
from kazerooni.segment.fissures import height_mm

Floats = NDArray[np.float64]
Levels = NDArray[np.int32]

# Nodes lie this far apart. Fissures bend over centimetres, and more sharply where their points lie close together: the
# spline misses the surface by hundredths of a millimetre (tests/segment/test_heights.py holds it to 0.05 mm).
_NODE_MM = 2.5
_LEAST_NODES = 4
# Heights are taken to the whole micrometre: a level surface in the plane of a slice lies on one side of all its voxels.
_DECIMALS = 3


@dataclass(frozen=True, eq=False)
class HeightField:
    """A surface over the part of the patient that a scan shows."""

    spline: RectBivariateSpline

    def on_grid(self, x: Floats, y: Floats) -> Floats:
        """Give the heights over the grid of ascending x and ascending y; float64 (y, x)."""
        heights: Floats = np.round(self.spline(x, y).T, _DECIMALS)
        return heights

    def at(self, x: Floats, y: Floats) -> Floats:
        """Give the heights over places of equal shape."""
        heights: Floats = np.round(self.spline.ev(x, y), _DECIMALS)
        return heights


def height_field(surface: FissureSurface, geometry: Geometry) -> HeightField:
    """Evaluate a surface at the nodes over all that a scan shows."""
    places = corners_mm(geometry).reshape(-1, 3)
    x, y = (_nodes(float(places[:, n].min()), float(places[:, n].max())) for n in (0, 1))
    return HeightField(RectBivariateSpline(x, y, height_mm(surface, x[:, None], y[None])))


def _nodes(low: float, high: float) -> Floats:
    count = max(_LEAST_NODES, int(np.ceil((high - low) / _NODE_MM)) + 1)
    return np.linspace(low, max(high, low + 1.0), count)


def is_upright(geometry: Geometry) -> bool:
    """Tell whether slices are axial, rows and columns run along x and y, and all lie right above each other.

    A surface then has one height on each pixel, whatever the slice.
    """
    along, down = np.abs(geometry.row_direction), np.abs(geometry.column_direction)
    is_straight = float(along[1] + along[2] + down[0] + down[2]) < 1e-9
    return is_straight and bool(np.ptp(geometry.origins_mm[:, :2], axis=0).max() < 1e-6)


def levels_below(field: HeightField, geometry: Geometry) -> Levels:
    """Give for each pixel of an upright scan how many of its lowest slices lie below a surface; int32 (row, column)."""
    _, rows, columns = geometry.shape
    x, y, _ = _places(geometry, 0, (slice(0, rows), slice(0, columns)))
    positions = np.round(np.sort(geometry.origins_mm[:, 2]), _DECIMALS)
    return np.searchsorted(positions, _heights(field, x, y)).astype(np.int32)


def is_below(field: HeightField, geometry: Geometry, index: int, box: tuple[slice, slice]) -> NDArray[np.bool_]:
    """Tell which pixels of a box of one slice, however it lies, are below a surface; bool (row, column)."""
    x, y, z = _places(geometry, index, box)
    below: NDArray[np.bool_] = np.round(z, _DECIMALS) < _heights(field, x, y)
    return below


def _heights(field: HeightField, x: Floats, y: Floats) -> Floats:
    """Give the heights over the pixels of a box; x and y as `_places` gives them."""
    if x.shape[0] > 1 or y.shape[1] > 1:
        return field.at(*np.broadcast_arrays(x, y))
    across, down = x[0], y[:, 0]
    heights = field.on_grid(np.sort(across), np.sort(down))
    return heights[:: -1 if down[0] > down[-1] else 1, :: -1 if across[0] > across[-1] else 1]


def _places(geometry: Geometry, index: int, box: tuple[slice, slice]) -> tuple[Floats, Floats, Floats]:
    """Give x, y and z of the pixels of a box of a slice; an axis along which they do not change has length 1."""
    rows, columns = (np.arange(part.start, part.stop, dtype=np.float64) for part in box)
    found = []
    for axis in range(3):
        down = geometry.column_direction[axis] * geometry.pixel_spacing_mm[0]
        along = geometry.row_direction[axis] * geometry.pixel_spacing_mm[1]
        place = np.full((1, 1), geometry.origins_mm[index, axis])
        if down:
            place = place + rows[:, None] * down
        if along:
            place = place + columns[None] * along
        found.append(place)
    return found[0], found[1], found[2]
