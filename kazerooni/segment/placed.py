"""Placed: points that a person placed, brought into fissures that were found or traced."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Fissure, FissurePoint, FissureSet, FissureState, PointOrigin
from kazerooni.segment.fissures import fit_surface, height_mm

# How far around it a placed point carries the fissure along, seen from above: as far as neighbouring points of the
# eight that part a lobe well lie apart (issue 5), and no farther, so that the rest stays as it was found.
_CARRIES_MM = 30.0
# Placed points close together may disagree by millimetres; this keeps what carries them from swinging between them.
_GIVES_WAY = 0.01

Floats = NDArray[np.float64]


def with_placed(found: FissureSet, placed: FissureSet) -> FissureSet:
    """Bring what a person says of fissures into those that were found.

    A fissure that the person says is absent or not assessable is so. Points move the surface onto themselves and carry
    what lies around along; they stay in the set with their weight. A fissure that was not found is laid through them
    alone.
    """
    said = {f.name: f for f in placed.fissures if f.points or f.state is not FissureState.PRESENT}
    kept = [_merged(fissure, said.pop(fissure.name)) if fissure.name in said else fissure for fissure in found.fissures]
    return FissureSet((*kept, *(_merged(None, fissure) for fissure in said.values())))


def _merged(found: Fissure | None, placed: Fissure) -> Fissure:
    if placed.state is not FissureState.PRESENT:
        return placed
    points = (*_carried(found, placed), *placed.points)
    return Fissure(placed.name, points=points, surface=fit_surface(points))


def _carried(found: Fissure | None, placed: Fissure) -> tuple[FissurePoint, ...]:
    """Give the points that were found, each as much higher or lower as the placed ones around it say."""
    if found is None or found.surface is None:
        return ()
    at = np.array([point.position_mm for point in placed.points])
    old = np.array([point.position_mm for point in found.points]).reshape(-1, 3)
    missed = at[:, 2] - height_mm(found.surface, at[:, 0], at[:, 1])
    among = _closeness(at, at) + _GIVES_WAY * np.eye(len(at))
    moved = old[:, 2] + _closeness(old, at) @ np.linalg.solve(among, missed)
    return tuple(
        FissurePoint((point.position_mm[0], point.position_mm[1], z), point.weight, point.origin)
        for point, z in zip(found.points, moved.tolist(), strict=True)
        if point.origin is not PointOrigin.PLACED
    )


def _closeness(here: Floats, there: Floats) -> Floats:
    squared = ((here[:, None, :2] - there[None, :, :2]) ** 2).sum(axis=-1)
    result: Floats = np.exp(-squared / (2 * _CARRIES_MM**2))
    return result
