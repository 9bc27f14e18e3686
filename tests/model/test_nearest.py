"""Nearest: the voxel that shows a place, on every kind of grid."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Geometry, nearest_voxels

COSINES = {
    "axial": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "flipped": (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "coronal": (1.0, 0.0, 0.0, 0.0, 0.0, -1.0),
    "turned": (0.6, 0.8, 0.0, -0.8, 0.6, 0.0),
}
SHAPE = (5, 6, 7)


def grid(name: str, positions_mm: tuple[float, ...] = (0.0, 10.0, 20.0, 30.0, 40.0)) -> Geometry:
    """Give a small grid of pixels 2 mm high and 3 mm wide."""
    cosines = COSINES[name]
    normal = np.cross(cosines[:3], cosines[3:])
    origins = np.array([7.0, -5.0, 11.0]) + np.array(positions_mm)[:, None] * normal
    return Geometry(SHAPE, (2.0, 3.0), origins, cosines, 1.0)


@given(
    st.sampled_from(list(COSINES)),
    st.tuples(*(st.integers(0, count - 1) for count in SHAPE)),
    st.tuples(*[st.floats(-0.49, 0.49)] * 3),
)
def test_a_place_within_a_voxel_is_shown_by_it(
    name: str, voxel: tuple[int, int, int], off: tuple[float, float, float]
) -> None:
    """A place less than half a pixel and half a gap from the centre of a voxel is its own."""
    geometry = grid(name)
    index, row, column = voxel
    place = (
        geometry.origins_mm[index]
        + off[0] * 10 * geometry.normal
        + (row + off[1]) * 2 * geometry.column_direction
        + (column + off[2]) * 3 * geometry.row_direction
    )
    found = nearest_voxels(geometry, place[None])
    assert (int(found.index[0]), int(found.row[0]), int(found.column[0])) == voxel
    assert found.inside[0]


@pytest.mark.parametrize(
    ("z", "index", "inside"), [(-6, 0, False), (-4, 0, True), (13, 1, True), (27, 2, True), (46, 3, False)]
)
def test_uneven_slices(z: float, index: int, inside: bool) -> None:  # noqa: FBT001 - pytest hands it over
    """Each place belongs to the nearest of uneven slices; half a usual gap beyond the last one nothing is shown."""
    geometry = Geometry(
        (4, 6, 7), (2.0, 3.0), np.array([[0, 0, 0], [0, 0, 10], [0, 0, 30], [0, 0, 40.0]]), COSINES["axial"], 1.0
    )
    found = nearest_voxels(geometry, np.array([[3.0, 2.0, z]]))
    assert (int(found.index[0]), bool(found.inside[0])) == (index, inside)


def test_places_beside_the_picture_are_outside() -> None:
    """A place half a pixel beyond the border is outside, and its voxel lies within the scan all the same."""
    geometry = grid("axial")
    beyond = geometry.origins_mm[0] + np.array([[-2.0, 0.0, 0.0], [7 * 3.0, 0.0, 0.0], [0.0, 6 * 2.0, 0.0]])
    found = nearest_voxels(geometry, beyond)
    assert not found.inside.any()
    assert found.of(np.arange(5 * 6 * 7).reshape(SHAPE)).shape == (3,)
