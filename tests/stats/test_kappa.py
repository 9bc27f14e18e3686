"""Weighted kappa and percent agreement: against statsmodels, by hand, and by laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from kazerooni.stats import percent_agreement, weighted_kappa
from kazerooni.stats.kappa import Weights, grade_tables

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=40)
WEIGHTS: tuple[Weights, ...] = ("linear", "quadratic")


def kappa(pairs: list[tuple[int, int]], weights: Weights) -> float | None:
    """Give the kappa of pairs, each of a patient of its own."""
    first, second = zip(*pairs, strict=True)
    return weighted_kappa(first, second, range(len(pairs)), weights=weights, seed=1).value


@pytest.mark.parametrize("weights", WEIGHTS)
@given(pairs=PAIRS)
def test_kappa_is_that_of_statsmodels(weights: Weights, pairs: list[tuple[int, int]]) -> None:
    """Both weighted kappas are those of statsmodels over the fixed grades 0 to 5; without spread there is none."""
    found = kappa(pairs, weights)
    if len({grade for pair in pairs for grade in pair}) == 1:
        assert found is None
        return
    table = grade_tables(*zip(*pairs, strict=True)).sum(axis=0).reshape(6, 6)
    assert found == pytest.approx(cohens_kappa(table, wt=weights, return_results=False), abs=1e-12)


def test_kappa_by_hand() -> None:
    """Of (0, 0), (0, 1), (1, 1), (2, 2) the grades lie 1 apart together, by chance 14 / 4: kappa is 1 - 4 / 14."""
    # Margins 2, 1, 1 and 1, 2, 1: 2 x 2 x 1 + 2 x 1 x 2 + 1 x 1 x 1 + 1 x 1 x 1 + 1 x 1 x 2 + 1 x 2 x 1 = 14.
    assert kappa([(0, 0), (0, 1), (1, 1), (2, 2)], "linear") == pytest.approx(1 - 4 / 14)


@pytest.mark.parametrize("weights", WEIGHTS)
@given(pairs=PAIRS)
def test_readers_and_scans_have_no_order(weights: Weights, pairs: list[tuple[int, int]]) -> None:
    """Kappa is the same with the readers exchanged and with the scans in another order."""
    found = kappa(pairs, weights)
    for other in ([(b, a) for a, b in pairs], pairs[::-1]):
        again = kappa(other, weights)
        assert again == (None if found is None else pytest.approx(found, abs=1e-12))


@given(st.lists(st.integers(0, 5), min_size=2).filter(lambda grades: len(set(grades)) > 1))
def test_perfect_agreement_is_one(grades: list[int]) -> None:
    """Who agree on every scan, and not on one grade alone, have kappa 1 and 100 percent; no interval claims more."""
    pairs = [(grade, grade) for grade in grades]
    assert [kappa(pairs, weights) for weights in WEIGHTS] == [1, 1]
    same = percent_agreement(grades, grades, range(len(grades)), seed=1)
    assert (same.value, same.low, same.high) == (100, None, None)


def test_what_is_not_defined_is_none_with_the_reason() -> None:
    """Without pairs, and with one grade throughout, kappa is None and says why; percent agreement is still 100."""
    nothing = weighted_kappa([], [], [], weights="linear", seed=1)
    assert (nothing.value, nothing.reason) == (None, "no scan was graded by both")
    zeros = weighted_kappa([0] * 9, [0] * 9, range(9), weights="quadratic", seed=1)
    assert (zeros.value, zeros.reason) == (None, "both gave grade 0 throughout")
    assert percent_agreement([0] * 9, [0] * 9, range(9), seed=1).value == 100


def test_intervals_are_of_patients_and_of_the_seed() -> None:
    """One seed gives one interval, another seed another; patients with five lobes each widen it against 60 patients."""
    rng = np.random.default_rng(5)
    level = np.repeat(rng.integers(0, 4, 12), 5)
    first, second = level, np.clip(level + np.repeat(rng.integers(-1, 3, 12), 5), 0, 5)
    clustered, again, other = (
        weighted_kappa(first.tolist(), second.tolist(), [i // 5 for i in range(60)], weights="linear", seed=seed)
        for seed in (1, 1, 2)
    )
    alone = weighted_kappa(first.tolist(), second.tolist(), range(60), weights="linear", seed=1)
    assert clustered == again
    assert clustered != other
    assert None not in (clustered.low, clustered.high, alone.low, alone.high)
    assert clustered.high - clustered.low > alone.high - alone.low  # type: ignore[operator]
    assert clustered.method == "patients"


def test_few_patients_have_no_interval() -> None:
    """Four patients give a kappa and say why there is no interval."""
    found = weighted_kappa([0, 1, 2, 3], [0, 1, 2, 2], range(4), weights="linear", seed=1)
    assert (found.low, found.reason) == (None, "no interval: 5 patients are wanted, found 4")


def test_intervals_hold_the_truth() -> None:
    """Of 200 studies of 40 patients with two lobes each, some 95 of 100 intervals hold the kappa of the population."""
    rng = np.random.default_rng(11)

    def study(patients: int) -> tuple[list[int], list[int]]:
        level = np.repeat(rng.integers(0, 5, patients), 2)
        shift = np.repeat(rng.integers(-1, 2, patients), 2)
        first = np.clip(level + rng.integers(0, 2, 2 * patients), 0, 5)
        return first.tolist(), np.clip(level + shift, 0, 5).tolist()

    large = study(50_000)
    truth = weighted_kappa(*large, [0] * len(large[0]), weights="linear", seed=1).value
    assert truth is not None
    hits = 0
    for _ in range(200):
        found = weighted_kappa(*study(40), [i // 2 for i in range(80)], weights="linear", seed=1)
        assert found.low is not None
        assert found.high is not None
        hits += found.low <= truth <= found.high
    assert 0.90 <= hits / 200 <= 0.99
