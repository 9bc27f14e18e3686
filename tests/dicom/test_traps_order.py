"""Order, gaps and sampling: where slices lie is told by their positions alone (dicom.md, rows 1 to 4)."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from kazerooni.dicom import read_volume
from kazerooni.phantom import build_series, sequential_hrct, traps, truth_of, uneven_positions_mm
from kazerooni.phantom.plan import Manufacturer

ORDERS: dict[str, Any] = {
    "as built": list,
    "files shuffled": traps.shuffle_files,
    "files reversed": lambda d: d[::-1],
    "instance numbers dealt out at random": traps.shuffle_instance_numbers,
    "instance numbers reversed": traps.reverse_instance_numbers,
    "one instance number for all": traps.repeat_instance_number,
    "no instance number": lambda d: traps.remove_attributes(d, "InstanceNumber"),
    "empty instance number": lambda d: traps.set_attributes(d, InstanceNumber=None),
    "slice location against z": traps.run_slice_location_against_z,
    "no slice location": lambda d: traps.remove_attributes(d, "SliceLocation"),
    "one slice location for all": lambda d: traps.set_attributes(d, SliceLocation="0"),
    "spacing claimed too large": lambda d: traps.claim_spacing(d, 5.0),
    "spacing claimed negative": lambda d: traps.claim_spacing(d, -1.25),
    "spacing claimed zero": lambda d: traps.claim_spacing(d, 0.0),
    "everything shuffled": lambda d: traps.shuffle_files(
        traps.shuffle_instance_numbers(traps.run_slice_location_against_z(d)), seed=3
    ),
}


@pytest.mark.parametrize("trap", ORDERS.values(), ids=ORDERS.keys())
def test_only_positions_order_the_slices(desk: Any, trap: Any) -> None:
    """Whatever files, numbers, SliceLocation and SpacingBetweenSlices say, the volume is the same, without notices."""
    plan = desk.plan(slices=7)
    series = desk.only(trap(desk.build(slices=7)))
    assert (series.sampling, series.acquisition) == ("contiguous", "spiral")
    assert desk.codes(series) == set()
    desk.same(read_volume(series), truth_of(plan))


@pytest.mark.parametrize(
    ("thickness", "gap", "sampling"),
    [
        (1.25, 1.25, "contiguous"),
        (5.0, 1.25, "overlapping"),
        (1.25, 1.0, "overlapping"),
        (0.75, 0.5, "overlapping"),
        (1.0, 1.4, "contiguous"),
        (1.0, 1.5, "contiguous"),  # not more than 1.5 times
        (1.2, 1.8, "contiguous"),
        (0.8, 1.2, "contiguous"),
        (0.7, 1.05, "contiguous"),
        (2.0, 3.0, "contiguous"),
        (1.0, 1.6, "sampled"),
        (1.0, 10.0, "sampled"),
        (1.0, 20.0, "sampled"),
    ],
)
def test_sampling_compares_gap_and_thickness(desk: Any, thickness: float, gap: float, sampling: str) -> None:
    """Sampled means a gap of more than 1.5 times the thickness; thickness is never used as the gap."""
    plan = desk.plan(slices=8, slice_thickness_mm=thickness, gap_mm=gap, centre_mm=(0.3, -0.7, -321.37))
    series = desk.only(traps.claim_spacing(desk.build(**vars_of(plan)), 3.3))
    assert series.sampling == sampling
    assert series.slice_thickness_mm == thickness
    assert (series.slice_gap_mm.min, series.slice_gap_mm.median, series.slice_gap_mm.max) == pytest.approx([gap] * 3)
    assert series.coverage_mm == pytest.approx(7 * gap + thickness)
    desk.same(read_volume(series), truth_of(plan))


def vars_of(plan: Any) -> dict[str, Any]:
    """Give the fields of a plan."""
    return {name: getattr(plan, name) for name in plan.__dataclass_fields__}


def test_one_slice_is_single(desk: Any) -> None:
    """A single slice has no gap and says so."""
    series = desk.only(desk.build(slices=1))
    assert (series.sampling, series.slice_gap_mm, series.slices) == ("single", None, 1)
    assert series.usable
    desk.same(read_volume(series), truth_of(desk.plan(slices=1)))


@pytest.mark.parametrize("gap", [0.33, 0.5, 0.625, 0.7, 1.25, 2.33, 10.04])
@pytest.mark.parametrize("start", [0.0, 0.04, 0.051])
def test_positions_rounded_to_a_tenth_are_even(desk: Any, gap: float, start: float) -> None:
    """Positions that the scanner rounded to 0.1 mm still make an even series, read at the places it wrote."""
    build: dict[str, Any] = {"slices": 24, "rows": 8, "columns": 8, "gap_mm": gap, "slice_thickness_mm": gap}
    datasets = traps.round_positions(desk.build(**build, centre_mm=(0.0, 0.0, -200.0 + start)))
    series = desk.only(traps.shuffle_files(datasets))
    assert series.sampling == "contiguous"
    assert desk.codes(series) <= {"thick-slices"}
    volume = read_volume(series)
    assert np.allclose(volume.geometry.origins_mm, [[float(p) for p in d.ImagePositionPatient] for d in datasets])
    assert volume.geometry.is_even
    assert np.array_equal(volume.hu, desk.hu(datasets))


@pytest.mark.parametrize(
    ("gap", "off", "even"),
    [(10.0, 0.3, True), (10.0, 0.5, False), (1.0, 0.09, True), (1.0, 0.15, False), (0.625, 0.2, False)],
)
def test_how_far_a_slice_may_be_off(desk: Any, gap: float, off: float, even: bool) -> None:  # noqa: FBT001
    """Even is within 0.05 mm or 2 % of the gap of a straight line: one slice amid others may be off by twice that."""
    places = [gap * i for i in range(9)]
    places[4] += off
    plan: dict[str, Any] = {"slices": 9, "positions_mm": tuple(places), "slice_thickness_mm": gap}
    series = desk.only(desk.build(**plan))
    assert series.sampling == ("contiguous" if even else "irregular")
    assert ("irregular-gaps" in desk.codes(series)) is not even
    desk.same(read_volume(series), truth_of(desk.plan(**plan)))


@pytest.mark.parametrize("seed", range(3))
def test_uneven_gaps_are_kept_as_acquired(desk: Any, seed: int) -> None:
    """A sequential scan with uneven gaps keeps the position of every slice and is flagged, not resampled."""
    places = uneven_positions_mm(9, 10.0, seed=seed)
    plan: dict[str, Any] = {
        "slices": 9, "positions_mm": places, "slice_thickness_mm": 1.0, "motion": "sequential",
    }  # fmt: skip
    series = desk.only(traps.shuffle_files(desk.build(**plan)))
    assert (series.sampling, series.acquisition, series.usable) == ("irregular", "sequential", True)
    notice = desk.notice(series, "irregular-gaps")
    gaps = np.diff(places)
    assert notice.severity == "warning"
    assert f"{gaps.min():.2f}" in notice.message
    assert f"{gaps.max():.2f}" in notice.message
    assert (series.slice_gap_mm.min, series.slice_gap_mm.max) == pytest.approx((gaps.min(), gaps.max()), abs=1e-3)
    volume = read_volume(series)
    desk.same(volume, truth_of(desk.plan(**plan)))
    assert np.allclose(volume.geometry.gaps_mm, gaps, atol=1e-4)


DROPPED = {
    "one": [5], "two apart": [3, 9], "two neighbours": [6, 7], "second": [1], "last but one": [12],
    "four": [2, 3, 8, 10],
}  # fmt: skip


@pytest.mark.parametrize("dropped", DROPPED.values(), ids=DROPPED.keys())
@pytest.mark.parametrize(("gap", "thickness"), [(1.25, 1.25), (0.625, 1.0), (10.0, 1.0)])
@pytest.mark.parametrize("rounded", [False, True], ids=["exact", "rounded"])
def test_missing_slices_are_listed_by_position(
    desk: Any,
    dropped: list[int],
    gap: float,
    thickness: float,
    rounded: bool,  # noqa: FBT001
) -> None:
    """Suspected missing slices are told by position with their neighbours named; the others are kept as acquired."""
    plan = desk.plan(slices=14, rows=8, columns=8, gap_mm=gap, slice_thickness_mm=thickness)
    datasets = desk.build(**vars_of(plan))
    datasets = traps.round_positions(datasets) if rounded else datasets
    kept = [i for i in range(14) if i not in dropped]
    series = desk.only(traps.shuffle_files(traps.drop_slices(datasets, dropped)))
    assert series.usable
    assert series.slices == len(kept)
    assert series.sampling == "irregular"
    notice = desk.notice(series, "missing-slice")
    assert notice.severity == "warning"
    positions = truth_of(plan).geometry.slice_positions_mm[dropped]
    assert np.allclose(series.geometry.missing_positions_mm, positions, atol=0.11)
    if not rounded:
        assert all(f"{position:.1f}" in notice.message for position in positions)
    uids = truth_of(plan).sop_uids
    assert set(notice.sop_uids) == {
        uids[side]
        for run in runs(dropped)
        for side in (run[0] - 1, run[-1] + 1)
    }  # fmt: skip
    volume = read_volume(series)
    assert np.array_equal(volume.hu, desk.hu([datasets[i] for i in kept]))
    if not rounded:
        desk.same(volume, truth_of(plan).keep(kept))


def runs(numbers: list[int]) -> list[list[int]]:
    """Split ascending numbers into runs of neighbours."""
    grouped = itertools.groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return [[number for _, number in group] for _, group in grouped]


def test_even_series_miss_nothing(desk: Any) -> None:
    """An even series, and one cut off at an end, lists no missing slice."""
    series = desk.only(traps.drop_slices(desk.build(slices=9), [0, 8]))
    assert desk.codes(series) == set()
    assert series.sampling == "contiguous"


def test_slabs_of_two_gaps_do_not_invent_missing_slices(desk: Any) -> None:
    """Two slabs, every 4 mm and every 7 mm, as in a real head scan, are irregular; nothing seems to be missing."""
    places = tuple([4.0 * i for i in range(10)] + [37.08 + 7.0 * i for i in range(10)])
    series = desk.only(desk.build(slices=20, positions_mm=places, slice_thickness_mm=4.0))
    assert series.sampling == "irregular"
    assert desk.codes(series) == {"irregular-gaps", "thick-slices"}


def test_far_apart_slices_do_not_list_hundreds(desk: Any) -> None:
    """A slice 200 mm from three others is irregular; 160 missing slices are not listed."""
    series = desk.only(desk.build(slices=4, positions_mm=(0.0, 202.5, 203.75, 205.0)))
    assert series.sampling == "irregular"
    assert "missing-slice" not in desk.codes(series)


@pytest.mark.parametrize("manufacturer", ["Siemens", "GE", "Philips", "Canon"])
@pytest.mark.parametrize("motion", ["sequential", "spiral", "unstated"])
@pytest.mark.parametrize("gap", [1.0, 10.0])
def test_movement_and_sampling_are_two_questions(
    desk: Any, manufacturer: Manufacturer, motion: str, gap: float
) -> None:
    """How the scanner moved comes from words, how the lung is sampled from positions; both have evidence."""
    series = desk.only(desk.build(manufacturer=manufacturer, motion=motion, gap_mm=gap, slice_thickness_mm=1.0))
    assert series.sampling == ("contiguous" if gap == 1.0 else "sampled")
    if motion != "unstated":
        assert series.acquisition == motion
        assert "acquisition-conflict" not in desk.codes(series)
    else:
        assert series.acquisition == ("unknown" if gap == 1.0 else "sequential")
    assert any("positions" in line for line in series.evidence)
    assert len(series.evidence) >= 2


WORDS: dict[str, tuple[dict[str, Any], str]] = {
    "acquisition type sequenced": ({"AcquisitionType": "SEQUENCED"}, "sequential"),
    "acquisition type spiral": ({"AcquisitionType": "SPIRAL"}, "spiral"),
    "acquisition type stationary": ({"AcquisitionType": "STATIONARY"}, "unknown"),
    "pitch": ({"SpiralPitchFactor": 1.375}, "spiral"),
    "table feed": ({"TableFeedPerRotation": 15.3}, "spiral"),
    "scan options helical": ({"ScanOptions": "HELICAL MODE"}, "spiral"),
    "scan options helix": ({"ScanOptions": "HELIX"}, "spiral"),
    "scan options helical among others": ({"ScanOptions": ["FILTER", "HELICAL_CT"]}, "spiral"),
    "scan options axial": ({"ScanOptions": "AXIAL MODE"}, "sequential"),
    "scan options non helical in words": ({"ScanOptions": "NON HELICAL"}, "sequential"),
    "scan options non helical": ({"ScanOptions": "NON_HELICAL_CT"}, "sequential"),
    "scan options normal": ({"ScanOptions": "NORMAL_CT"}, "sequential"),
    "scan options cine": ({"ScanOptions": "CINE MODE"}, "unknown"),
    "scan options volume": ({"ScanOptions": "DVOLUME_CT"}, "unknown"),
    "fourth word spi": ({"ImageType": ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM7 SPI DUAL"]}, "spiral"),
    "fourth word seq": ({"ImageType": ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 SEQ"]}, "sequential"),
    "fourth word monitoring": ({"ImageType": ["ORIGINAL", "PRIMARY", "AXIAL", "CT_SOM5 MON"]}, "unknown"),
    "third word axial": ({"ImageType": ["ORIGINAL", "PRIMARY", "AXIAL"]}, "unknown"),
}


@pytest.mark.parametrize(("words", "acquisition"), WORDS.values(), ids=WORDS.keys())
def test_each_word_of_movement(desk: Any, words: dict[str, Any], acquisition: str) -> None:
    """Each of the tags alone tells how the scanner moved; AXIAL as third word of ImageType is a plane, no movement."""
    series = desk.only(traps.set_attributes(desk.build(motion="unstated"), **words))
    assert series.acquisition == acquisition
    if acquisition != "unknown":
        said = str(next(iter(words.values())))
        assert any(word in line for line in series.evidence for word in (said, *words)) or "ImageType" in words


def test_spiral_read_at_ten_millimetres(desk: Any) -> None:
    """A spiral scan of which every tenth millimetre was kept is spiral and sampled."""
    series = desk.only(desk.build(motion="spiral", gap_mm=10.0, slice_thickness_mm=1.0))
    assert (series.acquisition, series.sampling) == ("spiral", "sampled")


def test_tags_that_contradict_each_other_decide_nothing(desk: Any) -> None:
    """Where one tag says spiral and another sequential the movement is unknown, and both are quoted."""
    datasets = traps.set_attributes(desk.build(motion="unstated"), AcquisitionType="SPIRAL", ScanOptions="AXIAL MODE")
    series = desk.only(datasets)
    notice = desk.notice(series, "acquisition-conflict")
    assert series.acquisition == "unknown"
    assert notice.severity == "warning"
    assert "SPIRAL" in notice.message
    assert "AXIAL MODE" in notice.message


def test_old_sequential_scan_without_any_words(desk: Any) -> None:
    """A stack of 1 mm every 10 mm with uneven gaps and no word of how it was made is sequential."""
    places = uneven_positions_mm(12, 10.0, spread=0.1, seed=4)
    series = desk.only(desk.build(slices=12, motion="unstated", slice_thickness_mm=1.0, positions_mm=places, kernel=""))
    assert (series.acquisition, series.sampling) == ("sequential", "irregular")
    assert any("sequential" in line for line in series.evidence)


def test_whole_sequential_chest_is_clean(desk: Any) -> None:
    """A whole sequential HRCT, with an acquisition number for every slice, is one series without a notice."""
    plan = sequential_hrct(rows=16, columns=16, pixel_spacing_mm=(22.0, 22.0))
    series = desk.only(traps.shuffle_files(build_series(plan)))
    assert (series.acquisition, series.sampling, series.slices) == ("sequential", "sampled", 26)
    assert series.notices == ()
    assert series.kernel_class == "sharp"
    desk.same(read_volume(series), truth_of(plan))
