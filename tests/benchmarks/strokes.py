"""Strokes: what a brush does to a slice, one stroke after another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tests.benchmarks.labels import Labels
from tests.benchmarks.labels import load as load_labels
from tests.benchmarks.result import Index

STROKES = 1000
_WIDTH = 40
_ERASED = 0.2  # of the strokes take a finding away

Planes = tuple[Labels, Labels, Labels]


class Stroke(NamedTuple):
    """The box that a stroke touches, and its lobes, alveolar and interstitial labels before and after it."""

    box: tuple[slice, slice]
    before: Planes
    after: Planes


class Session(NamedTuple):
    """A slice as it is at first, and the strokes on it."""

    planes: Planes
    strokes: list[Stroke]


def load(folder: str) -> Session:
    """Paint round spots on the middle slice, anywhere on it, in one of the two finding maps each."""
    rng = np.random.default_rng(7)
    lobes, alveolar, interstitial = (labels[labels.shape[0] // 2].copy() for labels in load_labels(folder))
    first = (lobes.copy(), alveolar.copy(), interstitial.copy())
    width = min(_WIDTH, *lobes.shape)
    y, x = np.ogrid[-1 : 1 : 1j * width, -1 : 1 : 1j * width]
    strokes = []
    for number in range(STROKES):
        row, column = (int(rng.integers(0, size - width + 1)) for size in lobes.shape)
        box = slice(row, row + width), slice(column, column + width)
        before = (lobes[box].copy(), alveolar[box].copy(), interstitial[box].copy())
        painted, labels = ((alveolar, 2), (interstitial, 3))[number % 2]
        painted[box][y**2 + x**2 < 1] = 0 if rng.random() < _ERASED else rng.integers(1, labels + 1)
        strokes.append(Stroke(box, before, (lobes[box].copy(), alveolar[box].copy(), interstitial[box].copy())))
    return Session(first, strokes)


def counted(counts: NDArray[np.int64]) -> Index:
    """Give counts by region, alveolar and interstitial label in a form that can be compared."""
    return {str(index): int(voxels) for index, voxels in np.ndenumerate(counts)}
