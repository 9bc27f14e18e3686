"""Grades typed without percents: they stand under their own edges, findings and regions, and under no others."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Entry, Finding, Lobe, Origin, Reading, State
from kazerooni.scoring import score
from tests.scoring.builders import (
    FIVE,
    SIX,
    codes_of,
    lobe_of,
    message_of,
    typed,
    typed_lungs,
    value,
)

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL


def _grade(lobe: Lobe, component: Component, grade: int, scheme: str = "kazerooni") -> Entry:
    return typed(lobe, value(grade=grade, scheme=scheme), component=component)


def _graded(scheme: str, grades: Mapping[Component, tuple[int, ...]]) -> Reading:
    """Type a grade of every lobe of a scheme."""
    lobes = SIX if scheme == "kazerooni-lingula" else FIVE
    entries = [_grade(lobe, c, g, scheme) for c, row in grades.items() for lobe, g in zip(lobes, row, strict=True)]
    return typed_lungs(*entries, lobes=lobes)


@pytest.mark.parametrize(
    ("scheme", "alveolar", "interstitial", "total"),
    [
        ("kazerooni", (0, 1, 2, 3, 4), (5, 5, 0, 1, 2), 10 + 13),
        ("kazerooni-mean", (0, 1, 2, 3, 4), (5, 5, 0, 1, 2), 2 + 2.6),
        ("kazerooni-lingula", (0, 1, 2, 3, 4, 5), (5, 5, 0, 1, 2, 3), 15 + 16),
        ("kazerooni-fibrosis", (0, 1, 2, 3, 4), (5, 5, 0, 1, 2), 10 + 13),
    ],
)
def test_grades_stand_under_their_own_scheme(
    scheme: str, alveolar: tuple[int, ...], interstitial: tuple[int, ...], total: float
) -> None:
    """Typed grades are given back as they are, without a percent, and make the total; what they are is told."""
    scored = score(_graded(scheme, {ALVEOLAR: alveolar, INTERSTITIAL: interstitial}), scheme)
    assert tuple(lobe.alveolar.grade for lobe in scored.lobes) == alveolar
    assert tuple(lobe.interstitial.grade for lobe in scored.lobes) == interstitial
    assert scored.total == pytest.approx(total)
    assert scored.totals.without_traces == scored.total
    assert (scored.totals.low, scored.totals.high) == (None, None)
    for lobe in scored.lobes:
        graded = lobe.alveolar
        assert (graded.percent, graded.low, graded.to_edge, graded.on_edge) == (None,) * 4
        assert (graded.state, graded.origin) == (State.ASSESSED, Origin.TYPED)
        assert (lobe.findings.ground_glass, lobe.present.ground_glass) == (None, None)
    assert message_of(scored, "grade-only").startswith("alveolar of RUL, RML, ")
    assert {"extent-not-given", "incomplete"}.isdisjoint(codes_of(scored))


def test_nothing_is_invented_beside_typed_grades() -> None:
    """Sums that need what a grade does not say are None: without consolidation, and by the fibrosis variant."""
    grades = {ALVEOLAR: (1, 1, 1, 1, 1), INTERSTITIAL: (1, 1, 1, 1, 1)}
    totals = score(_graded("kazerooni", grades)).totals
    assert (totals.total, totals.without_consolidation, totals.fibrosis_variant) == (10, None, None)


def test_sums_that_the_grades_themselves_give_are_given() -> None:
    """Grades of ground glass alone are the sum without consolidation; fibrosis grades are the fibrosis variant."""
    grades = {ALVEOLAR: (1, 2, 3, 4, 5), INTERSTITIAL: (2, 2, 2, 2, 2)}
    assert score(_graded("kazerooni-mean", grades), "kazerooni-mean").totals.without_consolidation == 3
    assert score(_graded("kazerooni-fibrosis", grades), "kazerooni-fibrosis").totals.fibrosis_variant == 10


@pytest.mark.parametrize(
    ("component", "own", "other"),
    [
        (ALVEOLAR, "kazerooni", "kazerooni-fibrosis"),
        (ALVEOLAR, "kazerooni-fibrosis", "kazerooni"),
        (INTERSTITIAL, "kazerooni", "kazerooni-mean"),
        (INTERSTITIAL, "kazerooni-mean", "kazerooni"),
    ],
)
def test_grades_stand_where_findings_edges_and_regions_are_the_same(component: Component, own: str, other: str) -> None:
    """A grade stands under a scheme that grades its component of the same regions by the same findings and edges."""
    reading = _graded(own, {component: (0, 1, 2, 3, 4)})
    assert [lobe.component(component).grade for lobe in score(reading, other).lobes] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("component", "own", "other"),
    [
        (ALVEOLAR, "kazerooni", "kazerooni-mean"),
        (ALVEOLAR, "kazerooni-mean", "kazerooni"),
        (INTERSTITIAL, "kazerooni", "kazerooni-fibrosis"),
        (INTERSTITIAL, "kazerooni-fibrosis", "kazerooni"),
    ],
)
def test_grades_of_other_findings_are_refused(component: Component, own: str, other: str) -> None:
    """A grade is refused under a scheme that grades other findings or edges, with the lobe and both schemes named."""
    reading = typed_lungs(_grade(Lobe.RLL, component, 2, own))
    words = rf"^reading t cannot be graded under scheme {other} 1: {component} of RLL was only graded, under {own} 1, "
    with pytest.raises(ReadingError, match=f"{words}and {other} grades other findings or edges"):
        score(reading, other)


def test_grades_of_other_regions_are_refused() -> None:
    """A grade of the left upper lobe stands for a scheme that parts the lobes in the same way, and for no other."""
    five = typed_lungs(_grade(Lobe.LUL, ALVEOLAR, 2, "kazerooni"), lobes=SIX)
    with pytest.raises(ReadingError, match="alveolar of LUL was only graded, under kazerooni 1, and kazerooni-lingula"):
        score(five, "kazerooni-lingula")
    six = typed_lungs(_grade(Lobe.LUL, ALVEOLAR, 2, "kazerooni-lingula"), lobes=SIX)
    with pytest.raises(ReadingError, match="and kazerooni parts the lobes otherwise"):
        score(six, "kazerooni")
    lingula = typed_lungs(_grade(Lobe.LIN, ALVEOLAR, 2, "kazerooni-lingula"), lobes=SIX)
    with pytest.raises(ReadingError, match="alveolar of LIN was only graded"):
        score(lingula, "kazerooni")


def test_a_grade_of_the_same_region_stands_under_the_six_regions() -> None:
    """The right upper lobe is the same region under five and six: its grade stands under both."""
    reading = typed_lungs(_grade(Lobe.RUL, ALVEOLAR, 4, "kazerooni"), lobes=SIX)
    assert lobe_of(score(reading, "kazerooni-lingula"), Lobe.RUL).alveolar.grade == 4


def test_every_fault_is_told_at_once() -> None:
    """Two lobes that cannot be graded are both named in one message, with what to do."""
    entries = (_grade(Lobe.RUL, INTERSTITIAL, 2), _grade(Lobe.LLL, INTERSTITIAL, 3))
    with pytest.raises(ReadingError, match=r"interstitial of RUL .*; interstitial of LLL .* give the percents"):
        score(typed_lungs(*entries), "kazerooni-fibrosis")


def test_a_grade_that_its_scheme_does_not_have_is_refused() -> None:
    """A grade above the highest, or of a lobe that its scheme does not grade apart, is refused."""
    with pytest.raises(ReadingError, match="alveolar of RUL was given the grade 6; kazerooni 1 has 0 to 5"):
        score(typed_lungs(_grade(Lobe.RUL, ALVEOLAR, 6)))
    with pytest.raises(ReadingError, match="alveolar of LIN was graded under kazerooni 1, which does not grade that"):
        score(typed_lungs(_grade(Lobe.LIN, ALVEOLAR, 2), lobes=SIX))


def test_a_grade_under_an_unknown_scheme_is_refused() -> None:
    """A grade typed under a scheme that does not exist is refused by its name."""
    with pytest.raises(ReadingError, match="under warrick 1, which is not known"):
        score(typed_lungs(_grade(Lobe.RUL, ALVEOLAR, 2, "warrick")))


def test_a_grade_beside_percents() -> None:
    """Graded lobes and lobes with percents make one total; a finding is never read out of a grade."""
    honeycombing = typed(Lobe.RML, value(Finding.HONEYCOMBING, "60"))
    scored = score(typed_lungs(_grade(Lobe.RUL, INTERSTITIAL, 5), honeycombing))
    assert (scored.total, scored.lobes[0].present.honeycombing) == (9, None)
