"""Outlines of masks are those that another program finds."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.measure import find_contours

from kazerooni.report.outline import outlines


def _area(line: NDArray[np.float64]) -> float:
    """Give the area within a closed line, by its sign holes are less than 0."""
    after = np.roll(line, -1, axis=0)
    return float(np.sum(line[:, 1] * after[:, 0] - after[:, 1] * line[:, 0])) / 2


def _contours(mask: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Give the contours of scikit-image, open at their end, in the coordinates of ours."""
    return [contour[:-1] - 0.5 for contour in find_contours(np.pad(mask, 1).astype(float), 0.5)]


@pytest.mark.parametrize("seed", range(6))
def test_outlines_are_those_of_scikit_image(seed: int) -> None:
    """For masks by chance, with holes and pixels that touch by corners, lines, points and areas are the same."""
    chance = np.random.default_rng(seed)
    mask = chance.random((17, 23)) < (0.2, 0.5, 0.8)[seed % 3]
    ours, theirs = outlines(mask), _contours(mask)
    assert len(ours) == len(theirs)
    assert sorted(abs(_area(line)) for line in ours) == pytest.approx(sorted(abs(_area(line)) for line in theirs))
    points = {(float(r), float(c)) for line in theirs for r, c in line}
    assert {(float(r), float(c)) for line in ours for r, c in line} <= points


def test_a_block_is_a_line_through_the_middles_of_its_edges() -> None:
    """A block of 2 x 3 pixels is outlined by eight points, its corners cut by half a pixel."""
    mask = np.zeros((4, 5), bool)
    mask[1:3, 1:4] = True
    (line,) = outlines(mask)
    assert {tuple(point) for point in line.tolist()} == {
        (1.0, 1.5), (1.0, 3.5), (1.5, 4.0), (2.5, 4.0), (3.0, 3.5), (3.0, 1.5), (2.5, 1.0), (1.5, 1.0),
    }  # fmt: skip


def test_a_hole_has_a_line_of_its_own_the_other_way_round() -> None:
    """The line around a hole runs against the outer one; an empty mask has none."""
    mask = np.ones((3, 3), bool)
    mask[1, 1] = False
    assert sorted(np.sign([_area(line) for line in outlines(mask)])) == [-1, 1]
    assert outlines(np.zeros((3, 3), bool)) == []
