"""Grading: from counted voxels to grades and totals, by the table of score.md."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import IncompleteError, SchemeError
from kazerooni.model import Component, Finding, Lobe, LobeEntry, LobeScore, Reading, Score, State
from kazerooni.scoring import score
from tests.scoring.builders import FIVE, Marks, reading_of, whole_lungs

MILLION = 1_000_000

# Voxels of a lobe of a million: the edge table of score.md.
EDGE_TABLE = [
    # voxels, alveolar grade, honeycombing grade
    (0, 0, 0),
    (1, 1, 2),
    (49_990, 1, 2),
    (50_000, 2, 2),
    (249_990, 2, 2),
    (249_999, 2, 2),
    (250_000, 3, 3),
    (495_000, 3, 3),
    (499_999, 3, 3),
    (500_000, 4, 4),
    (750_000, 4, 4),
    (750_001, 5, 5),
    (750_010, 5, 5),
    (MILLION, 5, 5),
]


def _of_million(label: tuple[int, int], voxels: int) -> Marks:
    return {label: voxels, (0, 0): MILLION - voxels}


def _lobe(scored: Score, name: str) -> LobeScore:
    return next(lobe for lobe in scored.lobes if lobe.lobe.name == name)


def _codes(scored: Score) -> set[str]:
    return {notice.code for notice in scored.notices}


def _message(scored: Score, code: str) -> str:
    return next(notice.message for notice in scored.notices if notice.code == code)


@pytest.mark.parametrize(("voxels", "alveolar", "interstitial"), EDGE_TABLE)
def test_edges_in_voxels(voxels: int, alveolar: int, interstitial: int) -> None:
    """A lobe of a million voxels is graded by the owner of each edge, to the voxel (docs/decisions/0010)."""
    lungs = whole_lungs(RUL=_of_million((1, 0), voxels), LLL=_of_million((0, 2), voxels))
    scored = score(reading_of(lungs, slices=3))
    assert _lobe(scored, "RUL").alveolar.grade == alveolar
    assert _lobe(scored, "LLL").interstitial.grade == interstitial
    assert _lobe(scored, "RUL").alveolar.percent == voxels / 10_000


@pytest.mark.parametrize("label", [1, 2])
def test_alveolar_is_ground_glass_or_consolidation(label: int) -> None:
    """A lobe that is all consolidated does not grade like a normal one (docs/decisions/0011)."""
    scored = score(reading_of(whole_lungs(RUL={(label, 0): 1000})))
    assert (_lobe(scored, "RUL").alveolar.grade, scored.alveolar) == (5, 5)


def test_the_union_passes_an_edge_together() -> None:
    """15 % ground glass and 10 % consolidation make 25 %: grade 3, though each alone is grade 2."""
    lobe = _lobe(score(reading_of(whole_lungs(RUL={(1, 0): 150, (2, 0): 100, (0, 0): 750}))), "RUL")
    assert (lobe.alveolar.percent, lobe.alveolar.grade) == (25, 3)
    assert (lobe.findings.ground_glass, lobe.findings.consolidation) == (15, 10)


def test_reticulation_alone_is_1() -> None:
    """A lobe with 40 % reticulation and no honeycombing is interstitial 1, not 3, and its 40 % is shown."""
    lobe = _lobe(score(reading_of(whole_lungs(RUL={(0, 3): 400, (0, 0): 600}))), "RUL")
    assert (lobe.interstitial.grade, lobe.interstitial.percent, lobe.findings.reticulation) == (1, 0, 40)
    assert lobe.interstitial.to_edge is None


def test_septal_thickening_alone_is_1() -> None:
    """Septal thickening without honeycombing is interstitial 1, however much of it."""
    for voxels in (10, 1000):
        marks = {(0, 1): voxels, (0, 0): 1000 - voxels}
        assert _lobe(score(reading_of(whole_lungs(RUL=marks))), "RUL").interstitial.grade == 1


def test_traction_bronchiectasis_alone_is_1() -> None:
    """A yes to traction bronchiectasis gives interstitial 1; a no gives nothing."""
    entries = (LobeEntry(Lobe.RUL, traction_bronchiectasis=True), LobeEntry(Lobe.RML, traction_bronchiectasis=False))
    scored = score(reading_of(whole_lungs(), entries=entries))
    assert [lobe.interstitial.grade for lobe in scored.lobes] == [1, 0, 0, 0, 0]
    seen = [lobe.findings.traction_bronchiectasis for lobe in scored.lobes]
    assert seen == [True, False, None, None, None]


def test_honeycombing_with_septal_thickening_goes_by_extent() -> None:
    """Honeycombing is graded by its own extent, septal thickening beside it changes nothing."""
    lobe = _lobe(score(reading_of(whole_lungs(RUL={(0, 1): 700, (0, 2): 300}))), "RUL")
    assert (lobe.interstitial.percent, lobe.interstitial.grade) == (30, 3)


def test_lingula_counts_with_the_left_upper_lobe() -> None:
    """On a six-label map the lingula's counts join LUL under a five-region scheme."""
    lungs = whole_lungs(LUL={(0, 0): 750}, LIN={(1, 0): 250})
    scored = score(reading_of(lungs))
    assert [lobe.lobe.name for lobe in scored.lobes] == ["RUL", "RML", "RLL", "LUL", "LLL"]
    assert (_lobe(scored, "LUL").alveolar.percent, _lobe(scored, "LUL").alveolar.grade) == (25, 3)


def test_totals_are_sums() -> None:
    """Component totals sum the lobes' grades, the total sums the two, beside its maximum and its lobes."""
    lungs = whole_lungs(
        RUL={(1, 0): 10, (0, 0): 990}, RLL={(1, 2): 500, (0, 0): 500}, LLL={(0, 1): 100, (0, 0): 900}
    )  # fmt: skip
    totals = score(reading_of(lungs)).totals
    assert (totals.alveolar, totals.interstitial, totals.total) == (1 + 4, 4 + 1, 10)
    assert (totals.maximum, totals.lobes) == (50, 5)
    assert (totals.low, totals.high) == (None, None)


def test_all_of_every_lobe_is_the_maximum() -> None:
    """Lungs of nothing but ground glass and honeycombing reach 50 of 50."""
    lungs: dict[Lobe | int, Marks] = {lobe: {(1, 2): 100} for lobe in FIVE}
    assert score(reading_of(lungs)).total == score(reading_of(lungs)).totals.maximum == 50


def test_distance_to_the_edge() -> None:
    """Distances are percentage points to the nearest inner edge: 24 % is 1 from 25 in both components."""
    lobe = _lobe(score(reading_of(whole_lungs(RUL={(1, 2): 240, (0, 0): 760}))), "RUL")
    assert (lobe.alveolar.to_edge, lobe.interstitial.to_edge) == (1, 1)
    lobe = _lobe(score(reading_of(whole_lungs(RUL={(1, 2): 70, (0, 0): 930}))), "RUL")
    assert (lobe.alveolar.to_edge, lobe.interstitial.to_edge) == (2, 18)


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_counted_percents_are_correctly_rounded_and_never_on_edge(whole: int, part: int) -> None:
    """The percent that is shown is the exact one rounded once, and a counted percent is never marked on_edge."""
    involved = part % (whole + 1)
    lobe = _lobe(score(reading_of(whole_lungs(RUL={(1, 0): involved, (0, 0): whole - involved}))), "RUL")
    assert lobe.alveolar.percent == float(Fraction(100 * involved, whole))
    assert lobe.alveolar.on_edge is False


@given(
    before=st.dictionaries(st.tuples(st.integers(0, 2), st.integers(0, 3)), st.integers(0, 200)),
    component=st.sampled_from(Component),
    label=st.integers(1, 3),
    painted=st.integers(1, 500),
    scheme=st.sampled_from(["kazerooni", "kazerooni-fibrosis"]),
)
def test_more_marks_never_lower_a_grade(
    before: Marks, component: Component, label: int, painted: int, scheme: str
) -> None:
    """Painting unmarked voxels of a lobe with one more finding never lowers a grade of it."""
    marks = {**before, (0, 0): before.get((0, 0), 0) + 500}
    added = (min(label, 2), 0) if component is Component.ALVEOLAR else (0, label)
    after = {**marks, (0, 0): marks[0, 0] - painted, added: marks.get(added, 0) + painted}
    less = _lobe(score(reading_of(whole_lungs(RUL=marks)), scheme), "RUL")
    more = _lobe(score(reading_of(whole_lungs(RUL=after)), scheme), "RUL")
    for each in Component:
        low, high = less.component(each).grade, more.component(each).grade
        assert low is not None
        assert high is not None
        assert low <= high


# --- Missing is never zero -------------------------------------------------------------------------------------------


def test_a_component_without_a_map_is_null() -> None:
    """Without an interstitial map every interstitial value is None, the total is refused, the alveolar sum stands."""
    scored = score(reading_of(whole_lungs(RUL={(1, 0): 100}), measured=frozenset({Component.ALVEOLAR})))
    for lobe in scored.lobes:
        component = lobe.interstitial
        assert (component.state, component.percent, component.grade) == (None, None, None)
        assert (component.to_edge, component.trace, component.on_edge) == (None, None, None)
        assert (lobe.findings.septal, lobe.findings.reticulation, lobe.findings.honeycombing) == (None, None, None)
    totals = scored.totals
    assert (totals.alveolar, totals.without_consolidation, totals.lobes) == (5, 5, 0)
    assert (totals.interstitial, totals.total, totals.without_traces, totals.fibrosis_variant) == (None,) * 4
    assert scored.volume_weighted.interstitial_percent is None
    with pytest.raises(IncompleteError):
        _ = scored.total
    assert "missing is never zero" in _message(scored, "incomplete")


def test_an_empty_map_is_zero() -> None:
    """An empty map says that somebody looked and found nothing: 0 %, grade 0, total 0."""
    scored = score(reading_of(whole_lungs()))
    assert (scored.total, scored.totals.lobes) == (0, 5)
    for lobe in scored.lobes:
        assert (lobe.alveolar.percent, lobe.alveolar.grade, lobe.alveolar.trace) == (0, 0, False)
        assert lobe.alveolar.to_edge is None


def test_a_lobe_that_is_not_in_the_map_is_null() -> None:
    """A lobe without voxels has no volume, no percent and no grade, and its slices are counted as 0."""
    lungs = whole_lungs()
    del lungs[Lobe.RML]
    scored = score(reading_of(lungs))
    lobe = _lobe(scored, "RML")
    assert (lobe.volume_ml, lobe.slices, lobe.covered_mm, lobe.flags) == (None, 0, None, ())
    assert (lobe.alveolar.state, lobe.alveolar.grade, lobe.findings.ground_glass) == (None, None, None)
    assert (scored.totals.alveolar, scored.totals.lobes) == (None, 4)


@pytest.mark.parametrize("state", [State.NOT_ASSESSABLE, State.ABSENT])
def test_states_are_kept_and_refuse_the_sum(state: State) -> None:
    """A lobe that cannot be assessed, or is absent, keeps its state and has no grade; its sum is refused."""
    lungs = whole_lungs()
    if state is State.ABSENT:
        del lungs[Lobe.RML]
    scored = score(reading_of(lungs, entries=(LobeEntry(Lobe.RML, alveolar=state),)))
    lobe = _lobe(scored, "RML")
    assert (lobe.alveolar.state, lobe.alveolar.percent, lobe.alveolar.grade) == (state, None, None)
    assert scored.totals.alveolar is None


# --- What is told beside the grades ----------------------------------------------------------------------------------


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
    lobe = _lobe(score(reading_of(lungs, pixel_area_mm2=pixel_area_mm2)), "RUL")
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
    assert "RUL, RML, RLL, LUL, LLL: " in _message(scored, "trace")
    assert "total 8, without traces 3" in _message(scored, "trace")


def _with_counts(reading: Reading, *cells: tuple[int, int, int, int, int]) -> Reading:
    """Give a reading with the counts of some cells (slice, lobe, alveolar label, interstitial label) set anew."""
    counts = reading.tally.counts.copy()
    for *cell, voxels in cells:
        counts[tuple(cell)] = voxels
    return replace(reading, tally=replace(reading.tally, counts=counts))


def test_a_finding_wide_on_one_slice_is_no_trace() -> None:
    """A finding that reaches 50 mm2 on a single slice is no trace, however small it is on the others."""
    reading = reading_of(whole_lungs(RUL={(0, 2): 10, (0, 0): 990}), pixel_area_mm2=0.5)
    assert _lobe(score(reading), "RUL").interstitial.trace is True
    widened = _with_counts(reading, (2, Lobe.RUL, 0, 2, 100))
    assert _lobe(score(widened), "RUL").interstitial.trace is False


def test_sums_with_and_without_consolidation() -> None:
    """The alveolar sum is given with consolidation and without, and told where a lobe holds any."""
    lungs = whole_lungs(RUL={(1, 0): 10, (2, 0): 500, (0, 0): 490})
    scored = score(reading_of(lungs))
    assert (scored.totals.alveolar, scored.totals.without_consolidation) == (4, 1)
    assert _message(scored, "consolidation") == "RUL: consolidation; alveolar sum 4, without it 1"
    assert "consolidation" not in _codes(score(reading_of(whole_lungs())))


def test_both_interstitial_sums() -> None:
    """More than 5 % reticulation tells both interstitial sums; 5 % does not, but both are always given."""
    fibrotic = score(
        reading_of(whole_lungs(RLL={(0, 3): 400, (0, 0): 600}, LLL={(0, 3): 300, (0, 2): 300, (0, 0): 400}))
    )
    assert (fibrotic.totals.interstitial, fibrotic.totals.fibrosis_variant) == (1 + 3, 3 + 4)
    assert "RLL, LLL" in _message(fibrotic, "reticulation")
    assert "interstitial sum 4, by scheme kazerooni-fibrosis" in _message(fibrotic, "reticulation")
    five = score(reading_of(whole_lungs(RLL={(0, 3): 50, (0, 0): 950})))
    assert "reticulation" not in _codes(five)
    assert (five.totals.interstitial, five.totals.fibrosis_variant) == (1, 2)


def test_fibrosis_scheme() -> None:
    """The fibrosis variant grades honeycombing or reticulation by extent, and septal thickening alone 1."""
    lungs = whole_lungs(
        RUL={(0, 1): 500, (0, 0): 500},
        RML={(0, 3): 249, (0, 0): 751},
        RLL={(0, 3): 250, (0, 0): 750},
        LUL={(0, 3): 250, (0, 2): 250, (0, 0): 500},
        LLL={(0, 3): 751, (0, 0): 249},
    )
    scored = score(reading_of(lungs), "kazerooni-fibrosis")
    assert [lobe.interstitial.grade for lobe in scored.lobes] == [1, 2, 3, 4, 5]
    assert scored.totals.fibrosis_variant == scored.interstitial == 15
    assert "reticulation" not in _codes(scored)


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
    assert ("not-hrct" in _codes(scored)) == ("not-hrct" in flags)


def test_thick_slices_flag_the_interstitial_grade() -> None:
    """Without an interstitial grade there is none to doubt: the lobe is not flagged for it."""
    scored = score(reading_of(whole_lungs(), thickness_mm=5.0, measured=frozenset({Component.ALVEOLAR})))
    assert {lobe.flags for lobe in scored.lobes} == {("not-hrct",)}


def test_partly_covered() -> None:
    """A lobe on the first or last slice is flagged and told: its percent is of the covered part."""
    scored = score(_with_counts(reading_of(whole_lungs()), (-1, Lobe.LUL, 0, 0, 1)))
    assert {lobe.lobe.name for lobe in scored.lobes if lobe.flags == ("partly-covered",)} == {"LUL"}
    assert _message(scored, "partly-covered").startswith("LUL: ")


def test_marks_outside_every_lobe_are_told() -> None:
    """Marks outside every lobe are counted and told, and change no grade."""
    scored = score(reading_of({**whole_lungs(), 0: {(1, 0): 7, (0, 3): 2}}, slices=3))
    assert scored.total == 0
    assert _message(scored, "marks-outside-lobes").endswith("ground glass 21 voxels, reticulation 6 voxels")


def test_measures_of_a_lobe() -> None:
    """Volume, slices and covered depth stand beside the percents."""
    lobe = _lobe(score(reading_of(whole_lungs(), slices=3, depths=[1, 2, 3], pixel_area_mm2=0.5)), "RUL")
    assert (lobe.volume_ml, lobe.slices, lobe.covered_mm) == (1000 * 6 * 0.5 / 1000, 3, 6)


def test_an_unknown_scheme_is_refused() -> None:
    """A scheme that does not exist is refused by name."""
    with pytest.raises(SchemeError, match="'warrick' is unknown"):
        score(reading_of(whole_lungs()), "warrick")


def test_the_score_says_where_it_is_from() -> None:
    """A score carries the scheme, its version and its citation."""
    scored = score(reading_of(whole_lungs()))
    assert (scored.scheme, scored.scheme_version) == ("kazerooni", 1)
    assert "Kazerooni EA" in scored.citation
    assert Finding.HONEYCOMBING.full_name == "honeycombing"
