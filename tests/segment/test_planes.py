"""Planes: morphology in the plane, held against SciPy with the same disc."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.segment.planes import close_planes, dilate_planes, edge_of, erode_planes, fill_upwards, open_planes


def disc(pixels: int) -> NDArray[np.bool_]:
    """Give the disc of a radius as a structure of one plane."""
    down, along = np.indices((2 * pixels + 1, 2 * pixels + 1)) - pixels
    return (down**2 + along**2 <= pixels**2 + pixels)[None]


def blobs(seed: int) -> NDArray[np.bool_]:
    """Give a mask of blobs that touch the border."""
    noise = np.random.default_rng(seed).normal(size=(3, 40, 50))
    blobs: NDArray[np.bool_] = ndimage.gaussian_filter(noise, (0, 2, 2)) > 0.1
    return blobs


@pytest.mark.parametrize("pixels", [1, 2, 3, 6])
def test_discs_are_those_of_scipy(pixels: int) -> None:
    """Growing, shrinking and opening by a disc give what SciPy gives with the disc as its structure."""
    mask, structure = blobs(pixels), disc(pixels)
    assert np.array_equal(dilate_planes(mask, pixels), ndimage.binary_dilation(mask, structure))
    assert np.array_equal(erode_planes(mask, pixels), ndimage.binary_erosion(mask, structure, border_value=1))
    opened = ndimage.binary_dilation(ndimage.binary_erosion(mask, structure, border_value=1), structure)
    assert np.array_equal(open_planes(mask, pixels), opened)


def test_closing_only_adds_and_fills_narrow_gaps() -> None:
    """A gap of 4 pixels between two bars is closed by a disc of radius 3, one of 12 pixels is not."""
    mask = np.zeros((1, 40, 60), bool)
    mask[0, 5:35, 10:20] = mask[0, 5:35, 24:30] = mask[0, 5:35, 42:50] = True
    closed = close_planes(mask, 3)
    assert closed[mask].all()
    assert closed[0, 20, 20:24].all()
    assert not closed[0, 20, 34:38].any()


def test_the_edge_is_what_has_a_neighbour_outside() -> None:
    """The edge of a mask is what an erosion by its six neighbours takes away; the border of the array is no outside."""
    mask = blobs(9)
    edge = np.zeros_like(mask)
    edge[edge_of(mask)] = True
    assert np.array_equal(edge, mask & ~ndimage.binary_erosion(mask, border_value=1))


def test_a_dome_from_below_is_no_hole_but_a_ball_within_is() -> None:
    """A dome that rises into a mask from below stays out, a ball within it is filled, a small hole below too."""
    z, y, x = np.indices((30, 60, 60))
    whole = (z >= 5) & (np.hypot(y - 30, x - 30) < 27)
    dome = (y - 30) ** 2 + (x - 30) ** 2 + (z - 2) ** 2 < 14**2
    rim = (z < 8) & (x > 30) & (np.abs(y - 30) < 10)
    ball = (y - 30) ** 2 + (x - 30) ** 2 + (z - 23) ** 2 < 5**2
    filled = fill_upwards(whole & ~dome & ~rim & ~ball, most_pixels=20)
    assert filled[ball].all()
    assert not filled[dome & (z >= 5)].any()
    speck = whole.copy()
    speck[5, 30:33, 30:33] = False
    assert fill_upwards(speck, most_pixels=20)[5, 31, 31]
    assert not fill_upwards(speck, most_pixels=5)[5, 31, 31]
