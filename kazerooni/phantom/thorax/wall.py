"""Wall: skin, fat and muscle of the chest with arms up, ribs, breastbone, spine and shoulder blades; the table.

Densities in HU: skin and muscle 50, fat -105, cortical bone 700, marrow of ribs 180, cancellous bone of vertebrae 170
(about the normal mean of Pickhardt PJ et al., Ann Intern Med 2013;158:588), cartilage 110.
"""

from __future__ import annotations

import numpy as np

from kazerooni.phantom.thorax.mediastinum import FAT_HU, MUSCLE_HU, painted
from kazerooni.phantom.thorax.shapes import Floats, Places, Profile, oval, smooth_step, tube
from kazerooni.phantom.thorax.texture import noise

AIR_HU = -1000.0
_CORTEX_HU, _MARROW_HU, _CANCELLOUS_HU, _CARTILAGE_HU, _DISC_HU, _CORD_HU = 700.0, 180.0, 170.0, 110.0, 80.0, 30.0

_HALF_WIDTH = Profile(((-160, 158), (-80, 163), (0, 165), (60, 166), (100, 170), (140, 172)))
_FRONT = Profile(((-160, -106), (-60, -113), (0, -112), (50, -99), (90, -80), (140, -62)))
_BACK = Profile(((-160, 116), (-60, 119), (0, 120), (60, 116), (100, 110), (140, 104)))
_SPINE_Y = Profile(((-160, 54), (-60, 61), (0, 60), (60, 53), (120, 38), (150, 30)))
_STERNUM_Y = Profile(((-70, -92), (0, -90), (50, -76), (95, -54)))

# A rib and the space below it; ribs fall about 60 mm from the spine to the front (Gray's Anatomy, 41st ed.).
_RIB_PERIOD_MM = 27.0
_RIB_FALL = 0.42
_RIB_HALF_HEIGHT_MM, _RIB_HALF_THICKNESS_MM, _RIB_OUTSIDE_CAGE_MM = 6.5, 3.6, 5.8
_VERTEBRA_PERIOD_MM = 25.0
_DISC_MM = 5.0
_TABLE_MM, _TABLE_DEPTH_MM = 127.0, 26.0


def outline_distance(p: Places) -> Floats:
    """Give the signed distance to the skin."""
    front, back = _FRONT(p.z), _BACK(p.z)
    furrow = 7.0 * smooth_step(-np.abs(p.x), -26.0, -2.0) * (p.y > 60)
    return oval(p.x, p.y - (front + back) / 2, _HALF_WIDTH(p.z), (back - front) / 2, squareness=0.42) + furrow


def outside_hu(p: Places) -> Floats:
    """Give the density outside the body: air, and the table, a shell of 2 mm around foam, hollow to the patient."""
    below = p.y + p.x * p.x * 0.0011 - _TABLE_MM + 0.0 * p.z
    inside = np.maximum(np.abs(below - _TABLE_DEPTH_MM / 2) - _TABLE_DEPTH_MM / 2, np.abs(p.x) - 205)
    hu = painted(np.full(inside.shape, AIR_HU), -250.0, inside)
    return painted(hu, -950.0, inside + 2.0)


def wall_hu(p: Places, cage: Floats, outline: Floats, seed: int) -> Floats:
    """Give the density between rib cage and skin; `cage` and `outline` are the signed distances to both."""
    hu = FAT_HU - 5 + 10 * noise(p, 7.0, seed + 61) + np.zeros_like(cage)
    hu = painted(hu, _muscle_hu(p, seed), cage - _muscle_mm(p, seed))
    hu = _paint_scapulae(hu, p, cage)
    hu = _paint_ribs(hu, p, cage)
    return painted(hu, MUSCLE_HU, -outline - 2.0)


def painted_midline(hu: Floats, p: Places) -> Floats:
    """Paint breastbone and spine over whatever lies there."""
    return _paint_sternum(_paint_spine(hu, p), p)


def _muscle_hu(p: Places, seed: int) -> Floats:
    """Give muscle in bundles, with streaks of fat between them."""
    return MUSCLE_HU - 95 * smooth_step(noise(p, 13.0, seed + 67), 0.3, 0.5)


def _muscle_mm(p: Places, seed: int) -> Floats:
    """Give the thickness of muscle on the rib cage: thick beside the spine, at the shoulders and above the breasts."""
    back = smooth_step(p.y, 40.0, 90.0)
    beside_spine = 22.0 * back * smooth_step(-np.abs(p.x), -75.0, -35.0)
    shoulder = 24.0 * smooth_step(p.z, -30.0, 60.0) * smooth_step(p.y, -20.0, 60.0)
    breast = 13.0 * smooth_step(p.z, -40.0, 50.0) * smooth_step(-p.y, 20.0, 60.0) * smooth_step(np.abs(p.x), 15.0, 40.0)
    return 12.0 + beside_spine + shoulder + breast + 2.5 * noise(p, 22.0, seed + 71)


def _paint_ribs(hu: Floats, p: Places, cage: Floats) -> Floats:
    along = p.z + _RIB_FALL * (90.0 - p.y)
    phase = along / _RIB_PERIOD_MM
    up = (phase - np.floor(phase) - 0.5) * _RIB_PERIOD_MM
    out = cage - _RIB_OUTSIDE_CAGE_MM
    rib = oval(up, out, np.full(1, _RIB_HALF_HEIGHT_MM), np.full(1, _RIB_HALF_THICKNESS_MM), squareness=0.5)
    # The bone ends some way beside the breastbone; cartilage goes on. No rib crosses the midline.
    is_bone = smooth_step(np.abs(p.x) - 0.45 * p.y, 82.0, 86.0)
    hu = painted(hu, _CARTILAGE_HU + (_CORTEX_HU - _CARTILAGE_HU) * is_bone, np.maximum(rib, 17.0 - np.abs(p.x)))
    return painted(
        hu, _CARTILAGE_HU + (_MARROW_HU - _CARTILAGE_HU) * is_bone, np.maximum(rib + 1.3, 17.0 - np.abs(p.x))
    )


def _paint_sternum(hu: Floats, p: Places) -> Floats:
    flat = oval(p.x, p.y - _STERNUM_Y(p.z), np.full(1, 19.0), np.full(1, 5.5), squareness=0.5)
    bone = np.maximum(flat, np.maximum(p.z - 82, -72 - p.z))
    return painted(painted(hu, _CORTEX_HU, bone), _CANCELLOUS_HU, bone + 1.3)


def _paint_spine(hu: Floats, p: Places) -> Floats:
    near = np.abs(p.x) < 60.0
    if not near.any():
        return hu
    centre = _SPINE_Y(p.z)
    y = p.y - centre
    phase = p.z / _VERTEBRA_PERIOD_MM
    level = np.abs(phase - np.floor(phase) - 0.5) * _VERTEBRA_PERIOD_MM
    body = oval(p.x, y, np.full(1, 17.5), np.full(1, 14.0), squareness=0.2)
    disc = level - (_VERTEBRA_PERIOD_MM / 2 - _DISC_MM / 2)
    hu = painted(hu, _CORTEX_HU, np.maximum(body, disc))
    hu = painted(hu, _CANCELLOUS_HU, np.maximum(body + 1.3, disc + 1.0))
    hu = painted(hu, _DISC_HU, np.maximum(body + 0.5, -disc))
    arch = np.maximum(oval(p.x, y - 22, np.full(1, 14.0), np.full(1, 14.0)), -y + 11)
    wings = np.maximum(np.abs(y - 25 - 0.22 * np.abs(p.x)) - 4.5, np.maximum(np.abs(p.x) - 36, level - 6))
    thorn = np.maximum(np.abs(p.x) - 3.2, np.maximum(np.abs(y - 38) - 11, level - 9))
    bone = np.minimum(np.minimum(arch, wings), thorn)
    hu = painted(painted(hu, _CORTEX_HU, bone), _CANCELLOUS_HU, bone + 1.6)
    canal = oval(p.x, y - 21, np.full(1, 9.5), np.full(1, 8.0))
    return painted(hu, _CORD_HU, canal)


def _paint_scapulae(hu: Floats, p: Places, cage: Floats) -> Floats:
    """Paint the shoulder blades, turned outwards as with raised arms: plates of about 4 mm behind the upper ribs."""
    side = np.abs(p.x)
    plate = np.abs(cage - 20.0 - 0.05 * (side - 70)) - 2.2
    lower_tip = 62.0 + 0.35 * (p.z + 10)
    extent = np.maximum(np.maximum(60.0 - side, side - 128.0), np.maximum(15.0 - p.y, -15.0 - p.z + 0.4 * (side - 95)))
    blade = np.maximum(plate, np.maximum(extent, side - lower_tip - 50))
    spine = np.minimum(
        *(tube(p, ((s * 72, 96, 78), (s * 128, 62, 112)), (4.0, 6.0)) for s in (-1, 1)),
    )
    bone = np.minimum(blade, spine)
    return painted(painted(hu, _CORTEX_HU, bone), _MARROW_HU, bone + 1.6)
