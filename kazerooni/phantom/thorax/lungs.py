"""Lungs: their outer surface, the domes of the diaphragm, and the depth of a place below the pleura.

Sizes are those of an adult at full inspiration: lungs about 25 cm high and 18 cm deep, the chest 29 cm wide inside,
together about 5 litres (Gray's Anatomy, 41st ed.; the two chests of Lung-PET-CT-Dx were held beside them).
The frame is that of the reference chest: LPS millimetres, apices at z = 122, deepest recess at z about -140.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kazerooni.model import Side
from kazerooni.phantom.thorax.shapes import Floats, Places, Profile, join, meet, oval

APEX_MM = 122.0
# Above this height the lungs close to their apices like ellipsoids.
_SHOULDER_MM = 78.0
_PLEURA_BLEND_MM = 10.0


@dataclass(frozen=True)
class _Side:
    """The shape of one lung.

    centre, half_width, back, front: the oval in which each axial plane cuts the lung, along z; towards the midline it
        reaches into the mediastinum, which is taken away later. `centre` counts from the midline outwards.
    dome: top of the diaphragm, LPS.
    fall: how far the diaphragm falls 100 mm from there, outwards, inwards, to the front and to the back.
    """

    sign: int
    centre: Profile
    half_width: Profile
    front: Profile
    back: Profile
    dome: tuple[float, float, float]
    fall: tuple[float, float, float, float]


# The right dome stands 1-2 cm above the left one; the costophrenic recess reaches lowest at the back (Gray's).
_SIDES: dict[Side, _Side] = {
    "right": _Side(
        sign=-1,
        centre=Profile(((-140, 74), (-60, 74), (0, 71), (50, 64), (85, 57), (122, 50))),
        half_width=Profile(((-140, 67), (-60, 71), (0, 69), (50, 61), (85, 50), (122, 38))),
        front=Profile(((-140, -80), (-60, -89), (0, -87), (50, -72), (85, -50), (122, -30))),
        back=Profile(((-140, 92), (-60, 96), (0, 92), (50, 84), (85, 73), (122, 58))),
        dome=(-62.0, -18.0, -66.0),
        fall=(78.0, 46.0, 74.0, 58.0),
    ),
    "left": _Side(
        sign=1,
        centre=Profile(((-140, 73), (-60, 74), (0, 71), (50, 65), (85, 58), (122, 51))),
        half_width=Profile(((-140, 65), (-60, 69), (0, 68), (50, 60), (85, 50), (122, 38))),
        front=Profile(((-140, -78), (-60, -87), (0, -86), (50, -72), (85, -51), (122, -31))),
        back=Profile(((-140, 92), (-60, 95), (0, 92), (50, 85), (85, 74), (122, 59))),
        dome=(64.0, -16.0, -80.0),
        fall=(74.0, 30.0, 66.0, 52.0),
    ),
}
SIDES: tuple[Side, ...] = ("right", "left")


def costal_distance(p: Places, side: Side) -> Floats:
    """Give the signed distance to the chest wall's side of a lung, as if no diaphragm and no mediastinum were there."""
    shape = _SIDES[side]
    above = np.minimum(np.maximum((p.z - _SHOULDER_MM) / (APEX_MM - _SHOULDER_MM), 0.0), 0.999)
    closing = np.sqrt(1 - above * above)
    front, back = shape.front(p.z), shape.back(p.z)
    u = p.x - shape.sign * shape.centre(p.z)
    v = p.y - (front + back) / 2
    flat = oval(u, v, shape.half_width(p.z) * closing, (back - front) / 2 * closing, squareness=0.25)
    return np.maximum(flat, p.z - APEX_MM)


def diaphragm_mm(p: Places, side: Side) -> Floats:
    """Give the height z of the diaphragm over x and y."""
    shape = _SIDES[side]
    outwards, inwards, forwards, backwards = shape.fall
    u, v = (p.x - shape.dome[0]) * shape.sign / 100, (p.y - shape.dome[1]) / 100
    fall = u * u * np.where(u > 0, outwards, inwards) + v * v * np.where(v < 0, forwards, backwards)
    # Steeper towards the rim, where the muscle lies against the chest wall.
    result: Floats = shape.dome[2] - fall * (0.75 + fall / 160)
    return result


def base_distance(p: Places, side: Side) -> Floats:
    """Give the signed distance to the base of a lung: negative above the diaphragm."""
    # The dome is steep at its rim: the vertical distance is shortened by a usual slope.
    result: Floats = (diaphragm_mm(p, side) - p.z) * 0.75
    return result


def lung_distance(p: Places, side: Side, mediastinum: Floats) -> Floats:
    """Give the signed distance to a lung: within the chest wall, above the diaphragm, outside the mediastinum."""
    within = meet(costal_distance(p, side), base_distance(p, side), blend_mm=_PLEURA_BLEND_MM / 2)
    return meet(within, -mediastinum, blend_mm=_PLEURA_BLEND_MM)


def pleural_depth_mm(p: Places, side: Side) -> Floats:
    """Give the depth of a place below the pleura of chest wall and diaphragm; the mediastinal side does not count."""
    return -np.maximum(costal_distance(p, side), base_distance(p, side))


def cage_distance(p: Places) -> Floats:
    """Give the signed distance to the inside of the rib cage: both lungs' outer sides and what lies between them."""
    shape = _SIDES["right"]
    front, back = shape.front(p.z) + 6, shape.back(p.z) - 14
    # Between the lungs, and above them the root of the neck.
    middle = oval(p.x, p.y - (front + back) / 2, np.full(1, 48.0), (back - front) / 2, squareness=0.25)
    sides = np.minimum(costal_distance(p, "right"), costal_distance(p, "left"))
    return join(sides, middle, blend_mm=24.0)
