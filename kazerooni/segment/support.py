"""Support: how much of each fissure was seen or placed, and how much only carries on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import (
    Fissure,
    FissureName,
    FissureSet,
    FissureState,
    LobeMap,
    PointOrigin,
    corners_mm,
    nearest_voxels,
)
from kazerooni.segment.fissures import height_mm
from kazerooni.segment.traced import MEETING

# A point vouches for the surface this far around it, along it.
_REACH_MM = 12.0
# Places of a fissure are looked at this far apart in x and y.
_STEP_MM = 5.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Support:
    """What a fissure stands on.

    percent: of the fissure within the lung, by its area seen from above, the part within 12 mm of a point that was
        detected or placed; the rest carries on from there or is anatomy. None where the fissure parts no lung.
    points: how many of each origin it was laid through.
    """

    percent: float | None
    points: Mapping[PointOrigin, int]


def support_of(lobes: LobeMap, fissures: FissureSet, *, seen: Collection[PointOrigin]) -> Mapping[FissureName, Support]:
    """Tell what each fissure that is present stands on.

    seen: the origins of points that count; those of a traced map were not seen in the picture.
    """
    return {
        fissure.name: Support(_percent(lobes, fissure, seen), _origins(fissure))
        for fissure in fissures.fissures
        if fissure.state is FissureState.PRESENT
    }


def _origins(fissure: Fissure) -> Mapping[PointOrigin, int]:
    found = Counter(point.origin for point in fissure.points)
    return {origin: found[origin] for origin in PointOrigin}


def _percent(lobes: LobeMap, fissure: Fissure, origins: Collection[PointOrigin]) -> float | None:
    from scipy.spatial import cKDTree  # type: ignore[import-untyped]  # noqa: PLC0415 - the reading room starts without

    places = _places_in_lung(lobes, fissure)
    if not len(places):
        return None
    seen = [point.position_mm for point in fissure.points if point.origin in origins]
    if not seen:
        return 0.0
    distance, _ = cKDTree(np.array(seen)).query(places, distance_upper_bound=_REACH_MM)
    return 100 * float(np.mean(np.isfinite(distance)))


def _places_in_lung(lobes: LobeMap, fissure: Fissure) -> Floats:
    """List places of the surface, on a grid in x and y, that have its lobes above and below; LPS mm, (places, 3)."""
    if fissure.surface is None:
        return np.empty((0, 3))
    geometry = lobes.geometry
    corners = corners_mm(geometry).reshape(-1, 3)
    x, y = (np.arange(corners[:, n].min(), corners[:, n].max() + 1e-6, _STEP_MM) for n in (0, 1))
    across, down = (grid.reshape(-1) for grid in np.meshgrid(x, y))
    places = np.stack([across, down, height_mm(fissure.surface, across, down)], axis=1)
    step = np.array([0.0, 0.0, max(1.0, (geometry.usual_gap_mm or 0.0) * 0.75)])
    parts = np.ones(len(places), bool)
    for sign, own in zip((1, -1), MEETING[fissure.name], strict=True):
        voxels = nearest_voxels(geometry, places + sign * step)
        parts &= voxels.inside & np.isin(voxels.of(lobes.labels), own)
    return places[parts]
