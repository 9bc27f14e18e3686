"""Trees: bronchi, arteries and veins that branch from the hilum and taper into every part of a lobe.

A tree halves the places that it must reach and sends a branch towards each half, again and again (Tawhai MH et al.,
Ann Biomed Eng 2000;28:793). Radii follow from the number of ends beyond: r = r_end n^(11/32), close to Murray's law
(1/3; Murray CD, PNAS 1926;12:207). All is reckoned in whole micrometres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Lobe
from kazerooni.phantom.thorax.fissures import fissure_distance_mm, fissures_of, lobes_at
from kazerooni.phantom.thorax.lungs import lung_distance
from kazerooni.phantom.thorax.mediastinum import LEFT_MAIN, LEFT_UPPER, RIGHT_MAIN, RIGHT_UPPER, mediastinum_distance
from kazerooni.phantom.thorax.shapes import Floats, Places, Point
from kazerooni.phantom.thorax.texture import hashed

Micrometres = NDArray[np.int64]

# Every bronchus has an artery at its side; both begin where the lobar bronchus leaves the main one.
_BRONCHUS_ROOTS: dict[Lobe, Point] = {
    Lobe.RUL: RIGHT_UPPER[-1],
    Lobe.RML: RIGHT_MAIN[-1],
    Lobe.RLL: RIGHT_MAIN[-1],
    Lobe.LUL: LEFT_UPPER[-1],
    Lobe.LLL: LEFT_MAIN[-1],
}
# Veins run to the left atrium, away from the arteries.
_VEIN_ROOTS: dict[Lobe, Point] = {
    Lobe.RUL: (-32, -4, -8),
    Lobe.RML: (-32, -6, -18),
    Lobe.RLL: (-28, 20, -34),
    Lobe.LUL: (38, -2, -10),
    Lobe.LLL: (36, 26, -30),
}
_END_SPACING_MM = 9.0
_BESIDE_PLEURA_MM, _BESIDE_FISSURE_MM = 4.0, 3.0
_REACH = 0.45
_SWAY = 0.07
_DIRECTIONS = np.array(
    [(4, 0, 0), (0, 4, 0), (0, 0, 4), (3, 3, 0), (3, -3, 0), (3, 0, 3), (3, 0, -3), (0, 3, 3), (0, 3, -3)], np.int64
)


@dataclass(frozen=True, eq=False)
class Tree:
    """The branches of one tree of a lobe; each array has one row for each branch.

    start, middle, end: float64 (branches, 3), LPS mm; a branch sways a little.
    before, ends: how many ends of the tree lie beyond the branch it leaves, and beyond itself.
    """

    lobe: Lobe
    start: Floats
    middle: Floats
    end: Floats
    before: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class Trees:
    """All trees of a person."""

    bronchi: tuple[Tree, ...]
    veins: tuple[Tree, ...]


@lru_cache(maxsize=4)
def trees_of(seed: int) -> Trees:
    """Grow the trees of a person in the reference chest."""
    bronchi = _ends_by_lobe(seed, 0)
    veins = _ends_by_lobe(seed, 1)
    return Trees(
        tuple(_grow(lobe, bronchi[lobe], root, seed) for lobe, root in _BRONCHUS_ROOTS.items()),
        tuple(_grow(lobe, veins[lobe], root, seed + 1) for lobe, root in _VEIN_ROOTS.items()),
    )


def thickness(ends: NDArray[np.int64]) -> Floats:
    """Give n^(11/32) = n^(1/4) n^(1/16) n^(1/32), by square roots only."""
    fourth = np.sqrt(np.sqrt(ends.astype(np.float64)))
    sixteenth = np.sqrt(np.sqrt(fourth))
    result: Floats = fourth * sixteenth * np.sqrt(sixteenth)
    return result


def _ends_by_lobe(seed: int, number: int) -> dict[Lobe, Micrometres]:
    """Scatter the ends of a tree over the lobes, a little away from pleura and fissures: a jittered lattice."""
    lattice = np.array(list(product(range(-17, 18), range(-12, 13), range(-17, 16))), np.int64)
    step = round(1000 * _END_SPACING_MM)
    salts = [seed + 211 + 7 * axis + number for axis in range(3)]
    words = [hashed(lattice[:, 0], lattice[:, 1], lattice[:, 2], salt) for salt in salts]
    ends = lattice * step + np.stack(words, axis=1).astype(np.int64) % step
    p = Places(*(ends.T / 1000))
    mediastinum = mediastinum_distance(p)
    right, left = (lung_distance(p, side, mediastinum) for side in ("right", "left"))
    fissures = fissures_of(seed)
    labels = lobes_at(p, right < left, fissures, lingula=False)
    free = np.minimum(right, left) < -_BESIDE_PLEURA_MM
    free &= fissure_distance_mm(p, right < left, fissures) > _BESIDE_FISSURE_MM
    return {lobe: ends[free & (labels == lobe)] for lobe in _BRONCHUS_ROOTS}


def _grow(lobe: Lobe, ends: Micrometres, root: Point, seed: int) -> Tree:
    branches: list[tuple[Micrometres, Micrometres, int, int]] = []
    waiting = [(np.array([round(1000 * c) for c in root], np.int64), ends, len(ends))]
    while waiting:
        start, group, before = waiting.pop()
        count = len(group)
        centre = group.sum(axis=0) // count
        stop = group[0] if count == 1 else start + ((centre - start) * round(_REACH * 100)) // 100
        branches.append((start, stop, before, count))
        if count > 1:
            across = (group - centre) @ _DIRECTIONS.T
            first = across[:, int(np.argmax(np.ptp(across, axis=0)))] < 0
            waiting += [(stop, half, count) for half in (group[first], group[~first]) if len(half)]
    starts, stops, before_all, counts = (np.array(column) for column in zip(*branches, strict=True))
    start_mm, end_mm = starts / 1000, stops / 1000
    length = np.sqrt(((end_mm - start_mm) ** 2).sum(axis=1))[:, np.newaxis]
    sway = [hashed(stops[:, 0], stops[:, 1], stops[:, 2], seed + 401 + axis) * 2.0**-31 - 1 for axis in range(3)]
    middle_mm = (start_mm + end_mm) / 2 + _SWAY * length * np.stack(sway, axis=1)
    return Tree(lobe, start_mm, middle_mm, end_mm, before_all, counts)
