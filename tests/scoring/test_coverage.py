"""Coverage counts the lung that was looked at, per 5 mm of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Window
from kazerooni.scoring import coverage_percent, shows_lung, stretches


def test_a_stretch_is_seen_by_one_of_its_slices() -> None:
    """Thirty slices of 1 mm are six stretches; each is seen by any of its five slices."""
    positions, lung = np.linspace(-100.0, -71.0, 30), np.ones(30, np.bool_)
    assert stretches(positions, lung).tolist() == [n // 5 for n in range(30)]
    assert coverage_percent(positions, lung, {2}) == pytest.approx(100 / 6)
    assert coverage_percent(positions, lung, {4, 0, 5, 29}) == 50.0
    assert coverage_percent(positions, lung, ()) == 0.0
    assert coverage_percent(positions, lung, range(0, 30, 5)) == 100.0


def test_sequential_slices_are_stretches_of_their_own() -> None:
    """Lung between slices 10 mm apart, which no slice shows, is not missed: every slice is one stretch."""
    positions, lung = np.linspace(0.0, 50.0, 6), np.ones(6, np.bool_)
    assert stretches(positions, lung).tolist() == [0, 1, 2, 3, 4, 5]
    assert coverage_percent(positions, lung, {0, 1, 2}) == 50.0


def test_slices_without_lung_do_not_count() -> None:
    """Slices above and below the lung have no stretch, whether seen or not; without any lung there is no coverage."""
    positions = np.linspace(0.0, 11.0, 12)
    lung = np.zeros(12, np.bool_)
    lung[4:9] = True
    assert stretches(positions, lung).tolist() == [-1] * 4 + [0] * 5 + [-1] * 3
    assert coverage_percent(positions, lung, {0, 11}) == 0.0
    assert coverage_percent(positions, lung, {0, 8}) == 100.0
    assert coverage_percent(positions, np.zeros(12, np.bool_), {3}) is None


@given(st.integers(1, 60), st.floats(0.3, 30), st.data())
def test_looking_at_more_never_covers_less(slices: int, gap_mm: float, data: st.DataObject) -> None:
    """More slices seen never lower the coverage, and all of them are all of the lung."""
    positions, lung = np.linspace(0.0, (slices - 1) * gap_mm, slices), np.ones(slices, np.bool_)
    some = data.draw(st.sets(st.integers(0, slices - 1)))
    more = some | data.draw(st.sets(st.integers(0, slices - 1)))
    first, second = coverage_percent(positions, lung, some), coverage_percent(positions, lung, more)
    assert first is not None
    assert second is not None
    assert 0 <= first <= second <= 100
    assert coverage_percent(positions, lung, range(slices)) == 100.0


@pytest.mark.parametrize(
    ("level", "width", "is_lung"),
    [
        (-600, 1500, True),
        (-700, 1000, True),
        (-500, 2000, True),
        (40, 400, False),
        (300, 1500, False),
        (-600, 300, False),
    ],
)
def test_lung_windows_are_known(level: float, width: float, is_lung: bool) -> None:  # noqa: FBT001 - a column
    """Lung windows in use show the lung; those of mediastinum and bone, and a narrow one, do not."""
    assert shows_lung(Window(level, width)) is is_lung
