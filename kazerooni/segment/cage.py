"""Cage: the inner face of the chest wall as one smooth surface, from the ribs and from the lung that lies on it.

A threshold takes dense lung below the pleura for chest wall, and no density tells one from the other. Shape does: the
pleural side of the chest wall is a smooth tube. In every direction seen from the axis of the chest, and at every
height, the outermost air is a place that the wall lies at or beyond, and the nearest rib one that it lies just within.
The surface is the smoothest that does both: a robust upper envelope of air, by weighted least squares with a penalty
on curvature (Whittaker E T, Proc Edinb Math Soc 1923;41:63; asymmetric weights after Eilers P H C, Anal Chem
2003;75:3631), so that neither a gap between ribs nor a shoulder blade beyond it makes a dent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.segment.axial import Axial
from kazerooni.segment.envelope import fit_envelope
from kazerooni.segment.planes import Mask
from kazerooni.segment.polar import DIRECTIONS, Polar, gather_rows, mirrored, spread_rows
from kazerooni.segment.sides import BONE_HU, midline_of

Floats = NDArray[np.float64]

# Rows of the surface are this far apart at least: it bends over the height of a rib and the space below it, 20-30 mm.
_ROW_MM = 6.0
# What the wall is made of between lung and rib: pleura, endothoracic fascia, fat and innermost muscle.
_LINING_MM, _THICKEST_LINING_MM = 3.0, 8.0
# Where disease thickens it the gap is larger: it is taken from the third of directions where it is least.
_LINING_PERCENT = 33
# Ribs fall steeply: within this height, a rib and the space below it, each direction meets one, or one close by. Bone
# farther out than the nearest and the slope of the wall is no rib but a shoulder blade, a clavicle or an arm.
_RIB_MM, _RIB_DIRECTIONS, _RIB_SLOPE_MM = 28.0, 3, 10.0
# Bone farther than this beyond the air of either side is no rib.
_FAR_MM = 14.0
# Say of ribs, and of the other side of the chest mirrored, which is 5-10 mm off in most people; say of air that is sure
# to lie on the wall.
_RIB_SAY, _OTHER_SAY, _SURE_SAY = 0.5, 0.15, 0.15
# Stiffness over directions and rows: bends of a few centimetres stay, the gap between two ribs is bridged.
_STIFF_AROUND, _STIFF_ALONG = 2.0, 2.0
# The spine stands into the cage; it is no rib. Half the width of a vertebra with its joints.
SPINE_HALF_MM = 28.0
# Bone nearer to the axis than this share of the skin is vessels with contrast, not ribs.
_LEAST_OF_SKIN = 0.55


@dataclass(frozen=True, eq=False)
class Cage:
    """The inner face of the chest wall.

    floor: the lowest plane that shows lung of either side. view: where it is seen from. radius_mm: float64 (z,
    DIRECTIONS). trust: likewise, how much data near by tell of it; 0 none, 1 well known.
    """

    floor: int
    view: Polar
    radius_mm: Floats
    trust: Floats


def find_cage(scan: Axial, lung: Mask, body: Mask) -> Cage:
    """Fit the inner face of the chest wall to lung, which is somewhere, and ribs."""
    view = Polar.of(scan, _axis_of(scan, lung, body))
    air, skin = view.reach(lung)[1], view.reach(body)[1]
    rib = _nearest_rib(scan, body, view, np.fmax(np.nan_to_num(air), _LEAST_OF_SKIN * np.nan_to_num(skin)))
    step = rows_step(scan)
    air_rows, rib_rows = gather_rows(air, step, outer=True), gather_rows(rib, step, outer=False)
    surface, trust = _fit(air_rows, rib_rows, row_mm=step * scan.spacing_mm[0])
    # Nothing beyond a rib is lung.
    wall = np.fmin(spread_rows(surface, step, air.shape[0]), rib - scan.pixel_mm)
    return Cage(int(lung.any(axis=(1, 2)).argmax()), view, wall, spread_rows(trust, step, air.shape[0]))


def rows_step(scan: Axial) -> int:
    """Give how many planes go into one row of a surface."""
    return 1 if scan.is_sampled else max(1, round(_ROW_MM / scan.spacing_mm[0]))


def _axis_of(scan: Axial, lung: Mask, body: Mask) -> tuple[float, float]:
    """Give the axis (row, column): before the spine, at half the depth of the lungs."""
    rows = np.flatnonzero(lung.any(axis=(0, 2)))
    return float(rows[[0, -1]].mean()), midline_of(scan, body)


def _nearest_rib(scan: Axial, body: Mask, view: Polar, least: Floats) -> Floats:
    """Give the distance of the nearest rib beyond a least one, float64 (z, DIRECTIONS) both; NaN where none is."""
    z, y, x = np.nonzero((scan.hu > BONE_HU) & body)
    off_spine = np.abs(x - view.centre[1]) * scan.spacing_mm[2] >= SPINE_HALF_MM
    chosen = off_spine | (y <= view.centre[0])
    z, y, x = z[chosen], y[chosen], x[chosen]
    way, far = view.direction[y, x], view.radius[y, x]
    found = np.full(least.shape, np.inf)
    beyond = far > least[z, way]
    np.minimum.at(found, (z[beyond], way[beyond]), far[beyond])
    planes = max(1, 2 * round(_RIB_MM / scan.spacing_mm[0] / 2) + 1)
    nearest = ndimage.minimum_filter(found, (planes, _RIB_DIRECTIONS), mode=("nearest", "wrap"))
    return np.where(found <= nearest + _RIB_SLOPE_MM, found, np.nan)


def _fit(air: Floats, rib: Floats, *, row_mm: float) -> tuple[Floats, Floats]:
    """Fit the smooth envelope; gives it and how far data near by tell of it, both (rows, DIRECTIONS)."""
    along = _STIFF_ALONG * min(1.0, (_ROW_MM / row_mm) ** 3)
    by_air = fit_envelope(air, outer=True, around=_STIFF_AROUND, along=along)
    either = np.fmax(by_air.surface, mirrored(by_air.surface))
    rib = np.where(rib <= either + _FAR_MM, rib, np.nan)
    gap = rib - air
    near = gap[gap < _THICKEST_LINING_MM]
    lining = float(np.percentile(near, _LINING_PERCENT)) if near.size > DIRECTIONS else _LINING_MM
    other = mirrored(np.where(by_air.say > _SURE_SAY, by_air.surface, np.nan))
    marks = ((rib - lining, _RIB_SAY), (other, _OTHER_SAY))
    found = fit_envelope(air, marks, outer=True, around=_STIFF_AROUND, along=along)
    known = ndimage.gaussian_filter(np.minimum(found.say, 0.5), (15.0 / row_mm, 2.0), mode=("nearest", "wrap"))
    return found.surface, np.minimum(known / 0.1, 1.0)
