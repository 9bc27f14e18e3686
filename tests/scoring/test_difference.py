"""Old and new scores side by side: what changed, which edge was crossed, and why; expected by construction."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Cause, Component, GradeChange, Lobe, Parts, Reading, ScoreDifference, ScorePair, Transition
from kazerooni.scoring import SCHEMES, difference_of, incomparable
from tests.scoring.builders import FIVE, reading_of, whole_lungs
from tests.scoring.kept import Kept, KeptScoreOf, kept_of, typed_score

MAPS = {"lobes": "l", "alveolar": "a", "interstitial": "i"}
HALF_RETICULATION = reading_of(whole_lungs(RLL={(0, 3): 500, (0, 0): 500}))
SHARES = st.fixed_dictionaries({lobe: st.integers(0, 1000) for lobe in FIVE})


def found(
    old: KeptScoreOf, new: KeptScoreOf, *, new_by_old: KeptScoreOf | None = None, old_by_new: KeptScoreOf | None = None
) -> ScoreDifference:
    """Set two scores side by side."""
    difference = difference_of(ScorePair(old=old, new=new, new_by_old=new_by_old, old_by_new=old_by_new))
    assert difference is not None
    return difference


def at(difference: ScoreDifference, lobe: str, component: Component) -> GradeChange:
    """Give one component of a lobe."""
    return next(one for one in difference.grades if (one.lobe, one.component) == (lobe, component))


def painted(shares: dict[Lobe, int], label: tuple[int, int], *, named: str) -> Reading:
    """Paint a share of a thousand of each lobe with a finding."""
    marks = {lobe.name: {label: share, (0, 0): 1000 - share} for lobe, share in shares.items()}
    return replace(reading_of(whole_lungs(**marks)), id=named)


def test_the_same_score_twice_has_no_difference() -> None:
    """A score beside itself changes nothing, crosses nothing, and has no cause."""
    score = kept_of(HALF_RETICULATION, inputs=MAPS)
    same = found(score, score)
    assert not same.is_changed
    assert not same.is_alarming
    assert same.causes == ()
    assert [one.change for one in same.sums] == [0, 0, 0]
    assert {(one.change, one.percent_change, one.crossed) for one in same.grades} == {(0, 0, False)}


def test_a_missing_score_is_compared_with_nothing() -> None:
    """Without an old or a new score there is no difference, not one from zero."""
    score = typed_score()
    assert difference_of(ScorePair(old=None, new=score)) is None
    assert difference_of(ScorePair(old=score, new=None)) is None


def test_another_scheme_of_the_same_maps() -> None:
    """Reticulation in half of a lobe: grade 1 as present, 4 by extent; the scheme did it, and edges were crossed."""
    old = kept_of(HALF_RETICULATION, inputs=MAPS)
    new = kept_of(HALF_RETICULATION, "kazerooni-fibrosis", inputs=MAPS)
    difference = found(old, new)
    lobe = at(difference, "RLL", Component.INTERSTITIAL)
    assert (lobe.old_grade, lobe.new_grade, lobe.change, lobe.percent_change) == (1, 4, 3, 50)
    assert (lobe.crossed, lobe.edges) == (True, (0, 25, 50))
    assert (lobe.causes, lobe.parts) == ((Cause.SCHEME,), Parts(3, 0))
    assert difference.causes == (Cause.SCHEME,)
    assert (difference.total.change, difference.total.causes) == (3, (Cause.SCHEME,))
    assert not difference.is_alarming


@pytest.mark.parametrize(
    ("percents", "edges"),
    [((24.9, 25.0), (25,)), ((25.0, 24.9), (25,)), ((25.0, 49.9), ()), ((49.9, 80.0), (50, 75)), ((75.0, 50.0), ())],
)
def test_an_edge_is_crossed_where_its_owner_changes(percents: tuple[float, float], edges: tuple[int, ...]) -> None:
    """25 % belongs to grade 3, 50 % and 75 % to grade 4: coming to an edge that one owns, or leaving it, crosses it."""
    criterion = SCHEMES["kazerooni", 1].alveolar
    old, new = (
        typed_score({Lobe.RLL: ((percent, criterion.grade(Fraction(percent))), (0.0, 0))}, reading=f"R-{percent}")
        for percent in percents
    )
    lobe = at(found(old, new), "RLL", Component.ALVEOLAR)
    assert lobe.edges == edges
    assert lobe.crossed is bool(edges)


def test_a_presence_crosses_no_edge() -> None:
    """A finding ticked as present makes grade 1 of 0, changes the grade, and crosses no edge of extent."""
    old = typed_score({Lobe.RLL: ((0.0, 0), (0.0, 0))})
    new = typed_score({Lobe.RLL: ((0.0, 0), (0.0, 1))}, reading="R-2")
    lobe = at(found(old, new), "RLL", Component.INTERSTITIAL)
    assert (lobe.is_changed, lobe.crossed, lobe.change) == (True, False, 1)
    assert lobe.causes == (Cause.READING,)


def test_a_grade_that_comes_or_goes_is_no_change_from_zero() -> None:
    """A lobe that was not assessed and now is has gained a grade: changed, by no amount, crossing nothing."""
    old = typed_score({Lobe.RUL: ((None, None), (0.0, 0))})
    new = typed_score({Lobe.RUL: ((40.0, 3), (0.0, 0))}, reading="R-2")
    difference = found(old, new)
    lobe = at(difference, "RUL", Component.ALVEOLAR)
    assert (lobe.is_changed, lobe.change, lobe.percent_change, lobe.crossed) == (True, None, None, False)
    assert difference.total.why_not == "the old total is missing"
    assert difference.total.change is None
    assert difference.sums[1].change == 0


@pytest.mark.parametrize(
    ("old", "new", "readings", "cause"),
    [
        (MAPS, {**MAPS, "alveolar": "b"}, ("R-1", "R-1"), Cause.MAP),
        (MAPS, {**MAPS, "scan": "s"}, ("R-1", "R-2"), Cause.SCAN),
        ({"lobes": "l"}, MAPS, ("R-1", "R-2"), Cause.MAP),
        ({"table": "t"}, {"table": "u"}, ("R-1", "R-2"), Cause.READING),
        (MAPS, MAPS, ("R-1", "R-2"), Cause.READING),
        (MAPS, MAPS, ("R-1", None), Cause.PROGRAM),
        (MAPS, MAPS, ("R-1", "R-1"), Cause.PROGRAM),
        ({}, {}, ("R-1", "R-1"), Cause.PROGRAM),
        ({}, MAPS, ("R-1", "R-1"), Cause.PROGRAM),
        ({}, MAPS, (None, "R-1"), Cause.UNKNOWN),
        ({**MAPS, "alveolar": None}, MAPS, (None, "R-1"), Cause.UNKNOWN),
        ({**MAPS, "alveolar": None}, MAPS, ("R-1", "R-2"), Cause.READING),
    ],
)
def test_the_cause_within_a_scheme(
    old: dict[str, str | None], new: dict[str, str | None], readings: tuple[str | None, str | None], cause: Cause
) -> None:
    """Under one scheme a grade changes by map, scan or reading, as digests and ids tell; else by the program alone."""
    before = typed_score(inputs=old, reading=readings[0])
    after = typed_score({Lobe.RLL: ((3.0, 1), (0.0, 0))}, inputs=new, reading=readings[1])
    difference = found(before, after)
    lobe = at(difference, "RLL", Component.ALVEOLAR)
    assert lobe.causes == (cause,)
    assert lobe.parts == Parts(0, 1)
    assert difference.is_alarming is (cause is Cause.PROGRAM)


def test_a_percent_alone_is_alarming_too() -> None:
    """Another percent of the same maps under the same scheme is alarming though no grade moved."""
    old = typed_score({Lobe.RLL: ((30.0, 3), (0.0, 0))})
    new = typed_score({Lobe.RLL: ((30.1, 3), (0.0, 0))})
    difference = found(old, new)
    assert (difference.is_changed, difference.is_alarming, difference.causes) == (False, True, ())


def test_scheme_and_map_are_told_apart_by_a_mixed_score() -> None:
    """Where both changed, the new maps under the old scheme part the change; without them both are named."""
    old = painted({Lobe.RLL: 100}, (0, 3), named="R-1")
    new = painted({Lobe.RLL: 600}, (0, 2), named="R-2")
    before, after = kept_of(old, inputs=MAPS), kept_of(new, "kazerooni-fibrosis", inputs={**MAPS, "interstitial": "j"})
    lobe = at(found(before, after), "RLL", Component.INTERSTITIAL)
    assert (lobe.change, lobe.causes, lobe.parts) == (3, (Cause.SCHEME, Cause.MAP), Parts())
    # Honeycombing in 60 % is grade 4 under both schemes: the map did it all.
    lobe = at(found(before, after, new_by_old=kept_of(new)), "RLL", Component.INTERSTITIAL)
    assert (lobe.causes, lobe.parts) == ((Cause.MAP,), Parts(0, 3))
    # Reticulation in 10 % is grade 1 by presence, 2 by extent: in that order the scheme did one of three.
    by_new = kept_of(old, "kazerooni-fibrosis")
    lobe = at(found(before, after, old_by_new=by_new), "RLL", Component.INTERSTITIAL)
    assert (lobe.causes, lobe.parts) == ((Cause.SCHEME, Cause.MAP), Parts(1, 2))
    lobe = at(found(before, after, new_by_old=kept_of(new), old_by_new=by_new), "RLL", Component.INTERSTITIAL)
    assert lobe.parts == Parts(0.5, 2.5)


def test_a_program_that_changed_beside_the_scheme_is_found() -> None:
    """The same reading, graded again by the old scheme, has another grade than it had: the program did that part."""
    old = typed_score({Lobe.RLL: ((10.0, 1), (0.0, 0))}, inputs=MAPS)
    now = typed_score({Lobe.RLL: ((10.0, 2), (0.0, 0))}, inputs=MAPS)
    new = replace(now, scheme="kazerooni-fibrosis")
    difference = found(old, new, new_by_old=now)
    assert at(difference, "RLL", Component.ALVEOLAR).causes == (Cause.PROGRAM,)
    assert difference.is_alarming


def test_a_lobe_with_another_extent_is_not_compared() -> None:
    """The upper lobe with and without the lingula is another part of the lung: both grades stand, no change does."""
    reading = reading_of(whole_lungs(LUL={(1, 0): 500, (0, 0): 500}, LIN={(0, 0): 1000}))
    difference = found(kept_of(reading), kept_of(reading, "kazerooni-lingula"))
    upper = at(difference, "LUL", Component.ALVEOLAR)
    assert (upper.old_grade, upper.new_grade) == (3, 4)
    assert (upper.is_same_region, upper.is_changed, upper.change, upper.crossed) == (False, False, None, False)
    lingula = at(difference, "LIN", Component.ALVEOLAR)
    assert (lingula.old, lingula.is_changed) == (None, False)
    assert at(difference, "LLL", Component.ALVEOLAR).is_same_region
    assert difference.total.why_not == "the schemes grade other regions: 5 and 6 lobes"


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("kazerooni", "kazerooni", ""),
        ("kazerooni", "kazerooni-fibrosis", ""),
        ("kazerooni", "kazerooni-mean", "combine the lobes in other ways: sum and mean"),
        ("kazerooni-lingula", "kazerooni", "other regions: 6 and 5 lobes"),
        ("of-a-friend", "kazerooni", "of-a-friend 1 is not known to this program"),
        ("of-a-friend", "of-a-friend", ""),
    ],
)
def test_which_totals_can_be_compared(old: str, new: str, words: str) -> None:
    """Totals are compared where regions, combination and maximum are the same, else it is said why not."""
    said = incomparable(Transition(old, 1, new, 1))
    assert words in said
    assert bool(said) is bool(words)


def test_a_scheme_that_is_not_known_is_compared_by_its_lobes() -> None:
    """Grades of an unknown scheme are compared where its lobes are named alike; a changed grade counts as crossed."""
    old = replace(typed_score({Lobe.RLL: ((3.0, 1), (0.0, 0))}), scheme="of-a-friend")
    lobe = at(found(old, typed_score()), "RLL", Component.ALVEOLAR)
    assert (lobe.change, lobe.crossed, lobe.causes) == (-1, True, (Cause.SCHEME,))
    fewer = replace(old, lobes={"RLL": old.lobes["RLL"], "lung": old.lobes["RLL"]})
    assert not any(grade.is_same_region for grade in found(fewer, typed_score()).grades)


def test_a_total_of_fewer_lobes_is_not_compared() -> None:
    """A partial total, which stands on fewer lobes, is shown and not compared."""
    partial = replace(typed_score({Lobe.RUL: ((None, None), (0.0, 0))}), alveolar=3, total=3)
    total = found(partial, typed_score()).total
    assert (total.old, total.why_not, total.change) == (3, "the old total stands on fewer lobes", None)


def test_a_maximum_that_differs_under_one_scheme_is_told() -> None:
    """Two scores of one scheme with different maxima cannot both be of it; their totals are not compared."""
    total = found(typed_score(), replace(typed_score(), maximum=25)).total
    assert "maxima differ" in total.why_not


@given(SHARES, SHARES, st.sampled_from([(1, 0), (0, 2), (0, 3)]), st.sets(st.sampled_from(["new", "old"])))
def test_the_parts_add_up_to_the_change(
    old: dict[Lobe, int], new: dict[Lobe, int], label: tuple[int, int], mixed: set[str]
) -> None:
    """Whatever changed, the part of the scheme and the rest add up to the change of grade and of total."""
    first, second = painted(old, label, named="R-1"), painted(new, label, named="R-2")
    difference = found(
        kept_of(first),
        kept_of(second, "kazerooni-fibrosis"),
        new_by_old=kept_of(second) if "new" in mixed else None,
        old_by_new=kept_of(first, "kazerooni-fibrosis") if "old" in mixed else None,
    )
    parted = [
        *((one.parts, one.change) for one in difference.grades),
        *((one.parts, one.change) for one in difference.sums),
    ]
    for (by_scheme, by_input), change in parted:
        assert (by_scheme is None) is (by_input is None)
        if by_scheme is not None and by_input is not None:
            assert by_scheme + by_input == change
    assert difference.total.change == sum(grade.change or 0 for grade in difference.grades)


@given(SHARES, SHARES)
def test_turned_around_the_change_has_the_other_sign(old: dict[Lobe, int], new: dict[Lobe, int]) -> None:
    """From new to old every change has the other sign, and the same edges are crossed."""
    first, second = kept_of(painted(old, (1, 0), named="R-1")), kept_of(painted(new, (1, 0), named="R-2"))
    there, back = found(first, second), found(second, first)
    for one, other in zip(there.grades, back.grades, strict=True):
        assert one.change is not None
        assert other.change == -one.change
        assert (one.crossed, one.edges) == (other.crossed, other.edges)
        assert one.crossed is (one.change != 0)


def test_a_state_that_changed_is_told() -> None:
    """A component that was absent and is not assessable has no grade on either side; the cause is named."""
    old, new = typed_score(), typed_score()
    old = replace(old, lobes={**old.lobes, "RLL": (Kept("absent", None, None), old.lobes["RLL"][1])})
    new = replace(new, lobes={**new.lobes, "RLL": (Kept("not_assessable", None, None), new.lobes["RLL"][1])})
    lobe = at(found(old, replace(new, reading="R-2")), "RLL", Component.ALVEOLAR)
    assert (lobe.is_changed, lobe.causes) == (False, (Cause.READING,))
