"""Disease of the thorax: as much of it as was asked for, where such disease settles, looking as it looks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import measure

from kazerooni.model import Component, Finding, Lobe
from kazerooni.phantom import (
    Disease,
    Thorax,
    ThoraxTruth,
    place_disease,
    sequential_hrct,
    thorax_series,
    uneven_positions_mm,
)
from kazerooni.phantom.grid import geometry_of, places_of_slice

# Its functions carry no types.
MEASURE: Any = measure
PLAN = sequential_hrct(slices=27, rows=96, columns=96, pixel_spacing_mm=(3.7, 3.7), centre_mm=(0.0, 0.0, -8.0))
WANTED: dict[Lobe, dict[Finding, float]] = {
    Lobe.RUL: {Finding.GROUND_GLASS: 8, Finding.RETICULATION: 3},
    Lobe.RML: {Finding.SEPTAL: 30},
    Lobe.RLL: {
        Finding.GROUND_GLASS: 30,
        Finding.CONSOLIDATION: 6.5,
        Finding.SEPTAL: 10,
        Finding.RETICULATION: 20,
        Finding.HONEYCOMBING: 25,
    },
    Lobe.LUL: {Finding.GROUND_GLASS: 100},
    Lobe.LLL: {Finding.GROUND_GLASS: 80, Finding.CONSOLIDATION: 20, Finding.HONEYCOMBING: 4.9},
}


@pytest.fixture(scope="module")
def sick() -> ThoraxTruth:
    """Give the truth of a scan of a sick thorax."""
    return thorax_series(PLAN, Thorax(), Disease(WANTED))[1]


def only(finding: Finding, percent: float, lobe: Lobe = Lobe.RLL) -> Disease:
    """Give a disease of one finding in one lobe."""
    return Disease({lobe: {finding: percent}})


def marked(finding: Finding, percent: float, **changes: Any) -> NDArray[np.bool_]:
    """Give the voxels of a finding placed alone in the right lower lobe."""
    placed = place_disease(replace(PLAN, **changes), Thorax(), only(finding, percent))
    marks: NDArray[np.bool_] = placed.maps[finding.component] == finding.label
    return marks


def test_every_percent_is_reached_to_the_voxel(sick: ThoraxTruth) -> None:
    """Of each lobe exactly the wanted share of its voxels holds each finding, to the nearest voxel; no other does."""
    for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL):
        whole = int(sick.voxels(lobe).sum())
        for finding in (f for f in Finding if f.label is not None):
            wanted = WANTED[lobe].get(finding, 0)
            assert int(sick.voxels(lobe, finding).sum()) == round(whole * wanted / 100), (lobe, finding)
            assert sick.percent(lobe, finding) == pytest.approx(wanted, abs=100 / whole)
    for labels in sick.maps.values():
        assert not labels[sick.lobes == 0].any()


def test_picture_and_maps_are_one(sick: ThoraxTruth) -> None:
    """Asked at the places of the voxels, the picture's own labels are the maps of the truth."""
    for index in range(0, PLAN.slices, 5):
        lobes, maps = sick.body.labels(*places_of_slice(geometry_of(PLAN), index))
        assert np.array_equal(lobes, sick.lobes[index])
        for component in Component:
            assert np.array_equal(maps[component], sick.maps[component][index])


def test_percents_of_uneven_slices_weigh_their_depths() -> None:
    """On uneven slices the count is still that of voxels, and the percent that of voxels times depth."""
    plan = replace(PLAN, positions_mm=uneven_positions_mm(27, 9.5))
    truth = thorax_series(plan, Thorax(), only(Finding.GROUND_GLASS, 30))[1]
    lobe, glass = truth.voxels(Lobe.RLL), truth.voxels(Lobe.RLL, Finding.GROUND_GLASS)
    assert glass.sum() == round(lobe.sum() * 0.3)
    positions = truth.scan.geometry.slice_positions_mm
    gaps = np.diff(positions)
    depths = (np.r_[gaps[0], gaps] + np.r_[gaps, gaps[-1]]) / 2
    assert truth.percent(Lobe.RLL, Finding.GROUND_GLASS) == pytest.approx(100 * (glass @ depths) / (lobe @ depths))
    assert truth.percents[Lobe.RLL][Finding.GROUND_GLASS] == truth.percent(Lobe.RLL, Finding.GROUND_GLASS)


@pytest.mark.parametrize("finding", [f for f in Finding if f.label is not None])
def test_less_disease_lies_within_more(finding: Finding) -> None:
    """The same disease at a lower percent covers a part of what it covers at a higher one."""
    less, more = (marked(finding, percent, slices=9, gap_mm=28.0) for percent in (12, 40))
    assert less.any()
    assert not (less & ~more).any()


def test_same_disease_on_another_grid_lies_at_the_same_places() -> None:
    """A scan of other slices and pixels shows the disease at all but the same places of the patient."""
    coarse = place_disease(PLAN, Thorax(), only(Finding.GROUND_GLASS, 30)).body
    other = replace(PLAN, rows=80, columns=80, pixel_spacing_mm=(4.4, 4.4), slices=50, gap_mm=5.3)
    fine = place_disease(other, Thorax(), only(Finding.GROUND_GLASS, 30)).body
    assert fine.thresholds[0].value == pytest.approx(coarse.thresholds[0].value, abs=0.02)


@pytest.mark.parametrize("finding", [f for f in Finding if f.label is not None])
def test_disease_prefers_base_and_back(finding: Finding) -> None:
    """Every finding settles lower and farther back than the middle of its lobe."""
    lobe = place_disease(PLAN, Thorax(), Disease({})).lobes == Lobe.RLL
    where, whole = (np.argwhere(mask).mean(axis=0) for mask in (marked(finding, 20), lobe))
    assert where[0] < whole[0]
    assert where[1] > whole[1]


def test_findings_look_as_they_are(sick: ThoraxTruth) -> None:
    """Ground glass is denser than lung and lighter than tissue, consolidation is tissue, cysts are air in fibrosis."""
    hu, alveolar = sick.scan.hu, sick.maps[Component.ALVEOLAR]
    plain = sick.maps[Component.INTERSTITIAL] == 0
    assert -880 < np.median(hu[(sick.lobes > 0) & plain & (alveolar == 0)]) < -815
    assert -760 < np.median(hu[plain & (alveolar == Finding.GROUND_GLASS.label)]) < -560
    assert -20 < np.median(hu[plain & (alveolar == Finding.CONSOLIDATION.label)]) < 60
    honeycomb = hu[sick.maps[Component.INTERSTITIAL] == Finding.HONEYCOMBING.label]
    assert 0.2 < (honeycomb < -850).mean() < 0.7
    assert 0.15 < (honeycomb > -300).mean() < 0.7
    for finding in (Finding.SEPTAL, Finding.RETICULATION):
        lines = hu[(sick.maps[Component.INTERSTITIAL] == finding.label) & (alveolar == 0)]
        assert (lines > -720).mean() > 1.5 * (hu[(sick.lobes > 0) & plain & (alveolar == 0)] > -720).mean()


def test_honeycomb_cysts_measure_three_to_ten_millimetres() -> None:
    """The cysts of a honeycomb, as connected air, are as wide as spheres of 3-10 mm, and lie below the pleura."""
    body = place_disease(PLAN, Thorax(), only(Finding.HONEYCOMBING, 30)).body
    step = 0.6
    z, y, x = np.meshgrid(np.arange(-105, -75, step), np.arange(45, 90, step), np.arange(-95, -55, step), indexing="ij")
    honeycomb = body.labels(x, y, z)[1][Component.INTERSTITIAL] == Finding.HONEYCOMBING.label
    cysts = MEASURE.regionprops(MEASURE.label((body.hu(x, y, z) < -700) & honeycomb, connectivity=1))
    inner = [c for c in cysts if min(c.bbox[:3]) > 0 and all(np.array(c.bbox[3:]) < honeycomb.shape)]
    across = np.array([c.equivalent_diameter_area for c in inner if c.area > 4]) * step
    assert across.size > 20
    assert np.ptp(across) > 2
    assert np.mean((across >= 3) & (across <= 10)) > 0.9
    assert across.max() <= 10


def test_traction_widens_bronchi_of_its_lobe_only() -> None:
    """Traction bronchiectasis shows as more air in the bronchi of its lobe, leaves others alone and marks nothing."""
    plan = replace(PLAN, slices=6, gap_mm=12.0, rows=192, columns=192, pixel_spacing_mm=(1.85, 1.85))
    (_, without), (_, pulled) = (
        thorax_series(plan, Thorax(), Disease({}, traction=lobes)) for lobes in ((), (Lobe.RLL,))
    )
    for lobe in (Lobe.RLL, Lobe.LLL):
        air = [int((truth.scan.hu[truth.lobes == lobe] < -930).sum()) for truth in (without, pulled)]
        assert (air[1] > 1.5 * air[0]) is (lobe is Lobe.RLL)
    assert pulled.traction == (Lobe.RLL,)
    assert not any(labels.any() for labels in pulled.maps.values())


@pytest.mark.parametrize(
    ("percents", "message"),
    [
        ({Finding.GROUND_GLASS: 101.0}, "0 to 100"),
        ({Finding.GROUND_GLASS: -1.0}, "0 to 100"),
        ({Finding.GROUND_GLASS: 70.0, Finding.CONSOLIDATION: 40.0}, "together"),
        ({Finding.TRACTION_BRONCHIECTASIS: 5.0}, "no area"),
    ],
)
def test_impossible_disease_is_refused(percents: dict[Finding, float], message: str) -> None:
    """Percents that cannot be, or not together, are refused with the lobe's name."""
    with pytest.raises(ValueError, match=rf"RLL.*{message}"):
        Disease({Lobe.RLL: percents})


def test_disease_of_the_lingula_needs_a_lingula() -> None:
    """The lingula takes its own percents where it is numbered apart, and is refused where it is not."""
    disease = only(Finding.GROUND_GLASS, 40, Lobe.LIN)
    placed = place_disease(PLAN, Thorax(lingula=True), disease)
    glass = placed.maps[Component.ALVEOLAR] > 0
    assert glass.sum() == round(0.4 * (placed.lobes == Lobe.LIN).sum())
    assert (placed.lobes[glass] == Lobe.LIN).all()
    with pytest.raises(ValueError, match="lingula=True"):
        place_disease(PLAN, Thorax(), disease)
    with pytest.raises(ValueError, match="name LUL"):
        Disease({}, traction=(Lobe.LIN,))
