"""Grading: from counted voxels to grades and totals, by the table of score.md."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import SchemeError
from kazerooni.model import Finding, Lobe
from kazerooni.scoring import score
from tests.scoring.builders import FIVE, Marks, lobe_of, message_of, reading_of, whole_lungs

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


@pytest.mark.parametrize(("voxels", "alveolar", "interstitial"), EDGE_TABLE)
def test_edges_in_voxels(voxels: int, alveolar: int, interstitial: int) -> None:
    """A lobe of a million voxels is graded by the owner of each edge, to the voxel (docs/decisions/0010)."""
    lungs = whole_lungs(RUL=_of_million((1, 0), voxels), LLL=_of_million((0, 2), voxels))
    scored = score(reading_of(lungs, slices=3))
    assert lobe_of(scored, Lobe.RUL).alveolar.grade == alveolar
    assert lobe_of(scored, Lobe.LLL).interstitial.grade == interstitial
    assert lobe_of(scored, Lobe.RUL).alveolar.percent == voxels / 10_000


@pytest.mark.parametrize("label", [1, 2])
def test_alveolar_is_ground_glass_or_consolidation(label: int) -> None:
    """A lobe that is all consolidated does not grade like a normal one (docs/decisions/0011)."""
    scored = score(reading_of(whole_lungs(RUL={(label, 0): 1000})))
    assert (lobe_of(scored, Lobe.RUL).alveolar.grade, scored.alveolar) == (5, 5)


def test_the_union_passes_an_edge_together() -> None:
    """15 % ground glass and 10 % consolidation make 25 %: grade 3, though each alone is grade 2."""
    lobe = lobe_of(score(reading_of(whole_lungs(RUL={(1, 0): 150, (2, 0): 100, (0, 0): 750}))), Lobe.RUL)
    assert (lobe.alveolar.percent, lobe.alveolar.grade) == (25, 3)
    assert (lobe.findings.ground_glass, lobe.findings.consolidation) == (15, 10)


def test_reticulation_alone_is_1() -> None:
    """A lobe with 40 % reticulation and no honeycombing is interstitial 1, not 3, and its 40 % is shown."""
    lobe = lobe_of(score(reading_of(whole_lungs(RUL={(0, 3): 400, (0, 0): 600}))), Lobe.RUL)
    assert (lobe.interstitial.grade, lobe.interstitial.percent, lobe.findings.reticulation) == (1, 0, 40)
    assert lobe.interstitial.to_edge is None


def test_septal_thickening_alone_is_1() -> None:
    """Septal thickening without honeycombing is interstitial 1, however much of it."""
    for voxels in (10, 1000):
        marks = {(0, 1): voxels, (0, 0): 1000 - voxels}
        assert lobe_of(score(reading_of(whole_lungs(RUL=marks))), Lobe.RUL).interstitial.grade == 1


def test_traction_bronchiectasis_alone_is_1() -> None:
    """A yes to traction bronchiectasis gives interstitial 1; a no gives nothing."""
    scored = score(reading_of(whole_lungs(), traction={Lobe.RUL: True, Lobe.RML: False}))
    assert [lobe.interstitial.grade for lobe in scored.lobes] == [1, 0, 0, 0, 0]
    seen = [lobe.findings.traction_bronchiectasis for lobe in scored.lobes]
    assert seen == [True, False, None, None, None]


def test_honeycombing_with_septal_thickening_goes_by_extent() -> None:
    """Honeycombing is graded by its own extent, septal thickening beside it changes nothing."""
    lobe = lobe_of(score(reading_of(whole_lungs(RUL={(0, 1): 700, (0, 2): 300}))), Lobe.RUL)
    assert (lobe.interstitial.percent, lobe.interstitial.grade) == (30, 3)


def test_lingula_counts_with_the_left_upperlobe_of() -> None:
    """On a six-label map the lingula's counts join LUL under a five-region scheme."""
    lungs = whole_lungs(LUL={(0, 0): 750}, LIN={(1, 0): 250})
    scored = score(reading_of(lungs))
    assert [lobe.lobe.name for lobe in scored.lobes] == ["RUL", "RML", "RLL", "LUL", "LLL"]
    assert (lobe_of(scored, Lobe.LUL).alveolar.percent, lobe_of(scored, Lobe.LUL).alveolar.grade) == (25, 3)


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
    lobe = lobe_of(score(reading_of(whole_lungs(RUL={(1, 2): 240, (0, 0): 760}))), Lobe.RUL)
    assert (lobe.alveolar.to_edge, lobe.interstitial.to_edge) == (1, 1)
    lobe = lobe_of(score(reading_of(whole_lungs(RUL={(1, 2): 70, (0, 0): 930}))), Lobe.RUL)
    assert (lobe.alveolar.to_edge, lobe.interstitial.to_edge) == (2, 18)


@given(st.integers(1, 10**6), st.integers(0, 10**6))
def test_counted_percents_are_correctly_rounded_and_never_on_edge(whole: int, part: int) -> None:
    """The percent that is shown is the exact one rounded once, and a counted percent is never marked on_edge."""
    involved = part % (whole + 1)
    lobe = lobe_of(score(reading_of(whole_lungs(RUL={(1, 0): involved, (0, 0): whole - involved}))), Lobe.RUL)
    assert lobe.alveolar.percent == float(Fraction(100 * involved, whole))
    assert lobe.alveolar.on_edge is False


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
    # By presence: 1 + 1 + 1 + 3 + 1. Both sums are told, whichever is asked for.
    assert "interstitial sum 15, and 7 by scheme kazerooni, which" in message_of(scored, "reticulation")


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
