"""Marks of a slice that are made from its neighbours: copied, or suggested between two."""

from __future__ import annotations

import math

import numpy as np
import pytest

from kazerooni.errors import LabelError
from kazerooni.model import Geometry
from napari_kazerooni.between import copy_marks, fill_between
from napari_kazerooni.rasters import disc
from tests.plugins.builders import AXIAL


def test_copied_marks_stay_in_the_lungs_and_spare_what_is_marked() -> None:
    """Marks copied to the next slice fall only into its lungs, and what was marked there stays."""
    source, target, lobes = (np.zeros((4, 4), np.uint8) for _ in range(3))
    source[:, :3] = 1
    target[0, 0] = 2
    lobes[:3] = 5
    copied = copy_marks(source, target, lobes)
    assert copied[0].tolist() == [2, 1, 1, 0]
    assert copied[3].tolist() == [0, 0, 0, 0]
    assert not target[1].any(), "nothing is changed in place"
    assert copy_marks(source, target)[3].tolist() == [1, 1, 1, 0]


def _geometry(gap_mm: float, slices: int = 5) -> Geometry:
    origins = np.zeros((slices, 3))
    origins[:, 2] = np.arange(slices) * gap_mm
    return Geometry((slices, 60, 60), (1.0, 1.0), origins, AXIAL, 1.0)


def test_between_two_discs_lies_a_cone() -> None:
    """Between discs of radius 8 and 16 the suggestion has the radii between, evenly, and spares own marks."""
    labels = np.zeros((5, 60, 60), np.uint8)
    for index, radius in ((0, 8), (4, 16)):
        box, mask = disc((30.0, 30.0), 2.0 * radius, (1.0, 1.0), (60, 60))
        labels[index][box][mask] = 1
    labels[2, 30, 30] = 2
    made = fill_between(labels, _geometry(1.0), 4, 0)
    assert sorted(made) == [1, 2, 3]
    for index, radius in ((1, 10), (2, 12), (3, 14)):
        assert np.count_nonzero(made[index]) == pytest.approx(math.pi * radius**2, rel=0.05)
    assert made[2][30, 30] == 2
    assert not labels[1].any(), "a suggestion changes nothing"


def test_two_findings_stay_apart_between() -> None:
    """Two findings side by side run on side by side, and one that is on one slice only fades."""
    labels = np.zeros((5, 60, 60), np.uint8)
    labels[[0, 4], 10:50, 10:30] = 1
    labels[[0, 4], 10:50, 30:50] = 2
    labels[0, 2:6, 2:6] = 3
    made = fill_between(labels, _geometry(1.0), 0, 4)
    np.testing.assert_array_equal(made[2][10:50, 10:50], labels[0, 10:50, 10:50])
    assert not (made[3] == 3).any()


@pytest.mark.parametrize(
    ("gap_mm", "marked", "words"), [(10.0, True, "with gaps nothing is filled"), (1.0, False, "no marks")]
)
def test_nothing_is_filled_across_gaps(gap_mm: float, marked: bool, words: str) -> None:  # noqa: FBT001 - a column
    """Between the slices of a sequential scan nothing is made up, nor from a slice without marks."""
    labels = np.zeros((5, 60, 60), np.uint8)
    labels[0, 20:30, 20:30] = 1
    labels[4, 20:30, 20:30] = int(marked)
    with pytest.raises(LabelError, match=words):
        fill_between(labels, _geometry(gap_mm), 0, 4)
