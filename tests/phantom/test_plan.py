"""Plans of scans, and the body they show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from kazerooni.phantom import (
    MARKER,
    SIMPLE_CHEST,
    Body,
    Solid,
    build_series,
    hu_of,
    sequential_hrct,
    spiral_ct,
    to_bytes,
    truth_of,
    uneven_positions_mm,
)


def hu_at(x: float, y: float, z: float) -> int:
    """Give the density of the simple chest at one LPS place."""
    return int(SIMPLE_CHEST.hu(np.array(x), np.array(y), np.array(z)))


@pytest.mark.parametrize(
    ("place", "hu"),
    [
        ((200.0, 0.0, 0.0), -1000),
        ((-100.0, 0.0, -50.0), -820),
        ((90.0, 10.0, 0.0), -820),
        ((40.0, -30.0, -50.0), 45),
        ((-40.0, -30.0, -50.0), -820),
        ((0.0, 80.0, 0.0), 300),
        ((0.0, -80.0, 0.0), 40),
        ((-70.0, 0.0, -100.0), 60),
        ((70.0, 0.0, -100.0), -820),
        (MARKER.centre_mm, 900),
        ((78.1, -24.7, 12.6), -820),
        ((-78.1, 24.7, 12.6), -820),
    ],
)
def test_chest_is_asymmetric(place: tuple[float, float, float], hu: int) -> None:
    """Heart on the left, spine at the back, liver low on the right, and a marker without a mirror image."""
    assert hu_at(*place) == hu


def test_right_lung_is_larger_and_lungs_narrow_to_the_apex() -> None:
    """The right lung is the larger one, and both are wider at the base than at the apex."""
    truth = truth_of(sequential_hrct())
    x = truth.geometry.origin_mm[0] + np.arange(64) * 5.6
    lung = truth.hu == -820
    assert lung[:, :, x < 0].sum() > lung[:, :, x > 0].sum()
    assert lung[8].sum() > lung[18].sum() > lung[23].sum() > 0


def test_body_paints_later_solids_over_earlier_ones() -> None:
    """A solid hides those listed before it, and a part of one begins at its lowest height."""
    around = Solid((0, 0, 0), (10, 10, 10), 50)
    within = Solid((0, 0, 0), (10, 10, 10), 70, above_mm=2)
    z = np.array([-3.0, 3.0, 11.0])
    assert Body((around, within)).hu(np.zeros(3), np.zeros(3), z).tolist() == [50, 70, -1000]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"slices": 0}, "at least one"),
        ({"pixel_spacing_mm": (0.7, 0.0)}, "pixel_spacing_mm"),
        ({"gap_mm": -1.0}, "gap_mm"),
        ({"slices": 2, "positions_mm": (1.0,)}, "1 numbers for 2 slices"),
        ({"slices": 2, "positions_mm": (1.0, 1.0)}, "ascend"),
        ({"orientation": (1.0, 0.0, 0.0, 0.5, 0.5, 0.0)}, "right angles"),
        ({"gantry_tilt_degrees": 50.0}, "less than 45"),
        ({"bits_stored": 17}, "bits_stored 17"),
        ({"slope": 0.0}, "slope"),
        ({"noise_hu": -1.0}, "noise_hu"),
    ],
)
def test_plan_refuses_what_makes_no_scan(changes: dict[str, Any], message: str) -> None:
    """A plan that makes no scan is refused at birth, with the field and what is wanted."""
    with pytest.raises(ValueError, match=message):
        sequential_hrct(**changes)


def test_solid_refuses_a_flat_axis() -> None:
    """A solid has three extents above zero."""
    with pytest.raises(ValueError, match="three positive"):
        Solid((0, 0, 0), (1, 0, 1), 0)


def test_ready_made_plans_sample_as_they_say() -> None:
    """The sequential plan samples the lung, the spiral one covers it, and a smaller gap makes slices overlap."""
    assert truth_of(sequential_hrct()).geometry.sampling == "sampled"
    assert truth_of(spiral_ct()).geometry.sampling == "contiguous"
    assert truth_of(spiral_ct(gap_mm=0.7)).geometry.sampling == "overlapping"


def test_uneven_positions_make_an_irregular_scan() -> None:
    """Drawn positions ascend, differ in their gaps and stay near the usual one."""
    positions = uneven_positions_mm(12, 10.0, seed=3)
    gaps = np.diff(positions)
    assert truth_of(sequential_hrct(slices=12, positions_mm=positions)).geometry.sampling == "irregular"
    assert gaps.min() > 6.9
    assert gaps.max() < 13.1


def test_same_plan_gives_the_same_bytes() -> None:
    """Nothing but the plan decides the bytes."""
    plan = spiral_ct(slices=3, noise_hu=20.0)
    again = replace(plan)
    assert [to_bytes(d) for d in build_series(plan)] == [to_bytes(d) for d in build_series(again)]


def test_another_plan_is_another_series_of_the_same_study() -> None:
    """Any other plan gives another series and other instances; patient, date and time decide the study."""
    plan = spiral_ct(slices=1)
    first, soft, later = (
        build_series(p)[0] for p in (plan, replace(plan, kernel="B30f"), replace(plan, study_date=date(2009, 1, 2)))
    )
    assert first.SeriesInstanceUID != soft.SeriesInstanceUID
    assert first.SOPInstanceUID != soft.SOPInstanceUID
    assert first.StudyInstanceUID == soft.StudyInstanceUID != later.StudyInstanceUID
    assert first.FrameOfReferenceUID == soft.FrameOfReferenceUID


def test_seed_decides_the_noise() -> None:
    """Noise follows the seed, has the wanted spread and belongs to the truth."""
    plan = spiral_ct(slices=2, noise_hu=15.0, signed=True, bits_stored=16)
    noisy = truth_of(plan).hu.astype(float)
    assert np.std(noisy - truth_of(replace(plan, noise_hu=0.0)).hu) == pytest.approx(15.0, rel=0.05)
    assert not np.array_equal(noisy, truth_of(replace(plan, seed=1)).hu)
    assert np.array_equal(noisy[1], hu_of(build_series(plan)[1]))


def test_truth_is_int16_only_where_int16_changes_nothing() -> None:
    """Whole HU are int16; a fractional slope, or numbers beyond its range, make float32."""
    assert truth_of(spiral_ct(slices=1)).hu.dtype == np.int16
    assert truth_of(spiral_ct(slices=1, slope=0.7)).hu.dtype == np.float32
    assert truth_of(spiral_ct(slices=1, slope=16.0, intercept=50_000.0)).hu.dtype == np.float32


@pytest.mark.parametrize(
    "pixels", [{"slope": 0.5, "bits_stored": 13}, {"bits_allocated": 8, "bits_stored": 8, "slope": 8.0}]
)
def test_truth_is_what_the_stored_pixels_say(pixels: dict[str, Any]) -> None:
    """The truth is the stored values with slope and intercept, and lies within half a slope of the body."""
    plan = spiral_ct(slices=2, **pixels)
    truth = truth_of(plan)
    exact = truth_of(spiral_ct(slices=2))
    assert np.array_equal(truth.hu, [hu_of(dataset) for dataset in build_series(plan)])
    assert np.abs(truth.hu - exact.hu.astype(float)).max() <= plan.slope / 2


def test_truth_keeps_some_slices() -> None:
    """The truth of a series with dropped slices is that of the kept ones."""
    truth = truth_of(sequential_hrct())
    kept = truth.keep([0, 1, 3])
    assert kept.hu.shape == (3, 64, 64)
    assert np.array_equal(kept.hu[2], truth.hu[3])
    assert kept.geometry.slice_positions_mm.tolist() == truth.geometry.slice_positions_mm[[0, 1, 3]].tolist()
    assert kept.sop_uids == truth.sop_uids[:2] + truth.sop_uids[3:4]
