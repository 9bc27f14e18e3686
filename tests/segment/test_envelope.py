"""Envelope: a smooth surface that ignores what lies within it, and marks that lie far off."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.segment.envelope import fit_envelope


def wave(rows: int, ways: int) -> NDArray[np.float64]:
    """Give a smooth surface around 100 mm."""
    around = np.cos(np.arange(ways) / ways * 2 * np.pi)
    return 100 + 10 * around[None] + np.linspace(0, 20, rows)[:, None]


@pytest.mark.parametrize("outer", [True, False])
@pytest.mark.parametrize(("rows", "ways"), [(30, 90), (1, 90), (2, 72)])
def test_a_smooth_surface_is_found_again(rows: int, ways: int, *, outer: bool) -> None:
    """Data that lie on a smooth surface give that surface, to within half a millimetre."""
    wanted = wave(rows, ways)
    found = fit_envelope(wanted, outer=outer, around=2.0, along=2.0)
    assert np.abs(found.surface - wanted).max() < 0.5


@pytest.mark.parametrize("outer", [True, False])
def test_what_lies_far_within_makes_no_dent(*, outer: bool) -> None:
    """A patch of data 30 mm within, a tenth of the surface, moves it by less than 2 mm, and is given no say."""
    wanted = wave(30, 90)
    data = wanted.copy()
    data[10:19, 20:50] += -30 if outer else 30
    found = fit_envelope(data, outer=outer, around=2.0, along=2.0)
    assert np.abs(found.surface - wanted).max() < 2.0
    assert found.say[14, 35] < 0.01


def test_marks_carry_the_surface_where_there_are_no_data() -> None:
    """Marks 25 mm beyond a gap in the data are followed; a single mark farther out is not."""
    data = wave(30, 90)
    data[5:25, 10:60] = np.nan
    marks = np.full_like(data, np.nan)
    marks[5:25:2, 10:60] = wave(30, 90)[5:25:2, 10:60]
    marks[15, 35] += 25
    found = fit_envelope(data, ((marks, 0.5),), outer=True, around=2.0, along=2.0)
    assert np.abs(found.surface - wave(30, 90)).max() < 1.5


def test_no_data_give_a_finite_surface() -> None:
    """Where nothing is known, something finite is told that has no say."""
    found = fit_envelope(np.full((4, 90), np.nan), outer=True, around=2.0, along=2.0)
    assert np.isfinite(found.surface).all()
    assert not found.say.any()
