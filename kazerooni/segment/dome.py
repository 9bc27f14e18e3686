"""Dome: the diaphragm below one lung and the roof above it as smooth surfaces, also where dense lung hides them.

Seen from a place below a lung, the nearest lung in every direction is the upper face of the diaphragm: a dome, steep at
its rim, that a height over the plane would not follow. Where the base of the lung is dense the nearest air lies too
far; the smooth lower envelope of all directions goes on.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.segment.axial import Axial
from kazerooni.segment.envelope import fit_envelope
from kazerooni.segment.planes import Mask, Voxels, edge_of

Floats = NDArray[np.float64]

# 5 degrees in either way: 6 mm on a dome of 70 mm.
_AROUND, _RISES = 72, 18
# The place that is looked from lies so far below the floor, so that the rim is seen against the wall.
_BELOW_MM = 15.0
_STIFF = 2.0
# The roof of a lung rises this far above the second rib, up to where ribs enclose it.
_CUPOLA_MM = 45.0


@dataclass(frozen=True, eq=False)
class Dome:
    """A surface seen from a place, in every direction that rises from it.

    centre_mm: the place, (z, y, x) in mm from the first working voxel. radius_mm: float64 (rise, around).
    """

    centre_mm: tuple[float, float, float]
    radius_mm: Floats

    def is_beyond(self, scan: Axial, voxels: Voxels, margin_mm: float = 0.0) -> Mask:
        """Tell which working voxels (z, y, x) rise above the place and lie beyond the surface, by a margin."""
        rise, around, far = _sphere(scan, self.centre_mm, voxels)
        beyond: Mask = (far >= self.radius_mm[np.maximum(rise, 0), around] + margin_mm) & (rise >= 0)
        return beyond


def find_dome(scan: Axial, lung: Mask, floor: int) -> Dome:
    """Fit the diaphragm below a lung: the smallest distances from a place below the floor, the lowest plane with lung.

    Where the base of one lung is dense, the other one tells how low lungs reach.
    """
    return _fit(scan, edge_of(lung), floor * scan.spacing_mm[0] - _BELOW_MM, outer=False)


def find_cupola(scan: Axial, lung: Mask) -> Dome:
    """Fit the roof above a lung, which has no ribs: the largest distances from a place in its uppermost part."""
    edge = edge_of(lung)
    low = max(float(edge[0].max()) * scan.spacing_mm[0] - _CUPOLA_MM, 0.0)
    upper = edge[0] * scan.spacing_mm[0] >= low
    return _fit(scan, tuple(n[upper] for n in edge), low, outer=True)


def _fit(scan: Axial, edge: Voxels, height_mm: float, *, outer: bool) -> Dome:
    middle = [float(n.min() + n.max()) / 2 * mm for n, mm in zip(edge[1:], scan.spacing_mm[1:], strict=True)]
    centre = (height_mm, middle[0], middle[1])
    rise, around, far = _sphere(scan, centre, edge)
    risen = rise >= 0
    found = np.full((_RISES, _AROUND), -np.inf if outer else np.inf)
    (np.maximum if outer else np.minimum).at(found, (rise[risen], around[risen]), far[risen])
    found[np.isinf(found)] = np.nan
    return Dome(centre, fit_envelope(found, outer=outer, around=_STIFF, along=_STIFF).surface)


def _sphere(
    scan: Axial, centre: tuple[float, float, float], voxels: Voxels
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Give the rise and direction (bins) and the distance in mm of voxels from a place; a rise below 0 is -1."""
    up, down, along = (n * mm - place for n, mm, place in zip(voxels, scan.spacing_mm, centre, strict=True))
    flat = np.hypot(down, along)
    rise = np.floor(np.arctan2(up, flat) / (np.pi / 2) * _RISES).astype(np.intp)
    around = ((np.arctan2(down, along) / (2 * np.pi) + 0.5) * _AROUND).astype(np.intp) % _AROUND
    return np.clip(rise, -1, _RISES - 1), around, np.hypot(flat, up)
