"""Ordinal alpha: Krippendorff's own example, the library of that name, and laws."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.stats import ordinal_alpha
from tests.stats.published import KRIPPENDORFF

UNITS = st.lists(st.lists(st.one_of(st.none(), st.integers(0, 5)), min_size=3, max_size=3), min_size=1, max_size=20)


def alpha(units: list[list[int | None]]) -> float | None:
    """Give the alpha of scans, each of a patient of its own."""
    known = [[grade for grade in unit if grade is not None] for unit in units]
    return ordinal_alpha(known, range(len(units)), seed=1).value


def test_krippendorffs_own_example() -> None:
    """Four observers of twelve units with missing values have the ordinal alpha that he prints, 0.815."""
    assert alpha([list(unit) for unit in zip(*KRIPPENDORFF, strict=True)]) == pytest.approx(0.815, abs=0.0005)


@given(UNITS)
def test_alpha_is_that_of_the_library(units: list[list[int | None]]) -> None:
    """Whatever is missing, alpha is that of the library `krippendorff`; None where it has nothing to go by."""
    known = [[grade for grade in unit if grade is not None] for unit in units]
    spread = {grade for unit in known if len(unit) > 1 for grade in unit}
    found = alpha(units)
    if len(spread) < 2:
        assert found is None
        return
    data = np.array([[np.nan if grade is None else grade for grade in unit] for unit in units], float).T
    peer = krippendorff.alpha(data, value_domain=range(6), level_of_measurement="ordinal")
    assert found == pytest.approx(peer, abs=1e-9)


@given(UNITS)
def test_readers_and_scans_have_no_order(units: list[list[int | None]]) -> None:
    """Readers and scans in another order give the same alpha."""
    found = alpha(units)
    for other in (units[::-1], [unit[::-1] for unit in units]):
        assert alpha(other) == (None if found is None else pytest.approx(found, abs=1e-9))


def test_what_is_not_defined_is_none_with_the_reason() -> None:
    """No scan with two grades, and one grade throughout, give None and the reason."""
    assert ordinal_alpha([[1], [2]], [1, 2], seed=1).reason == "no scan was graded by two readers"
    assert ordinal_alpha([[2, 2], [2, 2, 2]], [1, 2], seed=1).reason == "all gave grade 2 throughout"
    assert alpha([[1, 1, 1], [2, 2, None]]) == 1
