"""Valley: fissures run where vessels are few, which shows on slices too thick for the fissure itself.

Vessels end below the pleura of their lobe, so that a zone poor in vessels lies along every fissure, with more of them
on both sides (used to part lobes by Kuhnigk JM et al., SPIE 2003;5032:1482, and Ukil S, Reinhardt JM, IEEE Trans Med
Imaging 2009;28:202). Many shapes are drawn from the law of a fissure, and each counts the more the deeper the valley is
that it runs in: what comes out is a law again, the same one where no shape is better than another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.model import Volume
from kazerooni.segment.frame import Frame
from kazerooni.segment.grid import average_blocks, block_steps, place_of_blocks
from kazerooni.segment.match import Law
from kazerooni.segment.relief import relief_of

Floats = NDArray[np.float64]

_WORKING_MM = 2.6
# A voxel this much brighter than the lung around it is vessel.
_VESSEL_HU, _AROUND_MM = 110.0, 10.0
_SMOOTH_MM = 3.0
# Where vessels are counted, in mm along the normal of a shape: on it, and in the flanks of the valley.
_ON_MM, _FLANKS_MM = (-2.0, 0.0, 2.0), (-14.0, -11.0, -8.0, 8.0, 11.0, 14.0)
_DRAWN = 600
# What a valley speaks for: one that is deeper by 0.01 (1 % of the voxels on the shape are vessels, 2 % beside it) is
# e to this power times as likely. A place may not tell more than so much.
_BELIEF, _MOST = 1.0, 0.3
_LEAST_PLACES = 20
# What a law leaves open however deep the valley is: the least standard deviation of its coefficients.
_REST = 0.015
# Every so many columns of the lattice along x and y one place is looked at.
_SPARSE = 2


@dataclass(frozen=True, eq=False)
class VesselMap:
    """The share of vessel around every block of a lung, float32 (slice, row, column), and the share of lung.

    axes: the way from a block to the next along each axis, as columns, LPS mm. origin_mm: of the first block.
    """

    vessel: NDArray[np.float32]
    lung: NDArray[np.float32]
    axes: Floats
    origin_mm: Floats


def map_vessels(volume: Volume, lung: NDArray[np.bool_], box: tuple[slice, slice, slice]) -> VesselMap:
    """Count vessels in a lung; bool (slice, row, column) of the box, which is a box of the scan."""
    steps = block_steps(volume.geometry, _WORKING_MM / 1.5)
    inside = average_blocks(lung, steps) > 0.99
    axes, origin = place_of_blocks(volume.geometry, box, steps)
    spacing = np.linalg.norm(axes, axis=0)
    picture = np.clip(average_blocks(volume.hu[box], steps), -1000.0, 0.0)
    flat = [0.0, *(_AROUND_MM / spacing[1:])]
    weight = inside.astype(np.float32)
    dense = np.minimum(picture, -350.0) * weight
    around = ndimage.gaussian_filter(dense, flat, truncate=2.0)
    around /= np.maximum(ndimage.gaussian_filter(weight, flat, truncate=2.0), np.float32(1e-3))
    vessel = ((picture - around > _VESSEL_HU) & inside).astype(np.float32)
    sigma = _SMOOTH_MM / spacing
    sigma[0] = min(sigma[0], 0.4) if spacing[0] > _SMOOTH_MM else sigma[0]
    share, seen = (ndimage.gaussian_filter(part, sigma, truncate=2.5) for part in (vessel, weight))
    return VesselMap(share / np.maximum(seen, np.float32(0.05)), seen, axes, origin)


def narrow(law: Law, vessels: VesselMap, frame: Frame, floor_mm: Floats | None = None) -> Law:
    """Narrow the law of a fissure to the shapes that run in a valley between vessels.

    floor_mm: heights over the lattice (see `lattice_mm`) above which alone the fissure lies, if it does so.
    """
    random = np.random.default_rng(0)
    shapes = random.multivariate_normal(law.mean, law.covariance, _DRAWN - 1, method="eigh")
    shapes = np.concatenate([law.mean[None], shapes])
    depths = np.array([_depth(law, shape, vessels, frame, floor_mm) for shape in shapes])
    weights = np.exp(100.0 * _BELIEF * (depths - depths.max()))
    weights /= weights.sum()
    mean = weights @ shapes
    off = shapes - mean
    return Law(law.name, mean, (off.T * weights) @ off + _REST**2 * np.eye(len(mean)))


def _depth(law: Law, shape: Floats, vessels: VesselMap, frame: Frame, floor_mm: Floats | None) -> float:
    """Give how much rarer vessels are on a shape than beside it, in shares of the lung; 0 where too little is seen."""
    relief = relief_of(frame, law, shape)
    places = relief.places_mm()
    above = places[..., 2] > floor_mm + _FLANKS_MM[-1] if floor_mm is not None else np.ones(places.shape[:2], bool)
    places, above = places[::_SPARSE, ::_SPARSE].reshape(-1, 3), above[::_SPARSE, ::_SPARSE].ravel()
    _, slope_x, slope_y = relief.at(places)
    normals = np.column_stack([-slope_x, -slope_y, np.ones_like(slope_x)])
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    back = np.linalg.inv(vessels.axes)
    along = np.array([*_ON_MM, *_FLANKS_MM])
    at = (places + along[:, None, None] * normals - vessels.origin_mm) @ back.T
    where = at.reshape(-1, 3).T
    seen = ndimage.map_coordinates(vessels.lung, where, order=1, mode="constant").reshape(at.shape[:2])
    good = (seen > 0.5).all(axis=0) & above
    if np.count_nonzero(good) < _LEAST_PLACES:
        return 0.0
    share = ndimage.map_coordinates(vessels.vessel, at[:, good].reshape(-1, 3).T, order=1).reshape(len(along), -1)
    depth = share[len(_ON_MM) :].mean(axis=0) - share[: len(_ON_MM)].mean(axis=0)
    return float(np.clip(depth, -_MOST, _MOST).mean())
