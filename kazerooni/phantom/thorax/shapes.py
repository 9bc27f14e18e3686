"""Shapes: places in the chest, smooth curves, and signed distances that blend into each other.

Everything in the thorax is made of additions, multiplications, divisions and square roots of doubles, which IEEE 754
rounds alike everywhere: the same thorax comes out on every platform. A signed distance is in millimetres, negative
inside; it is exact enough near the surface, where edges are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Point = tuple[float, float, float]

# Width of an edge in the picture: about that of a thin-slice chest CT, whose pixels measure 0.6-0.8 mm and whose slices
# 1 mm.
EDGE_MM = 1.0


@dataclass(frozen=True, eq=False)
class Places:
    """Places in the chest, LPS millimetres; each array is flat and holds one number for every place, or one for all."""

    x: Floats
    y: Floats
    z: Floats

    @classmethod
    def of(cls, x: Floats, y: Floats, z: Floats) -> Places:
        """Flatten arrays that broadcast together; what is constant stays one number, as z on an axial slice."""
        shape = np.broadcast_shapes(x.shape, y.shape, z.shape)
        flat = (a.ravel() if a.size == 1 else np.broadcast_to(a, shape).ravel() for a in (x, y, z))
        return cls(*(a.astype(np.float64) for a in flat))

    def __getitem__(self, chosen: Bools | NDArray[np.intp]) -> Places:
        """Choose some of the places."""
        arrays = (self.x, self.y, self.z)
        if (np.count_nonzero(chosen) if chosen.dtype == np.bool_ else chosen.size) > 1:
            return Places(*(a if a.size == 1 else a[chosen] for a in arrays))
        # One place or none: here a single number could not be told from one for all.
        whole = np.broadcast_shapes(*(a.shape for a in arrays))
        return Places(*(np.broadcast_to(a, whole)[chosen] for a in arrays))


@dataclass(frozen=True)
class Profile:
    """A smooth curve through knots (place, value) with ascending places; level beyond the first and the last.

    Between knots a cubic with the slopes of Catmull and Rom.
    """

    knots: tuple[tuple[float, float], ...]

    def __call__(self, at: Floats) -> Floats:
        """Give the value at every place; shape of `at`."""
        places, values = (np.array(column) for column in zip(*self.knots, strict=True))
        slopes = np.zeros_like(values)
        slopes[1:-1] = (values[2:] - values[:-2]) / (places[2:] - places[:-2])
        held = np.minimum(np.maximum(at, places[0]), places[-1])
        i = np.minimum(np.searchsorted(places, held, side="right"), places.size - 1) - 1
        width = (places[1:] - places[:-1])[i]
        t = (held - places[i]) / width
        rise = values[i + 1] - values[i]
        first, last = slopes[i] * width, slopes[i + 1] * width
        result: Floats = values[i] + t * (first + t * (3 * rise - 2 * first - last + t * (first + last - 2 * rise)))
        return result


def join(first: Floats, second: Floats, *, blend_mm: float) -> Floats:
    """Unite two signed distances; the corner between them is filled over `blend_mm` (Quilez's polynomial minimum)."""
    near = np.maximum(blend_mm - np.abs(first - second), 0.0) / blend_mm
    result: Floats = np.minimum(first, second) - near * near * (blend_mm / 4)
    return result


def meet(first: Floats, second: Floats, *, blend_mm: float) -> Floats:
    """Intersect two signed distances, with a rounded edge."""
    return -join(-first, -second, blend_mm=blend_mm)


def share(distance: Floats, *, edge_mm: float = EDGE_MM) -> Floats:
    """Give how much of a place lies inside a surface: 1 deep inside, 0 outside, half on it."""
    result: Floats = np.minimum(np.maximum(0.5 - distance / edge_mm, 0.0), 1.0)
    return result


def smooth_step(value: Floats, low: float, high: float) -> Floats:
    """Give 0 below `low`, 1 above `high`, and a smooth way between them."""
    t = np.minimum(np.maximum((value - low) / (high - low), 0.0), 1.0)
    result: Floats = t * t * (3 - 2 * t)
    return result


def oval(u: Floats, v: Floats, half_u: Floats | float, half_v: Floats | float, *, squareness: float = 0.0) -> Floats:
    """Give the signed distance to an ellipse, or to a rounded rectangle as `squareness` goes to 1.

    The squircle of Fernandez-Guasti (1992): with a = (u / half_u)^2 and b = (v / half_v)^2 it is
    a + b - squareness a b = 1. The distance is taken along the ray from the centre.
    """
    a, b = (u / half_u) ** 2, (v / half_v) ** 2
    whole = a + b
    size = np.sqrt(np.maximum((whole + np.sqrt(np.maximum(whole * whole - 4 * squareness * a * b, 0.0))) / 2, 1e-12))
    radius = np.sqrt(u * u + v * v)
    result: Floats = radius - radius / size
    return result


def ball(p: Places, centre: Point, half: Point) -> Floats:
    """Give the signed distance to an ellipsoid, along the ray from its centre."""
    u, v, w = p.x - centre[0], p.y - centre[1], p.z - centre[2]
    size = np.sqrt((u / half[0]) ** 2 + (v / half[1]) ** 2 + (w / half[2]) ** 2) + 1e-9
    radius = np.sqrt(u * u + v * v + w * w)
    result: Floats = radius - radius / size
    return result


def tube(p: Places, ends: Sequence[Point], radii: Sequence[float]) -> Floats:
    """Give the signed distance to a tube along points, round at both ends; one radius for every point."""
    distance: Floats | None = None
    for start, end, r0, r1 in zip(ends, ends[1:], radii, radii[1:], strict=False):
        along = [b - a for a, b in zip(start, end, strict=True)]
        squared = sum(a * a for a in along)
        off = (p.x - start[0], p.y - start[1], p.z - start[2])
        t = np.minimum(np.maximum(sum(o * a for o, a in zip(off, along, strict=True)) / squared, 0.0), 1.0)
        gap = [o - t * a for o, a in zip(off, along, strict=True)]
        here = np.sqrt(gap[0] ** 2 + gap[1] ** 2 + gap[2] ** 2) - (r0 + t * (r1 - r0))
        distance = here if distance is None else np.minimum(distance, here)
    assert distance is not None
    return distance
