"""Texture: numbers drawn from places by integer hashes, so that the same place looks the same on every platform.

Smooth noise for what varies softly, and foam (cells of Worley, SIGGRAPH 1996) for what lies in cells: the secondary
lobules between their septa, the meshes of reticulation, the cysts of a honeycomb.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kazerooni.phantom.thorax.shapes import Floats, Places

_Words = NDArray[np.uint32]
# Large odd numbers that scatter lattice places; mixing constants of MurmurHash3. Arrays of words wrap around.
_SCATTER = (np.uint32(0x8DA6B343), np.uint32(0xD8163841), np.uint32(0xCB1AB31F))
_SCATTER_SEED = 0x9E3779B1
_MIX = (np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35))
_HALF, _MOST = np.uint32(16), np.uint32(13)
_BITS = 10
_LEVELS = 1 << _BITS
_LOW_BITS = np.uint32(_LEVELS - 1)


def hashed(i: NDArray[np.int64], j: NDArray[np.int64], k: NDArray[np.int64], seed: int) -> _Words:
    """Give 32 well mixed bits for every lattice place."""
    first, second, third = (n.astype(np.uint32) * scatter for n, scatter in zip((i, j, k), _SCATTER, strict=True))
    return _mixed(first ^ second ^ third ^ _seed_word(seed))


def _seed_word(seed: int) -> np.uint32:
    return np.uint32(seed * _SCATTER_SEED & 0xFFFFFFFF)


def _mixed(word: _Words) -> _Words:
    word = (word ^ (word >> _HALF)) * _MIX[0]
    word = (word ^ (word >> _MOST)) * _MIX[1]
    result: _Words = word ^ (word >> _HALF)
    return result


def drawn(seed: int, number: int) -> float:
    """Draw one number from -1 to 1."""
    at = np.array([number])
    return float(hashed(at, at * 0 + 7, at * 0 + 11, seed)[0]) / 2**31 - 1


def noise(p: Places, cell_mm: float, seed: int) -> Floats:
    """Give smooth noise from -1 to 1 (mean 0, standard deviation about 0.3) that varies over `cell_mm`.

    Two lattices of random values, the second turned and shifted, so that no lattice shows.
    """
    turned = Places(0.8 * p.x - 0.6 * p.y + 0.31 * cell_mm, 0.6 * p.x + 0.8 * p.y - 0.17 * p.z, p.z + 0.47 * cell_mm)
    return (_lattice(p, cell_mm, seed) + _lattice(turned, cell_mm, seed + 101)) / 2


def _lattice(p: Places, cell_mm: float, seed: int) -> Floats:
    """Blend random values of the eight lattice places around, by Perlin's quintic."""
    corners, weights = [], []
    for a, scatter in zip((p.x, p.y, p.z), _SCATTER, strict=True):
        whole = np.floor(a / cell_mm)
        t = a / cell_mm - whole
        word = whole.astype(np.int64).astype(np.uint32) * scatter
        corners.append((word, word + scatter))
        weights.append(t * t * t * (t * (t * 6 - 15) + 10))
    seed_word = _seed_word(seed)
    along_x = []
    for x in corners[0]:
        along_y = []
        for y in corners[1]:
            low, high = (_mixed(x ^ y ^ z ^ seed_word).astype(np.float64) for z in corners[2])
            along_y.append(low + (high - low) * weights[2])
        along_x.append(along_y[0] + (along_y[1] - along_y[0]) * weights[1])
    result: Floats = (along_x[0] + (along_x[1] - along_x[0]) * weights[0]) * 2.0**-31 - 1
    return result


@dataclass(frozen=True, eq=False)
class Foam:
    """The cell of foam around every place.

    wall_mm: distance to the nearest wall of the cell.
    radius_mm: distance to the centre of the cell.
    centre: of the cell, LPS.
    word: 32 random bits of the cell.
    """

    wall_mm: Floats
    radius_mm: Floats
    centre: Places
    word: _Words


def foam(p: Places, cell_mm: float, seed: int, *, jitter: float = 0.75) -> Foam:
    """Find the cell of foam around every place: the places nearest to one of many scattered centres.

    cell_mm: usual distance of neighbouring centres.
    jitter: how far a centre strays, as a share of its lattice cell.
    """
    size = np.broadcast_shapes(p.x.shape, p.y.shape, p.z.shape)
    at = [np.broadcast_to(a / cell_mm, size) for a in (p.x, p.y, p.z)]
    base = [np.floor(a).astype(np.int64) for a in at]
    best, second = np.full(size, np.inf), np.full(size, np.inf)
    nearest, next_one = ([np.zeros(size) for _ in range(3)] for _ in range(2))
    words = np.zeros(size, np.uint32)
    for step in product((-1, 0, 1), repeat=3):
        lattice = [b + s for b, s in zip(base, step, strict=True)]
        word = hashed(lattice[0], lattice[1], lattice[2], seed)
        centre = [
            lattice[n] + 0.5 + jitter * (((word >> np.uint32(_BITS * n)) & _LOW_BITS) / (_LEVELS - 1) - 0.5)
            for n in range(3)
        ]
        squared = sum(((a - c) ** 2 for a, c in zip(at, centre, strict=True)), np.zeros(size))
        first = squared < best
        later = ~first & (squared < second)
        for n in range(3):
            next_one[n] = np.where(first, nearest[n], np.where(later, centre[n], next_one[n]))
            nearest[n] = np.where(first, centre[n], nearest[n])
        second = np.where(first, best, np.where(later, squared, second))
        best = np.where(first, squared, best)
        words = np.where(first, word, words)
    apart = np.sqrt(sum(((a - b) ** 2 for a, b in zip(nearest, next_one, strict=True)), np.zeros(size)))
    wall = (second - best) / (2 * apart) * cell_mm
    return Foam(wall, np.sqrt(best) * cell_mm, Places(*(n * cell_mm for n in nearest)), words)
