"""Bland-Altman: the papers' examples, pingouin, and laws; and the smallest detectable change."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from statsmodels.formula.api import ols
from statsmodels.stats.anova import anova_lm

from kazerooni.stats import Estimate, bland_altman, detectable_change
from tests.stats.published import CARDIAC, PEFR

DIFFERENCES = st.lists(st.integers(-50, 50), min_size=2, max_size=30)


def interval(found: Estimate) -> tuple[float | None, float | None]:
    """Give the ends of an interval."""
    return found.low, found.high


def test_the_example_of_1986() -> None:
    """PEFR by two meters: mean -2.1, SD 38.8 and the interval of the bias -22.0 to 17.8 L/min, as printed."""
    found = bland_altman([a - b for a, b in PEFR], range(17), seed=1)
    assert found.form == "single"
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert found.sd == pytest.approx(38.8, abs=0.05)
    assert interval(found.bias) == pytest.approx((-22.0, 17.8), abs=0.1)  # they round s and t first
    assert found.lower.value == pytest.approx(-2.1 - 1.96 * 38.8, abs=0.15)


def test_the_summary_of_1999() -> None:
    """85 differences of mean -16.29 and SD 19.61 have the printed limits -54.7 and 22.1 mmHg and their intervals."""
    # The data are not printed here: any 85 numbers of this mean and SD have these figures.
    spread = np.arange(85) - 42.0
    differences = -16.29 + 19.61 * spread / spread.std(ddof=1)
    found = bland_altman(differences.tolist(), range(85), seed=1)
    assert (found.lower.value, found.upper.value) == pytest.approx((-54.7, 22.1), abs=0.05)
    assert interval(found.bias) == pytest.approx((-20.5, -12.1), abs=0.05)
    assert interval(found.lower) == pytest.approx((-61.9, -47.5), abs=0.1)
    assert interval(found.upper) == pytest.approx((14.9, 29.3), abs=0.15)  # from rounded standard errors


def test_the_example_of_2007() -> None:
    """Cardiac output in pairs, the true value varying: bias, SD and limits as printed, by the printed mean squares."""
    rows = [(subject, a - b) for subject, pairs in CARDIAC.items() for a, b in pairs]
    owners, differences = zip(*rows, strict=True)
    found = bland_altman(differences, owners, seed=1)
    assert (len(rows), found.form) == (60, "repeated")
    assert found.bias.value == pytest.approx(0.6021667, abs=5e-8)
    assert found.sd == pytest.approx(0.99062408, abs=5e-8)
    # They multiply by 1.96, too; their last digits are of single precision.
    assert (found.lower.value, found.upper.value) == pytest.approx((-1.3394565, 2.5437899), abs=2e-7)
    assert found.upper.method == "patients"
    assert (found.upper.low or 0) < (found.upper.value or 0) < (found.upper.high or 0)


@settings(max_examples=25)  # a fit by formula takes long
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(-50, 50)), min_size=8, max_size=20))
def test_the_repeated_form_is_that_of_an_anova_of_statsmodels(rows: list[tuple[int, int]]) -> None:
    """The variance of a difference is that of the paper's formula on the mean squares of statsmodels' anova."""
    visits = np.array(list(Counter(subject for subject, _ in rows).values()))
    assume(len(visits) > 1)
    assume(len({difference for _, difference in rows}) > 2)
    frame = pd.DataFrame(rows, columns=["subject", "difference"])
    between, within = anova_lm(ols("difference ~ C(subject)", frame).fit())["mean_sq"]
    divisor = (visits.sum() ** 2 - (visits**2).sum()) / ((len(visits) - 1) * visits.sum())
    variance = max((between - within) / divisor, 0) + within
    found = bland_altman(frame["difference"].tolist(), frame["subject"].tolist(), seed=1)
    assert found.form == "repeated"
    assert found.sd == pytest.approx(variance**0.5, abs=1e-6)


@given(DIFFERENCES, st.integers(-20, 20))
def test_a_shift_adds_bias_only(differences: list[int], shift: int) -> None:
    """A constant added to one reader moves bias and limits by it, and leaves the standard deviation."""
    for owners in (range(len(differences)), [i // 2 for i in range(len(differences))]):
        if len(set(owners)) < 2:
            continue
        was, now = (bland_altman(each, owners, seed=1) for each in (differences, [d + shift for d in differences]))
        assert now.sd == pytest.approx(was.sd, abs=1e-6)
        for name in ("bias", "lower", "upper"):
            assert getattr(now, name).value == pytest.approx(getattr(was, name).value + shift, abs=1e-6)


@given(DIFFERENCES)
def test_exchanged_readers_mirror_the_figures(differences: list[int]) -> None:
    """With the readers exchanged the bias turns its sign, and the limits change places."""
    was, now = (bland_altman([s * d for d in differences], range(len(differences)), seed=1) for s in (1, -1))
    assert now.bias.value == pytest.approx(-(was.bias.value or 0))
    assert now.lower.value == pytest.approx(-(was.upper.value or 0))


def test_the_repeated_form_of_single_visits_is_the_single_form() -> None:
    """Patients of one visit but for one give nearly the limits of the single form."""
    rng = np.random.default_rng(2)
    differences = rng.normal(1, 2, 400).tolist()
    single = bland_altman(differences, range(400), seed=1)
    repeated = bland_altman([*differences, differences[0]], [*range(400), 0], seed=1)
    assert repeated.form == "repeated"
    assert repeated.sd == pytest.approx(single.sd, rel=0.01)


def test_one_patient_has_no_limits() -> None:
    """Of one patient the bias is given, and no limits, with the reason; of none, nothing."""
    found = bland_altman([1, 3], ["p", "p"], seed=1)
    assert (found.bias.value, found.lower.value, found.sd) == (2, None, None)
    assert "both summed: 1" in found.lower.reason
    assert bland_altman([], [], seed=1).bias.value is None


def test_the_smallest_change_by_hand() -> None:
    """Ten scans read twice, each time 2 apart: the variance is 2, and the smallest change 1.96 x sqrt 2 x sqrt 2."""
    found = detectable_change([(10, 12)] * 10 + [(7,)])
    assert found.sem == pytest.approx(2**0.5)
    assert (found.repeats, found.scans) == (10, 10)
    assert found.smallest == pytest.approx(3.92)


def test_the_smallest_change_wants_ten_repeats() -> None:
    """Nine repeats give none, and say so; a scan read three times is two repeats."""
    assert detectable_change([(1, 2)] * 9).smallest is None
    assert detectable_change([(1, 2)] * 9).reason == "10 repeats are wanted, found 9"
    assert detectable_change([(1, 2, 3)] * 5).repeats == 10


@given(st.lists(st.lists(st.integers(0, 50), min_size=2, max_size=2), min_size=10, max_size=30))
def test_between_two_readers_it_is_the_error_of_the_two_way_model(sums: list[list[int]]) -> None:
    """The squared standard error is the readers' variance and the residual one together (de Vet 2006)."""
    ratings = np.array(sums, float)
    count = len(ratings)
    centred = ratings - ratings.mean()
    rest = centred - centred.mean(axis=0) - centred.mean(axis=1)[:, None]
    of_rest = (rest**2).sum() / (count - 1)
    of_readers = count * (centred.mean(axis=0) ** 2).sum()
    found = detectable_change(sums)
    assert (found.sem or 0) ** 2 == pytest.approx((of_readers - of_rest) / count + of_rest, abs=1e-9)
