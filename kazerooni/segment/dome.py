"""Dome: the diaphragm below one lung as a smooth surface, also where dense lung hides it.

Seen from a place below a lung, the nearest lung in every direction is the upper face of the diaphragm: a dome, steep at
its rim, that a height over the plane would not follow. Where the base of the lung is dense the nearest air lies too
far; the smooth lower envelope of all directions goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.segment.axial import Axial
from kazerooni.segment.envelope import fit_envelope
from kazerooni.segment.planes import Mask

Floats = NDArray[np.float64]

# 5 degrees in either way: 6 mm on a dome of 70 mm.
_AROUND, _RISES = 72, 18
# The place that is looked from lies so far below the lowest lung, so that the rim is seen against the wall.
_BELOW_MM = 15.0
_STIFF_AROUND, _STIFF_ALONG = 2.0, 2.0


@dataclass(frozen=True, eq=False)
class Dome:
    """The diaphragm below one lung.

    centre_mm: the place that it is seen from, (z, y, x) in mm from the first working voxel. radius_mm: float64 (rise,
    around), the distance to the dome.
    """

    centre_mm: tuple[float, float, float]
    radius_mm: Floats

    def is_above(self, scan: Axial, z: NDArray[np.intp], y: NDArray[np.intp], x: NDArray[np.intp]) -> Mask:
        """Tell which working voxels lie above the dome."""
        rise, around, far = _sphere(scan, self.centre_mm, z, y, x)
        above: Mask = far >= self.radius_mm[np.maximum(rise, 0), around]
        return above & (rise >= 0)


def find_dome(scan: Axial, lung: Mask) -> Dome | None:
    """Fit the diaphragm below one lung; None where there is no lung."""
    edge = lung & ~ndimage.binary_erosion(lung, border_value=1)
    z, y, x = np.nonzero(edge)
    if not z.size:
        return None
    middle = [float(n.min() + n.max()) / 2 for n in (y, x)]
    centre = (
        float(z.min()) * scan.spacing_mm[0] - _BELOW_MM,
        middle[0] * scan.spacing_mm[1],
        middle[1] * scan.spacing_mm[2],
    )
    rise, around, far = _sphere(scan, centre, z, y, x)
    nearest = np.full((_RISES, _AROUND), np.inf)
    np.minimum.at(nearest, (rise, around), far)
    nearest[np.isinf(nearest)] = np.nan
    found = fit_envelope(nearest, outer=False, around=_STIFF_AROUND, along=_STIFF_ALONG)
    return Dome(centre, found.surface)


def _sphere(
    scan: Axial, centre: tuple[float, float, float], z: NDArray[np.intp], y: NDArray[np.intp], x: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Give the rise and direction (bins) and the distance in mm of voxels from a place; a rise below 0 is -1."""
    up, down, along = (
        n * mm - place for n, mm, place in zip((z, y, x), scan.spacing_mm, centre, strict=True)
    )
    flat = np.hypot(down, along)
    rise = np.floor(np.arctan2(up, flat) / (np.pi / 2) * _RISES).astype(np.intp)
    around = ((np.arctan2(down, along) / (2 * np.pi) + 0.5) * _AROUND).astype(np.intp) % _AROUND
    return np.clip(rise, -1, _RISES - 1), around, np.hypot(flat, up)
