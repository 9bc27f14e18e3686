"""Lingula: a boundary between the lingula and the rest of the left upper lobe, where no fissure is.

The lingula is what the middle lobe is on the right (Gray's Anatomy, 41st ed., ch. 54): its boundary is laid as the
minor fissure would lie in the left lung, mirrored. A person may move it by points.
"""

from __future__ import annotations

import numpy as np

from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, PointOrigin
from kazerooni.segment.atlas import SHAPES
from kazerooni.segment.fissures import fit_surface
from kazerooni.segment.frame import frame_of
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.placed import with_placed
from kazerooni.segment.prior import PRIOR_WEIGHT, heights_of
from kazerooni.segment.sides import LEFT

# Points of the boundary lie on so many places along each side of the box of the lung.
_GRID = np.linspace(0.06, 0.94, 5)


def with_lingula(fissures: FissureSet, lungs: Lungs, placed: FissureSet) -> FissureSet:
    """Add the boundary of the lingula to fissures, through the points that were placed on it.

    Nothing is added where the left lung was not found.
    """
    frame = frame_of(lungs, LEFT)
    if frame is None:
        return fissures
    across, back = (grid.ravel() for grid in np.meshgrid(_GRID, _GRID))
    mean = np.array(SHAPES[FissureName.RIGHT_MINOR].mean)
    heights = heights_of(FissureName.RIGHT_MINOR, mean, np.column_stack([1 - across, back]))
    places = frame.to_mm(np.column_stack([across, back, heights]))
    points = tuple(FissurePoint((x, y, z), PRIOR_WEIGHT, PointOrigin.PRIOR) for x, y, z in places.tolist())
    usual = Fissure(FissureName.LINGULA, points=points, surface=fit_surface(points))
    said = placed.get(FissureName.LINGULA)
    (boundary,) = with_placed(FissureSet((usual,)), FissureSet(() if said is None else (said,))).fissures
    others = (fissure for fissure in fissures.fissures if fissure.name is not FissureName.LINGULA)
    return FissureSet((*others, boundary))
