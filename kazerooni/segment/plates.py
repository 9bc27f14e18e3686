"""Plates: thin bright sheets in a lung, as fissures are, found by the Hessian of the smoothed picture.

A plate is curved across itself and flat along itself: of the three eigenvalues of its second derivatives one is
strongly negative, the others are near nothing; a vessel has two strongly negative ones (Sato Y et al., IEEE Trans Vis
Comput Graph 2000;6:160; for fissures Wiemker R et al., Int Congr Ser 2005;1281:1121).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.model import Volume
from kazerooni.segment.grid import Box, Picture, average_blocks, block_steps, place_of_blocks

Floats = NDArray[np.float64]

# Voxels are averaged until they are nearly so large, for the smoothing that is usual and in proportion to it: a fissure
# is 1 mm thick and its picture about 1.5 mm.
_WORKING_MM = 1.65
# Standard deviation of the smoothing, half the distance of slices if that is more; along an axis at least so many
# voxels, so that second differences mean something.
_SMOOTH_MM, _SMOOTH_OF_GAP, _SMOOTH_VOXELS = 1.3, 0.5, 0.6
# A fissure is thinner than a voxel and shows 50 to 200 HU above the lung around, be that healthy or ground glass. What
# is more, vessels and walls, is cut off there, that it does not outshine a fissure; so is air in bronchi and cysts.
_DARKEST_HU, _BRIGHTEST_HU = -120.0, 200.0
# A plate thinner than a voxel does not reach this in the smoothed picture, a vessel as wide as two voxels does.
_VESSEL_HU = 90.0
# The lung around: the mean over so far, in which dense voxels count as no more than that.
_AROUND_MM, _DENSEST_HU = 8.0, -350.0
# Of a plate the second eigenvalue is less than this share of the first.
_FLATNESS = 0.5
# A voxel within so many voxels of the ridge holds it.
_HALF_VOXEL = 0.6
# A plate does not count for more by being brighter than so many times the usual curvature.
_STRONGEST = 1.0
# This close to the border of the lung its wall is in the smoothed picture.
_BORDER_MM = 1.5
# No more voxels than this share of a lung are looked at closely: those that are curved most.
_CLOSE_LOOK = 0.2


@dataclass(frozen=True, eq=False)
class Plates:
    """Places on plates: places_mm (n, 3) LPS; normals (n, 3), unit vectors of either sign; strengths (n,), positive.

    A strength counts in what is usual among them, and at most that. smooth_mm: how coarse a picture they are of.
    """

    places_mm: Floats
    normals: Floats
    strengths: Floats
    smooth_mm: float

    def __len__(self) -> int:
        return len(self.strengths)

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Plates:
        """Give some of them."""
        return Plates(self.places_mm[which], self.normals[which], self.strengths[which], self.smooth_mm)


def find_plates(volume: Volume, lung: NDArray[np.bool_], box: Box) -> Plates:
    """Find the plates in a lung; bool (slice, row, column) of the box, which is a box of the scan."""
    smooth_mm = max(_SMOOTH_MM, _SMOOTH_OF_GAP * (volume.geometry.usual_gap_mm or 0.0))
    steps = block_steps(volume.geometry, _WORKING_MM * smooth_mm / _SMOOTH_MM)
    inside = average_blocks(lung, steps) > 0.99
    axes, origin = place_of_blocks(volume.geometry, box, steps)
    spacing = np.linalg.norm(axes, axis=0)
    picture = _contrast(average_blocks(volume.hu[box], steps), inside, spacing)
    inside = _without_border(inside, spacing)
    sigma = np.maximum(smooth_mm / spacing, _SMOOTH_VOXELS)
    smooth = ndimage.gaussian_filter(picture, sigma, truncate=3.0)
    vessels = ndimage.binary_dilation(smooth > _VESSEL_HU, iterations=1)
    index = _most_curved(smooth, inside & ~vessels, spacing)
    return Plates(*_plates_at(smooth, index, axes, origin), smooth_mm)


def _contrast(picture: Picture, inside: NDArray[np.bool_], spacing: Floats) -> Picture:
    """Give how much brighter each voxel is than the lung around it, within limits; 0 outside the lung."""
    coarse = tuple(slice(None, None, max(1, int(_AROUND_MM / 2 / mm))) for mm in spacing)
    weight = inside[coarse].astype(np.float32)
    sigma = [_AROUND_MM / mm / part.step for mm, part in zip(spacing, coarse, strict=True)]
    dense = np.clip(picture[coarse], -1000.0, _DENSEST_HU) * weight
    around = ndimage.gaussian_filter(dense, sigma, truncate=2.5)
    around /= np.maximum(ndimage.gaussian_filter(weight, sigma, truncate=2.5), np.float32(1e-3))
    for axis, part in enumerate(coarse):
        around = around.repeat(part.step, axis=axis)
    around = around[tuple(slice(0, size) for size in picture.shape)]
    contrast: Picture = np.clip(picture - around, np.float32(_DARKEST_HU), np.float32(_BRIGHTEST_HU))
    contrast *= inside
    return contrast


def _without_border(inside: NDArray[np.bool_], spacing: Floats) -> NDArray[np.bool_]:
    """Take the border of the lung away, but not where the scan cuts it."""
    for axis in range(3):
        line = np.ones([3 if n == axis else 1 for n in range(3)], bool)
        layers = max(1, round(_BORDER_MM / float(spacing[axis])))
        inside = ndimage.binary_erosion(inside, line, iterations=layers, border_value=1)
    return inside


def _most_curved(smooth: Picture, inside: NDArray[np.bool_], spacing: Floats) -> NDArray[np.intp]:
    """List the voxels of a lung whose Laplacian is most negative, int (n, 3)."""
    inside = inside.copy()
    for axis in range(3):
        _ends(inside, axis)[...] = False
    flat = np.flatnonzero(inside)
    if not flat.size:
        return np.zeros((0, 3), np.intp)
    curvature = np.zeros(smooth.shape, np.float32)
    for axis in range(3):
        before, middle, after = (
            tuple(slice(*((0, -2), (1, -1), (2, None))[n]) if m == axis else slice(None) for m in range(3))
            for n in range(3)
        )
        weight = np.float32(1 / spacing[axis] ** 2)
        curvature[middle] += weight * (smooth[before] + smooth[after] - 2 * smooth[middle])
    values = curvature.ravel()[flat]
    count = max(1, int(_CLOSE_LOOK * flat.size))
    limit = np.partition(values, count - 1)[count - 1]
    return np.stack(np.unravel_index(flat[values <= min(float(limit), 0.0)], smooth.shape), axis=1)


def _ends(array: NDArray[np.bool_], axis: int) -> NDArray[np.bool_]:
    """Give a view of the first and last layer along an axis."""
    step = max(1, array.shape[axis] - 1)
    return array[tuple(slice(None, None, step) if n == axis else slice(None) for n in range(3))]


def _plates_at(smooth: Picture, index: NDArray[np.intp], axes: Floats, origin: Floats) -> tuple[Floats, Floats, Floats]:
    """Look closely at some voxels: where those that are flat plates have their ridge, how it is turned, how strong."""
    if not index.size:
        return np.zeros((0, 3)), np.zeros((0, 3)), np.zeros(0)
    gradient, hessian = _derivatives(smooth, index)
    back = np.linalg.inv(axes)
    hessian = back.T @ hessian @ back
    gradient = gradient @ back
    values, vectors = np.linalg.eigh(hessian)
    across, normals = values[:, 0], vectors[:, :, 0]
    along = np.abs(values[:, 1:]).max(axis=1)
    off_mm = -np.einsum("na,na->n", gradient, normals) / np.minimum(across, -1e-6)
    size_mm = np.abs(normals @ axes / np.linalg.norm(axes, axis=0)) @ np.linalg.norm(axes, axis=0)
    usual = float(np.median(-across))
    keep = (across < 0) & (along < _FLATNESS * -across) & (np.abs(off_mm) <= _HALF_VOXEL * size_mm)
    places = origin + index @ axes.T + off_mm[:, None] * normals
    strengths = np.minimum((-across - along) / max(usual, 1e-6), _STRONGEST)
    return places[keep], normals[keep], strengths[keep]


def _derivatives(smooth: Picture, index: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Give gradient (n, 3) and Hessian (n, 3, 3) at voxels by differences, in units of voxels."""
    strides = np.array([smooth.shape[1] * smooth.shape[2], smooth.shape[2], 1])
    flat, values = index @ strides, smooth.ravel()
    middle = values[flat]
    gradient, hessian = np.empty((len(index), 3)), np.empty((len(index), 3, 3))
    for a in range(3):
        after, before = values[flat + strides[a]], values[flat - strides[a]]
        gradient[:, a] = (after - before) / 2
        hessian[:, a, a] = after + before - 2 * middle
        for b in range(a):
            both, turned = strides[a] + strides[b], strides[a] - strides[b]
            mixed = values[flat + both] + values[flat - both] - values[flat + turned] - values[flat - turned]
            hessian[:, a, b] = hessian[:, b, a] = mixed / 4
    return gradient, hessian
