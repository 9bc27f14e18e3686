"""Measuring counts every voxel once, whatever way the scan is turned, and agrees with plain loops."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.model import (
    LABELS_SHAPE,
    Acquisition,
    Component,
    Finding,
    FindingMap,
    Geometry,
    Lobe,
    LobeMap,
    Reading,
    ScanRef,
    Tally,
    Technique,
    Volume,
)
from kazerooni.scoring import count_voxels, measure, score
from tests.scoring.builders import geometry_of
from tests.scoring.naive import alveolar_grade, count, interstitial_grade

Labels = NDArray[np.uint8]
Maps = tuple[Labels, Labels, Labels]


def _measured(geometry: Geometry, maps: Maps) -> Tally:
    region, alveolar, interstitial = maps
    return measure(
        geometry,
        LobeMap(region, geometry),
        alveolar=FindingMap(Component.ALVEOLAR, alveolar, geometry),
        interstitial=FindingMap(Component.INTERSTITIAL, interstitial, geometry),
    )


def _random_maps(rng: np.random.Generator, shape: tuple[int, int, int]) -> Maps:
    """Draw lobes, and findings of very different frequency, so that every grade and 0 % are met."""
    lobes = rng.integers(0, 7, shape, np.uint8)
    lobes[..., : rng.integers(0, shape[2])] *= rng.integers(0, 2, dtype=np.uint8)
    shares = rng.random(2) ** rng.integers(1, 4, 2)
    alveolar = (rng.random(shape) < shares[0]) * rng.integers(1, 3, shape, np.uint8)
    interstitial = (rng.random(shape) < shares[1]) * rng.integers(1, 4, shape, np.uint8)
    if rng.random() < 0.3:
        interstitial[interstitial == 2] = 3
    return lobes, alveolar.astype(np.uint8), interstitial.astype(np.uint8)


def _draw_positions_um(rng: np.random.Generator, slices: int) -> list[int]:
    """Draw positions in whole micrometres: even, or so uneven that no rule could take them for even."""
    if rng.random() < 0.5 or slices < 3:
        gap = int(rng.integers(300, 10_000))
        return [gap * i for i in range(slices)]
    gaps = rng.permutation(np.concatenate(([2000], 5000 + rng.integers(0, 20_000, slices - 2))))
    return [0, *np.cumsum(gaps).tolist()]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=300)
def test_agrees_with_plain_loops(seed: int) -> None:
    """Percents and grades of hundreds of random scans equal those of plain loops over the voxels."""
    rng = np.random.default_rng(seed)
    shape = (int(rng.integers(1, 6)), int(rng.integers(1, 7)), int(rng.integers(1, 8)))
    maps, positions = _random_maps(rng, shape), _draw_positions_um(rng, shape[0])
    geometry = geometry_of(shape, positions_mm=[p / 1000 for p in positions])
    tally = _measured(geometry, maps)
    scan, technique = ScanRef(), Technique()
    scored = score(Reading(id="r", scan=scan, technique=technique, reader=None, tally=tally))
    region, alveolar, interstitial = (labels.tolist() for labels in maps)
    naive = count(region, alveolar, interstitial, [Fraction(p) for p in positions])
    for lobe in scored.lobes:
        wanted = naive[lobe.lobe.value]
        assert lobe.slices == len(wanted.slices)
        if not (maps[0] == lobe.lobe).any():  # a lingula alone is no left upper lobe
            assert (lobe.alveolar.percent, lobe.alveolar.grade, lobe.interstitial.grade) == (None, None, None)
            continue
        assert lobe.alveolar.percent == float(100 * wanted.alveolar / wanted.whole)
        assert lobe.interstitial.percent == float(100 * wanted.honeycombing / wanted.whole)
        assert lobe.alveolar.grade == alveolar_grade(wanted.alveolar, wanted.whole)
        lines = bool(wanted.of_finding.get("septal") or wanted.of_finding.get("reticulation"))
        assert lobe.interstitial.grade == interstitial_grade(wanted.honeycombing, wanted.whole, lines=lines)
        for finding in Finding:
            if finding.label is not None:
                share = wanted.of_finding.get(finding.value, Fraction(0)) / wanted.whole
                assert getattr(lobe.findings, finding.value) == float(100 * share)


@given(seed=st.integers(0, 2**32 - 1), order=st.permutations([0, 1, 2]), flips=st.tuples(*[st.booleans()] * 3))
def test_turning_scan_and_maps_changes_no_percent(seed: int, order: list[int], flips: tuple[bool, bool, bool]) -> None:
    """Flipping or exchanging the axes of an evenly spaced scan with its maps changes no percent."""
    maps = _random_maps(np.random.default_rng(seed), (3, 4, 5))
    turn = tuple(slice(None, None, -1 if flip else 1) for flip in flips)
    turned = tuple(labels.transpose(order)[turn] for labels in maps)
    first = _measured(geometry_of(maps[0].shape), maps)
    second = _measured(geometry_of(turned[0].shape), turned)  # type: ignore[arg-type]
    assert (first.counts.sum(axis=0) == second.counts.sum(axis=0)).all()


@given(seed=st.integers(0, 2**32 - 1), flips=st.tuples(*[st.booleans()] * 3))
def test_flipping_an_uneven_scan_changes_no_percent(seed: int, flips: tuple[bool, bool, bool]) -> None:
    """Reversing an uneven scan with its maps, head to foot or side to side, changes no percent."""
    positions = np.array([0.0, 1.0, 5.0, 7.5])
    maps = _random_maps(np.random.default_rng(seed), (4, 4, 5))
    turn = tuple(slice(None, None, -1 if flip else 1) for flip in flips)
    turned = tuple(labels[turn] for labels in maps)
    first = _measured(geometry_of((4, 4, 5), positions_mm=positions.tolist()), maps)
    mirrored = positions[-1] - positions[::-1] if flips[0] else positions
    second = _measured(geometry_of((4, 4, 5), positions_mm=mirrored.tolist()), turned)  # type: ignore[arg-type]
    for lobe in Lobe:
        for finding in (Finding.GROUND_GLASS, Finding.HONEYCOMBING):
            assert first.percent((lobe,), (finding,)) == second.percent((lobe,), (finding,))


@given(
    gaps=st.lists(st.floats(0.3, 40), min_size=0, max_size=30),
    quarters=st.lists(st.integers(1, 20), min_size=31, max_size=31),
)
def test_a_quarter_stays_a_quarter(gaps: list[float], quarters: list[int]) -> None:
    """A lobe with exactly a quarter involved on every slice stands on the 25 % edge whatever the gaps (0012)."""
    slices = len(gaps) + 1
    labels = np.zeros((slices, 8, 10), np.uint8)
    ground_glass = np.zeros_like(labels)
    for s in range(slices):
        labels[s].ravel()[: 4 * quarters[s]] = Lobe.RUL
        ground_glass[s].ravel()[: quarters[s]] = 1
    positions = np.concatenate(([0.0], np.cumsum(gaps))) - 317.3
    geometry = geometry_of(labels.shape, positions_mm=positions.tolist())
    tally = _measured(geometry, (labels, ground_glass, np.zeros_like(labels)))
    assert tally.percent((Lobe.RUL,), (Finding.GROUND_GLASS,)) == 25


@given(seed=st.integers(0, 2**32 - 1))
def test_every_voxel_is_counted_once(seed: int) -> None:
    """The counts of a slice add up to its pixels."""
    maps = _random_maps(np.random.default_rng(seed), (3, 6, 7))
    assert (_measured(geometry_of((3, 6, 7)), maps).counts.sum(axis=(1, 2, 3)) == 42).all()


def test_count_voxels_by_hand() -> None:
    """A plane of six pixels is counted by region, alveolar and interstitial label."""
    region = np.array([[0, 1, 1], [6, 6, 0]], np.uint8)
    alveolar = np.array([[1, 0, 2], [2, 2, 0]], np.uint8)
    interstitial = np.array([[0, 3, 2], [1, 1, 0]], np.uint8)
    counts = count_voxels(region, alveolar, interstitial)
    assert counts.sum() == 6
    found = {tuple(int(i) for i in index): int(counts[tuple(index)]) for index in np.argwhere(counts)}
    assert found == {(0, 0, 0): 1, (0, 1, 0): 1, (1, 0, 3): 1, (1, 2, 2): 1, (6, 2, 1): 2}


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (5, 8), (513, 511), (700, 500)])
@pytest.mark.parametrize("step", [1, -1, 2])
def test_planes_of_any_size_and_order_are_counted(shape: tuple[int, int], step: int) -> None:
    """Planes whose size is no multiple of 8, views that skip or turn round and Fortran order are counted alike."""
    rng = np.random.default_rng(1)
    planes = [rng.integers(0, labels, shape, np.uint8)[::step, ::step] for labels in LABELS_SHAPE]
    counts = count_voxels(*planes)
    assert (counts == count_voxels(*map(np.asfortranarray, planes))).all()
    wanted = np.zeros(LABELS_SHAPE, np.int64)
    np.add.at(wanted, tuple(planes), 1)
    assert (counts == wanted).all()


def test_large_slices_are_counted_in_blocks() -> None:
    """A slice of 1200 x 1200 pixels is counted like a small one."""
    region = np.ones((1200, 1200), np.uint8)
    alveolar = np.zeros_like(region)
    alveolar[::2] = 1
    counts = count_voxels(region, alveolar, None)
    assert (counts[1, 0, 0], counts[1, 1, 0], counts.sum()) == (720_000, 720_000, 1_440_000)


def test_no_temporary_above_8_mb() -> None:
    """Measuring slices of 2048 x 2048, no two neighbours alike, never holds more than 8 MB beside the maps."""
    shape = (2, 2048, 2048)
    labels = np.ones(shape, np.uint8)
    labels[..., ::2] = 0
    geometry = geometry_of(shape)
    maps = LobeMap(labels, geometry), FindingMap(Component.ALVEOLAR, labels, geometry)
    interstitial = FindingMap(Component.INTERSTITIAL, labels, geometry)
    tracemalloc.start()
    try:
        measure(geometry, maps[0], alveolar=maps[1], interstitial=interstitial)
        assert tracemalloc.get_traced_memory()[1] < 8e6
    finally:
        tracemalloc.stop()


def test_a_volume_gives_its_geometry() -> None:
    """A scan may be given as its volume."""
    geometry = geometry_of((2, 3, 4))
    volume = Volume(np.zeros((2, 3, 4), np.int16), geometry, ScanRef(), Technique())
    tally = measure(volume, LobeMap(np.ones((2, 3, 4), np.uint8), geometry))
    assert tally.volume((Lobe.RUL,)) == 24
    assert tally.measured == frozenset()


@pytest.mark.parametrize("missing", Component)
def test_a_missing_map_is_not_measured(missing: Component) -> None:
    """Without the map of a component the tally knows nothing of it, and everything of the other."""
    geometry = geometry_of((2, 3, 4))
    ones = np.ones((2, 3, 4), np.uint8)
    (given_component,) = set(Component) - {missing}
    given_map: dict[str, Any] = {given_component.value: FindingMap(given_component, ones, geometry)}
    tally = measure(geometry, LobeMap(ones, geometry), **given_map)
    assert tally.measured == {given_component}
    finding = Finding.GROUND_GLASS if given_component is Component.ALVEOLAR else Finding.SEPTAL
    assert tally.percent((Lobe.RUL,), (finding,)) == 100


def test_exchanged_maps_are_refused() -> None:
    """An interstitial map given as the alveolar one is refused."""
    geometry = geometry_of((2, 3, 4))
    zeros = np.zeros((2, 3, 4), np.uint8)
    with pytest.raises(LabelError, match="the interstitial map was given as the alveolar one"):
        measure(geometry, LobeMap(zeros, geometry), alveolar=FindingMap(Component.INTERSTITIAL, zeros, geometry))


@pytest.mark.parametrize("other", [geometry_of((2, 3, 5)), geometry_of((2, 3, 4), origin_mm=(0, 0, 1))])
def test_maps_of_another_scan_are_refused(other: Geometry) -> None:
    """A map of another shape, or of equal shape at another place, is refused; one on an equal grid is taken."""
    geometry = geometry_of((2, 3, 4))
    with pytest.raises(LabelError, match="the lobe map lies on another grid"):
        measure(geometry, LobeMap(np.zeros(other.shape, np.uint8), other))
    measure(geometry, LobeMap(np.zeros((2, 3, 4), np.uint8), geometry_of((2, 3, 4))))


def _volume_of(geometry: Geometry, acquisition: Acquisition) -> Volume:
    return Volume(np.zeros(geometry.shape, np.int16), geometry, ScanRef(), Technique(acquisition=acquisition))


def _lacking(thickness_mm: float | None = 1.0) -> Geometry:
    """Give six slices a millimetre apart of which two are missing after the third: gaps of 1, 1, 3, 1, 1 mm."""
    return geometry_of((6, 2, 2), positions_mm=[0, 1, 2, 5, 6, 7], thickness_mm=thickness_mm)


def _in_one_lobe(scan: Volume | Geometry, slices: slice) -> Tally:
    """Measure a lobe that fills the given slices and is ground glass on the third slice of the scan."""
    geometry = scan if isinstance(scan, Geometry) else scan.geometry
    lobes, alveolar = np.zeros((2, *geometry.shape), np.uint8)
    lobes[slices] = Lobe.RUL
    alveolar[2] = 1
    return measure(scan, LobeMap(lobes, geometry), alveolar=FindingMap(Component.ALVEOLAR, alveolar, geometry))


def test_beside_a_missing_slice_of_a_spiral_the_depth_is_capped() -> None:
    """Slices beside missing ones of a spiral scan stand for one usual gap: 1 of 6 mm is involved, not 2 of 8."""
    tally = _in_one_lobe(_volume_of(_lacking(), "spiral"), slice(None))
    assert tally.depths.tolist() == [2000] * 6
    assert tally.missing_after == (2,)
    assert tally.percent((Lobe.RUL,), (Finding.GROUND_GLASS,)) == Fraction(100, 6)
    assert not tally.is_sampled


def test_slices_keep_the_depth_between_them_in_a_sequential_scan() -> None:
    """In a sequential scan a long gap is how it was made: its neighbours stand for half of it each, none is missing."""
    tally = _in_one_lobe(_volume_of(_lacking(), "sequential"), slice(None))
    assert tally.depths.tolist() == [2000, 2000, 4000, 4000, 2000, 2000]
    assert tally.missing_after == ()
    assert tally.percent((Lobe.RUL,), (Finding.GROUND_GLASS,)) == 25


@pytest.mark.parametrize("scan", [_volume_of(_lacking(), "unknown"), _lacking()])
def test_a_scan_without_gaps_of_unknown_making_is_taken_for_a_spiral(scan: Volume | Geometry) -> None:
    """Where a scan does not say how it was made but its slices leave no lung unseen, long gaps are missing slices."""
    tally = _in_one_lobe(scan, slice(None))
    assert tally.depths.tolist() == [2000] * 6
    assert tally.missing_after == (2,)


@pytest.mark.parametrize("geometry", [_lacking(0.5), _lacking(None)])
def test_a_scan_with_gaps_of_unknown_making_is_not(geometry: Geometry) -> None:
    """Where slices leave lung unseen, or do not say so for want of a thickness, a long gap is taken as it is."""
    tally = _in_one_lobe(_volume_of(geometry, "unknown"), slice(None))
    assert tally.depths.tolist() == [2000, 2000, 4000, 4000, 2000, 2000]
    assert tally.missing_after == ()


def test_an_even_scan_misses_nothing() -> None:
    """In an evenly spaced spiral scan every depth is 1."""
    tally = _in_one_lobe(_volume_of(geometry_of((6, 2, 2)), "spiral"), slice(None))
    assert (tally.depths.tolist(), tally.missing_after) == ([1] * 6, ())


@pytest.mark.parametrize(
    ("slices", "beside"),
    [(slice(0, 2), False), (slice(0, 3), True), (slice(3, 5), True), (slice(4, 6), False), (slice(0, 0), False)],
)
def test_lobes_beside_missing_slices_are_told(slices: slice, *, beside: bool) -> None:
    """A lobe is told to lie beside missing slices where it is seen on the slice before or after them, else not."""
    tally = _in_one_lobe(_volume_of(_lacking(), "spiral"), slices)
    assert tally.beside_missing((Lobe.RUL,)) == beside


@pytest.mark.parametrize(
    ("gap_mm", "thickness_mm", "sampled"), [(10, 1.0, True), (1.5, 1.0, False), (1, 1.25, False), (10, None, False)]
)
def test_a_scan_is_sampled_where_lung_lies_between_its_slices(
    gap_mm: float, thickness_mm: float | None, *, sampled: bool
) -> None:
    """Slices of 1 mm every 10 mm sample the lung; slices that touch, nearly touch or overlap cover it."""
    geometry = geometry_of((6, 2, 2), gap_mm=gap_mm, thickness_mm=thickness_mm)
    assert _in_one_lobe(geometry, slice(None)).is_sampled == sampled
