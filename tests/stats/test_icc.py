"""ICC: the example of Shrout and Fleiss, pingouin, and laws."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pingouin
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from kazerooni.stats import Estimate, icc
from kazerooni.stats.bootstrap import Floats
from kazerooni.stats.icc import Model
from tests.stats.published import SHROUT_FLEISS

MODELS: tuple[Model, ...] = ("2,1", "3,1")
RATINGS = st.tuples(st.integers(2, 8), st.integers(2, 4)).flatmap(
    lambda shape: arrays.arrays(np.float64, shape, elements=st.integers(0, 50).map(float))
)


def single(ratings: Floats, model: Model) -> Estimate:
    """Give the ICC of scans of different patients."""
    return icc(ratings, range(len(ratings)), model=model, seed=1)


def test_shrout_and_fleiss() -> None:
    """Their six targets and four judges have ICC(2,1) 0.29 and ICC(3,1) 0.71, as printed there."""
    ratings = np.array(SHROUT_FLEISS, float)
    assert [round(single(ratings, model).value or 0, 2) for model in MODELS] == [0.29, 0.71]


@pytest.mark.filterwarnings("ignore")  # pingouin divides by nothing where readers agree
@given(ratings=RATINGS)
def test_icc_and_intervals_are_those_of_pingouin(ratings: Floats) -> None:
    """Values are pingouin's, and the F intervals too, to the two decimals that it gives."""
    assume(np.ptp(ratings) > 0)
    scans, readers = ratings.shape
    assume(scans > 4)
    long = pd.DataFrame(
        {"scan": np.repeat(range(scans), readers), "reader": list(range(readers)) * scans, "sum": ratings.ravel()}
    )
    peer = pingouin.intraclass_corr(long, targets="scan", raters="reader", ratings="sum").reset_index()
    ends = next(column for column in peer.columns if column.startswith("CI95"))
    for model, row in zip(MODELS, (1, 2), strict=True):
        found = single(ratings, model)
        if found.low is None or found.high is None or abs(found.value or 0) < 1e-9:
            continue
        assert found.value == pytest.approx(peer["ICC"][row], abs=1e-6)
        assert [found.low, found.high] == pytest.approx(list(peer[ends][row]), abs=0.006)


@given(ratings=RATINGS, shift=st.integers(1, 20))
def test_a_readers_constant_bias_counts_in_one_model_alone(ratings: Floats, shift: int) -> None:
    """Adding a constant to one reader leaves ICC(3,1) as it is; to all readers, ICC(2,1) too."""
    assume(np.ptp(ratings) > 0)
    biased = ratings.copy()
    biased[:, 0] += shift
    assume(np.ptp(biased) > 0)
    was, now = single(ratings, "3,1"), single(biased, "3,1")
    if was.value is not None and now.value is not None:
        assert now.value == pytest.approx(was.value, abs=1e-9)
    both = single(ratings + shift, "2,1").value
    assert both == pytest.approx(single(ratings, "2,1").value, abs=1e-9)


@given(ratings=RATINGS)
def test_scans_and_readers_have_no_order(ratings: Floats) -> None:
    """Other orders of scans and of readers give the same ICC."""
    assume(np.ptp(ratings) > 0)
    for model in MODELS:
        found = single(ratings, model).value
        for other in (ratings[::-1], ratings[:, ::-1]):
            assert single(other, model).value == (None if found is None else pytest.approx(found, abs=1e-9))


def test_perfect_agreement_is_one() -> None:
    """Who give the same sums have ICC 1, and no interval is claimed."""
    ratings = np.repeat(np.arange(6.0)[:, None], 2, axis=1)
    for model in MODELS:
        found = single(ratings, model)
        assert (found.value, found.low) == (1, None)
        assert "never differ" in found.reason


@pytest.mark.parametrize(
    ("ratings", "why"),
    [
        (np.empty((0, 2)), "scans that all summed: 0"),
        (np.ones((1, 2)), "scans that all summed: 1"),
        (np.full((5, 2), 7.0), "all sums are 7"),
    ],
)
def test_what_is_not_defined_is_none_with_the_reason(ratings: Floats, why: str) -> None:
    """Fewer than two scans, or one sum throughout, give None and the reason."""
    found = single(ratings, "2,1")
    assert found.value is None
    assert found.reason.startswith(why)


def test_patients_with_several_scans_get_an_interval_over_patients() -> None:
    """The interval by F is given where each patient has one scan; else patients are resampled, the value the same."""
    rng = np.random.default_rng(3)
    level = np.repeat(rng.normal(20, 6, 12), 2)
    ratings = level[:, None] + rng.normal(0, 2, (24, 2))
    owners: Sequence[int] = [i // 2 for i in range(24)]
    plain, clustered = (icc(ratings, who, model="2,1", seed=1) for who in (range(24), owners))
    assert (plain.method, clustered.method) == ("F", "patients")
    assert clustered.value == pytest.approx(plain.value)
    assert clustered.low is not None
    assert clustered.low < (clustered.value or 0) < (clustered.high or 0)
