"""Marked: what a reader marked beside a lung is lung, however dense it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.model import UNMARKED, FindingMap, Notice
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.sides import LEFT, RIGHT

_TOUCHING = np.ones((3, 3), bool)


def with_marks(lungs: Lungs, marks: Sequence[FindingMap]) -> Lungs:
    """Take into each lung the marks that touch it in their slice, and tell how many voxels they are.

    A reader marks disease in lung: consolidation at the chest wall, which nothing in its density tells from muscle,
    belongs to the lung that it touches. Marks that touch no lung stay outside.

    marks: on the grid of the lungs.
    """
    labels = lungs.labels.copy()
    for index in range(labels.shape[0]):
        stray = np.zeros(labels.shape[1:], bool)
        for found in marks:
            stray |= found.labels[index] != UNMARKED
        stray &= labels[index] == 0
        if stray.any():
            _take_in(labels[index], stray)
    added = int(np.count_nonzero(labels != lungs.labels))
    if not added:
        return lungs
    message = f"{added} voxels that were marked beside the lungs were taken as lung"
    return replace(lungs, labels=labels, notices=(*lungs.notices, Notice("lungs-extended", "info", message)))


def _take_in(plane: NDArray[np.uint8], stray: NDArray[np.bool_]) -> None:
    """Give each patch of marks to the lung that it touches most."""
    patches, count = ndimage.label(stray, structure=_TOUCHING)
    around = ndimage.grey_dilation(patches, footprint=_TOUCHING)
    touching = np.stack([np.bincount(around[plane == side], minlength=count + 1) for side in (RIGHT, LEFT)])
    side = np.where(touching[0] >= touching[1], RIGHT, LEFT)
    side[touching.sum(axis=0) == 0] = 0
    side[0] = 0
    plane[stray] = side[patches[stray]].astype(np.uint8)
