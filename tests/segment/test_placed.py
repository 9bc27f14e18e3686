"""Placed: points that a person places move fissures onto themselves, and leave the rest as it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, FissureState, PointOrigin
from kazerooni.segment import fit_surface, height_mm
from kazerooni.segment.placed import with_placed

LEVEL = tuple(
    FissurePoint((x, y, 50.0), 1.0, PointOrigin.DETECTED)
    for x in np.arange(-200.0, 201.0, 20.0).tolist()
    for y in np.arange(-200.0, 201.0, 20.0).tolist()
)
FOUND = FissureSet((Fissure(FissureName.RIGHT_MINOR, points=LEVEL, surface=fit_surface(LEVEL)),))


def placed(*points: tuple[float, float, float]) -> FissureSet:
    """Give points placed on the minor fissure."""
    return FissureSet(
        (Fissure(FissureName.RIGHT_MINOR, points=tuple(FissurePoint(p, 1.0, PointOrigin.PLACED) for p in points)),)
    )


def height(fissures: FissureSet, x: float, y: float) -> float:
    """Give the height of the minor fissure."""
    surface = fissures.fissures[0].surface
    assert surface is not None
    return float(height_mm(surface, x, y))


@given(st.floats(-60, 60), st.floats(-60, 60), st.floats(-30, 30))
def test_a_point_wins_and_the_rest_stays(x: float, y: float, by: float) -> None:
    """The surface passes within a millimetre of a placed point, and 120 mm away it is where it was."""
    moved = with_placed(FOUND, placed((x, y, 50 + by)))
    assert height(moved, x, y) == pytest.approx(50 + by, abs=1.0)
    assert height(moved, x + 120, y) == pytest.approx(50, abs=1.0)
    assert [p for p in moved.fissures[0].points if p.origin is PointOrigin.PLACED] == list(
        placed((x, y, 50 + by)).fissures[0].points
    )


def test_a_point_on_the_fissure_moves_nothing() -> None:
    """Agreeing with what was found changes nothing."""
    moved = with_placed(FOUND, placed((0, 0, 50.0)))
    assert all(p.position_mm[2] == pytest.approx(50) for p in moved.fissures[0].points)


def test_states_and_what_was_not_found() -> None:
    """An absent fissure is absent whatever was found; one that was not found is laid through the points alone."""
    absent = FissureSet((Fissure(FissureName.RIGHT_MINOR, FissureState.ABSENT),))
    assert with_placed(FOUND, absent) == absent
    alone = with_placed(FissureSet(), placed((0, 0, 10), (50, 0, 10), (0, 50, 10)))
    assert height(alone, 25, 25) == pytest.approx(10)
    nothing = FissureSet((Fissure(FissureName.RIGHT_MINOR),))
    assert with_placed(FOUND, nothing) == FOUND
    assert with_placed(FissureSet(), nothing) == FissureSet()


def test_points_placed_before_are_replaced() -> None:
    """Points that a person placed earlier and has taken away are not kept."""
    first = with_placed(FOUND, placed((0, 0, 90.0)))
    again = with_placed(first, placed((100, 100, 50.0)))
    assert [p.position_mm for p in again.fissures[0].points if p.origin is PointOrigin.PLACED] == [(100.0, 100.0, 50.0)]


def test_points_that_disagree_do_not_swing() -> None:
    """Two points a millimetre apart, 6 mm different in height, bend the surface between them, not beyond."""
    moved = with_placed(FOUND, placed((0, 0, 57.0), (1, 0, 63.0)))
    heights = [height(moved, x, 0.0) for x in np.linspace(-60, 60, 61)]
    assert max(heights) < 66  # 3 mm past the higher point
    assert min(heights) > 47  # and 3 mm below what was found
    assert replace(moved.fissures[0], points=()).state is FissureState.PRESENT
