"""Fissure points go into a points layer and come back as they were; a dragged one is a person's."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Fissure, FissureName, FissurePoint, FissureState, PointOrigin
from napari_kazerooni.layers import fissure_kwargs, fissure_of
from napari_kazerooni.screen import screen_of
from tests.plugins.builders import small_geometry

SCREEN = screen_of(small_geometry(gap_mm=7.0))
places = st.tuples(*(st.floats(-200, 200) for _ in range(3)))
points = st.builds(FissurePoint, places, st.floats(1e-3, 10), st.sampled_from(PointOrigin))


@given(st.lists(points, max_size=6), st.sampled_from(FissureName))
def test_a_fissure_comes_back_exactly(some: list[FissurePoint], name: FissureName) -> None:
    """Points that nobody moved come back bit for bit, with their weight and origin."""
    layer = fissure_kwargs(Fissure(name, points=tuple(some)), SCREEN)
    assert layer["data"].shape == (len(some), 3)
    assert fissure_of(name, layer["data"], layer["features"], SCREEN).points == tuple(some)
    narrow = layer["data"].astype(np.float32).astype(np.float64)
    assert fissure_of(name, narrow, layer["features"], SCREEN).points == tuple(some), "a viewer may keep float32"


def test_a_dragged_point_is_placed() -> None:
    """A point that was dragged or added is one that a person placed, where it lies; the others stay what they were."""
    old = (
        FissurePoint((10.0, 20.0, 30.0), 0.1, PointOrigin.PRIOR),
        FissurePoint((0.0, 5.0, 14.0), 0.2, PointOrigin.DETECTED),
    )
    layer = fissure_kwargs(Fissure(FissureName.LEFT_OBLIQUE, points=old), SCREEN)
    data = np.vstack([layer["data"], SCREEN.to_layer((1.0, 2.0, 3.0))])
    data[0, 0] += 2.0
    moved, kept, added = fissure_of(FissureName.LEFT_OBLIQUE, data, layer["features"], SCREEN).points
    assert (kept, moved.origin, added.origin) == (old[1], PointOrigin.PLACED, PointOrigin.PLACED)
    np.testing.assert_allclose(moved.position_mm, (10.0, 20.0, 32.0), atol=1e-9)
    np.testing.assert_allclose(added.position_mm, (1.0, 2.0, 3.0), atol=1e-9)
    assert moved.weight == 1.0


def test_a_deleted_point_is_gone() -> None:
    """Deleting a point, as a viewer does with its features, leaves the others as they were; a state is kept."""
    old = tuple(FissurePoint((float(n), 0.0, 7.0), 1.0, PointOrigin.DETECTED) for n in range(3))
    layer = fissure_kwargs(Fissure(FissureName.RIGHT_MINOR, points=old), SCREEN)
    features = {name: np.delete(np.array(values), 1) for name, values in layer["features"].items()}
    data = np.delete(layer["data"], 1, axis=0)
    fissure = fissure_of(FissureName.RIGHT_MINOR, data, features, SCREEN, state=FissureState.NOT_ASSESSABLE)
    assert (fissure.points, fissure.state) == ((old[0], old[2]), FissureState.NOT_ASSESSABLE)
