"""Fissures are surfaces in millimetres with the points they were laid through; each is checked at birth."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from math import inf, nan

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, FissureState, FissureSurface, PointOrigin

FLAT = FissureSurface((10.0, 0.0, 0.5))


@pytest.mark.parametrize("position", [(nan, 0.0, 0.0), (0.0, inf, 0.0), (0.0, 0.0, -inf)])
def test_points_lie_somewhere(position: tuple[float, float, float]) -> None:
    """A point of a fissure has three finite coordinates."""
    with pytest.raises(ReadingError, match="three finite numbers of mm are wanted"):
        FissurePoint(position, 1.0, PointOrigin.PLACED)


@pytest.mark.parametrize("weight", [0.0, -1.0, nan, inf])
def test_points_draw_the_surface(weight: float) -> None:
    """A point of a fissure has a finite weight above 0."""
    with pytest.raises(ReadingError, match="a weight above 0 is wanted"):
        FissurePoint((0.0, 0.0, 0.0), weight, PointOrigin.DETECTED)


def test_every_centre_has_its_weight() -> None:
    """A surface has one weight for each of its centres, and finite numbers only."""
    with pytest.raises(ReadingError, match="1 centres, 2 weights"):
        FissureSurface((0.0, 0.0, 0.0), ((1.0, 2.0),), (1.0, 2.0))
    for plane, centre, weight in (
        ((nan, 0.0, 0.0), (1.0, 2.0), 1.0),
        ((0.0, 0.0, 0.0), (1.0, inf), 1.0),
        ((0.0, 0.0, 0.0), (1.0, 2.0), nan),
    ):
        with pytest.raises(ReadingError, match="every number must be finite"):
            FissureSurface(plane, (centre,), (weight,))


def test_an_absent_fissure_has_no_surface() -> None:
    """A fissure that is said to be absent has no surface; one not assessable may keep the one that was laid."""
    with pytest.raises(ReadingError, match="lingula is said to be absent but has a surface"):
        Fissure(FissureName.LINGULA, FissureState.ABSENT, surface=FLAT)
    assert Fissure(FissureName.LINGULA, FissureState.ABSENT).surface is None
    assert Fissure(FissureName.LINGULA, FissureState.NOT_ASSESSABLE, surface=FLAT).surface == FLAT


def test_each_fissure_once() -> None:
    """A set holds each fissure once and gives it by name, or None where nothing is known of it."""
    minor = Fissure(FissureName.RIGHT_MINOR, surface=FLAT)
    fissures = FissureSet((Fissure(FissureName.LEFT_OBLIQUE), minor))
    assert fissures.get(FissureName.RIGHT_MINOR) is minor
    assert fissures.get(FissureName.RIGHT_OBLIQUE) is None
    with pytest.raises(ReadingError, match=r"given twice \(right_minor, right_minor\)"):
        FissureSet((minor, Fissure(FissureName.RIGHT_MINOR, FissureState.ABSENT)))


def test_fissures_cannot_be_changed() -> None:
    """A change makes a new point, surface, fissure or set."""
    point = FissurePoint((0.0, 0.0, 0.0), 1.0, PointOrigin.PRIOR)
    for frozen, name in (
        (point, "weight"),
        (FLAT, "plane"),
        (Fissure(FissureName.LINGULA), "state"),
        (FissureSet(), "fissures"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(frozen, name, None)
