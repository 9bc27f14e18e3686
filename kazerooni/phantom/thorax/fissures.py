"""Fissures: the curved surfaces that part the lobes, where they are complete, and the lobe of every place.

A surface is z = f(x, y) in the reference chest, a polynomial of second degree about a given place. The oblique fissures
rise from the front of the diaphragm to the back at the height of the fourth thoracic vertebra, the left one higher and
steeper; the horizontal one runs level from the right oblique fissure to the front (Gray's Anatomy, 41st ed.).
About half of all fissures are incomplete (48 % right, 43 % left oblique, 63 % horizontal: Aziz A et al., J Thorac
Imaging 2004;19:186); here each is missing near the hilum, as far as it says. The lingula has no fissure of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import FissureName, Lobe
from kazerooni.phantom.thorax.shapes import Bools, Floats, Places
from kazerooni.phantom.thorax.texture import drawn, noise

# Two layers of pleura are about 0.4 mm thick; at the resolution of CT they show as a line of 1 mm.
FISSURE_HALF_THICKNESS_MM = 0.35
_RAGGED_MM = 26.0
# Size of the patches in which a fissure can be missing elsewhere (`Thorax.erased`).
ERASED_PATCH_MM = 24.0


@dataclass(frozen=True)
class FissureShape:
    """One fissure of the reference chest: z = f(x, y), LPS millimetres.

    With u = x - origin[0] and v = y - origin[1]:
    f = level + across u + along v + bend_across u^2 + twist u v + bend_along v^2.

    hilum: (x, y) from where the fissure is incomplete.
    gap_mm: to this distance from there it is missing (0: complete; infinite: no fissure at all, as for the lingula).
    erased_to: it is missing, too, where `patches` have this value or less.
    """

    origin: tuple[float, float]
    level: float
    across: float
    along: float
    bend_across: float
    twist: float
    bend_along: float
    hilum: tuple[float, float]
    gap_mm: float
    erased_to: float = -np.inf

    def height_mm(self, x: Floats, y: Floats) -> Floats:
        """Give f(x, y)."""
        u, v = x - self.origin[0], y - self.origin[1]
        result: Floats = (
            self.level
            + self.across * u
            + self.along * v
            + self.bend_across * u * u
            + self.twist * u * v
            + self.bend_along * v * v
        )
        return result

    def distance_mm(self, p: Places) -> Floats:
        """Give the signed distance to the surface, positive above it: the vertical one, shortened by the slope."""
        slope_x, slope_y = self.slopes(p.x, p.y)
        result: Floats = (p.z - self.height_mm(p.x, p.y)) / np.sqrt(1 + slope_x * slope_x + slope_y * slope_y)
        return result

    def slopes(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Give the slopes of f along x and y."""
        u, v = x - self.origin[0], y - self.origin[1]
        slope_x = self.across + 2 * self.bend_across * u + self.twist * v
        slope_y = self.along + self.twist * u + 2 * self.bend_along * v
        return slope_x, slope_y

    def is_complete(self, x: Floats, y: Floats, seed: int) -> Bools:
        """Tell over which places of the plane (x, y) the fissure is there to be seen."""
        u, v = x - self.hilum[0], y - self.hilum[1]
        ragged = noise(Places(x, y, np.zeros(1)), _RAGGED_MM, seed + 83)
        result: Bools = np.sqrt(u * u + v * v) > self.gap_mm * (1 + 0.5 * ragged)
        if self.erased_to > -np.inf:
            result &= patches(x, y, seed) > self.erased_to
        return result


Fissures = Mapping[FissureName, FissureShape]

_MEAN: Fissures = {
    FissureName.RIGHT_OBLIQUE: FissureShape((-70, 10), -2, 0.12, 1.00, -0.0016, 0.0010, 0.0018, (-36, 16), 34.0),
    FissureName.RIGHT_MINOR: FissureShape((-80, -40), 12, 0.02, 0.02, -0.0022, 0.0006, -0.0012, (-40, 0), 48.0),
    FissureName.LEFT_OBLIQUE: FissureShape((70, 10), -4, -0.10, 1.10, -0.0014, -0.0008, 0.0016, (40, 22), 30.0),
    FissureName.LINGULA: FissureShape((75, -40), 0, 0.0, 0.10, 0.0, 0.0, 0.0, (0, 0), np.inf),
}


def patches(x: Floats, y: Floats, seed: int) -> Floats:
    """Give smooth noise over the plane (x, y): where it is lowest, fissures are erased first."""
    return noise(Places(x, y, np.zeros(1)), ERASED_PATCH_MM, seed + 89)


def fissures_of(seed: int) -> Fissures:
    """Give the fissures of a person: the mean ones, a few millimetres higher or lower, a little more or less steep."""
    return {name: _varied(shape, seed + 1009 * n) for n, (name, shape) in enumerate(_MEAN.items())}


def lobes_at(p: Places, is_right: Bools, fissures: Fissures, *, lingula: bool) -> NDArray[np.uint8]:
    """Give the label of the lobe of every place in the lungs.

    is_right: which places lie in the right lung.
    lingula: number the lingula apart; it belongs to the left upper lobe otherwise.
    """
    above = {name: shape.distance_mm(p) >= 0 for name, shape in fissures.items()}
    over_minor = np.where(above[FissureName.RIGHT_MINOR], Lobe.RUL, Lobe.RML)
    right = np.where(above[FissureName.RIGHT_OBLIQUE], over_minor, Lobe.RLL)
    upper = np.where(above[FissureName.LINGULA] | (not lingula), Lobe.LUL, Lobe.LIN)
    left = np.where(above[FissureName.LEFT_OBLIQUE], upper, Lobe.LLL)
    return np.where(is_right, right, left).astype(np.uint8)


def fissure_distance_mm(p: Places, is_right: Bools, fissures: Fissures) -> Floats:
    """Give the distance to the nearest fissure of the own lung; the horizontal one ends at the oblique one."""
    oblique = fissures[FissureName.RIGHT_OBLIQUE].distance_mm(p)
    minor = np.where(oblique > 0, np.abs(fissures[FissureName.RIGHT_MINOR].distance_mm(p)), np.inf)
    right = np.minimum(np.abs(oblique), minor)
    result: Floats = np.where(is_right, right, np.abs(fissures[FissureName.LEFT_OBLIQUE].distance_mm(p)))
    return result


def visible_fissure_mm(p: Places, is_right: Bools, fissures: Fissures, seed: int) -> Floats:
    """Give the distance to the nearest fissure where it is complete, infinite elsewhere."""
    nearest = np.full(np.broadcast_shapes(p.x.shape, p.y.shape, p.z.shape), np.inf)
    oblique = fissures[FissureName.RIGHT_OBLIQUE].distance_mm(p)
    wanted = {
        FissureName.RIGHT_OBLIQUE: is_right,
        FissureName.RIGHT_MINOR: is_right & (oblique > 0),
        FissureName.LEFT_OBLIQUE: ~is_right,
    }
    for name, here in wanted.items():
        shape = fissures[name]
        distance = np.abs(shape.distance_mm(p))
        index = np.flatnonzero(here & (distance < 3.0))
        near = p[index]
        seen = shape.is_complete(near.x, near.y, seed)
        nearest[index] = np.minimum(nearest[index], np.where(seen, distance[index], np.inf))
    return nearest


def _varied(shape: FissureShape, seed: int) -> FissureShape:
    return FissureShape(
        shape.origin,
        shape.level + 3 * drawn(seed, 1),
        shape.across + 0.03 * drawn(seed, 2),
        shape.along + 0.03 * drawn(seed, 3),
        shape.bend_across,
        shape.twist,
        shape.bend_along,
        shape.hilum,
        shape.gap_mm * (1 + 0.4 * drawn(seed, 4)),
    )
