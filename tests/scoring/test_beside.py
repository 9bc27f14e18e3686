"""What is told beside the grades: traces, both sums, flags, measures, marks that count for nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kazerooni.model import Component, Lobe, Reading, State
from kazerooni.scoring import score
from tests.scoring.builders import (
    FIVE,
    Marks,
    codes_of,
    lobe_of,
    message_of,
    reading_of,
    said,
    typed,
    value,
    whole_lungs,
)


@pytest.mark.parametrize(
    ("voxels", "pixel_area_mm2", "is_trace"),
    [
        (4, 1000.0, True),  # 0.4 % of 1000 voxels
        (5, 1000.0, False),  # exactly 0.5 %
        (100, 0.4, True),  # 10 %, but 40 mm2 on every slice
        (99, 0.5, True),  # 9.9 %, but 49.5 mm2
        (100, 0.5, False),  # exactly 50 mm2
        (0, 1000.0, False),  # nothing is no trace
    ],
)
def test_traces(voxels: int, pixel_area_mm2: float, is_trace: bool) -> None:  # noqa: FBT001 - a column of the table
    """A finding under 0.5 % of a lobe, or under 50 mm2 on every slice, is a trace; its percent stays exact."""
    lungs = whole_lungs(RUL={(0, 2): voxels, (0, 0): 1000 - voxels})
    lobe = lobe_of(score(reading_of(lungs, pixel_area_mm2=pixel_area_mm2)), Lobe.RUL)
    assert lobe.interstitial.trace is is_trace
    assert lobe.interstitial.percent == voxels / 10
    assert lobe.alveolar.trace is False


def test_total_with_and_without_traces() -> None:
    """The total is given with traces and as if they had not been marked, each trace by its own finding."""
    lungs = whole_lungs(
        RUL={(0, 2): 4, (0, 0): 996},  # a trace of honeycombing alone: 2 with, 0 without
        RML={(0, 2): 4, (0, 1): 100, (0, 0): 896},  # beside septal thickening: 2 with, 1 without
        RLL={(1, 0): 100, (2, 0): 4, (0, 0): 896},  # consolidation a trace, ground glass not: 2 with, 2 without
        LUL={(1, 0): 4, (0, 0): 996},  # a trace of ground glass: 1 with, 0 without
        LLL={(0, 1): 4, (0, 0): 996},  # a trace of septal thickening: 1 with, 0 without
    )
    scored = score(reading_of(lungs))
    assert [bool(lobe.alveolar.trace) for lobe in scored.lobes] == [False, False, True, True, False]
    assert [bool(lobe.interstitial.trace) for lobe in scored.lobes] == [True, True, False, False, True]
    assert (scored.total, scored.totals.without_traces) == (8, 3)
    assert "RUL, RML, RLL, LUL, LLL: " in message_of(scored, "trace")
    assert "total 8, and 3 without traces" in message_of(scored, "trace")


def _with_counts(reading: Reading, *cells: tuple[int, int, int, int, int]) -> Reading:
    """Give a reading with the counts of some cells (slice, lobe, alveolar label, interstitial label) set anew."""
    assert reading.tally is not None
    counts = reading.tally.counts.copy()
    for *cell, voxels in cells:
        counts[tuple(cell)] = voxels
    return replace(reading, tally=replace(reading.tally, counts=counts))


def test_a_finding_wide_on_one_slice_is_no_trace() -> None:
    """A finding that reaches 50 mm2 on a single slice is no trace, however small it is on the others."""
    reading = reading_of(whole_lungs(RUL={(0, 2): 10, (0, 0): 990}), pixel_area_mm2=0.5)
    assert lobe_of(score(reading), Lobe.RUL).interstitial.trace is True
    widened = _with_counts(reading, (2, Lobe.RUL, 0, 2, 100))
    assert lobe_of(score(widened), Lobe.RUL).interstitial.trace is False


def test_sums_with_and_without_consolidation() -> None:
    """The alveolar sum is given with consolidation and without, and told where a lobe holds any."""
    lungs = whole_lungs(RUL={(1, 0): 10, (2, 0): 500, (0, 0): 490})
    scored = score(reading_of(lungs))
    assert (scored.totals.alveolar, scored.totals.without_consolidation) == (4, 1)
    assert message_of(scored, "consolidation") == "RUL: consolidation; alveolar sum 4, and 1 without it"
    assert "consolidation" not in codes_of(score(reading_of(whole_lungs())))


def test_both_interstitial_sums() -> None:
    """More than 5 % reticulation tells both interstitial sums; 5 % does not, but both are always given."""
    fibrotic = score(
        reading_of(whole_lungs(RLL={(0, 3): 400, (0, 0): 600}, LLL={(0, 3): 300, (0, 2): 300, (0, 0): 400}))
    )
    assert (fibrotic.totals.interstitial, fibrotic.totals.fibrosis_variant) == (1 + 3, 3 + 4)
    assert "RLL, LLL" in message_of(fibrotic, "reticulation")
    assert "interstitial sum 4, and 7 by scheme kazerooni-fibrosis" in message_of(fibrotic, "reticulation")
    five = score(reading_of(whole_lungs(RLL={(0, 3): 50, (0, 0): 950})))
    assert "reticulation" not in codes_of(five)
    assert (five.totals.interstitial, five.totals.fibrosis_variant) == (1, 2)


def test_volume_weighted_extent() -> None:
    """The volume-weighted extent is the share of all lobes together, not a mean of the lobes' percents."""
    lungs: dict[Lobe | int, Marks] = {**{lobe: {(0, 0): 100} for lobe in FIVE}, Lobe.RUL: {(1, 2): 600}}
    weighted = score(reading_of(lungs)).volume_weighted
    assert (weighted.alveolar_percent, weighted.interstitial_percent) == (60, 60)


@pytest.mark.parametrize(
    ("slices", "thickness_mm", "flags"),
    [
        (3, 1.0, ()),
        (2, 1.0, ("few-slices",)),
        (3, 2.0, ()),
        (3, 2.1, ("not-hrct",)),
        (3, 3.0, ("not-hrct",)),
        (3, 3.1, ("not-hrct", "thick-slices")),
        (3, None, ()),
    ],
)
def test_flags(slices: int, thickness_mm: float | None, flags: tuple[str, ...]) -> None:
    """Fewer than 3 slices, slices over 2 mm and over 3 mm are flagged, on every lobe."""
    scored = score(reading_of(whole_lungs(), slices=slices, thickness_mm=thickness_mm))
    assert {lobe.flags for lobe in scored.lobes} == {flags}
    assert ("not-hrct" in codes_of(scored)) == ("not-hrct" in flags)


def test_thick_slices_flag_the_interstitial_grade() -> None:
    """Without an interstitial grade there is none to doubt: the lobe is not flagged for it."""
    scored = score(reading_of(whole_lungs(), thickness_mm=5.0, measured=frozenset({Component.ALVEOLAR})))
    assert {lobe.flags for lobe in scored.lobes} == {("not-hrct",)}


def test_a_lobe_that_is_not_there_has_no_flags() -> None:
    """Thick slices are flagged on the lobes that were seen or typed, in whichever component, and on no others."""
    lungs = {Lobe.RUL: {(0, 0): 1000}}
    nothing = value(percent="0")
    entries = (
        typed(Lobe.RML, nothing, component=Component.ALVEOLAR),
        typed(Lobe.RLL, nothing, component=Component.INTERSTITIAL),
        *said(Lobe.LUL, State.ABSENT),
    )
    scored = score(reading_of(lungs, entries=entries, thickness_mm=5.0))  # type: ignore[arg-type]
    thick = ("not-hrct", "thick-slices")
    assert [lobe.flags for lobe in scored.lobes] == [thick, ("not-hrct",), thick, (), ()]


def test_partly_covered() -> None:
    """A lobe on the first or last slice is flagged and told: its percent is of the covered part."""
    scored = score(_with_counts(reading_of(whole_lungs()), (-1, Lobe.LUL, 0, 0, 1)))
    assert {lobe.lobe.name for lobe in scored.lobes if lobe.flags == ("partly-covered",)} == {"LUL"}
    assert message_of(scored, "partly-covered").startswith("LUL: ")


def test_marks_outside_every_lobe_are_told() -> None:
    """Marks outside every lobe are counted and told, and change no grade."""
    scored = score(reading_of({**whole_lungs(), 0: {(1, 0): 7, (0, 3): 2}}, slices=3))
    assert scored.total == 0
    assert message_of(scored, "marks-outside-lobes").endswith(
        "ground glass 21 voxels (100.0 % of it), reticulation 6 voxels (100.0 % of it)"
    )


def test_measures_of_alobe_of() -> None:
    """Volume, slices and covered depth stand beside the percents."""
    lobe = lobe_of(score(reading_of(whole_lungs(), slices=3, depths=[1, 2, 3], pixel_area_mm2=0.5)), Lobe.RUL)
    assert (lobe.volume_ml, lobe.slices, lobe.covered_mm) == (1000 * 6 * 0.5 / 1000, 3, 6)


def _sampled(*, slices: int = 8, is_sampled: bool = True, seen: bool = True) -> Reading:
    """Read six lobes, ground glass growing from slice to slice in each, with or without lung between the slices."""
    reading = reading_of({**whole_lungs(), Lobe.LIN: {(0, 0): 1000}}, slices=slices)
    assert reading.tally is not None
    counts = reading.tally.counts.copy()
    for i in range(slices if seen else 0):
        counts[i + 1, 1:, 1, 0] = 50 * i
        counts[i + 1, 1:, 0, 0] = 1000 - 50 * i
    return replace(reading, tally=replace(reading.tally, counts=counts, is_sampled=is_sampled))


def _interval(reading: Reading) -> tuple[float | None, float | None]:
    graded = lobe_of(score(reading), Lobe.LUL).alveolar
    return graded.low, graded.high


def test_an_interval_is_of_sampling_alone() -> None:
    """A painted lobe of a sampled scan has an interval about its percent."""
    low, high = _interval(_sampled())
    assert low is not None
    assert high is not None
    assert 0 <= low < 17.5 < high <= 100  # the mean of 0, 5, ... 35 %


@pytest.mark.parametrize(
    "reading",
    [
        pytest.param(_sampled(is_sampled=False), id="no lung between the slices"),
        pytest.param(_sampled(slices=4), id="fewer than 5 slices"),
        pytest.param(_sampled(seen=False), id="0 %"),
        pytest.param(replace(_sampled(), entries=(typed(Lobe.LIN, value(percent="30"), component=Component.ALVEOLAR),)),
                     id="typed in part"),
        pytest.param(replace(_sampled(), entries=tuple(typed(lobe, value(percent="30"), component=Component.ALVEOLAR)
                                                       for lobe in (Lobe.LUL, Lobe.LIN))), id="typed"),
    ],
)  # fmt: skip
def test_no_interval_where_none_holds(reading: Reading) -> None:
    """Without lung between slices, of fewer than 5 slices, of 0 % or of typed values no interval is claimed."""
    assert _interval(reading) == (None, None)
