"""Prior: fissures from anatomy alone, and how points that a person places overrule them."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pytest

from kazerooni.model import FissureName, FissurePoint, Geometry, Lobe, PointOrigin
from kazerooni.phantom import Thorax, ThoraxTruth, sequential_hrct, thorax_series
from kazerooni.segment import Lungs, default_fissures, fit_surface, height_mm, lobes_of

PLAN = sequential_hrct(centre_mm=(0.0, 0.0, -8.0))


@lru_cache(maxsize=4)
def chest(seed: int) -> ThoraxTruth:
    """Scan a phantom chest slice by slice, 10 mm apart."""
    return thorax_series(PLAN, Thorax(seed))[1]


def lungs_of(truth: ThoraxTruth) -> Lungs:
    """Give the true lungs."""
    return Lungs(np.array([0, 1, 1, 1, 2, 2, 2], np.uint8)[truth.lobes], truth.scan.geometry)


@pytest.mark.parametrize("seed", [5, 6, 7])
def test_anatomy_alone_parts_a_sequential_scan(seed: int) -> None:
    """On slices 10 mm apart the lobes from anatomy alone overlap the true ones by 0.90 in the mean."""
    truth = chest(seed)
    found = lobes_of(lungs_of(truth), default_fissures(lungs_of(truth))).labels
    dice = [
        2 * int(((found == lobe) & (truth.lobes == lobe)).sum())
        / int((found == lobe).sum() + (truth.lobes == lobe).sum())
        for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
    ]  # fmt: skip
    assert sum(dice) / 5 >= 0.90


def test_prior_says_what_it_is() -> None:
    """Every point of the prior is marked as one and weighs little; the lingula, without a fissure, gets none."""
    fissures = default_fissures(lungs_of(chest(5))).fissures
    assert [f.name for f in fissures] == [
        FissureName.RIGHT_OBLIQUE,
        FissureName.RIGHT_MINOR,
        FissureName.LEFT_OBLIQUE,
    ]
    assert {(p.origin, p.weight < 0.1) for f in fissures for p in f.points} == {(PointOrigin.PRIOR, True)}


def test_placed_point_wins_over_the_prior() -> None:
    """A point that a person places 30 mm above the prior draws the surface to within 3 mm of it."""
    fissure = default_fissures(lungs_of(chest(5))).fissures[0]
    x, y, z = fissure.points[12].position_mm
    point = FissurePoint((x, y, z + 30.0), 1.0, PointOrigin.PLACED)
    assert float(height_mm(fit_surface([*fissure.points, point]), x, y)) == pytest.approx(z + 30.0, abs=3.0)


def test_lung_that_is_not_there_gets_no_fissures() -> None:
    """Without a right lung there are only the fissures of the left one; without lungs there are none."""
    truth = lungs_of(chest(5))
    left = Lungs(np.where(truth.labels == 2, truth.labels, np.uint8(0)), truth.geometry)
    assert [f.name for f in default_fissures(left).fissures] == [FissureName.LEFT_OBLIQUE]
    assert default_fissures(Lungs(np.zeros_like(truth.labels), truth.geometry)).fissures == ()


def test_prior_moves_with_the_patient() -> None:
    """A patient who lies elsewhere has the same fissures there."""
    truth = lungs_of(chest(5))
    old = truth.geometry
    by = np.array([13.0, -40.0, 700.0])
    moved = Geometry(old.shape, old.pixel_spacing_mm, old.origins_mm + by, old.orientation, old.slice_thickness_mm)
    here, there = (default_fissures(Lungs(truth.labels, g)).fissures[0].points[0].position_mm for g in (old, moved))
    assert np.subtract(there, here) == pytest.approx(by)
