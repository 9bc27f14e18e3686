"""Traced: the fissures of a lobe map, found where its lobes meet, so that they can be corrected by points."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import (
    OUTSIDE,
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    Geometry,
    Lobe,
    LobeMap,
    PointOrigin,
)
from kazerooni.segment.fissures import fit_surface
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.sides import LEFT, RIGHT

# The lobes that meet at each fissure: above it, and below.
MEETING: Mapping[FissureName, tuple[tuple[Lobe, ...], tuple[Lobe, ...]]] = MappingProxyType(
    {
        FissureName.RIGHT_OBLIQUE: ((Lobe.RUL, Lobe.RML), (Lobe.RLL,)),
        FissureName.RIGHT_MINOR: ((Lobe.RUL,), (Lobe.RML,)),
        FissureName.LEFT_OBLIQUE: ((Lobe.LUL, Lobe.LIN), (Lobe.LLL,)),
        FissureName.LINGULA: ((Lobe.LUL,), (Lobe.LIN,)),
    }
)
# One point stands for all places within a square of this size, seen from above: a surface through such means follows
# real fissures to a fraction of it (issue 5: 20 points give a Dice of 0.996).
_CELL_MM = 10.0
# Fewer squares than this are a place where two lobes touch, no fissure.
_LEAST_CELLS = 4
# Between slices with gaps a border is half a gap off, in the plane of a slice half a pixel.
_ACROSS_GAPS_WEIGHT = 0.05

Floats = NDArray[np.float64]
_LUNG_OF = np.array([OUTSIDE, *(RIGHT if lobe.side == "right" else LEFT for lobe in sorted(Lobe))], np.uint8)


def lungs_of_lobes(lobes: LobeMap) -> Lungs:
    """Give the lungs that lobes make up."""
    return Lungs(_LUNG_OF[lobes.labels], lobes.geometry, lobes.notices)


def trace_fissures(lobes: LobeMap) -> FissureSet:
    """Lay a surface through the borders between the lobes of a map.

    Its points are means of the borders over squares of 10 mm, of origin `detected`. A fissure whose lobes hardly meet
    is left out.
    """
    found = []
    for name, (above, below) in MEETING.items():
        rows = np.concatenate([np.empty((0, 4)), *_borders(lobes, above, below)])
        points = tuple(_points(rows))
        if len(points) >= _LEAST_CELLS:
            found.append(Fissure(name, points=points, surface=fit_surface(points)))
    return FissureSet(tuple(found))


def _borders(lobes: LobeMap, above: Collection[Lobe], below: Collection[Lobe]) -> Iterator[Floats]:
    """List the middles between voxels of the lobes above and below that are neighbours: x, y, z and a weight."""
    geometry = lobes.geometry
    side = np.zeros(max(Lobe) + 1, np.int8)
    side[list(above)], side[list(below)] = 1, -1
    across = _ACROSS_GAPS_WEIGHT if geometry.is_sampled or not geometry.is_even else 1.0
    last = side[lobes.labels[0]]
    for index in range(geometry.shape[0]):
        plane = last
        for row_step, column_step in ((1, 0), (0, 1)):
            ahead = plane[row_step:, column_step:] * plane[: -row_step or None, : -column_step or None]
            rows, columns = np.nonzero(ahead < 0)
            yield _weighted(_place(geometry, index, rows + row_step / 2, columns + column_step / 2), 1.0)
        if index + 1 == geometry.shape[0]:
            break
        last = side[lobes.labels[index + 1]]
        rows, columns = np.nonzero(plane * last < 0)
        ends = [_place(geometry, n, rows, columns) for n in (index, index + 1)]
        yield _weighted((ends[0] + ends[1]) / 2, across)


def _place(geometry: Geometry, index: int, rows: NDArray[np.number], columns: NDArray[np.number]) -> Floats:
    down = geometry.column_direction * geometry.pixel_spacing_mm[0]
    along = geometry.row_direction * geometry.pixel_spacing_mm[1]
    place: Floats = geometry.origins_mm[index] + rows[:, None] * down + columns[:, None] * along
    return place


def _weighted(places: Floats, weight: float) -> Floats:
    return np.column_stack([places, np.full(len(places), weight)])


def _points(rows: Floats) -> Iterator[FissurePoint]:
    """Give one point for each square that holds borders."""
    if not len(rows):
        return
    cells = np.floor(rows[:, :2] / _CELL_MM).astype(np.int64)
    _, cell = np.unique(cells, axis=0, return_inverse=True)
    cell = cell.reshape(-1)
    weight = np.bincount(cell, rows[:, 3])
    x, y, z = (np.bincount(cell, rows[:, n] * rows[:, 3]) / weight for n in range(3))
    for place in zip(x.tolist(), y.tolist(), z.tolist(), strict=True):
        yield FissurePoint(place, 1.0, PointOrigin.DETECTED)
