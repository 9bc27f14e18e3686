"""Borders: what was found at working resolution, drawn at the resolution of the scan."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kazerooni.segment.axial import PADDING_HU, Axial

Labels = NDArray[np.uint8]


def draw_fully(scan: Axial, labels: Labels, dense: NDArray[np.bool_], hu: NDArray[Any], *, lung_hu: int) -> Labels:
    """Draw working labels on the grid of the scan; uint8 (slice, row, column).

    labels: uint8 (z, y, x) of the working grid. dense: which of them are lung though they are dense.
    hu: of the scan. lung_hu: inflated lung is darker.

    Within a working pixel of a border, what is darker than `lung_hu` is lung; deeper inside, and in dense lung,
    everything is; farther outside, nothing.
    """
    maybe = _grown(labels)
    sure = np.where(_grown((labels == 0).astype(np.uint8)) > 0, 0, labels).astype(np.uint8)
    sure[dense] = labels[dense]
    full = np.zeros(hu.shape, np.uint8)
    view, turned = scan.turn.apply(full), scan.turn.apply(hu)
    for z in range(view.shape[0]):
        low = min(z // scan.steps[0], labels.shape[0] - 1)
        if not maybe[low].any():
            continue
        here = _at_full(maybe[low], scan.steps, view.shape[1:])
        certain = _at_full(sure[low], scan.steps, view.shape[1:])
        dark = (turned[z] < lung_hu) & (turned[z] >= PADDING_HU)
        view[z] = np.where(certain > 0, certain, here * dark)
    return full


def _grown(labels: Labels) -> Labels:
    """Let labels grow by one pixel in the plane; where two meet, nothing of either changes."""
    wide = np.pad(labels, ((0, 0), (1, 1), (1, 1)))
    around = np.maximum.reduce([wide[:, 1:-1, 2:], wide[:, 1:-1, :-2], wide[:, 2:, 1:-1], wide[:, :-2, 1:-1]])
    return np.where(labels > 0, labels, around)


def _at_full(plane: Labels, steps: tuple[int, int, int], shape: tuple[int, ...]) -> Labels:
    large = plane.repeat(steps[1], axis=0).repeat(steps[2], axis=1)
    missing = [max(0, shape[n] - large.shape[n]) for n in (0, 1)]
    if any(missing):
        large = np.pad(large, ((0, missing[0]), (0, missing[1])), mode="edge")
    return large
