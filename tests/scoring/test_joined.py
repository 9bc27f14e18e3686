"""The left upper lobe with its lingula: two lobes that a scheme of five grades as one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from kazerooni.model import LABELS_SHAPE, Component, Entry, Finding, Lobe, LobeScore, Origin, State, Tally
from kazerooni.scoring import score
from tests.scoring.builders import (
    SIX,
    Marks,
    codes_of,
    lobe_of,
    reading_of,
    said,
    tally_of,
    typed,
    typed_lungs,
    value,
    whole_lungs,
)

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL
GROUND_GLASS, CONSOLIDATION = Finding.GROUND_GLASS, Finding.CONSOLIDATION
HONEYCOMBING = Finding.HONEYCOMBING
NO_MAPS: frozenset[Component] = frozenset()


def _tally(*, upper: Marks, lingula: Marks, measured: frozenset[Component] = NO_MAPS) -> Tally:
    """Count six lobes, the two of the left upper one as given."""
    return tally_of({**whole_lungs(LUL=upper), Lobe.LIN: lingula}, measured=measured)


def _left_upper(*entries: Entry, tally: Tally | None = None) -> LobeScore:
    """Score six lobes under the scheme of five, and give the left upper one."""
    return lobe_of(score(typed_lungs(*entries, lobes=SIX, tally=tally)), Lobe.LUL)


def _percents(upper: str, lingula: str, finding: Finding = GROUND_GLASS) -> tuple[Entry, Entry]:
    return typed(Lobe.LUL, value(finding, upper)), typed(Lobe.LIN, value(finding, lingula))


def test_typed_parts_are_joined_by_their_volumes() -> None:
    """20 % of two thirds and 35 % of one third are 25 % of the whole, exactly: grade 3, though the parts lie on 2."""
    volumes = _tally(upper={(0, 0): 200}, lingula={(0, 0): 100})
    lobe = _left_upper(*_percents("20", "35"), tally=volumes)
    assert (lobe.alveolar.percent, lobe.alveolar.grade, lobe.alveolar.to_edge) == (25, 3, 0)
    assert (lobe.findings.ground_glass, lobe.findings.consolidation) == (25, 0)


def test_the_join_is_exact() -> None:
    """A join that lacks one part in 3 000 000 of the edge stays below it."""
    volumes = _tally(upper={(0, 0): 200}, lingula={(0, 0): 100})
    lobe = _left_upper(*_percents("20", "34.9999"), tally=volumes)
    assert lobe.alveolar.percent == float(Fraction(2 * 20, 3) + Fraction("34.9999") / 3)
    assert lobe.alveolar.grade == 2


def test_without_volumes_only_where_they_agree() -> None:
    """Without volumes two parts of one percent are that percent; two that differ cannot be joined, which is told."""
    same = _left_upper(*_percents("30", "30"))
    assert (same.alveolar.percent, same.alveolar.grade) == (30, 3)
    scored = score(typed_lungs(*_percents("30", "31"), lobes=SIX))
    other = lobe_of(scored, Lobe.LUL)
    assert (other.alveolar.state, other.alveolar.percent, other.alveolar.grade) == (State.ASSESSED, None, None)
    assert {"extent-not-given", "incomplete"} <= codes_of(scored)
    assert scored.totals.alveolar is None


def test_presence_joins_without_volumes() -> None:
    """Septal thickening present in the lingula alone is present in the left upper lobe: interstitial 1."""
    lobe = _left_upper(typed(Lobe.LIN, value(Finding.SEPTAL, present=True)))
    assert (lobe.interstitial.percent, lobe.interstitial.grade, lobe.present.septal) == (0, 1, True)


def test_a_typed_part_joins_a_painted_one() -> None:
    """A typed 50 % of half the volume and a painted 10 % of the other half are 30 %; the origin is the less sure."""
    tally = _tally(upper={(0, 0): 100}, lingula={(1, 0): 10, (0, 0): 90}, measured=frozenset(Component))
    reading = reading_of({})
    entry = typed(Lobe.LUL, value(GROUND_GLASS, "50"))
    lobe = lobe_of(score(replace(reading, tally=tally, entries=(entry,))), Lobe.LUL)
    assert (lobe.alveolar.percent, lobe.alveolar.grade, lobe.alveolar.origin) == (30, 3, Origin.TYPED)
    assert lobe.alveolar.on_edge is False


def test_the_least_sure_origin_is_told() -> None:
    """What a program proposed of the upper lobe makes the whole a proposal, whatever was typed of its lingula."""
    tally = _tally(upper={(0, 0): 100}, lingula={(0, 0): 100}, measured=frozenset(Component))
    proposed = Entry(lobe=Lobe.LUL, component=ALVEOLAR, origin=Origin.PROPOSED)
    entries = (proposed, typed(Lobe.LIN, value(GROUND_GLASS, "50")))
    lobe = lobe_of(score(replace(reading_of({}), tally=tally, entries=entries)), Lobe.LUL)
    assert (lobe.alveolar.percent, lobe.alveolar.origin) == (25, Origin.PROPOSED)
    assert lobe.interstitial.origin is Origin.PAINTED


def test_a_part_that_is_painted_is_never_on_edge() -> None:
    """Only what was typed altogether is on_edge: a join with a painted part that makes 25 % is graded exactly."""
    tally = _tally(upper={(0, 0): 100}, lingula={(1, 0): 10, (0, 0): 90}, measured=frozenset(Component))
    entry = typed(Lobe.LUL, value(GROUND_GLASS, "40"))
    scored = score(replace(reading_of({}), tally=tally, entries=(entry,)))
    lobe = lobe_of(scored, Lobe.LUL)
    assert (lobe.alveolar.percent, lobe.alveolar.grade, lobe.alveolar.on_edge) == (25, 3, False)
    assert (scored.totals.low, scored.totals.high) == (None, None)


def test_a_stray_mark_beside_a_typed_percent_is_taken_alone() -> None:
    """A stray mark in the lingula is no trace where ground glass was typed of the upper lobe, which stays."""
    marks: Marks = {(1, 0): 1, (0, 0): 999}
    tally = _tally(upper={(0, 0): 1000}, lingula=marks, measured=frozenset(Component))
    entry = typed(Lobe.LUL, value(GROUND_GLASS, "60"))
    scored = score(replace(reading_of({}), tally=tally, entries=(entry,)))
    assert lobe_of(scored, Lobe.LUL).alveolar.grade == 3  # half of 60.1 %
    assert (scored.total, scored.totals.without_traces) == (3, 3)


def test_an_absent_lingula_leaves_the_upper_lobe() -> None:
    """Where the lingula was taken out, the left upper lobe is what is left of it."""
    lobe = _left_upper(typed(Lobe.LUL, value(GROUND_GLASS, "30")), *said(Lobe.LIN, State.ABSENT))
    assert (lobe.alveolar.percent, lobe.alveolar.grade) == (30, 3)


@pytest.mark.parametrize("part", [Lobe.LUL, Lobe.LIN])
def test_a_part_that_cannot_be_assessed_leaves_the_whole_unknown(part: Lobe) -> None:
    """Upper lobe or lingula not assessable: the region of both has that state and no grade."""
    lobe = _left_upper(*said(part, State.NOT_ASSESSABLE, ALVEOLAR))
    assert (lobe.alveolar.state, lobe.alveolar.grade) == (State.NOT_ASSESSABLE, None)
    assert lobe.interstitial.grade == 0


@pytest.mark.parametrize("part", [Lobe.LUL, Lobe.LIN])
def test_a_part_that_was_not_said_is_not_zero(part: Lobe) -> None:
    """Of a reading that tells the lingula apart, neither part alone stands for both."""
    scored = score(typed_lungs(lobes=SIX, without={(part, INTERSTITIAL)}))
    lobe = lobe_of(scored, Lobe.LUL)
    assert (lobe.interstitial.state, lobe.interstitial.grade, lobe.alveolar.grade) == (None, None, 0)
    assert scored.totals.total is None


def test_an_upper_lobe_missing_from_the_map_is_not_its_lingula() -> None:
    """A lobe map with a lingula and no left upper lobe gives that lobe no grade: the lingula is not all of it."""
    lungs = whole_lungs()
    del lungs[Lobe.LUL]
    scored = score(reading_of({**lungs, Lobe.LIN: {(1, 0): 100}}))
    assert (lobe_of(scored, Lobe.LUL).alveolar.state, lobe_of(scored, Lobe.LUL).alveolar.grade) == (None, None)
    assert scored.totals.alveolar is None


def test_five_typed_lobes_are_whole() -> None:
    """A reading that does not tell the lingula apart means it with the left upper lobe."""
    scored = score(typed_lungs(typed(Lobe.LUL, value(HONEYCOMBING, "80"))))
    assert (scored.total, scored.totals.lobes) == (5, 5)


def test_a_grade_is_not_joined_with_marks() -> None:
    """A grade typed of the left upper lobe beside a painted lingula cannot be joined with it: not graded, and told."""
    tally = _tally(upper={(0, 0): 100}, lingula={(1, 0): 10, (0, 0): 90}, measured=frozenset(Component))
    entry = typed(Lobe.LUL, value(grade=4, scheme="kazerooni"), component=ALVEOLAR)
    scored = score(replace(reading_of({}), tally=tally, entries=(entry,)))
    assert lobe_of(scored, Lobe.LUL).alveolar.grade is None
    assert {"grade-only", "extent-not-given"} <= codes_of(scored)


def test_painted_parts_are_joined_by_counts() -> None:
    """Counts of upper lobe and lingula are added, slice by slice, whatever their sizes."""
    assert LABELS_SHAPE == (7, 3, 4)
    lungs = {**whole_lungs(LUL={(2, 0): 1, (0, 0): 2}), Lobe.LIN: {(1, 0): 1}}
    lobe = lobe_of(score(reading_of(lungs)), Lobe.LUL)
    assert (lobe.alveolar.percent, lobe.alveolar.grade) == (50, 4)
    assert (lobe.findings.ground_glass, lobe.findings.consolidation) == (25, 25)
    assert CONSOLIDATION.label == 2
