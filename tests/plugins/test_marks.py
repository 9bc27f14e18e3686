"""Brush, polygon, fill and locks mark the pixels whose centres lie inside, so areas are true."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import LabelError
from kazerooni.model import Geometry
from napari_kazerooni.between import fill_between
from napari_kazerooni.marks import (
    copy_marks,
    disc,
    fill_lobe,
    inside_lobe,
    inside_lungs,
    inside_window,
    line,
    locked,
    paint,
    polygon,
)
from tests.plugins.builders import AXIAL

SHAPE = (200, 200)


@pytest.mark.parametrize("radius", [10, 20, 40])
def test_the_polygon_of_a_circle_has_its_area(radius: int) -> None:
    """The mean area of circles drawn with the polygon is within 1 % of the true one, at any centre."""
    rng, angles = np.random.default_rng(1), np.linspace(0, 2 * math.pi, 180, endpoint=False)
    areas = []
    for centre in rng.uniform(80, 120, (60, 2)):
        corners = centre + radius * np.stack([np.sin(angles), np.cos(angles)], axis=1)
        areas.append(np.count_nonzero(polygon(corners, SHAPE)[1]))
    assert np.mean(areas) == pytest.approx(math.pi * radius**2, rel=0.01)
    assert np.abs(np.array(areas) / (math.pi * radius**2) - 1).max() < 0.04


@pytest.mark.parametrize("diameter_mm", [5.0, 10.0, 20.0])
def test_the_brush_has_the_area_that_it_says(diameter_mm: float) -> None:
    """A round brush marks on average the area of its circle in mm2, also where pixels are not square."""
    spacing = (0.7, 0.9)
    rng = np.random.default_rng(2)
    areas = [
        np.count_nonzero(disc((row, column), diameter_mm, spacing, SHAPE)[1]) * spacing[0] * spacing[1]
        for row, column in rng.uniform(60, 120, (60, 2))
    ]
    assert np.mean(areas) == pytest.approx(math.pi * diameter_mm**2 / 4, rel=0.02)


def _inside(corners: np.ndarray[tuple[int, ...], np.dtype[np.float64]], row: int, column: int) -> bool:
    """Tell by the winding of angles whether a pixel centre lies in a convex polygon: another way to the same."""
    turned = corners - (row, column)
    cross = turned[:, 0] * np.roll(turned[:, 1], -1) - turned[:, 1] * np.roll(turned[:, 0], -1)
    return bool((cross > 0).all() or (cross < 0).all())


@given(st.integers(3, 9), st.floats(0, 6), st.floats(2.3, 14), st.floats(-3, 23), st.floats(-3, 23))
def test_a_polygon_marks_the_centres_inside(
    corners: int, turn: float, radius: float, row: float, column: float
) -> None:
    """Every pixel whose centre lies inside is marked and no other, also where the polygon leaves the picture."""
    angles = turn + np.arange(corners) * 2 * math.pi / corners
    points = np.stack([row + radius * np.sin(angles), column + radius * np.cos(angles)], axis=1)
    box, mask = polygon(points, (20, 20))
    marked = np.zeros((20, 20), np.bool_)
    marked[box] = mask
    expected = [[_inside(points, r, c) for c in range(20)] for r in range(20)]
    np.testing.assert_array_equal(marked, expected)


def test_polygons_side_by_side_share_nothing() -> None:
    """Two polygons along one edge through pixel centres share no pixel and leave none out."""
    left = np.zeros(SHAPE, np.int64)
    for corners in ([(2, 2), (2, 8), (9, 8), (9, 2)], [(2, 8), (2, 15), (9, 15), (9, 8)]):
        box, mask = polygon(corners, SHAPE)
        left[box] += mask
    assert left.sum() == 7 * 13
    assert left.max() == 1


def test_a_polygon_of_two_corners_is_none() -> None:
    """Fewer than three corners, or a polygon off the picture, mark nothing."""
    assert polygon([(1, 1), (5, 5)], SHAPE)[1].size == 0
    assert polygon([(-9, -9), (-9, -2), (-2, -2)], SHAPE)[1].size == 0
    assert not disc((500.0, 500.0), 4.0, (1.0, 1.0), SHAPE)[1].any()


def test_a_stroke_leaves_no_hole() -> None:
    """A fast stroke marks all that the brush passed over: the two discs and the way between."""
    box, mask = line((20.0, 20.0), (60.0, 90.0), 8.0, (1.0, 1.0), SHAPE)
    length = math.hypot(40, 70)
    assert np.count_nonzero(mask) == pytest.approx(8 * length + math.pi * 16, rel=0.02)
    for end in ((20.0, 20.0), (60.0, 90.0)):
        own_box, own = disc(end, 8.0, (1.0, 1.0), SHAPE)
        whole = np.zeros(SHAPE, np.bool_)
        whole[box] = mask
        assert whole[own_box][own].all()


def test_locks_let_through_only_what_they_hold() -> None:
    """A stroke stays in the lobe under its first click, in the lungs and in the window of densities."""
    lobes = np.zeros((10, 10), np.uint8)
    lobes[:, 2:5], lobes[:, 5:8] = 1, 3
    hu = np.full((10, 10), -800, np.int16)
    hu[:5] = -600
    box = (slice(0, 10), slice(0, 10))
    whole = np.ones((10, 10), np.bool_)
    assert np.count_nonzero(locked(box, whole, [inside_lungs(lobes)])) == 60
    assert np.count_nonzero(locked(box, whole, [inside_lobe(lobes, (4.4, 2.6))])) == 30
    left = locked(box, whole, [inside_lobe(lobes, (4.0, 6.0)), inside_window(hu, -700, -500)])
    assert np.count_nonzero(left) == 15
    assert (lobes[left] == 3).all()
    assert not inside_lobe(lobes, (0.0, 0.0)).any(), "outside every lobe nothing is let in"
    assert not inside_lobe(lobes, (-3.0, 2.0)).any()
    with pytest.raises(LabelError, match="give the lower end first"):
        inside_window(hu, -500, -700)


def test_a_lobe_is_filled_and_painted() -> None:
    """Filling marks all pixels of the lobe under the click, and what was there before is handed back."""
    lobes = np.zeros((10, 10), np.uint8)
    lobes[2:6, 3:9] = 2
    marks = np.zeros((10, 10), np.uint8)
    marks[2, 3] = 2
    box, mask = fill_lobe(lobes, (3.0, 3.0))
    before = paint(marks, box, mask, 1)
    assert np.count_nonzero(marks == 1) == 24
    assert before[0, 0] == 2
    assert np.count_nonzero(before) == 1
    assert fill_lobe(lobes, (0.0, 0.0))[1].size == 0


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
