"""Fissures: surfaces laid through points, by laws that every thin-plate spline keeps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import SegmentError
from kazerooni.model import FissurePoint, FissureSurface, PointOrigin
from kazerooni.segment import fit_surface, height_mm

PLACES = np.random.default_rng(7).uniform((-140, -90), (-20, 90), (14, 2))


def points_on(height: Callable[[float, float], float], weight: float = 1.0) -> list[FissurePoint]:
    """Give points on a surface over PLACES."""
    return [FissurePoint((x, y, height(x, y)), weight, PointOrigin.PLACED) for x, y in PLACES.tolist()]


def bowl(x: float, y: float) -> float:
    """Give the height of a curved surface."""
    return -20 + 0.1 * x + 0.8 * y - 0.002 * (x + 70) ** 2 + 0.0015 * y * y


def moved(points: list[FissurePoint], by: tuple[float, float, float]) -> list[FissurePoint]:
    """Move points."""
    return [replace(p, position_mm=tuple(np.add(p.position_mm, by).tolist())) for p in points]


def test_height_is_the_formula_of_the_model() -> None:
    """The height of a surface is a + b x + c y + w r^2 ln r, as the model says, at a hand-worked place."""
    surface = FissureSurface((1.0, 2.0, 3.0), ((0.0, 0.0),), (0.5,))
    assert height_mm(surface, 3.0, 4.0) == pytest.approx(1 + 6 + 12 + 0.5 * 25 * np.log(5))
    assert height_mm(surface, 0.0, 0.0) == pytest.approx(1.0)


@given(st.tuples(*[st.floats(-3, 3)] * 3))
def test_plane_is_found_exactly(plane: tuple[float, float, float]) -> None:
    """Points on a plane give that plane, everywhere, however stiff the surface is."""
    a, b, c = plane
    surface = fit_surface(points_on(lambda x, y: a + b * x + c * y), stiffness=10.0)
    assert height_mm(surface, 200.0, -300.0) == pytest.approx(a + 200 * b - 300 * c, abs=1e-6)


def test_surface_passes_near_its_points_and_between_them() -> None:
    """A curved surface is met within 0.5 mm at its points and within 2 mm between them."""
    surface = fit_surface(points_on(bowl))
    at = height_mm(surface, *PLACES.T)
    assert np.abs(at - bowl(*PLACES.T)).max() < 0.5
    middle = (PLACES + PLACES.mean(axis=0)) / 2
    assert np.abs(height_mm(surface, *middle.T) - bowl(*middle.T)).max() < 2.0


def test_heavier_point_wins() -> None:
    """A point off the others draws the surface the nearer the more weight it has."""
    missed = []
    for weight in (0.01, 1.0, 100.0):
        off = FissurePoint((-80.0, 0.0, bowl(-80, 0) + 20), weight, PointOrigin.PLACED)
        surface = fit_surface([*points_on(bowl), off], stiffness=0.1)
        missed.append(float(off.position_mm[2] - height_mm(surface, -80.0, 0.0)))
    assert missed[0] > missed[1] > missed[2] > 0
    assert missed[2] < 0.2


@given(st.permutations(range(14)), st.tuples(*[st.floats(-500, 500)] * 3))
def test_order_and_place_do_not_matter(order: list[int], by: tuple[float, float, float]) -> None:
    """The surface is the same whatever the order of its points, and moves with them."""
    points = points_on(bowl)
    usual = height_mm(fit_surface(points), -60.0, 10.0)
    other = fit_surface(moved([points[n] for n in order], by))
    assert height_mm(other, -60.0 + by[0], 10.0 + by[1]) == pytest.approx(usual + by[2], abs=1e-5)


def test_few_points_give_the_flattest_plane() -> None:
    """One point gives a level plane, two on one place their weighted mean, points on a line a plane through it."""
    one = FissurePoint((5.0, 6.0, 7.0), 1.0, PointOrigin.PLACED)
    assert fit_surface([one]).plane == pytest.approx((7.0, 0.0, 0.0))
    twice = [one, replace(one, position_mm=(5.0, 6.0, 11.0), weight=3.0)]
    assert fit_surface(twice).plane[0] == pytest.approx(10.0)
    line = [replace(one, position_mm=(float(x), float(x), 2.0 * x)) for x in range(0, 50, 5)]
    surface = fit_surface(line)
    assert surface.centres_mm == ()
    assert height_mm(surface, 30.0, 30.0) == pytest.approx(60.0)


def test_no_points_are_refused() -> None:
    """A surface through no points is refused with what to do."""
    with pytest.raises(SegmentError, match="place one at least"):
        fit_surface([])
