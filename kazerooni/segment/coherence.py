"""Coherence: plates that go on in all directions of their plane, as a fissure does.

A small vessel or a septal line leaves plates too, but they go on along a line; noise leaves single ones. A plate counts
by how many directions around it hold another that lies in its plane and is turned alike (the idea of tensor voting,
Medioni G et al., A Computational Framework for Segmentation and Grouping, Elsevier 2000).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree  # type: ignore[import-untyped]

from kazerooni.segment.plates import Plates

Floats = NDArray[np.float64]

# Plates within this distance speak for each other where neither lies farther from the plane of the other than so much
# (both in lengths of the smoothing), and the cosine between their normals is not below this (23 degrees).
_NEAR, _OFF_PLANE, _COSINE = 4.5, 0.9, 0.92
_SECTORS = 8
# Plates with support from fewer sectors are left out.
_LEAST_SECTORS = 3


def coherent(plates: Plates) -> Plates:
    """Give the plates that others support, their strengths multiplied by the square of the share of directions."""
    if len(plates) < 2:
        return plates.chosen(np.zeros(len(plates), bool))
    pairs = cKDTree(plates.places_mm).query_pairs(_NEAR * plates.smooth_mm, output_type="ndarray")
    first, second = pairs[:, 0], pairs[:, 1]
    off_mm = _OFF_PLANE * plates.smooth_mm
    normals = plates.normals.astype(np.float32)
    between = (plates.places_mm[second] - plates.places_mm[first]).astype(np.float32)
    alike = np.abs(_dots(normals[first], normals[second])) > _COSINE
    first, second, between = first[alike], second[alike], between[alike]
    flat = np.abs(_dots(normals[first], between)) < off_mm
    flat &= np.abs(_dots(normals[second], between)) < off_mm
    first, second, between = first[flat], second[flat], between[flat]
    across, along = _plane_of(normals)
    seen = np.zeros((len(plates), _SECTORS), bool)
    for one, way in ((first, between), (second, -between)):
        angle = np.arctan2(_dots(along[one], way), _dots(across[one], way))
        sector = ((angle / (2 * np.pi) + 0.5) * _SECTORS).astype(np.intp) % _SECTORS
        seen[one, sector] = True
    count = seen.sum(axis=1)
    strengths = plates.strengths * (count / _SECTORS) ** 2
    return Plates(plates.places_mm, plates.normals, strengths, plates.smooth_mm).chosen(count >= _LEAST_SECTORS)


def _dots(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    products: NDArray[np.float32] = a[:, 0] * b[:, 0] + a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2]
    return products


def _plane_of(normals: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Give two unit vectors in the plane of each normal."""
    other = np.zeros_like(normals)
    is_along_x = np.abs(normals[:, 0]) > 0.8
    other[:, 0], other[:, 1] = ~is_along_x, is_along_x
    across = np.cross(normals, other)
    across /= np.linalg.norm(across, axis=1, keepdims=True)
    return across, np.cross(normals, across)
