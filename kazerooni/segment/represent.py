"""Represent: a relief by few points, so that a reading stays small and a person can move them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import FissurePoint, PointOrigin
from kazerooni.segment.match import COLUMN_MM
from kazerooni.segment.prior import PRIOR_WEIGHT
from kazerooni.segment.relief import Relief

Floats = NDArray[np.float64]

# Points of one fissure that stand for what was seen of it, and the weight of one whose column votes in full: a point
# that a person places, of weight 1, wins over those around it.
_MOST_DETECTED, _DETECTED_WEIGHT = 120, 0.1
# Points of the prior stand this far apart, and this far from what was seen.
_PRIOR_APART_MM, _PRIOR_AWAY_MM = 24.0, 15.0
# What was seen this near to a placed point, and what is usual so near to one, is told by that.
_PLACED_MM, _PLACED_PRIOR_MM = 10.0, 32.0


def points_of(relief: Relief, pins: tuple[FissurePoint, ...]) -> list[FissurePoint]:
    """Give the points that stand for a relief beside those that a person placed.

    Detected ones, spread over the columns that voted, and points of the prior where nothing was seen.
    """
    places, votes = relief.places_mm().reshape(-1, 3), relief.votes.ravel()
    placed = np.array([pin.position_mm[:2] for pin in pins]).reshape(-1, 2)
    seen = np.flatnonzero((votes > 0) & (_nearest_mm(places, placed) > _PLACED_MM))
    seen = seen[_spread(places[seen, :2], _MOST_DETECTED)]
    coarse = max(1, round(_PRIOR_APART_MM / COLUMN_MM))
    lattice = np.arange(votes.size).reshape(relief.votes.shape)
    rows, columns = relief.votes.shape
    # Of a tiny lung one at least.
    sparse = lattice[
        min(coarse // 2, (rows - 1) // 2) :: coarse, min(coarse // 2, (columns - 1) // 2) :: coarse
    ].ravel()
    unseen = sparse[_nearest_mm(places[sparse], places[seen, :2]) > _PRIOR_AWAY_MM]
    unseen = unseen[_nearest_mm(places[unseen], placed) > _PLACED_PRIOR_MM]
    weights = np.clip(_DETECTED_WEIGHT * votes[seen] / max(float(votes.max()), 1e-9), PRIOR_WEIGHT, _DETECTED_WEIGHT)
    return [
        *_points(places[seen], weights, PointOrigin.DETECTED),
        *_points(places[unseen], np.full(len(unseen), PRIOR_WEIGHT), PointOrigin.PRIOR),
    ]


def _points(places: Floats, weights: Floats, origin: PointOrigin) -> list[FissurePoint]:
    rows = zip(places.round(2).tolist(), weights.round(3).tolist(), strict=True)
    return [FissurePoint((x, y, z), weight, origin) for (x, y, z), weight in rows]


def _nearest_mm(places: Floats, others: Floats) -> Floats:
    """Give the distance in the plane of places (n, 2 or 3) to the nearest of others (m, 2); infinite where none is."""
    if not len(others):
        return np.full(len(places), np.inf)
    apart = np.hypot(*(places[:, None, n] - others[None, :, n] for n in (0, 1)))
    nearest: Floats = apart.min(axis=1)
    return nearest


def _spread(places: Floats, most: int) -> NDArray[np.intp]:
    """Choose places that lie far from each other, each next one farthest from those chosen."""
    if len(places) <= most:
        return np.arange(len(places))
    chosen = [int(np.hypot(*(places - places.mean(axis=0)).T).argmax())]
    away = np.full(len(places), np.inf)
    while len(chosen) < most:
        away = np.minimum(away, np.hypot(*(places - places[chosen[-1]]).T))
        chosen.append(int(away.argmax()))
    return np.array(chosen)
