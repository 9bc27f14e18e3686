"""What many differences add up to: numpy and pandas on all of them, the published example, and any order."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Cause, Component, Lobe, ScorePair, Transition
from kazerooni.scoring import difference_of
from kazerooni.stats import DifferenceSums, MostChanged, RunningDifferences, bland_altman
from tests.scoring.builders import FIVE
from tests.scoring.kept import Alveolar, KeptScoreOf, typed_score
from tests.stats.published import PEFR

PAIRS_OF_TOTALS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=40)
GRADES = st.sampled_from([(0.0, 0), (2.0, 1), (10.0, 2), (30.0, 3), (60.0, 4), (90.0, 5), (None, None)])
COMPONENTS = st.tuples(GRADES, GRADES)
LOBES = st.fixed_dictionaries(dict.fromkeys(FIVE, COMPONENTS))
SCORES = st.lists(st.tuples(LOBES, LOBES, st.sampled_from(["kazerooni", "kazerooni-fibrosis"])), max_size=8)
Scored = dict[Lobe, tuple[Alveolar, Alveolar]]


def running(pairs: list[tuple[float, float]]) -> RunningDifferences:
    """Add pairs up."""
    found = RunningDifferences()
    for first, second in pairs:
        found.add(first, second)
    return found


def added(pairs: list[ScorePair]) -> DifferenceSums:
    """Add the differences of pairs of scores up."""
    sums = DifferenceSums()
    for pair in pairs:
        sums.add(pair, difference_of(pair))
    return sums


def pairs_of(scores: list[tuple[Scored, Scored, str]]) -> list[ScorePair]:
    """Make pairs of scores, each of a patient of its own."""
    return [
        ScorePair(
            old=typed_score(old, reading=f"R-{place}", patient=f"P-{place}"),
            new=typed_score(new, reading=f"N-{place}", patient=f"P-{place}", scheme=scheme),
        )
        for place, (old, new, scheme) in enumerate(scores)
    ]


def test_the_example_of_1986() -> None:
    """PEFR by two meters, one pair at a time: mean -2.1, SD 38.8, limits -78.1 and 73.9 L/min, as printed."""
    found = running([(second, first) for first, second in PEFR])
    assert found.bias == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert [limit.value for limit in found.limits] == pytest.approx([-78.1, 73.9], abs=0.15)


@given(PAIRS_OF_TOTALS)
def test_it_agrees_with_the_one_that_holds_all(pairs: list[tuple[int, int]]) -> None:
    """Bias, SD and limits are those of numpy, and of `bland_altman`, on all differences at once."""
    found = running(pairs)  # type: ignore[arg-type]
    differences = np.array([second - first for first, second in pairs], float)
    whole = bland_altman(differences.tolist(), range(len(differences)), seed=1)
    assert found.bias == pytest.approx(differences.mean(), abs=1e-12)
    assert found.sd == (None if len(pairs) < 2 else pytest.approx(differences.std(ddof=1), abs=1e-9))
    assert [limit.value for limit in found.limits] == [
        None if limit.value is None else pytest.approx(limit.value, abs=1e-9) for limit in (whole.lower, whole.upper)
    ]
    assert found.points.total() == found.count == len(pairs)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), min_size=2, max_size=30), st.randoms())
def test_the_order_of_totals_does_not_matter(pairs: list[tuple[float, float]], random: Random) -> None:
    """Means of lobes, in any order, give the same figures and points to the last bit."""
    mixed = list(pairs)
    random.shuffle(mixed)
    first, second = running(pairs), running(mixed)
    assert (first.bias, first.sd, first.limits, first.points) == (second.bias, second.sd, second.limits, second.points)


def test_small_differences_about_a_large_mean_lose_nothing() -> None:
    """Differences of 1e8 and an eighth more have their SD in full: nothing cancels, as it would in sums of floats."""
    values = [1e8 + (place % 2) * 0.125 for place in range(1000)]
    assert running([(0.0, value) for value in values]).sd == pytest.approx(0.0625 * (1000 / 999) ** 0.5, rel=1e-12)


def test_points_are_few_whatever_the_totals() -> None:
    """Totals of any decimals fall on points a tenth apart, so that their number has a bound; those of fifths stay."""
    found = running([(place / 1000, place / 999) for place in range(2000)])
    assert len(found.points) <= 60
    assert set(running([(2.4, 3.6)]).points) == {(3.0, 1.2)}


@given(SCORES)
def test_the_counts_are_those_of_pandas(scores: list[tuple[Scored, Scored, str]]) -> None:
    """Cross-tables and counts of moves are those that pandas finds in a frame of all rows."""
    pairs = pairs_of(scores)
    sums = added(pairs)
    rows = [
        {
            "pair": place,
            "scheme": pair.new.scheme,
            "component": one.component.value,
            "old": one.old_grade,
            "new": one.new_grade,
        }
        for place, pair in enumerate(pairs)
        if pair.new is not None and (found := difference_of(pair)) is not None
        for one in found.grades
    ]
    frame = pd.DataFrame(rows, columns=["pair", "scheme", "component", "old", "new"]).astype(
        {"old": "Int64", "new": "Int64"}
    )
    assert set(sums.groups) == {Transition("kazerooni", 1, scheme, 1) for scheme in frame["scheme"].unique()}
    for transition, group in sums.groups.items():
        own = frame[frame["scheme"] == transition.new_scheme]
        for component in Component:
            part = own[own["component"] == component.value]
            counted = part.groupby(["old", "new"], dropna=False).size()
            wanted = {
                tuple(None if pd.isna(grade) else int(grade) for grade in key): int(count)  # type: ignore[attr-defined]
                for key, count in counted.items()
                if count
            }
            assert dict(group.tables[component]) == wanted
        is_other = own["old"].fillna(-1) != own["new"].fillna(-1)
        assert group.changed == own[is_other]["pair"].nunique()
        assert group.count == own["pair"].nunique()
        assert group.up == int((own["new"] > own["old"]).fillna(value=False).sum())
        assert group.down == int((own["new"] < own["old"]).fillna(value=False).sum())
        assert group.gained == int((own["old"].isna() & own["new"].notna()).sum())
        assert group.lost == int((own["new"].isna() & own["old"].notna()).sum())
        assert group.totals.count + group.left_out.total() == group.count
        assert group.causes.total() == group.changed


@given(SCORES, st.randoms())
def test_the_order_of_scores_does_not_matter(scores: list[tuple[Scored, Scored, str]], random: Random) -> None:
    """In any order the aggregates are the same, and so are the most changed and their order."""
    pairs = pairs_of(scores)
    mixed = list(pairs)
    random.shuffle(mixed)
    first, second = added(pairs), added(mixed)
    assert set(first.groups) == set(second.groups)
    for transition, group in first.groups.items():
        other = second.groups[transition]
        assert (group.tables, group.causes, group.left_out) == (other.tables, other.causes, other.left_out)
        assert (group.totals.bias, group.totals.sd) == (other.totals.bias, other.totals.sd)
    assert _most(pairs, 3) == _most(mixed, 3)
    assert _most(pairs, 3) == _most(pairs, 100)[:3]


def _most(pairs: list[ScorePair], count: int) -> list[str | None]:
    kept = MostChanged(count)
    for pair in pairs:
        if (found := difference_of(pair)) is not None:
            kept.add(found)
    return [found.new.patient for found in kept]


def test_the_most_changed_come_first() -> None:
    """More grades moved stand before fewer, a lost grade before none, and more percents moved before fewer."""
    nothing: Alveolar = (0.0, 0)
    after: dict[str, Scored] = {
        "percent": {Lobe.RLL: ((4.0, 0), nothing)},
        "still": {},
        "three": {Lobe.RLL: ((30.0, 3), nothing)},
        "lost": {Lobe.RLL: ((None, None), nothing)},
        "one": {Lobe.RLL: ((3.0, 1), nothing)},
        "two": {Lobe.RLL: ((3.0, 1), nothing), Lobe.RUL: ((3.0, 1), nothing)},
    }
    pairs = [
        ScorePair(old=typed_score(patient=name), new=typed_score(lobes, patient=name)) for name, lobes in after.items()
    ]
    assert _most(pairs, 5) == ["three", "two", "one", "lost", "percent"]
    many = pairs * 40  # more than are ever held at once
    assert _most(many, 41)[-1] == "two"


def test_scores_without_a_partner_are_counted_apart() -> None:
    """A pair without a new score is an error of its kind, one without an old score is none, and neither is compared."""
    score = typed_score()
    sums = added(
        [
            ScorePair(old=score, new=score),
            ScorePair(old=score, new=None, error="PixelError"),
            ScorePair(old=score, new=None),
            ScorePair(old=None, new=score),
            ScorePair(old=None, new=None, error="PixelError"),
        ]
    )
    assert (sums.pairs, sums.compared, sums.old_only, sums.new_only, sums.neither) == (5, 1, 2, 1, 1)
    assert sums.errors == {"PixelError": 2, "no new score was made": 1}


def test_pairs_of_one_reading_are_one_reading() -> None:
    """Two old scores beside one new one are one reading, and of one that fails one error; two without names are two."""
    other, nameless = replace(typed_score(), reading="R-2"), replace(typed_score(), reading=None, series_uid=None)
    new = typed_score()
    sums = added(
        [
            *[ScorePair(old=old, new=new) for old in (typed_score(), other)],
            *[ScorePair(old=other, new=None, error="PixelError")] * 2,
            *[ScorePair(old=None, new=nameless)] * 2,
            *[ScorePair(old=None, new=None, error="time")] * 2,
        ]
    )
    assert (sums.pairs, sums.readings) == (8, 6)
    assert sums.errors == {"PixelError": 1, "time": 2}


def test_kinds_of_errors_have_a_bound() -> None:
    """Errors that all have other words are counted together after the first twenty."""
    sums = added([ScorePair(old=None, new=None, error=f"error {place}") for place in range(50)])
    assert (len(sums.errors), sums.errors["other errors"]) == (21, 30)


def test_changes_without_a_cause_are_counted() -> None:
    """One of two scores of the same reading and scheme has another grade: alarming, by the program, in its group."""
    old = typed_score()
    new: KeptScoreOf = replace(typed_score({Lobe.RLL: ((3.0, 1), (0.0, 0))}), program_version="0.2")
    sums = added([ScorePair(old=old, new=old), ScorePair(old=old, new=new)])
    (group,) = sums.groups.values()
    assert (group.count, group.changed, group.crossed, group.alarming) == (2, 1, 1, 1)
    assert group.causes == {(Cause.PROGRAM,): 1}
    assert (group.total_changed, group.totals.bias, group.maximum) == (1, 0.5, 50)
