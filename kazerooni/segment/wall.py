"""Wall: lung that dense disease has made as dense as the chest wall, kept inside by the ribs.

A threshold takes consolidation below the pleura for chest wall. Seen from the middle of a lung, though, lung reaches to
the ribs in every direction but that of the mediastinum: what lies between the outermost air and the inner face of the
ribs, and is neither muscle thin enough to be one nor in front, where the heart lies on the wall, is taken as lung.
Pleural fluid looks the same without contrast and is taken too.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]
from scipy.spatial import ConvexHull, QhullError  # type: ignore[import-untyped]

from kazerooni.segment.axial import Axial
from kazerooni.segment.planes import Mask, open_planes
from kazerooni.segment.sides import BONE_HU

_DIRECTIONS = 240
_RAY_MM = 2.0
_LONGEST_MM = 170.0
# Ribs slope: over this height a rib shows in nearly every direction.
_SLAB_MM = 60.0
# Pleura, fat and the innermost muscle between lung and the inner face of a rib.
_LINING_MM = 3.0
# Less than this between air and lining is no disease but the curve of the wall between two ribs.
_LEAST_MM = 7.0
# Ribs within so many directions to both sides (36 degrees) tell what is one: none is farther than this many times.
_NEAR_DIRECTIONS = 24
_FARTHEST_RIB = 1.2
# Directions that look to the wall: outwards, and backwards to the spine; not forwards and inwards, to the heart.
_FORWARD_MOST_DEGREES = 50.0


def reach_the_wall(scan: Axial, lung: Mask, bone: Mask, *, outwards: int) -> Mask:
    """Give what lies between one lung and the ribs; bool (z, y, x).

    bone: of the scan, see `find_ribs`. outwards: -1 for the right lung (towards smaller x), 1 for the left.
    """
    added = np.zeros_like(lung)
    for z in np.flatnonzero(lung.any(axis=(1, 2))):
        rows, columns = np.nonzero(lung[z])
        if rows.size * scan.pixel_area_mm2 < 400.0:
            continue
        centre = float(rows.mean()), float(columns.mean())
        added[z] = _fill_plane(_Place(*centre, *scan.spacing_mm[1:], outwards), lung[z], bone[z])
    return open_planes(added, scan.pixels(3.0))


def find_ribs(scan: Axial, body: Mask) -> Mask:
    """Find bone; where planes lie close together each shows the bone of those near it too, so that ribs have no gaps.

    Tilted ribs move inwards or outwards by less than their thickness over this height.
    """
    bone = (scan.hu > BONE_HU) & body
    planes = max(1, 2 * round(_SLAB_MM / scan.spacing_mm[0] / 2) + 1)
    slab: Mask = ndimage.maximum_filter1d(bone.view(np.uint8), planes, axis=0).astype(bool)
    return slab


class _Place(NamedTuple):
    """From where rays are cast: (row, column), the spacing of both, and where a ray at angle 0 goes along rows."""

    row: float
    column: float
    row_mm: float
    column_mm: float
    outwards: int


def _fill_plane(place: _Place, lung: Mask, bone: Mask) -> Mask:
    """Give the pixels between lung and ribs in one plane."""
    angles = (np.arange(_DIRECTIONS) + 0.5) / _DIRECTIONS * 2 * np.pi - np.pi
    radii = np.arange(0.0, _LONGEST_MM, _RAY_MM)
    # An angle of 0 looks outwards, +90 degrees to the back.
    rows = place.row + np.sin(angles)[:, None] * radii / place.row_mm
    columns = place.column + place.outwards * np.cos(angles)[:, None] * radii / place.column_mm
    rows = np.clip(np.rint(rows), 0, lung.shape[0] - 1).astype(np.intp)
    columns = np.clip(np.rint(columns), 0, lung.shape[1] - 1).astype(np.intp)
    lung_seen, bone_seen = lung[rows, columns], bone[rows, columns]
    outermost = np.where(lung_seen.any(axis=1), _last(lung_seen) * _RAY_MM, np.nan)
    beyond = bone_seen & (radii[None] > np.nan_to_num(outermost, nan=0.0)[:, None])
    rib = np.where(beyond.any(axis=1), beyond.argmax(axis=1) * _RAY_MM, np.nan)
    wall = _hull_mm(outermost, _accepted(rib), angles)
    looks = (angles > -np.deg2rad(_FORWARD_MOST_DEGREES)) & (angles < np.deg2rad(120.0))
    gap = wall - outermost
    fills = looks & np.isfinite(gap) & (gap >= _LEAST_MM) & (gap <= 0.75 * wall)
    return _between(place, lung, np.where(fills, wall, 0.0), np.nan_to_num(outermost, nan=0.0))


def _last(seen: NDArray[np.bool_]) -> NDArray[np.intp]:
    last: NDArray[np.intp] = seen.shape[1] - 1 - seen[:, ::-1].argmax(axis=1)
    return last


def _accepted(rib: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep the ribs: between them a ray runs on to the shoulder blade or a spinous process, much farther away."""
    half = _NEAR_DIRECTIONS
    seen = np.where(np.isnan(rib), np.inf, rib)
    windows = np.lib.stride_tricks.sliding_window_view(np.concatenate([seen[-half:], seen, seen[:half]]), 2 * half + 1)
    nearest = np.sort(windows, axis=1)[:, 2]
    return np.where(np.isfinite(nearest) & (seen <= _FARTHEST_RIB * nearest), seen, np.nan)


def _hull_mm(
    outermost: NDArray[np.float64], rib: NDArray[np.float64], angles: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give in every direction the distance of the convex line around lung and inner faces of ribs: chests are convex.

    outermost, rib: distance of the outermost lung and of the rib in every direction, NaN where none is.
    """
    radii = np.concatenate([outermost, rib - _LINING_MM])
    around = np.tile(angles, 2)
    known = np.isfinite(radii) & (radii > 0)
    if known.sum() < 8:
        return np.full(angles.size, np.nan)
    points = np.stack([np.cos(around[known]), np.sin(around[known])], axis=1) * radii[known, None]
    try:
        sides = ConvexHull(points).equations
    except QhullError:  # all on one line
        return np.full(angles.size, np.nan)
    facing = np.stack([np.cos(angles), np.sin(angles)], axis=1) @ sides[:, :2].T
    reach = np.where(facing > 1e-6, -sides[:, 2] / np.maximum(facing, 1e-6), np.inf)
    nearest: NDArray[np.float64] = np.maximum(reach.min(axis=1), 0.0)
    return nearest


def _between(place: _Place, lung: Mask, wall: NDArray[np.float64], outermost: NDArray[np.float64]) -> Mask:
    """Give the pixels that lie in their direction beyond the lung and within the wall."""
    down = (np.arange(lung.shape[0]) - place.row)[:, None] * place.row_mm
    along = (np.arange(lung.shape[1]) - place.column)[None] * place.column_mm * place.outwards
    radius = np.hypot(down, along)
    direction = ((np.arctan2(down, along) + np.pi) / (2 * np.pi) * _DIRECTIONS).astype(np.intp) % _DIRECTIONS
    inside: Mask = (radius <= wall[direction]) & (radius >= outermost[direction] - _RAY_MM) & ~lung
    return inside
