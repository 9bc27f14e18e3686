"""Labels: maps of lobes and findings of a chest, as a reader would leave them, made without a segmenter.

Two ellipsoid lungs, cut into five lobes by tilted planes; ground glass and consolidation, septal thickening,
reticulation and honeycombing in round patches, more of them low and at the back. A fifth of the voxels lies in a lobe
and every tenth of these is marked, slices beyond the lungs are empty.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Lobe

Labels = NDArray[np.uint8]

_ALVEOLAR = (1, 1, 2)
_INTERSTITIAL = (1, 3, 3, 2)
_PATCHES = 45
_BEYOND = 1.08  # of the height of the lungs is scanned


class Maps(NamedTuple):
    """The three maps of a scan, each uint8 (slice, row, column)."""

    lobes: Labels
    alveolar: Labels
    interstitial: Labels


class _Patch(NamedTuple):
    centre: NDArray[np.float64]
    radii: NDArray[np.float64]
    label: int


def write(folder: Path, slices: int, side: int) -> None:
    """Make the maps of a scan and write one file for each."""
    for name, labels in build(slices, side)._asdict().items():
        np.save(folder / f"{name}.npy", labels)


def load(folder: str) -> Maps:
    """Load the maps of a scan."""
    return Maps(*(np.load(Path(folder) / f"{name}.npy") for name in Maps._fields))


def build(slices: int, side: int) -> Maps:
    """Make the maps of slices x side x side voxels; x, y and z run from -1 to 1 to the left, the back and the head."""
    rng = np.random.default_rng(11)
    maps = Maps(*np.zeros((3, slices, side, side), np.uint8))
    patches = [_patches(rng, labels) for labels in (_ALVEOLAR, _INTERSTITIAL)]
    y, x = np.ogrid[-1 : 1 : 1j * side, -1 : 1 : 1j * side]
    for i, z in enumerate(np.linspace(-_BEYOND, _BEYOND, slices)):
        maps.lobes[i] = _lobes_at(float(z), y, x)
        for plane, marked in zip((maps.alveolar[i], maps.interstitial[i]), patches, strict=True):
            for patch in marked:
                depth = (z - patch.centre[0]) / patch.radii[0]
                within = ((y - patch.centre[1]) / patch.radii[1]) ** 2 + ((x - patch.centre[2]) / patch.radii[2]) ** 2
                plane[within < 1 - depth**2] = patch.label
            plane[maps.lobes[i] == 0] = 0
    return maps


def _lobes_at(z: float, y: NDArray[np.float64], x: NDArray[np.float64]) -> Labels:
    """Cut the lungs: the oblique fissures fall towards the front, the horizontal one parts the front of the right."""
    right, left = (((x - side) / 0.36) ** 2 + (y / 0.62) ** 2 + z**2 < 1 for side in (-0.45, 0.45))
    upper = z - 0.9 * y > 0.1
    middle = upper & (z < 0.15)
    kinds = [right & middle, right & upper, right, left & upper, left]
    return np.select(kinds, [Lobe.RML, Lobe.RUL, Lobe.RLL, Lobe.LUL, Lobe.LLL], 0).astype(np.uint8)


def _patches(rng: np.random.Generator, labels: tuple[int, ...]) -> list[_Patch]:
    """Place patches, half of them in the lower third and at the back."""
    found = []
    for number, side in product(range(_PATCHES), (-1, 1)):
        low, high = ((-0.9, 0.0, -0.3), (-0.2, 0.6, 0.3)) if number % 2 else ((-0.9, -0.6, -0.3), (0.9, 0.6, 0.3))
        centre = rng.uniform(low, high) + np.array([0, 0, 0.45 * side])
        found.append(_Patch(centre, rng.uniform(0.03, 0.17, 3), labels[number % len(labels)]))
    return found
