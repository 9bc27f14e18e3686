"""Tubes: many thin tapering pieces of vessels and bronchi, found quickly around any place.

The pieces are kept by the cubes of space that they pass, so that a place is held against the few of its own cube only.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Lobe
from kazerooni.phantom.thorax.shapes import Floats, Places
from kazerooni.phantom.thorax.texture import hashed
from kazerooni.phantom.thorax.trees import Tree, Trees, thickness

_CUBE_MM = 6.0
_CORNER_MM = -180.0
_CUBES = 60
# Places farther than this from every tube are told no nearer distance.
FAR_MM = 1.5

# Ends of arteries and veins: a lobule's artery measures about 1 mm, beyond it vessels of 0.2-0.5 mm are seen as fine
# dots up to 3-5 mm from the pleura (Webb WR, Radiology 2006;239:322).
_VESSEL_END_MM = 0.40
# A bronchus is 0.65-0.70 of its artery inside and its wall 10-20 % of its width (Matsuoka S, AJR 2003;180:513); in
# health none is seen within 1-2 cm of the pleura.
_LUMEN_OF_ARTERY = 0.67
_LEAST_LUMEN_MM = 0.75
_WALL_MM, _WALL_OF_LUMEN = 0.3, 0.12
# Traction bronchiectasis: wider and uneven, and seen far out.
_PULLED, _PULLED_UNEVEN, _LEAST_PULLED_MM = 2.0, 0.35, 0.45
_BESIDE = np.array([0.36, -0.48, 0.8])


@dataclass(frozen=True, eq=False)
class Tubes:
    """Pieces of tubes, each a cone from `start` to `end` with round ends.

    numbers: float32 (pieces, 10): start (3), way to the end (3), 1 / length^2, radius at start, its growth, wall.
    lobes: of every piece, uint8.
    first, pieces: of every cube, where its pieces begin in `pieces`, and all of them.
    """

    numbers: NDArray[np.float32]
    lobes: NDArray[np.uint8]
    first: NDArray[np.int64]
    pieces: NDArray[np.int64]

    def distances(self, p: Places, lobes: NDArray[np.uint8]) -> tuple[Floats, Floats]:
        """Give the signed distances to the nearest tube's inside and outside (its wall taken in), at most FAR_MM.

        lobes: label of every place; tubes of other lobes are not there. Places of no lobe (0) see all.
        """
        inside, outside = np.full(lobes.size, FAR_MM), np.full(lobes.size, FAR_MM)
        cube = np.broadcast_to(_cubes(p), lobes.shape)
        count = self.first[cube + 1] - self.first[cube]
        busy = np.flatnonzero(count)
        if busy.size == 0:
            return inside, outside
        count = count[busy]
        begins = np.cumsum(count) - count
        place = np.repeat(busy, count)
        piece = self.pieces[np.arange(place.size) + np.repeat(self.first[cube[busy]] - begins, count)]
        clear, wall = self._clearances(p, place, piece, lobes)
        inside[busy] = np.minimum(np.minimum.reduceat(clear, begins), FAR_MM)
        outside[busy] = np.minimum(np.minimum.reduceat(clear - wall, begins), FAR_MM)
        return inside, outside

    def _clearances(
        self, p: Places, place: NDArray[np.intp], piece: NDArray[np.int64], lobes: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        n = self.numbers[piece].T
        here = [(a if a.size == 1 else a[place]).astype(np.float32) for a in (p.x, p.y, p.z)]
        off = [h - a for h, a in zip(here, n[:3], strict=True)]
        t = np.clip((off[0] * n[3] + off[1] * n[4] + off[2] * n[5]) * n[6], 0, 1)
        gap = [o - t * a for o, a in zip(off, n[3:6], strict=True)]
        clear = np.sqrt(gap[0] * gap[0] + gap[1] * gap[1] + gap[2] * gap[2]) - (n[7] + t * n[8])
        lobe = lobes[place]
        other = (lobe != 0) & (lobe != self.lobes[piece])
        return np.where(other, np.float32(2 * FAR_MM), clear), n[9]


def vessels(trees: Trees) -> Tubes:
    """Lay the arteries beside the bronchi, and the veins."""
    beside = [
        _pieces(tree, _VESSEL_END_MM, beside=1 + _LUMEN_OF_ARTERY * (1 + _WALL_OF_LUMEN)) for tree in trees.bronchi
    ]
    return _gather(beside + [_pieces(tree, _VESSEL_END_MM) for tree in trees.veins])


def airways(trees: Trees, traction: Collection[Lobe]) -> Tubes:
    """Lay the bronchi that a CT shows; wide, uneven and far out in the lobes with traction bronchiectasis."""
    laid = []
    for tree in trees.bronchi:
        pulled = tree.lobe in traction
        pieces = _pieces(tree, _VESSEL_END_MM * _LUMEN_OF_ARTERY)
        pieces = pieces.where(pieces.radii.max(axis=0) > (_LEAST_PULLED_MM if pulled else _LEAST_LUMEN_MM))
        laid.append(_widened(pieces) if pulled else pieces)
    return _gather(laid, wall_mm=_WALL_MM, wall_of_radius=_WALL_OF_LUMEN)


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Pieces of tubes before they are sorted into cubes: ends (2, pieces, 3), radii (2, pieces)."""

    lobe: Lobe
    ends: Floats
    radii: Floats

    def where(self, chosen: NDArray[np.bool_]) -> _Pieces:
        return _Pieces(self.lobe, self.ends[:, chosen], self.radii[:, chosen])


def _pieces(tree: Tree, end_mm: float, *, beside: float = 0.0) -> _Pieces:
    """Make two pieces of every branch; `beside` shifts them by that many radii."""
    before, after = end_mm * thickness(tree.before), end_mm * thickness(tree.ends)
    radii = np.stack([before, (before + 3 * after) / 4, after])
    places = np.stack([tree.start, tree.middle, tree.end]) + beside * radii[:, :, np.newaxis] * _BESIDE
    ends = np.concatenate([places[:2], places[1:]], axis=1)
    return _Pieces(tree.lobe, ends, np.concatenate([radii[:2], radii[1:]], axis=1))


def _widened(pieces: _Pieces) -> _Pieces:
    at = np.rint(pieces.ends * 10).astype(np.int64)
    uneven = hashed(at[..., 0], at[..., 1], at[..., 2], 877) * 2.0**-31 - 1
    return _Pieces(pieces.lobe, pieces.ends, pieces.radii * _PULLED * (1 + _PULLED_UNEVEN * uneven))


def _gather(laid: list[_Pieces], *, wall_mm: float = 0.0, wall_of_radius: float = 0.0) -> Tubes:
    start, end = (np.concatenate([pieces.ends[n] for pieces in laid]) for n in (0, 1))
    r0, r1 = (np.concatenate([pieces.radii[n] for pieces in laid]) for n in (0, 1))
    lobes = np.concatenate([np.full(pieces.radii.shape[1], pieces.lobe, np.uint8) for pieces in laid])
    along = end - start
    squared = np.maximum((along**2).sum(axis=1), 1e-6)
    wall = wall_mm + wall_of_radius * np.maximum(r0, r1) if wall_mm else np.zeros_like(r0)
    numbers = np.column_stack([start, along, 1 / squared, r0, r1 - r0, wall]).astype(np.float32)
    reach = (np.maximum(r0, r1) + wall + FAR_MM)[:, np.newaxis]
    first, sorted_pieces = _sort_into_cubes(np.minimum(start, end) - reach, np.maximum(start, end) + reach)
    return Tubes(numbers, lobes, first, sorted_pieces)


def _sort_into_cubes(low: Floats, high: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """List for every cube the pieces whose boxes (low and high corners, mm) touch it."""
    least, most = ((np.floor((c - _CORNER_MM) / _CUBE_MM)).astype(np.int64).clip(0, _CUBES - 1) for c in (low, high))
    sizes = most - least + 1
    total = sizes.prod(axis=1)
    piece = np.repeat(np.arange(total.size), total)
    rank = np.arange(piece.size) - np.repeat(np.cumsum(total) - total, total)
    size = sizes[piece]
    i = least[piece, 0] + rank // (size[:, 1] * size[:, 2])
    j = least[piece, 1] + rank // size[:, 2] % size[:, 1]
    k = least[piece, 2] + rank % size[:, 2]
    cube = (i * _CUBES + j) * _CUBES + k
    order = np.argsort(cube, kind="stable")
    count = np.bincount(cube, minlength=_CUBES**3)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(count)]), piece[order]


def _cubes(p: Places) -> NDArray[np.int64]:
    i, j, k = (np.floor((a - _CORNER_MM) / _CUBE_MM).astype(np.int64).clip(0, _CUBES - 1) for a in (p.x, p.y, p.z))
    cubes: NDArray[np.int64] = (i * _CUBES + j) * _CUBES + k
    return cubes
