"""Mediastinum: heart, great vessels, airways and gullet between the lungs; liver, stomach and spleen below them.

No contrast medium. Densities in HU: fat -100, blood 40, muscle 50, liver 58, spleen 48, as usual at 120 kV (scanners
differ by some HU: Lamba R et al., PMC5015439). Calibres: ascending aorta 32 mm, descending 25 mm (Hager A et al.,
J Thorac Cardiovasc Surg 2002;123:1060), trachea 18-20 mm (Breatnach E et al., AJR 1984;142:903), the right main
bronchus wider and steeper than the left.
"""

from __future__ import annotations

import numpy as np

from kazerooni.phantom.thorax.lungs import base_distance
from kazerooni.phantom.thorax.shapes import (
    Floats,
    Places,
    Point,
    Profile,
    ball,
    join,
    oval,
    share,
    smooth_step,
    tube,
)
from kazerooni.phantom.thorax.texture import noise

FAT_HU, BLOOD_HU, MUSCLE_HU, AIR_HU, LIVER_HU, SPLEEN_HU = -100.0, 40.0, 50.0, -995.0, 58.0, 48.0

AORTA: tuple[Point, ...] = (
    (4, -22, -14), (-12, -26, 8), (-16, -24, 30), (-11, -17, 46), (2, -3, 57), (15, 14, 57), (23, 32, 46), (24, 43, 28),
    (22, 48, -20), (15, 47, -80), (8, 44, -150),
)  # fmt: skip
_AORTA_RADII = (16, 16, 16, 15, 14, 13.5, 13, 12.5, 12, 12, 11)
CARINA: Point = (0, 19, 22)
TRACHEA: tuple[Point, ...] = ((0, 4, 160), (1, 8, 110), (1, 15, 55), (0, 18, 26))
RIGHT_MAIN: tuple[Point, ...] = ((0, 19, 26), (-16, 20, 12), (-33, 20, 2), (-37, 18, -14))
LEFT_MAIN: tuple[Point, ...] = ((0, 19, 26), (16, 22, 12), (34, 26, 0), (42, 26, -8))
RIGHT_UPPER: tuple[Point, ...] = ((-24, 20, 8), (-36, 16, 13), (-46, 13, 17))
LEFT_UPPER: tuple[Point, ...] = ((37, 26, -2), (44, 16, 2), (50, 10, 5))
_AIRWAYS: tuple[tuple[tuple[Point, ...], tuple[float, ...]], ...] = (
    (TRACHEA, (9.2, 9.2, 9.2, 9.8)),
    (RIGHT_MAIN, (8.2, 7.2, 6.2, 5.2)),
    (LEFT_MAIN, (8.0, 6.3, 5.8, 4.8)),
    (RIGHT_UPPER, (5.2, 4.6, 3.6)),
    (LEFT_UPPER, (5.0, 4.6, 3.6)),
)
_AIRWAY_WALL_MM = 1.4
_OESOPHAGUS: tuple[Point, ...] = ((2, 22, 150), (5, 32, 60), (5, 36, 0), (8, 34, -70), (20, 24, -110))
_VENA_CAVA: tuple[Point, ...] = ((-20, -30, 118), (-28, -20, 70), (-29, -14, 30), (-30, -12, -20))
_VENA_CAVA_RADII = (10, 10, 10, 12)
_PULMONARY_ARTERIES: tuple[Point, ...] = ((-34, 12, -2), (-14, 2, 8), (14, -16, 14), (34, 14, 10), (44, 24, 2))
_PULMONARY_RADII = (10, 11, 13, 11, 9)
_BRANCHES_OF_ARCH: tuple[tuple[Point, ...], ...] = (
    ((-10, -14, 56), (-12, -10, 80), (-24, -4, 116)),
    ((2, -4, 60), (12, 0, 84), (18, 4, 124)),
    ((14, 10, 62), (22, 14, 86), (32, 18, 120)),
)
_SPINE_PLEURA = Profile(((-150, 60), (0, 58), (60, 52), (120, 40)))
# The anterior junction: above the heart only fat parts the lungs behind the breastbone.
_WAIST = Profile(((-150, 20), (-60, 12), (0, 9), (35, 14), (70, 24), (100, 32), (125, 36)))


def heart_distance(p: Places) -> Floats:
    """Give the signed distance to the heart: apex to the left and the front, right atrium to the right."""
    # Turned by about 37 degrees (cosine 0.8, sine 0.6): the long axis points to the left and forwards.
    u, v = p.x - 26, p.y + 24
    turned = Places(0.8 * u - 0.6 * v, 0.6 * u + 0.8 * v, p.z + 52 + 0.25 * u)
    ventricles = ball(turned, (4, 0, 0), (64, 44, 47))
    atrium = ball(p, (-14, -14, -44), (35, 33, 44))
    left_atrium = ball(p, (8, 16, -22), (34, 20, 24))
    outflow = ball(p, (16, -38, 2), (24, 22, 34))
    return join(join(ventricles, atrium, blend_mm=14.0), join(left_atrium, outflow, blend_mm=10.0), blend_mm=14.0)


def mediastinum_distance(p: Places) -> Floats:
    """Give the signed distance to all that parts the lungs, with the fat around it."""
    waist = _WAIST(p.z)
    plate = np.abs(p.x - 3) - (2.0 + (waist - 2.0) * smooth_step(p.y + 0 * p.x, -70.0, -8.0))
    plate = np.maximum(plate, p.y - 70)
    airways = np.minimum(*(tube(p, line, (9.5, 9, 8, 7)) for line in (RIGHT_MAIN, LEFT_MAIN)))
    spine = oval(p.x, p.y - _SPINE_PLEURA(p.z), np.full(1, 22.0), np.full(1, 24.0))
    whole = join(heart_distance(p) - 2.5, plate, blend_mm=12.0)
    for part, fat_mm in ((_great_vessels_distance(p), 1.5), (airways, 1.0), (spine, 0.0)):
        whole = join(whole, part - fat_mm, blend_mm=8.0)
    return whole


def airway_lumen_distance(p: Places) -> Floats:
    """Give the signed distance to the air in trachea and main bronchi."""
    lumen = tube(p, *_AIRWAYS[0])
    for line, radii in _AIRWAYS[1:]:
        lumen = join(lumen, tube(p, line, radii), blend_mm=2.0)
    return lumen


def mediastinum_hu(p: Places, seed: int) -> Floats:
    """Give the density between the lungs: fat with lymph nodes, heart, vessels, gullet and airways in it."""
    hu = FAT_HU + 12 * noise(p, 6.0, seed + 31)
    hu = hu + (MUSCLE_HU - hu) * 0.8 * smooth_step(noise(p, 11.0, seed + 37), 0.36, 0.44)
    blood = np.minimum(heart_distance(p), _great_vessels_distance(p))
    for line in _BRANCHES_OF_ARCH:
        blood = np.minimum(blood, tube(p, line, (6.0, 5.0, 5.0)))
    hu = painted(hu, BLOOD_HU, blood)
    hu = painted(hu, MUSCLE_HU, tube(p, _OESOPHAGUS, (7.5, 7.5, 8, 8.5, 10)))
    lumen = airway_lumen_distance(p)
    hu = painted(hu, MUSCLE_HU, lumen - _AIRWAY_WALL_MM)
    return painted(hu, AIR_HU, lumen)


def abdomen_distance(p: Places) -> Floats:
    """Give the signed distance to what lies below the diaphragm."""
    result: Floats = -np.where(p.x < 0, base_distance(p, "right"), base_distance(p, "left"))
    return result


def abdomen_hu(p: Places, seed: int) -> Floats:
    """Give the density below the diaphragm: liver on the right, stomach with its bubble and spleen on the left."""
    hu = FAT_HU + 12 * noise(p, 8.0, seed + 41)
    hu = painted(
        hu,
        LIVER_HU + 8 * noise(p, 30.0, seed + 42),
        np.maximum(p.x - 22 + 0.3 * (p.y + 20) - 0.4 * (p.z + 100), p.y - 76),
    )
    hu = painted(hu, SPLEEN_HU, ball(p, (88, 44, -132), (40, 44, 44)))
    stomach = ball(p, (64, -20, -132), (48, 52, 46))
    hu = painted(hu, MUSCLE_HU, stomach)
    # Air rises to the front of a supine patient.
    level = -34.0 + 2.0 * noise(p, 20.0, seed + 43)
    content = AIR_HU + (15 + 30 * noise(p, 5.0, seed + 44) - AIR_HU) * share(level - p.y)
    hu = painted(hu, content, stomach + 4)
    hu = painted(hu, BLOOD_HU, tube(p, AORTA[-3:], _AORTA_RADII[-3:]))
    # The diaphragm itself, a muscle of about 3 mm (Wait JL et al., J Appl Physiol 1989;67:1560), and its crura.
    hu = painted(hu, MUSCLE_HU, tube(p, ((-10, 40, -90), (-10, 42, -160)), (8, 8)))
    return painted(hu, MUSCLE_HU, -abdomen_distance(p) - 3.0)


def painted(hu: Floats, over: Floats | float, distance: Floats) -> Floats:
    """Paint a density where a signed distance is negative, with a soft edge."""
    result: Floats = hu + (over - hu) * share(distance)
    return result


def _great_vessels_distance(p: Places) -> Floats:
    aorta_and_cava = np.minimum(tube(p, AORTA, _AORTA_RADII), tube(p, _VENA_CAVA, _VENA_CAVA_RADII))
    return np.minimum(aorta_and_cava, tube(p, _PULMONARY_ARTERIES, _PULMONARY_RADII))
