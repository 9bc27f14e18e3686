"""Fissures that are erased: as much of each as was asked for, in patches, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.model import FissureName, Lobe
from kazerooni.phantom import Thorax, ThoraxBody, spiral_ct, truth_of

OBLIQUE_AND_MINOR = [FissureName.RIGHT_OBLIQUE, FissureName.RIGHT_MINOR, FissureName.LEFT_OBLIQUE]
PARTED = {
    FissureName.RIGHT_OBLIQUE: ({Lobe.RUL, Lobe.RML}, {Lobe.RLL}),
    FissureName.RIGHT_MINOR: ({Lobe.RUL}, {Lobe.RML}),
    FissureName.LEFT_OBLIQUE: ({Lobe.LUL}, {Lobe.LLL}),
}


def places_on(thorax: Thorax, name: FissureName) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the places (x, y), every 1.7 mm, over which a fissure parts two lobes."""
    side = 1 if name is FissureName.LEFT_OBLIQUE else -1
    x, y = (a.ravel() for a in np.meshgrid(side * np.arange(4.0, 150.0, 1.7), np.arange(-120.0, 120.0, 1.7)))
    z = thorax.fissure_height_mm(name, x, y)
    over, under = (ThoraxBody(thorax).labels(x, y, z + step)[0] for step in (0.4, -0.4))
    above, below = (list(lobes) for lobes in PARTED[name])
    on = np.isin(over, above) & np.isin(under, below)
    return x[on], y[on]


def hidden_share(thorax: Thorax, name: FissureName) -> float:
    """Measure the share of the area of a fissure that is not seen, each place by the slope of the surface there."""
    x, y = places_on(thorax, name)
    step = 0.5
    slopes = [
        (thorax.fissure_height_mm(name, x + dx, y + dy) - thorax.fissure_height_mm(name, x - dx, y - dy)) / (2 * step)
        for dx, dy in ((step, 0.0), (0.0, step))
    ]
    area = np.sqrt(1 + slopes[0] ** 2 + slopes[1] ** 2)
    return float(area[~thorax.is_fissure_complete(name, x, y)].sum() / area.sum())


@pytest.mark.parametrize("thorax", [Thorax(2, erased=0.4), Thorax(9, 0.9, erased=0.4), Thorax(4, erased=0.7)])
@pytest.mark.parametrize("name", OBLIQUE_AND_MINOR)
def test_the_share_that_was_asked_for_is_erased(thorax: Thorax, name: FissureName) -> None:
    """Of every fissure the wanted share of its area within the lung is not seen, within three percent."""
    assert hidden_share(thorax, name) == pytest.approx(thorax.erased, abs=0.03)


@pytest.mark.parametrize("name", OBLIQUE_AND_MINOR)
def test_more_erased_hides_what_less_hides(name: FissureName) -> None:
    """A fissure of which more is erased shows nowhere what one of which less is erased does not show."""
    seen = []
    for erased in (0.0, 0.3, 0.5, 1.0):
        thorax = Thorax(3, erased=erased)
        seen.append(thorax.is_fissure_complete(name, *places_on(thorax, name)))
    for more, less in pairwise(seen):
        assert not np.any(less & ~more)
    assert not seen[-1].any()


def test_erased_fissures_vanish_from_the_picture() -> None:
    """The picture differs from that of the same person only where lines are gone, the same on every run."""
    plan = spiral_ct(slices=3, gap_mm=20.0, rows=256, columns=256, pixel_spacing_mm=(1.4, 1.4))
    whole, erased, again = (
        truth_of(replace(plan, body=ThoraxBody(thorax))).hu
        for thorax in (Thorax(3), Thorax(3, erased=0.6), Thorax(3, erased=0.6))
    )
    assert np.array_equal(erased, again)
    changed = whole != erased
    assert 100 < changed.sum() < 0.01 * changed.size
    assert np.all(whole[changed] > erased[changed])


def test_a_person_whose_fissures_are_not_erased_is_named_as_before() -> None:
    """Series of chests without erased fissures keep their UIDs; erased ones have their own."""
    assert repr(Thorax(3)) == "Thorax(seed=3, inspiration=1.0, lingula=False)"
    assert repr(Thorax(3, erased=0.4)) == "Thorax(seed=3, inspiration=1.0, lingula=False, erased=0.4)"


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_impossible_share_is_refused(share: float) -> None:
    """A share that is none is refused by name."""
    with pytest.raises(ValueError, match="erased"):
        Thorax(erased=share)
