"""Points: true places on fissures, well spread, as a person would place them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, Geometry, Lobe, PointOrigin
from tests.accuracy.scans import Scan

Places = NDArray[np.float64]
# The lobes above and below each fissure.
PARTED: Final = {
    FissureName.RIGHT_OBLIQUE: ((Lobe.RUL, Lobe.RML), (Lobe.RLL,)),
    FissureName.RIGHT_MINOR: ((Lobe.RUL,), (Lobe.RML,)),
    FissureName.LEFT_OBLIQUE: ((Lobe.LUL,), (Lobe.LLL,)),
}
_STEP_MM = 3.0
_NEAR_MM = 2.0


def placed_on(scan: Scan, count: int) -> FissureSet:
    """Place so many points on each fissure of a phantom, from its equation, where it is seen in its lung.

    scan: its spiral series; the points hold for any series of the same chest.
    """
    return FissureSet(tuple(_fissure(name, _seen_places(scan, name), count) for name in PARTED))


def placed_between(lobes: NDArray[np.uint8], geometry: Geometry, count: int) -> FissureSet:
    """Place so many points on each border between real lobes: halfway between slices of different lobes."""
    fissures = []
    for name, (above, below) in PARTED.items():
        index, rows, columns = np.nonzero(np.isin(lobes[1:], above) & np.isin(lobes[:-1], below))
        middle = (geometry.origins_mm[index] + geometry.origins_mm[index + 1]) / 2
        down = rows[:, None] * geometry.column_direction * geometry.pixel_spacing_mm[0]
        along = columns[:, None] * geometry.row_direction * geometry.pixel_spacing_mm[1]
        fissures.append(_fissure(name, middle + down + along, count))
    return FissureSet(tuple(fissures))


def spread(places: Places, count: int) -> Places:
    """Choose places that lie far apart: each next one farthest from those chosen."""
    chosen = [int(np.abs(places - places.mean(axis=0)).sum(axis=1).argmax())]
    nearest = np.full(len(places), np.inf)
    while len(chosen) < count:
        nearest = np.minimum(nearest, np.linalg.norm(places - places[chosen[-1]], axis=1))
        chosen.append(int(nearest.argmax()))
    return places[chosen]


def _fissure(name: FissureName, places: Places, count: int) -> Fissure:
    points = (FissurePoint((x, y, z), 1.0, PointOrigin.PLACED) for x, y, z in spread(places, count).tolist())
    return Fissure(name, points=tuple(points))


def _seen_places(scan: Scan, name: FissureName) -> Places:
    """Give places of a fissure, LPS mm (n, 3): over a grid of the plane (x, y), where the lobes that it parts meet."""
    side = np.arange(4.0, 160.0, _STEP_MM) * (1 if name is FissureName.LEFT_OBLIQUE else -1)
    x, y = (a.ravel() for a in np.meshgrid(side, np.arange(-130.0, 130.0, _STEP_MM)))
    z = scan.thorax.fissure_height_mm(name, x, y)
    above, below = PARTED[name]
    # The step is taken along z, so it must be longer than a slice is thick.
    step = max(_NEAR_MM, scan.geometry.slice_thickness_mm or 0.0)
    seen = scan.thorax.is_fissure_complete(name, x, y)
    seen &= np.isin(_labels_at(scan, np.column_stack([x, y, z + step])), above)
    seen &= np.isin(_labels_at(scan, np.column_stack([x, y, z - step])), below)
    return np.column_stack([x, y, z])[seen]


def _labels_at(scan: Scan, places: Places) -> NDArray[np.uint8]:
    """Give the true lobe of the voxel at each place, 0 outside the scan."""
    geometry = scan.geometry
    steps = np.stack(
        [
            (geometry.origins_mm[-1] - geometry.origins_mm[0]) / (geometry.shape[0] - 1),
            geometry.column_direction * geometry.pixel_spacing_mm[0],
            geometry.row_direction * geometry.pixel_spacing_mm[1],
        ]
    )
    index = np.rint(np.linalg.solve(steps.T, (places - geometry.origins_mm[0]).T)).astype(np.intp)
    shape = np.array(geometry.shape)[:, None]
    inside = np.all((index >= 0) & (index < shape), axis=0)
    labels = np.zeros(len(places), np.uint8)
    labels[inside] = scan.lobes[tuple(index[:, inside])]
    return labels
