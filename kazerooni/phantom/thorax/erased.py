"""Erased: fissures that show over a part of their area only, missing in patches as well as near the hilum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kazerooni.model import FissureName, Side
from kazerooni.phantom.thorax.fissures import ERASED_PATCH_MM, Fissures, FissureShape, patches
from kazerooni.phantom.thorax.lungs import lung_distance
from kazerooni.phantom.thorax.mediastinum import mediastinum_distance
from kazerooni.phantom.thorax.shapes import Bools, Floats, Places

_SIDES: dict[FissureName, Side] = {
    FissureName.RIGHT_OBLIQUE: "right",
    FissureName.RIGHT_MINOR: "right",
    FissureName.LEFT_OBLIQUE: "left",
}
# Area is summed over places of this distance in the plane (x, y), a tenth of a patch.
_STEP_MM = ERASED_PATCH_MM / 10
_HALF_WIDTH_MM, _HALF_DEPTH_MM = 160.0, 125.0


def erase(fissures: Fissures, seed: int, share: float) -> Fissures:
    """Let a share of the area of every fissure within its lung not be seen.

    What is missing near the hilum counts; patches are added until the share is reached. A fissure of which more than
    that is missing stays as it is; so does the boundary of the lingula, which is never seen.
    """
    return {
        name: replace(shape, erased_to=_limit(name, fissures, seed, share)) if name in _SIDES else shape
        for name, shape in fissures.items()
    }


def _limit(name: FissureName, fissures: Fissures, seed: int, share: float) -> float:
    """Give the value of the patches up to which places are erased."""
    if share == 1:
        return np.inf
    shape = fissures[name]
    x, y = _plane()
    inside = _in_lung(Places(x, y, shape.height_mm(x, y)), name, fissures)
    x, y = x[inside], y[inside]
    area, seen = _area(shape, x, y), shape.is_complete(x, y, seed)
    missing = share * area.sum() - area[~seen].sum()
    if missing <= 0:
        return -np.inf
    values, area = patches(x, y, seed)[seen], area[seen]
    order = np.argsort(values, kind="stable")
    last = int(np.searchsorted(np.cumsum(area[order]), missing))
    return float(values[order[min(last, order.size - 1)]])


def _plane() -> tuple[Floats, Floats]:
    x, y = np.meshgrid(
        np.arange(-_HALF_WIDTH_MM, _HALF_WIDTH_MM, _STEP_MM), np.arange(-_HALF_DEPTH_MM, _HALF_DEPTH_MM, _STEP_MM)
    )
    return x.ravel(), y.ravel()


def _in_lung(p: Places, name: FissureName, fissures: Fissures) -> Bools:
    """Tell which places of a fissure lie in its lung; the horizontal one ends at the oblique one."""
    inside: Bools = lung_distance(p, _SIDES[name], mediastinum_distance(p)) < 0
    if name is FissureName.RIGHT_MINOR:
        inside &= fissures[FissureName.RIGHT_OBLIQUE].distance_mm(p) > 0
    return inside


def _area(shape: FissureShape, x: Floats, y: Floats) -> Floats:
    """Give the area of the surface over one unit of the plane."""
    slope_x, slope_y = shape.slopes(x, y)
    area: Floats = np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)
    return area
