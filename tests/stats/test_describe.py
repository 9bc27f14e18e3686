"""Mean, SD, median and quartiles."""

from __future__ import annotations

import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import ReadingError
from kazerooni.stats import QUARTILE_RULES, describe

SAMPLES = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("rule", "q1", "q3"),
    [
        ("type1", 2, 5),
        ("type2", 2, 5),
        ("type3", 2, 4),
        ("type4", 1.5, 4.5),
        ("type5", 2, 5),
        ("type6", 1.75, 5.25),
        ("type7", 2.25, 4.75),
        ("type8", 1 + 11 / 12, 5 + 1 / 12),
        ("type9", 1.9375, 5.0625),
    ],
)
def test_the_rules_of_hyndman_and_fan(rule: str, q1: float, q3: float) -> None:
    """Of 1 to 6 each rule gives the quartiles that its formula in R's ?quantile gives by hand.

    Type 7: 1 + 5/4 = 2.25; type 6: 7/4 = 1.75; type 8: (6 + 1/3)/4 + 1/3; type 9: (6 + 1/4)/4 + 3/8; type 3 of
    6/4 - 1/2 = 1, a whole and odd number, and 6 x 3/4 - 1/2 = 4, which is even: both are taken as they are.
    """
    found = describe([1, 2, 3, 4, 5, 6], rule=rule)
    assert (found.q1, found.q3) == pytest.approx((q1, q3))


def test_type_7_of_the_source_study() -> None:
    """Quartiles such as 62.75 and 57.25 are linear interpolations: of 62 and 65 a quarter, of 55 and 58 three."""
    sixteen = [50.0] * 11 + [62.0, 65.0, 70.0, 70.0, 70.0]
    assert describe(sixteen).q3 == 62.75


@given(SAMPLES)
def test_figures_are_those_of_pandas(values: list[float]) -> None:
    """n, mean, SD with n - 1, extremes and quartiles are those of pandas' describe, the median that of statistics."""
    found, known = describe(values), pd.Series(values).describe()
    assert found.n == known["count"]
    assert found.mean == pytest.approx(known["mean"], abs=1e-6)
    assert (found.q1, found.q3) == pytest.approx((known["25%"], known["75%"]), abs=1e-6)
    assert (found.minimum, found.maximum) == (known["min"], known["max"])
    assert found.median == pytest.approx(statistics.median(values), abs=1e-6)
    if len(values) > 1:
        assert found.sd == pytest.approx(known["std"], abs=1e-5)
    else:
        assert found.sd is None


@given(SAMPLES, st.sampled_from(sorted(QUARTILE_RULES)))
def test_quartiles_lie_among_the_values(values: list[float], rule: str) -> None:
    """By every rule the quartiles lie within the sample and in order."""
    found = describe(values, rule=rule)
    assert found.q1 is not None
    assert found.q3 is not None
    slack = 1e-9 * float(np.max(np.abs(values)))
    assert min(values) - slack <= found.q1 <= found.q3 + slack <= max(values) + 2 * slack


def test_of_nothing_there_is_nothing() -> None:
    """No value: n 0 and no figure."""
    found = describe([])
    assert (found.n, found.mean, found.q1) == (0, None, None)


def test_an_unknown_rule_is_refused() -> None:
    """A rule that is none is refused, and those that there are are named."""
    with pytest.raises(ReadingError, match=r"'tukey' is unknown; choose one of type1, .*type9"):
        describe([1.0], rule="tukey")
