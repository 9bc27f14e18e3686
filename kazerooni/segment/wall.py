"""Wall: lung that dense disease has made as dense as the chest wall, kept inside by the shape of the chest.

What lies within the cage (`cage`), above the diaphragm (`dome`), and beyond the outermost air in its direction, is
lung: between that air and the wall there is nothing else but fluid, which looks the same without contrast and is taken
too. In front, where heart and fat lie on the wall, nothing is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]
from scipy.spatial import ConvexHull, QhullError  # type: ignore[import-untyped]

from kazerooni.segment.axial import Axial
from kazerooni.segment.cage import DIRECTIONS, Cage, polar
from kazerooni.segment.dome import find_dome
from kazerooni.segment.envelope import fit_envelope
from kazerooni.segment.planes import Mask, open_planes

Floats = NDArray[np.float64]

# Less than this between air and wall is no disease but the curve of the wall, muscle and fat between two ribs.
_LEAST_MM = 6.0
# Directions in which lung lies on the wall, from straight outwards: to the front, where the heart begins, and to the
# back, where the spine does.
_FRONT_DEGREES, _BACK_DEGREES = -55.0, 80.0
# Where no air is seen, so far only: then come spine and aorta.
_SPINE_DEGREES = 60.0
_DEEP_MM = 8.0
_NEAR_MM, _NEAR_DIRECTIONS = 15.0, 3
_STIFF = 0.5
_TRUSTED = 0.1
# The cage has no roof: in its uppermost part lung lies within the hull of the air.
_CUPOLA_MM = 50.0


def reach_the_wall(scan: Axial, cage: Cage, lung: Mask, *, outwards: int) -> Mask:
    """Give what lies between one lung and the chest wall or diaphragm; bool (z, y, x).

    outwards: -1 for the right lung (towards smaller x), 1 for the left.
    """
    added = np.zeros_like(lung)
    direction, radius = polar(scan, cage.centre)
    inner, outer = _reach(lung, direction, radius)
    angle = _outward_degrees(outwards)
    guess = fit_envelope(inner, outer=False, around=_STIFF, along=_STIFF).surface
    seen = np.isfinite(outer)
    looks = (angle > _FRONT_DEGREES) & (angle < np.where(seen, _BACK_DEGREES, _SPINE_DEGREES))
    looks &= cage.trust > _TRUSTED
    starts = np.where(seen, outer, guess)
    wide = looks & (cage.radius_mm - starts >= _LEAST_MM)
    wide = (ndimage.uniform_filter(wide.astype(np.float64), 3, mode=("nearest", "wrap")) > 0.5) & wide
    reach = (2 * round(_NEAR_MM / scan.spacing_mm[0]) + 1, 2 * _NEAR_DIRECTIONS + 1)
    near = ndimage.maximum_filter(wide.view(np.uint8), reach, mode=("nearest", "wrap")).view(bool)
    deep = seen & near & (inner - guess >= _DEEP_MM) & (np.abs(angle) < 85)
    for z in np.flatnonzero(lung.any(axis=(1, 2))):
        within = (radius <= cage.radius_mm[z][direction]) & (radius >= starts[z][direction] - 1.0)
        medial = (radius >= guess[z][direction]) & (radius <= inner[z][direction]) & deep[z][direction]
        added[z] = ((within & wide[z][direction]) | medial) & ~lung[z]
    _keep_above_dome(scan, added, lung)
    _keep_below_cupola(scan, added, lung)
    return open_planes(added, scan.pixels(2.5))


def _reach(lung: Mask, direction: NDArray[np.intp], radius: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Give the smallest and the largest distance of lung in every direction of every plane; NaN where there is none."""
    z, y, x = np.nonzero(lung)
    inner, outer = np.full((lung.shape[0], DIRECTIONS), np.inf), np.full((lung.shape[0], DIRECTIONS), -np.inf)
    np.minimum.at(inner, (z, direction[y, x]), radius[y, x])
    np.maximum.at(outer, (z, direction[y, x]), radius[y, x])
    return np.where(np.isfinite(inner), inner, np.nan), np.where(np.isfinite(outer), outer, np.nan)


def _outward_degrees(outwards: int) -> Floats:
    """Give the angle of every direction from straight outwards, negative to the front; float64 (DIRECTIONS,)."""
    angle = (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS * 2 * np.pi - np.pi
    outward: Floats = np.rad2deg(np.arctan2(np.sin(angle), outwards * np.cos(angle)))
    return outward


def _keep_above_dome(scan: Axial, added: Mask, lung: Mask) -> None:
    dome = find_dome(scan, lung)
    z, y, x = np.nonzero(added)
    if dome is not None:
        added[z, y, x] = dome.is_above(scan, z, y, x)


def _keep_below_cupola(scan: Axial, added: Mask, lung: Mask) -> None:
    """Take away what of the uppermost part lies outside the hull of the air."""
    planes = np.flatnonzero(lung.any(axis=(1, 2)))
    low = max(int(planes[-1]) - round(_CUPOLA_MM / scan.spacing_mm[0]), 0)
    points = np.argwhere(lung[low:])
    places = np.argwhere(added[low:])
    try:
        sides = ConvexHull(points).equations
    except (QhullError, ValueError):  # too few, or all in one plane
        return
    inside = np.all(places @ sides[:, :3].T + sides[:, 3] <= 0.5, axis=1) if places.size else np.zeros(0, bool)
    added[low:][tuple(places[~inside].T)] = False
