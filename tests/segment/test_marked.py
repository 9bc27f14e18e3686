"""Marked: what a reader marked beside a lung is taken as lung where it touches it."""

from __future__ import annotations

import numpy as np

from kazerooni.model import Component, FindingMap
from kazerooni.segment.marked import with_marks
from tests.segment.builders import SHAPE, box_lungs


def marks(*boxes: tuple[slice, slice, slice]) -> FindingMap:
    """Mark boxes as consolidation on the grid of the box chest."""
    labels = np.zeros(SHAPE, np.uint8)
    for box in boxes:
        labels[box] = 2
    return FindingMap(Component.ALVEOLAR, labels, box_lungs().geometry)


def test_marks_that_touch_a_lung_belong_to_it() -> None:
    """Marks behind the right lung, touching it, become right lung, in their slices alone; it is told how many."""
    lungs = box_lungs()
    behind = (slice(10, 12), slice(30, 38), slice(6, 10))  # rows 6 to 33 are lung
    found = with_marks(lungs, [marks(behind)])
    wanted = lungs.labels.copy()
    wanted[behind] = 1
    assert np.array_equal(found.labels, wanted)
    (notice,) = (n for n in found.notices if n.code == "lungs-extended")
    assert notice.message.startswith(f"{np.count_nonzero(wanted != lungs.labels)} voxels")


def test_marks_between_the_lungs_go_to_the_one_they_touch_more() -> None:
    """Marks that reach from one lung to the other belong to the lung along whose border more of them lie."""
    lungs = box_lungs()
    right_end = int(np.flatnonzero((lungs.labels[10] == 1).any(axis=0))[-1])
    left_start = int(np.flatnonzero((lungs.labels[10] == 2).any(axis=0))[0])
    along_the_right = (slice(10, 11), slice(10, 20), slice(right_end + 1, right_end + 2))
    across = (slice(10, 11), slice(14, 15), slice(right_end + 1, left_start))
    marked = marks(along_the_right, across)
    found = with_marks(lungs, [marked])
    assert set(np.unique(found.labels[10][marked.labels[10] > 0]).tolist()) == {1}


def test_marks_far_away_stay_outside() -> None:
    """Marks that touch no lung change nothing, and marks within the lungs neither."""
    lungs = box_lungs()
    away = (slice(10, 11), slice(36, 39), slice(6, 10))
    within = (slice(10, 11), slice(10, 12), slice(8, 12))
    assert with_marks(lungs, [marks(away, within)]) is lungs
    assert with_marks(lungs, []) is lungs
