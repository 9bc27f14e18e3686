"""Which value of a patient stands for which time point."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.model import Treatment
from kazerooni.stats import (
    TIME_POINTS,
    Dated,
    Missing,
    PatientSeries,
    Taken,
    TimePointName,
    Variable,
    add_months,
    dose_on,
    dose_values,
    time_points,
)

INDEX = date(2000, 6, 15)
DAYS = st.dates(date(1999, 1, 1), date(2012, 1, 1))


def cells_of(*days: date, died: date | None = None) -> dict[TimePointName, date | str]:
    """Give the day that stands for each time point, or why none does, of an FVC tested on some days."""
    values = tuple(Dated(day, 50.0 + place) for place, day in enumerate(days))
    series = PatientSeries(patient="P1", index=INDEX, died=died, values={Variable.FVC: values})
    found = time_points(series)
    cells = {at: found[Variable.FVC, at] for at in TIME_POINTS}
    return {at: cell.of.on if isinstance(cell, Taken) else cell.reason for at, cell in cells.items()}


def test_baseline_is_the_last_value_up_to_the_day_itself() -> None:
    """The index day counts, the day after does not, and of several values before it the last is taken."""
    assert cells_of(date(2000, 4, 1), date(2000, 6, 15))["baseline"] == date(2000, 6, 15)
    assert cells_of(date(2000, 4, 1), date(2000, 6, 16))["baseline"] == date(2000, 4, 1)
    assert cells_of(date(2000, 6, 16))["baseline"] == "no value in the window"


def test_baseline_reaches_back_three_calendar_months() -> None:
    """The same day three months earlier is in, the day before that is out."""
    assert cells_of(date(2000, 3, 15))["baseline"] == date(2000, 3, 15)
    assert cells_of(date(2000, 3, 14))["baseline"] == "no value in the window"


def test_the_nearest_value_counts_and_of_two_the_earlier() -> None:
    """Around 12 months, 15 June 2001: 5 days before beats 6 after; 5 before and 5 after is a tie, to the earlier."""
    assert cells_of(date(2001, 6, 10), date(2001, 6, 21))["12 months"] == date(2001, 6, 10)
    assert cells_of(date(2001, 6, 9), date(2001, 6, 20))["12 months"] == date(2001, 6, 20)
    assert cells_of(date(2001, 6, 20), date(2001, 6, 10))["12 months"] == date(2001, 6, 10)


def test_windows_begin_on_a_day_and_end_before_one() -> None:
    """9 months to the day belong to 12 months, not to 6; 15 months to the day belong to nothing but the last."""
    on_nine = cells_of(date(2001, 3, 15))
    assert (on_nine["6 months"], on_nine["12 months"]) == ("no value in the window", date(2001, 3, 15))
    on_fifteen = cells_of(date(2001, 9, 15))
    assert (on_fifteen["12 months"], on_fifteen["24 months"]) == ("no value in the window",) * 2
    assert on_fifteen["last"] == date(2001, 9, 15)


def test_last_is_later_than_twelve_months_and_never_the_value_of_12_months() -> None:
    """Exactly 12 months is not later; a value of 13 months stands for 12 months, so it is not also the last."""
    assert cells_of(date(2001, 6, 15))["last"] == "no value after 12 months"
    assert cells_of(date(2001, 7, 15))["last"] == "no value after 12 months"
    both = cells_of(date(2001, 6, 16), date(2001, 8, 1))
    assert (both["12 months"], both["last"]) == (date(2001, 6, 16), date(2001, 8, 1))


def test_who_died_is_told_from_who_was_not_tested() -> None:
    """A time point after death is missing because of it; one before it, or with a value, is not."""
    found = cells_of(date(2000, 6, 1), died=date(2001, 1, 1))
    assert found["6 months"] == "no value in the window"
    assert [found[at] for at in TIME_POINTS[2:]] == ["died before"] * 3


def test_without_an_index_day_nothing_can_be_placed() -> None:
    """Who has no index event has no time point, and the reason says so; what was never recorded says that."""
    values = {Variable.TOTAL: (Dated(INDEX, 12.0),)}
    lost = time_points(PatientSeries(patient="P1", index=None, values=values))
    assert set(lost.values()) == {Missing("no index event")}
    known = time_points(PatientSeries(patient="P1", index=INDEX, values=values))
    assert known[Variable.DLCO, "baseline"] == Missing("never recorded")


@given(st.lists(DAYS, max_size=12, unique=True), st.randoms())
def test_the_order_of_the_values_does_not_matter(days: list[date], random: object) -> None:
    """Values in any order give the same time points, each within its window."""
    first = cells_of(*days)
    random.shuffle(days)  # type: ignore[attr-defined]
    assert cells_of(*days) == first
    if isinstance(first["baseline"], date):
        assert date(2000, 3, 15) <= first["baseline"] <= INDEX
    if isinstance(first["last"], date):
        assert first["last"] == max(days) > date(2001, 6, 15)


@given(DAYS, st.integers(-40, 40))
def test_months_are_those_of_the_calendar(day: date, months: int) -> None:
    """So many months later is in the month so many later, on the same day or the last that it has."""
    later = add_months(day, months)
    assert later.year * 12 + later.month == day.year * 12 + day.month + months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(1)).day == 1)


def _taper(*rows: tuple[date, date | None, float | None]) -> list[Treatment]:
    return [
        Treatment(drug="prednisone", start=start, end=end, dose=dose, unit=None if dose is None else "mg/day")
        for start, end, dose in rows
    ]


def test_a_dose_holds_until_the_next_one_starts() -> None:
    """A row without an end ends where the next starts; after the last end it is 0; before the first it is unknown."""
    taper = _taper((INDEX, None, 25.0), (date(2000, 9, 1), date(2001, 9, 1), 5.0))
    days = (date(2000, 6, 14), INDEX, date(2000, 8, 31), date(2000, 9, 1), date(2001, 9, 1))
    assert [dose_on(taper, day) for day in days] == [None, 25.0, 25.0, 5.0, 5.0]
    assert dose_on([taper[1]], date(2001, 9, 2)) == 0.0
    assert dose_on(taper, date(2001, 9, 2)) == 0.0


def test_doses_of_one_start_add_up() -> None:
    """10 mg in the morning and 5 mg at night, two rows of one start, are 15 mg a day; one unknown leaves it open."""
    assert dose_on(_taper((INDEX, None, 10.0), (INDEX, None, 5.0)), INDEX) == 15.0
    assert dose_on(_taper((INDEX, None, 10.0), (INDEX, None, None)), INDEX) is None


def test_a_dose_by_weight_needs_the_weight() -> None:
    """0.5 mg/kg/day of 60 kg are 30 mg a day; without a weight the dose in mg is not known."""
    by_weight = {"drug": "prednisone", "start": INDEX, "dose": 0.5, "unit": "mg/kg/day"}
    assert dose_on([Treatment(**by_weight, weight_kg=60)], INDEX) == 30.0  # type: ignore[arg-type]
    assert dose_on([Treatment(**by_weight)], INDEX) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("until", [date(2001, 6, 15), date(2001, 1, 1)])
def test_a_dose_does_not_go_on_beyond_what_is_known(until: date) -> None:
    """Of days after the last of which anything is known, the dose of that last day is given, and none later."""
    values = dose_values(_taper((INDEX, None, 10.0)), [INDEX, date(2001, 6, 15)], until=until)
    assert values == (Dated(INDEX, 10.0), Dated(until, 10.0))
