"""Prior: where fissures usually lie in a lung, for scans in which nothing else is known of them.

From the surface anatomy of the lungs (Gray's Anatomy, 41st ed., ch. 54), no scan and no phantom. The oblique fissures
run from the back at the level of the fourth thoracic vertebra to the sixth costal cartilage in front; the horizontal
one follows the fourth costal cartilage, level, to meet the right oblique one in the midaxillary line. The lungs reach
from above the first rib to the twelfth thoracic vertebra behind and the sixth cartilage in front; of that height the
fourth vertebra lies at 8 of 12 parts behind, which is where the shares below come from.

A prior is a place to begin from: in a single person it is off by a centimetre and more.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, Geometry, PointOrigin
from kazerooni.segment.fissures import fit_surface
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.sides import LEFT, RIGHT

# Height of a fissure at the front and at the back of its lung, as shares of the height of the lung from its lowest
# to its highest place. Left: a little steeper, as the left oblique fissure is (Gray's Anatomy).
_HEIGHTS: Mapping[FissureName, tuple[int, float, float]] = {
    FissureName.RIGHT_OBLIQUE: (RIGHT, 0.15, 0.70),
    FissureName.RIGHT_MINOR: (RIGHT, 0.50, 0.50),
    FissureName.LEFT_OBLIQUE: (LEFT, 0.13, 0.73),
}
_SHARES = (0.1, 0.5, 0.9)
# A point that a person places, of weight 1, wins over all of these.
PRIOR_WEIGHT = 0.01


def default_fissures(lungs: Lungs) -> FissureSet:
    """Give the fissures that the lungs would have by anatomy alone, each of nine points in the box of its lung.

    The lingula has no fissure and gets none; a lung that was not found gets none either.
    """
    fissures = []
    for name, (side, front, back) in _HEIGHTS.items():
        box = _box_mm(lungs.labels == side, lungs.geometry)
        if box is None:
            continue
        low, size = box[0], box[1] - box[0]
        points = tuple(
            FissurePoint(_place(low + size * [x, y, front + (back - front) * y]), PRIOR_WEIGHT, PointOrigin.PRIOR)
            for x in _SHARES
            for y in _SHARES
        )
        fissures.append(Fissure(name, points=points, surface=fit_surface(points)))
    return FissureSet(tuple(fissures))


def _place(place: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(place[0]), float(place[1]), float(place[2])


def _box_mm(lung: NDArray[np.bool_], geometry: Geometry) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Give the lowest and highest LPS coordinates of a lung, from the boxes of its slices; None where it is empty."""
    places = []
    for index in np.flatnonzero(lung.any(axis=(1, 2))):
        rows, columns = (np.flatnonzero(lung[index].any(axis=axis))[[0, -1]] for axis in (1, 0))
        for row in rows:
            for column in columns:
                down = row * geometry.pixel_spacing_mm[0] * geometry.column_direction
                along = column * geometry.pixel_spacing_mm[1] * geometry.row_direction
                places.append(geometry.origins_mm[index] + down + along)
    if not places:
        return None
    return np.min(places, axis=0), np.max(places, axis=0)
