"""A tally keeps whole numbers, and everything that is asked of it follows from them exactly."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from kazerooni.model import LABELS_SHAPE, Component, Finding, Lobe, Tally
from tests.scoring.builders import BOTH, tally_of

ALVEOLAR = (Finding.GROUND_GLASS, Finding.CONSOLIDATION)
RUL = (Lobe.RUL,)


def _tally(counts: np.ndarray, depths: list[int], measured: frozenset[Component] = BOTH) -> Tally:
    return Tally(counts, np.array(depths), 0.5, 0.25, measured)


def test_percent_is_exact() -> None:
    """A percent is an exact fraction: 1 voxel of 3 is 100/3, not 33.33."""
    tally = tally_of({Lobe.RUL: {(0, 0): 2, (1, 0): 1}})
    assert tally.percent(RUL, (Finding.GROUND_GLASS,)) == Fraction(100, 3)


def test_percent_is_weighted_by_depth() -> None:
    """A slice that stands for three times the depth counts three times."""
    counts = np.zeros((2, *LABELS_SHAPE), np.int64)
    counts[0, Lobe.RUL, 1, 0] = 10  # all involved, depth 1
    counts[1, Lobe.RUL, 0, 0] = 10  # nothing involved, depth 3
    assert _tally(counts, [1, 3]).percent(RUL, (Finding.GROUND_GLASS,)) == 25


def test_union_counts_a_voxel_once() -> None:
    """Findings of the two maps that lie on one another are counted once in their union."""
    tally = tally_of({Lobe.RUL: {(1, 2): 10, (1, 0): 5, (0, 2): 3, (0, 0): 82}})
    assert tally.percent(RUL, (Finding.GROUND_GLASS,)) == 15
    assert tally.percent(RUL, (Finding.HONEYCOMBING,)) == 13
    assert tally.percent(RUL, (Finding.GROUND_GLASS, Finding.HONEYCOMBING)) == 18


def test_union_within_a_map_is_the_sum() -> None:
    """Within a map a voxel holds one finding, so ground glass or consolidation is their sum."""
    tally = tally_of({Lobe.RUL: {(1, 0): 10, (2, 0): 5, (0, 0): 85}})
    assert tally.percent(RUL, ALVEOLAR) == 15


def test_several_lobes_are_one_region() -> None:
    """The left upper lobe with its lingula is measured by the voxels of both."""
    tally = tally_of({Lobe.LUL: {(0, 0): 60, (1, 0): 20}, Lobe.LIN: {(1, 0): 20}})
    assert tally.percent((Lobe.LUL, Lobe.LIN), (Finding.GROUND_GLASS,)) == 40
    assert tally.percent((Lobe.LUL, Lobe.LUL), (Finding.GROUND_GLASS,)) == 25


def test_no_voxel_no_percent() -> None:
    """A lobe without voxels has no percent: missing is never zero."""
    assert tally_of({}).percent(RUL, ALVEOLAR) is None


def test_unmeasured_is_not_zero() -> None:
    """Asking for what no map was given of, or for the area of traction bronchiectasis, is an error, not a zero."""
    tally = tally_of({Lobe.RUL: {(1, 0): 10}}, measured=frozenset({Component.ALVEOLAR}))
    with pytest.raises(ValueError, match="honeycombing was not measured"):
        tally.percent(RUL, (Finding.HONEYCOMBING,))
    with pytest.raises(ValueError, match="septal thickening was not measured"):
        tally.marked_outside(Finding.SEPTAL)
    with pytest.raises(ValueError, match="traction bronchiectasis was not measured"):
        tally_of({}).percent(RUL, (Finding.TRACTION_BRONCHIECTASIS,))


def test_volume_slices_and_depth() -> None:
    """Volume is voxels x area x depth; slices and depth are those on which the lobe is seen."""
    counts = np.zeros((4, *LABELS_SHAPE), np.int64)
    counts[1, Lobe.RUL, 0, 0] = 1000
    counts[2, Lobe.RUL, 1, 1] = 3000
    tally = _tally(counts, [2, 2, 6, 8])  # half millimetres, 0.25 mm2 a pixel
    assert tally.volume_ml(RUL) == (1000 * 0.25 * 1.0 + 3000 * 0.25 * 3.0) / 1000
    assert tally.slices_seen(RUL) == 2
    assert tally.covered_mm(RUL) == 4.0


def test_unknown_depth_is_none() -> None:
    """Of a single slice without a thickness no volume and no depth is claimed, but percents hold."""
    counts = np.zeros((1, *LABELS_SHAPE), np.int64)
    counts[0, Lobe.RUL, :2, 0] = 7
    tally = Tally(counts, np.array([1]), None, 0.25, BOTH)
    assert tally.volume_ml(RUL) is None
    assert tally.covered_mm(RUL) is None
    assert tally.percent(RUL, ALVEOLAR) == 50


def test_marks_outside_every_lobe() -> None:
    """Marks outside every lobe are counted, and belong to no lobe."""
    tally = tally_of({0: {(1, 3): 5, (0, 3): 2}, Lobe.RUL: {(1, 0): 1}}, slices=2)
    assert tally.marked_outside(Finding.GROUND_GLASS) == 10
    assert tally.marked_outside(Finding.RETICULATION) == 14
    assert tally.marked_outside(Finding.SEPTAL) == 0
    assert tally.marked(Finding.GROUND_GLASS) == 12
    assert tally.marked(Finding.RETICULATION) == 14
    assert tally.marked(Finding.SEPTAL) == 0
    assert tally.percent(RUL, (Finding.GROUND_GLASS,)) == 100


@pytest.mark.parametrize(("seen_on", "reaches"), [(0, True), (1, False), (2, True)])
def test_reaches_end(seen_on: int, reaches: bool) -> None:  # noqa: FBT001 - a column of the table
    """A lobe on the first or last slice reaches the end of the scan; one in between does not."""
    counts = np.zeros((3, *LABELS_SHAPE), np.int64)
    counts[seen_on, Lobe.RUL, 0, 0] = 1
    assert _tally(counts, [1, 1, 1]).reaches_end(RUL) is reaches


def test_whole_or_not_at_all() -> None:
    """A tally that contradicts itself cannot be made."""
    good = np.zeros((2, *LABELS_SHAPE), np.int64)
    marked = good.copy()
    marked[0, Lobe.RUL, 0, 1] = 1
    bad = [
        (good[0], [1], BOTH, "wanted slices x"),
        (good, [1, 1, 1], BOTH, "wanted slices x"),
        (good.astype(np.int32), [1, 1], BOTH, "int64 is wanted"),
        (good - 1, [1, 1], BOTH, "cannot be negative"),
        (good, [1, 0], BOTH, "every depth must be 1 or more"),
        (good + 2**40, [2**20, 1], BOTH, "64 bits"),
        (marked, [1, 1], frozenset({Component.ALVEOLAR}), "interstitial marks are counted although"),
    ]
    for counts, depths, measured, message in bad:
        with pytest.raises(ValueError, match=message):
            _tally(counts, depths, measured)
    for unit, area in ((0.0, 1.0), (1.0, 0.0)):
        with pytest.raises(ValueError, match="must be positive"):
            Tally(good, np.array([1, 1]), unit, area, BOTH)


def test_a_tally_cannot_be_changed() -> None:
    """Counts and depths are read-only."""
    tally = tally_of({})
    with pytest.raises(ValueError, match="read-only"):
        tally.counts[0] = 1
    with pytest.raises(ValueError, match="read-only"):
        tally.depths[0] = 2


@given(
    arrays(np.int64, (3, *LABELS_SHAPE), elements=st.integers(0, 50)),
    st.lists(st.integers(1, 10**6), min_size=3, max_size=3),
    st.sets(st.sampled_from(list(Lobe)), min_size=1),
    st.sets(st.sampled_from([f for f in Finding if f.label is not None])),
)
def test_percent_equals_a_walk_over_the_counts(
    counts: np.ndarray, depths: list[int], lobes: set[Lobe], findings: set[Finding]
) -> None:
    """The percent is the sum of involved voxels x depth over the sum of all, walked cell by cell."""
    involved = whole = 0
    for s, depth in enumerate(depths):
        for lobe in lobes:
            for a in range(LABELS_SHAPE[1]):
                for i in range(LABELS_SHAPE[2]):
                    voxels = int(counts[s, lobe, a, i]) * depth
                    whole += voxels
                    is_held = any(
                        (f.component is Component.ALVEOLAR and f.label == a)
                        or (f.component is Component.INTERSTITIAL and f.label == i)
                        for f in findings
                    )
                    involved += voxels if is_held else 0
    tally = _tally(counts, depths)
    assert tally.volume(lobes) == whole
    assert tally.percent(lobes, findings) == (Fraction(100 * involved, whole) if whole else None)


def test_counts_that_pass_64_bits_are_refused() -> None:
    """Counts whose sum no 64-bit number holds are refused, also where the sum itself would turn around."""
    counts = np.zeros((4, *LABELS_SHAPE), np.int64)
    counts[:, 1, 0, 0] = 2**62
    with pytest.raises(ValueError, match="pass what 64 bits hold"):
        Tally(counts, np.ones(4, np.int64), 1.0, 1.0, frozenset())
