"""Discs, polygons, outlines, locks and strokes, without a viewer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from napari.layers.labels._labels_utils import get_contours

from napari_kazerooni.rasters import Raster, contours, disc, polygon
from napari_kazerooni.strokes import changes_of, strokes_of

SHAPE = (30, 40)


def whole(raster: Raster) -> np.ndarray:
    """Give the mask of the whole picture."""
    mask = np.zeros(SHAPE, np.bool_)
    mask[raster.box] = raster.mask
    return mask


def test_a_polygon_takes_the_pixels_whose_centres_lie_in_it() -> None:
    """A rectangle between pixel centres takes exactly those centres."""
    mask = whole(polygon([(4.5, 9.5), (4.5, 19.5), (14.5, 19.5), (14.5, 9.5)], SHAPE))
    assert mask.sum() == 100
    assert mask[5:15, 10:20].all()


@given(
    corners=st.lists(st.tuples(st.floats(-5, 35), st.floats(-5, 45)), min_size=3, max_size=8),
    start=st.integers(-3, 3),
    back=st.booleans(),
)
def test_a_polygon_is_the_same_from_any_corner_and_either_way_round(
    corners: list[tuple[float, float]], start: int, *, back: bool
) -> None:
    """Where one begins and which way one goes round changes no pixel off the edges."""
    turned = corners[start:] + corners[:start]
    one, other = whole(polygon(corners, SHAPE)), whole(polygon(turned[::-1] if back else turned, SHAPE))
    assert (one != other).sum() <= 2  # a centre on an edge, within rounding


def test_two_polygons_that_share_an_edge_share_no_pixel() -> None:
    """Halves of a square, split along pixel centres, take each pixel once."""
    left = whole(polygon([(5, 5), (5, 12), (15, 12), (15, 5)], SHAPE))
    right = whole(polygon([(5, 12), (5, 20), (15, 20), (15, 12)], SHAPE))
    assert not (left & right).any()
    assert (left | right).sum() == 150


@pytest.mark.parametrize("centre", [(-50, 5), (5, 500), (-1, -1)])
def test_a_disc_outside_the_picture_takes_nothing(centre: tuple[float, float]) -> None:
    """A brush beside the picture marks nothing and breaks nothing."""
    assert not disc(centre, 1.0, (1.0, 1.0), SHAPE).mask.any()


@given(st.floats(0, 29), st.floats(0, 39), st.floats(0.01, 20), st.sampled_from([(1.0, 1.0), (0.5, 1.5)]))
def test_a_disc_takes_the_pixels_within_its_radius(
    row: float, column: float, diameter: float, spacing: tuple[float, float]
) -> None:
    """A pixel is taken where its centre is within the radius in mm; the pixel under the centre always."""
    rows, columns = np.indices(SHAPE)
    within = np.hypot((rows - row) * spacing[0], (columns - column) * spacing[1]) <= diameter / 2
    within[round(row), round(column)] = True
    assert (whole(disc((row, column), diameter, spacing, SHAPE)) == within).all()


def test_changes_of_both_kinds_are_taken_back() -> None:
    """Changes as masks, as whole boxes and as indices, on two slices, give back what was there before."""

    class Atom:
        def __init__(self, where: tuple[slice, ...], mask: np.ndarray | None, old: np.ndarray) -> None:
            self.slice_key, self.mask, self.old_values = where, mask, old

    rng = np.random.default_rng(3)
    before = rng.integers(0, 3, (2, 10, 10)).astype(np.uint8)
    after = before.copy()
    where = (slice(0, 1), slice(2, 6), slice(1, 5))
    mask = rng.random((1, 4, 4)) < 0.5
    atoms: list[object] = [Atom(where, mask, after[where][mask])]
    after[where][mask] = 3
    box = (slice(0, 1), slice(4, 9), slice(3, 9))
    atoms.append(Atom(box, None, after[box].copy()))
    after[box] = 1
    indices = (np.array([1, 1]), np.array([2, 7]), np.array([3, 9]))
    atoms.append((indices, after[indices].copy(), 2))
    after[indices] = 2
    found = {stroke.index: stroke for stroke in strokes_of(after, changes_of(atoms))}
    assert sorted(found) == [0, 1]
    assert found[0].box == (slice(2, 9), slice(1, 9))
    for index, stroke in found.items():
        assert (stroke.before == before[index][stroke.box]).all()
        assert (stroke.after == after[index][stroke.box]).all()


@given(
    labels=arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 3)),
    thickness=st.integers(1, 4),
)
def test_outlines_are_those_of_napari(labels: np.ndarray, thickness: int) -> None:
    """The outlines of any labels, of any thickness, are the pixels that napari outlines itself."""
    assert np.array_equal(contours(labels, thickness), get_contours(labels, thickness, 0))
