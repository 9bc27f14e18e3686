"""The healthy thorax: where everything lies, how large it is, how dense it is."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.labels.lobe_order import check_placement
from kazerooni.model import FissureName, Lobe, LobeMap
from kazerooni.phantom import (
    HEALTHY,
    Placed,
    Thorax,
    ThoraxBody,
    ThoraxTruth,
    place_disease,
    sequential_hrct,
    thorax_series,
)
from kazerooni.phantom.grid import geometry_of

PLAN = sequential_hrct(slices=28, gap_mm=10.0, centre_mm=(0.0, 0.0, -8.0))
# Percent of lung volume in health (score.md, "Density").
SHARES = {
    Lobe.RUL: (11.8, 22.7),
    Lobe.RML: (6.6, 13.8),
    Lobe.RLL: (22.3, 34.0),
    Lobe.LUL: (18.1, 26.6),
    Lobe.LLL: (19.4, 28.7),
}


def hu_at(x: float, y: float, z: float, *, seed: int = 1) -> int:
    """Give the density of a healthy thorax at one LPS place."""
    return int(ThoraxBody(Thorax(seed)).hu(*(np.full((1, 1), float(a)) for a in (x, y, z)))[0, 0])


def volume_ml(placed: Placed) -> float:
    """Give the volume of both lungs."""
    rows_mm, columns_mm = PLAN.pixel_spacing_mm
    return float((placed.lobes > 0).sum() * rows_mm * columns_mm * PLAN.gap_mm / 1000)


@pytest.fixture(scope="module")
def healthy() -> ThoraxTruth:
    """Give the truth of a scan of a healthy thorax."""
    return thorax_series(PLAN, Thorax())[1]


@pytest.mark.parametrize("seed", [1, 2, 7])
def test_lobe_shares_are_those_of_healthy_people(seed: int) -> None:
    """In every person each lobe holds a share of the lungs that was seen in health."""
    placed = place_disease(PLAN, Thorax(seed), HEALTHY)
    counts = np.bincount(placed.lobes.ravel(), minlength=7)
    for lobe, (low, high) in SHARES.items():
        assert low < 100 * counts[lobe] / counts[1:].sum() < high, lobe
    assert 5000 < volume_ml(placed) < 6500


@pytest.mark.parametrize("lingula", [False, True])
def test_lobes_lie_where_lobes_lie(*, lingula: bool) -> None:
    """The check that refuses flipped and foreign label maps accepts the lobes, the lingula apart or not."""
    placed = place_disease(PLAN, Thorax(lingula=lingula), HEALTHY)
    check_placement("phantom", LobeMap(placed.lobes, geometry_of(PLAN)))
    assert (Lobe.LIN in placed.lobes) is lingula


def test_lobes_are_parted_by_the_fissure_equations(healthy: ThoraxTruth) -> None:
    """Left and right of the midline every lobe lies on its side of the surfaces that the thorax names."""
    geometry, thorax = healthy.scan.geometry, healthy.body.thorax
    x = geometry.origin_mm[0] + np.arange(64)[None, None] * 5.6
    y = geometry.origin_mm[1] + np.arange(64)[None, :, None] * 5.6
    z = geometry.origins_mm[:, 2][:, None, None]

    def sides(name: FissureName, *lobes: Lobe) -> NDArray[np.bool_]:
        return ((z >= thorax.fissure_height_mm(name, x, y)) & np.ones(geometry.shape, bool))[
            np.isin(healthy.lobes, lobes)
        ]

    assert sides(FissureName.RIGHT_OBLIQUE, Lobe.RUL, Lobe.RML).all()
    assert not sides(FissureName.RIGHT_OBLIQUE, Lobe.RLL).any()
    assert sides(FissureName.RIGHT_MINOR, Lobe.RUL).all()
    assert not sides(FissureName.RIGHT_MINOR, Lobe.RML).any()
    assert sides(FissureName.LEFT_OBLIQUE, Lobe.LUL).all()
    assert not sides(FissureName.LEFT_OBLIQUE, Lobe.LLL).any()


@pytest.mark.parametrize("name", [FissureName.RIGHT_OBLIQUE, FissureName.RIGHT_MINOR, FissureName.LEFT_OBLIQUE])
def test_fissure_is_seen_where_it_is_complete(name: FissureName) -> None:
    """A fissure is a line denser than the lung beside it where it is complete, and nothing where it is not."""
    thorax = Thorax(1)
    side = 1 if name is FissureName.LEFT_OBLIQUE else -1
    x, y = (a.ravel() for a in np.meshgrid(side * np.arange(45.0, 126.0, 1.5), np.arange(-60.0, 60.0, 1.5)))
    z = thorax.fissure_height_mm(name, x, y)
    on, over, under = (ThoraxBody(thorax).hu(x, y, z + step).astype(int) for step in (0.0, 2.5, -2.5))
    lobes = [ThoraxBody(thorax).labels(x, y, z + step)[0] for step in (2.5, -2.5)]
    beside = np.maximum(over, under)
    lung = (lobes[0] > 0) & (lobes[1] > 0) & (lobes[0] != lobes[1]) & (beside < -750)
    complete = thorax.is_fissure_complete(name, x, y)
    assert (lung & complete).sum() > 100
    assert np.median((on - beside)[lung & complete]) > 150
    missing = lung & ~complete & (on < -750)
    assert missing.sum() > 5
    assert np.abs(np.median((on - beside)[missing])) < 40


@pytest.mark.parametrize(
    ("place", "low", "high"),
    [
        ((-175, -100, 0), -1000, -1000),  # air
        ((0, 17, 30), -1000, -980),  # trachea above the carina
        ((30, -30, -55), 35, 45),  # heart on the left
        ((-70, -30, -55), -900, -600),  # lung at its mirror place
        ((23, 46, 0), 35, 45),  # descending aorta on the left
        ((-23, 46, 0), -900, -600),  # lung at its mirror place
        ((-70, -10, -100), 40, 70),  # liver on the right
        ((60, -55, -120), -1000, -970),  # bubble of the stomach, in front
        ((-60, -55, -120), 40, 70),  # liver at its mirror place
        ((60, -5, -120), -60, 90),  # content of the stomach, behind
        ((0, 60, 12), 100, 250),  # vertebra
        ((0, 81, 12), 20, 40),  # its canal
        ((0, -89, 10), 100, 300),  # breastbone
    ],
)
def test_organs_lie_where_they_lie(place: tuple[float, float, float], low: int, high: int) -> None:
    """Heart, aorta and stomach lie on the left, the liver on the right, the spine at the back, each of its density."""
    assert low <= hu_at(*place) <= high


def test_lung_is_as_dense_as_healthy_lung(healthy: ThoraxTruth) -> None:
    """Between its vessels healthy lung measures about -860 to -820 HU and is denser at the back."""
    hu, lung = healthy.scan.hu, healthy.lobes > 0
    rows = np.nonzero(lung)[1]
    middle = float(np.median(rows))
    front, back = hu[lung][rows < middle - 6], hu[lung][rows > middle + 6]
    assert -880 < np.median(front) < np.median(back) - 15 < -815
    assert -850 < np.mean(hu[lung]) < -770


def test_less_breath_makes_smaller_and_denser_lungs() -> None:
    """The same person breathing in less has smaller, denser lungs of the same shares."""
    deep, shallow = (thorax_series(PLAN, Thorax(3, inspiration=breath))[1] for breath in (1.0, 0.9))
    assert (shallow.lobes > 0).sum() < 0.93 * (deep.lobes > 0).sum()
    assert np.median(shallow.scan.hu[shallow.lobes > 0]) > np.median(deep.scan.hu[deep.lobes > 0]) + 8
    shares = [np.bincount(truth.lobes.ravel())[1:6] / (truth.lobes > 0).sum() for truth in (deep, shallow)]
    assert np.allclose(shares[0], shares[1], atol=0.01)


def test_vessels_taper_and_cross_no_fissure(healthy: ThoraxTruth) -> None:
    """Dense places are common at the hilum, rare below the pleura, and none lies in the plane of a complete fissure."""
    x, y = (a.ravel() for a in np.meshgrid(np.arange(-130.0, -50.0, 0.7), np.arange(-50.0, 0.0, 0.7)))
    thorax = healthy.body.thorax
    z = thorax.fissure_height_mm(FissureName.RIGHT_MINOR, x, y)
    lobes = healthy.body.labels(x, y, z + 1)[0]
    complete = thorax.is_fissure_complete(FissureName.RIGHT_MINOR, x, y) & (lobes == Lobe.RUL) & (x > -120)
    assert (healthy.body.hu(x, y, z)[complete] > -150).mean() < 0.005

    def dense(x_mm: float) -> float:
        """Give the share of dense places in a sagittal slab of the right lower lobe."""
        slab = np.meshgrid(np.arange(x_mm, x_mm + 8, 0.8), np.arange(0.0, 60.0, 0.8), np.arange(-60.0, -20.0, 0.8))
        inside = healthy.body.labels(*slab)[0] == Lobe.RLL
        return float((healthy.body.hu(*slab)[inside] > -300).mean())

    assert dense(-60.0) > 2 * dense(-130.0) > 0


@pytest.mark.parametrize("breath", [0.5, 1.5])
def test_impossible_breath_is_refused(breath: float) -> None:
    """A breath that no lung can take is refused by name."""
    with pytest.raises(ValueError, match="inspiration"):
        Thorax(inspiration=breath)
