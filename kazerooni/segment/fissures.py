"""Fissures: a smooth surface laid through weighted points, and its height anywhere.

A thin-plate spline is the smoothest surface near points: of all f it has the least bending energy plus weighted squares
of what it misses the points by (Duchon J 1977; Wahba G, Spline Models for Observational Data, SIAM 1990, ch. 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import SegmentError
from kazerooni.model import FissurePoint, FissureSurface

# How much a point of weight 1 may give way to smoothness. In units of the scaled problem (points spread about 1): at
# 0.001 a surface misses the points of real fissures by some tenths of a millimetre.
STIFFNESS = 1e-3
# Points nearer to each other than this on the plane (x, y) are one, at their weighted mean.
_SAME_MM = 0.5
# A surface is bent where the points spread in both directions of the plane; along one line only, it is not.
_LEAST_SPREAD = 0.02
Floats = NDArray[np.float64]


def fit_surface(points: Sequence[FissurePoint], *, stiffness: float = STIFFNESS) -> FissureSurface:
    """Lay a regularised thin-plate spline z = f(x, y) through points, in LPS millimetres.

    A point of twice the weight gives way half as much. The surface does not depend on where in the patient the points
    lie, nor on how far apart they are as a whole. Three points give the plane through them, fewer or all on one line
    the flattest plane near them.

    Raises SegmentError where there are no points.
    """
    if not points:
        raise SegmentError("a fissure cannot be laid through no points; place one at least")
    places, heights, weights = _merged(points)
    plane = _plane(places, heights, weights)
    if len(places) <= 3 or _is_line(places):
        return FissureSurface((float(plane[0]), float(plane[1]), float(plane[2])))
    return _spline(places, heights, weights, stiffness)


def height_mm(surface: FissureSurface, x: Any, y: Any) -> Floats:
    """Give the height z of a surface over places (x, y) that broadcast together, LPS mm; float64."""
    x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
    height: Floats = surface.plane[0] + surface.plane[1] * x + surface.plane[2] * y
    for (centre_x, centre_y), weight in zip(surface.centres_mm, surface.weights, strict=True):
        height = height + weight * _kernel((x - centre_x) ** 2 + (y - centre_y) ** 2)
    return height


def _kernel(squared: Floats) -> Floats:
    """Give r^2 ln r of squared distances."""
    result: Floats = 0.5 * squared * np.log(np.maximum(squared, 1e-300))
    return result


def _merged(points: Sequence[FissurePoint]) -> tuple[Floats, Floats, Floats]:
    """Give places (n, 2), heights and weights, with points over one place made one; order does not matter."""
    rows = np.array(sorted((*point.position_mm, point.weight) for point in points), np.float64)
    near = np.hypot(*(rows[:, None, :2] - rows[None, :, :2]).transpose(2, 0, 1)) < _SAME_MM
    groups: list[NDArray[np.intp]] = []
    is_taken = np.zeros(len(rows), bool)
    for n in range(len(rows)):
        if not is_taken[n]:
            groups.append(np.flatnonzero(near[n] & ~is_taken))
            is_taken |= near[n]
    means = np.array([np.average(rows[g, :3], axis=0, weights=rows[g, 3]) for g in groups])
    return means[:, :2], means[:, 2], np.array([rows[g, 3].sum() for g in groups])


def _plane(places: Floats, heights: Floats, weights: Floats) -> Floats:
    """Give (a, b, c) of the plane a + b x + c y with the least weighted squares, the flattest where many have."""
    middle = np.average(places, axis=0, weights=weights)
    mean = float(np.average(heights, weights=weights))
    root = np.sqrt(weights)
    slopes = np.linalg.lstsq((places - middle) * root[:, None], (heights - mean) * root, rcond=1e-6)[0]
    return np.array([mean - float(slopes @ middle), *slopes])


def _is_line(places: Floats) -> bool:
    """Tell whether places lie on one line of the plane, or all but so."""
    spread = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    return bool(spread[1] <= _LEAST_SPREAD * spread[0])


def _spline(places: Floats, heights: Floats, weights: Floats, stiffness: float) -> FissureSurface:
    """Solve for the spline in a frame about the points, scaled to their spread, and write it in the patient's."""
    middle = places.mean(axis=0)
    scale = float(np.sqrt(((places - middle) ** 2).sum(axis=1).mean()))
    at = (places - middle) / scale
    count = len(at)
    squared = ((at[:, None] - at[None]) ** 2).sum(axis=-1)
    affine = np.column_stack([np.ones(count), at])
    system = np.zeros((count + 3, count + 3))
    system[:count, :count] = _kernel(squared) + np.diag(stiffness / weights)
    system[:count, count:] = affine
    system[count:, :count] = affine.T
    solved = np.linalg.solve(system, np.concatenate([heights, np.zeros(3)]))
    bends = solved[:count] / scale**2
    # r^2 ln(r / scale) = r^2 ln r - r^2 ln scale; the sum of w_i r_i^2 is constant, as the w_i sum to nothing and are
    # at right angles to every plane.
    constant = -np.log(scale) * float(bends @ (places**2).sum(axis=1))
    slopes = solved[count + 1 :] / scale
    plane = (float(solved[count] - slopes @ middle + constant), float(slopes[0]), float(slopes[1]))
    centres = tuple((float(x), float(y)) for x, y in places)
    return FissureSurface(plane, centres, tuple(float(w) for w in bends))
