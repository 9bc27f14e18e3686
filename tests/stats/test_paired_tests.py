"""Paired t test, Wilcoxon's signed-rank test and Holm's rule, against R's documentation, textbooks and scipy."""

from __future__ import annotations

import warnings
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]
from statsmodels.stats.multitest import multipletests

from kazerooni.stats import ZeroRule, holm, paired_t, signed_rank

# Hollander and Wolfe 1973, p. 29: depression scales of nine patients; the first example of R's ?wilcox.test.
FIRST = (1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30)
SECOND = (0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29)
# Student 1908, R's data set `sleep`: extra hours of sleep of ten patients by two drugs.
DRUG_1 = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)
DRUG_2 = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)
# Totals of 15 patients that fall, with ties.
FALLS = (-7, -7, -1, -5, -5, 1, -6, -2, -3, -4, -1, -1, -2, -4, -2)

WHOLE = st.lists(st.integers(-8, 8), max_size=9)
REAL = st.lists(st.floats(-50, 50).map(lambda x: round(x, 3)), min_size=2, max_size=40)
RULES = st.sampled_from(("wilcox", "pratt"))


def test_the_depression_scales_of_hollander_and_wolfe() -> None:
    """R prints V = 40 and, one-sided, p = 0.01953 (10 of 512 assignments of signs); two-sided is twice that."""
    found = signed_rank([x - y for x, y in zip(FIRST, SECOND, strict=True)])
    assert (found.w_plus, found.w_minus, found.n, found.method) == (40, 5, 9, "exact")
    assert found.p == 2 * 10 / 512
    assert found.p is not None
    assert round(found.p / 2, 5) == 0.01953


def test_the_sleep_of_student() -> None:
    """R prints t = -4.0621, df = 9, p = 0.002833, interval -2.4598858 to -0.7001142, mean -1.58."""
    found = paired_t([x - y for x, y in zip(DRUG_1, DRUG_2, strict=True)])
    assert found.t == pytest.approx(-4.0621, abs=5e-5)
    assert found.df == 9
    assert found.p == pytest.approx(0.002833, abs=5e-7)
    assert (found.low, found.high) == pytest.approx((-2.4598858, -0.7001142), abs=5e-8)
    assert found.mean == pytest.approx(-1.58)


def test_library_defaults_are_off_with_ties() -> None:
    """With ties scipy answers 0.00105 by a normal approximation; over all signs it is 0.00031 (score.md)."""
    found = signed_rank(FALLS)
    assert found.p == pytest.approx(0.00031, abs=5e-6)
    assert found.p == 10 / 2**15
    assert stats.wilcoxon(FALLS).pvalue == pytest.approx(0.00105, abs=5e-6)


@given(WHOLE, RULES)
def test_p_is_the_share_of_all_assignments_of_signs(differences: list[int], zeros: ZeroRule) -> None:
    """Counting every assignment of signs one by one gives the same p, with ties and zeros under both rules."""
    moved = [d for d in differences if d]
    ranked = stats.rankdata([abs(d) for d in (moved if zeros == "wilcox" else differences)])
    ranks = ranked if zeros == "wilcox" else [rank for rank, d in zip(ranked, differences, strict=True) if d]
    found = signed_rank(differences, zeros=zeros)
    if not moved:
        assert found.p is None
        return
    plus = sum(rank for rank, d in zip(ranks, moved, strict=True) if d > 0)
    middle = sum(ranks) / 2
    away = [
        abs(sum(rank for rank, up in zip(ranks, signs, strict=True) if up) - middle) >= abs(plus - middle)
        for signs in product((False, True), repeat=len(moved))
    ]
    assert found.w_plus == plus
    assert found.p == pytest.approx(sum(away) / len(away))


@given(REAL, RULES)
def test_rises_and_falls_are_treated_alike(differences: list[float], zeros: ZeroRule) -> None:
    """Turning every change round swaps the two sums of ranks and the sign of t, and leaves both p-values."""
    there, back = (signed_rank([sign * d for d in differences], zeros=zeros) for sign in (1, -1))
    assert (there.w_plus, there.w_minus, there.p) == (back.w_minus, back.w_plus, back.p)
    one, other = (paired_t([sign * d for d in differences]) for sign in (1, -1))
    assert one.p == other.p


@given(st.lists(st.integers(-30, 30), min_size=21, max_size=60), RULES)
def test_many_pairs_are_scipys_with_both_corrections(differences: list[int], zeros: ZeroRule) -> None:
    """Over 20 differences p is scipy's normal approximation, corrected for ties and continuity."""
    found = signed_rank(differences, zeros=zeros)
    if found.n <= 20:
        assert found.method != "normal"
        return
    known = stats.wilcoxon(differences, zero_method=zeros, correction=True, method="asymptotic").pvalue
    assert found.method == "normal"
    assert found.p == pytest.approx(min(known, 1.0), rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(0.5, 99).map(lambda x: round(x, 4)), min_size=1, max_size=20, unique=True), st.data())
def test_without_ties_and_zeros_p_is_scipys_exact_one(sizes: list[float], data: st.DataObject) -> None:
    """Where differences are all distinct, scipy's exact distribution gives the same p."""
    differences = [size * data.draw(st.sampled_from((1, -1))) for size in sizes]
    assert signed_rank(differences).p == pytest.approx(stats.wilcoxon(differences, method="exact").pvalue)


@given(REAL)
def test_t_is_scipys(differences: list[float]) -> None:
    """T and p are those of scipy's one-sample test of the differences; equal differences have none, with a reason."""
    found = paired_t(differences)
    if len(set(differences)) == 1:
        assert (found.t, found.p, found.reason) == (None, None, "all differences are the same")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # differences that are nearly the same
        known = stats.ttest_1samp(differences, 0)
    assert found.t == pytest.approx(known.statistic)
    assert found.p == pytest.approx(known.pvalue, abs=1e-15)
    assert (found.low, found.high) == pytest.approx(tuple(known.confidence_interval()))


def test_one_pair_has_a_change_and_no_test() -> None:
    """Of one pair the change is told, a test is not made."""
    found = paired_t([3.0])
    assert (found.n, found.mean, found.p, found.reason) == (1, 3.0, None, "1 pair; 2 or more are wanted")
    assert paired_t([]).mean is None


def test_differences_that_computers_part_are_ties() -> None:
    """0.3 - 0.1 and 0.2, which differ in the last bit, share their ranks."""
    assert 0.3 - 0.1 != 0.2
    assert signed_rank([0.3 - 0.1, -0.2, 0.5]).w_minus == 1.5


def test_holm_of_a_worked_example() -> None:
    """p.adjust(c(0.01, 0.02, 0.03, 0.04, 0.05), "holm") by hand: 0.05, 0.08, then 0.09 twice more, as none may fall."""
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx((0.05, 0.08, 0.09, 0.09, 0.09))


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12))
def test_holm_is_that_of_statsmodels(p_values: list[float | None]) -> None:
    """Adjusted values are those of statsmodels; a test that could not be made stays None and counts for nothing."""
    known = [p for p in p_values if p is not None]
    adjusted = holm(p_values)
    assert [p is None for p in adjusted] == [p is None for p in p_values]
    if known:
        wanted = multipletests(known, method="holm")[1]
        assert np.array([p for p in adjusted if p is not None]) == pytest.approx(wanted)
