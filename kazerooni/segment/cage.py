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
from kazerooni.segment.dome import edge_of
from kazerooni.segment.envelope import fit_envelope
from kazerooni.segment.planes import Mask
from kazerooni.segment.sides import BONE_HU, midline_of

Floats = NDArray[np.float64]

DIRECTIONS = 90
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
    """The inner face of the chest wall in cylinder coordinates.

    centre: (row, column) of the axis, in working pixels. radius_mm: float64 (z, DIRECTIONS).
    trust: float64 (z, DIRECTIONS), how much data near by tell of it; 0 none, 1 well known.
    """

    centre: tuple[float, float]
    radius_mm: Floats
    trust: Floats


def find_cage(scan: Axial, lung: Mask, body: Mask) -> Cage | None:
    """Fit the inner face of the chest wall to lung and ribs; None where there is no lung."""
    box = np.flatnonzero(lung.any(axis=(1, 2)))
    if not box.size:
        return None
    centre = _axis_of(scan, lung, body)
    direction, radius = polar(scan, centre)
    air = _outermost(lung, direction, radius)
    skin = _outermost(body, direction, radius)
    rib = _nearest_bone(scan, body, centre, direction, radius, air, skin)
    step = rows_step(scan)
    air_rows, rib_rows = gather_rows(air, step, outer=True), gather_rows(rib, step, outer=False)
    surface, trust = _fit(air_rows, rib_rows, row_mm=step * scan.spacing_mm[0])
    wall = spread_rows(surface, step, air.shape[0])
    # Nothing beyond a rib is lung.
    wall = np.fmin(wall, rib - scan.pixel_mm)
    return Cage(centre, wall, spread_rows(trust, step, air.shape[0]))


def polar(scan: Axial, centre: tuple[float, float]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Give the direction (bin) and the distance in mm of every pixel from the axis; both (y, x)."""
    rows, columns = scan.hu.shape[1:]
    down = (np.arange(rows) - centre[0])[:, None] * scan.spacing_mm[1]
    along = (np.arange(columns) - centre[1])[None] * scan.spacing_mm[2]
    angle = np.arctan2(down, along)
    direction = ((angle / (2 * np.pi) + 0.5) * DIRECTIONS).astype(np.intp) % DIRECTIONS
    return direction, np.hypot(down, along).astype(np.float32)


def _axis_of(scan: Axial, lung: Mask, body: Mask) -> tuple[float, float]:
    """Give the axis (row, column): before the spine, at half the depth of the lungs."""
    rows = np.flatnonzero(lung.any(axis=(0, 2)))
    return float(rows[[0, -1]].mean()), midline_of(scan, body)


def _outermost(mask: Mask, direction: NDArray[np.intp], radius: NDArray[np.float32]) -> Floats:
    """Give the largest distance of a mask in every direction of every plane; NaN where there is none."""
    found = np.full((mask.shape[0], DIRECTIONS), -1.0)
    z, y, x = edge_of(mask)
    np.maximum.at(found, (z, direction[y, x]), radius[y, x])
    found[found < 0] = np.nan
    return found


def _nearest_bone(
    scan: Axial, body: Mask, centre: tuple[float, float], direction: NDArray[np.intp], radius: NDArray[np.float32],
    air: Floats, skin: Floats,
) -> Floats:  # fmt: skip
    """Give the distance of the nearest rib beyond the lung in every direction of every plane; NaN where none is."""
    z, y, x = np.nonzero((scan.hu > BONE_HU) & body)
    is_spine = (np.abs(x - centre[1]) * scan.spacing_mm[2] < SPINE_HALF_MM) & (y > centre[0])
    z, y, x = z[~is_spine], y[~is_spine], x[~is_spine]
    way, far = direction[y, x], radius[y, x]
    least = np.fmax(np.nan_to_num(air[z, way], nan=0.0), _LEAST_OF_SKIN * np.nan_to_num(skin[z, way], nan=0.0))
    found = np.full(air.shape, np.inf)
    beyond = far > least
    np.minimum.at(found, (z[beyond], way[beyond]), far[beyond])
    planes = max(1, 2 * round(_RIB_MM / scan.spacing_mm[0] / 2) + 1)
    nearest = ndimage.minimum_filter(found, (planes, _RIB_DIRECTIONS), mode=("nearest", "wrap"))
    return np.where(found <= nearest + _RIB_SLOPE_MM, found, np.nan)


def rows_step(scan: Axial) -> int:
    """Give how many planes go into one row of a surface."""
    return 1 if scan.is_sampled else max(1, round(_ROW_MM / scan.spacing_mm[0]))


def gather_rows(data: Floats, step: int, *, outer: bool) -> Floats:
    """Take planes together, `step` at a time, by the largest or else the smallest of them."""
    fill = -np.inf if outer else np.inf
    missing = np.full((-data.shape[0] % step, data.shape[1]), fill)
    blocks = np.concatenate([np.where(np.isnan(data), fill, data), missing]).reshape(-1, step, data.shape[1])
    taken = blocks.max(axis=1) if outer else blocks.min(axis=1)
    return np.where(np.isfinite(taken), taken, np.nan)


def _fit(air: Floats, rib: Floats, *, row_mm: float) -> tuple[Floats, Floats]:
    """Fit the smooth envelope; gives it and how far data near by tell of it, both (rows, DIRECTIONS)."""
    along = _STIFF_ALONG * min(1.0, (_ROW_MM / row_mm) ** 3)
    by_air = fit_envelope(air, outer=True, around=_STIFF_AROUND, along=along)
    either = np.fmax(by_air.surface, _mirrored(by_air.surface))
    rib = np.where(rib <= either + _FAR_MM, rib, np.nan)
    gap = rib - air
    near = gap[gap < _THICKEST_LINING_MM]
    lining = float(np.percentile(near, _LINING_PERCENT)) if near.size > DIRECTIONS else _LINING_MM
    other = _mirrored(np.where(by_air.say > _SURE_SAY, by_air.surface, np.nan))
    marks = ((rib - lining, _RIB_SAY), (other, _OTHER_SAY))
    found = fit_envelope(air, marks, outer=True, around=_STIFF_AROUND, along=along)
    known = ndimage.gaussian_filter(np.minimum(found.say, 0.5), (15.0 / row_mm, 2.0), mode=("nearest", "wrap"))
    return found.surface, np.minimum(known / 0.1, 1.0)


def _mirrored(surface: Floats) -> Floats:
    """Swap left and right: an angle of 0 looks to the left, and the first direction begins at 180 degrees."""
    turned = np.roll(surface[:, ::-1], DIRECTIONS // 2, axis=1)
    return turned


def spread_rows(rows: Floats, step: int, planes: int) -> Floats:
    """Give rows back to the planes they were taken from, linear between their middles."""
    places = np.clip((np.arange(planes) - (step - 1) / 2) / step, 0, rows.shape[0] - 1)
    low = np.minimum(places.astype(np.intp), max(0, rows.shape[0] - 2))
    high = np.minimum(low + 1, rows.shape[0] - 1)
    part = (places - low)[:, None]
    return rows[low] * (1 - part) + rows[high] * part
