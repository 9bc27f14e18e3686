"""Strays: placed points that lie outside the lung whose fissure they are said to lie on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from kazerooni.model import Fissure, FissureSet, Lobe, LobeMap, Notice, PointOrigin, nearest_voxels
from kazerooni.segment.fissures import height_mm
from kazerooni.segment.traced import MEETING

# A point on a fissure may be placed a little beyond the lung, as its border is drawn by threshold.
_NEAR_MM = 10.0
# A surface passes within a millimetre of points that agree.
_OFF_MM = 5.0
_AROUND = _NEAR_MM * np.stack(np.meshgrid(*[(-1.0, 0.0, 1.0)] * 3), axis=-1).reshape(-1, 3)


def doubts_of_points(lobes: LobeMap, fissures: FissureSet) -> Iterator[Notice]:
    """Tell of each fissure how many of its placed points lie outside its lung: they count all the same."""
    for fissure in fissures.fissures:
        placed = [point.position_mm for point in fissure.points if point.origin is PointOrigin.PLACED]
        astray = len(placed) - _count_near(lobes, fissure, placed)
        if astray:
            side = MEETING[fissure.name][0][0].side
            yield Notice(
                "points-outside-lung",
                "warning",
                f"{astray} of {len(placed)} points on the {fissure.name.full_name} lie outside the {side} lung;"
                " check them: LPS millimetres are wanted (x to the patient's left, y to the back)",
            )
        off = _count_off(fissure, placed)
        if off:
            yield Notice(
                "points-contradict",
                "warning",
                f"{off} of {len(placed)} points on the {fissure.name.full_name} lie more than {_OFF_MM:g} mm off its"
                " surface: points contradict each other there; take away those that are wrong",
            )


def _count_off(fissure: Fissure, placed: list[tuple[float, float, float]]) -> int:
    if not placed or fissure.surface is None:
        return 0
    x, y, z = np.array(placed).T
    return int(np.count_nonzero(np.abs(height_mm(fissure.surface, x, y) - z) > _OFF_MM))


def _count_near(lobes: LobeMap, fissure: Fissure, placed: list[tuple[float, float, float]]) -> int:
    if not placed:
        return 0
    side = MEETING[fissure.name][0][0].side
    voxels = nearest_voxels(lobes.geometry, np.array(placed)[:, None] + _AROUND[None])
    own = np.isin(voxels.of(lobes.labels), [lobe for lobe in Lobe if lobe.side == side])
    return int(np.count_nonzero((own & voxels.inside).any(axis=1)))
