"""Doses: a treatment that goes on as the dated values of a time point; doses stand between visits, not at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kazerooni.model import Treatment
from kazerooni.model.course import in_force, mg_per_day_of
from kazerooni.stats.series import Dated


def dose_on(treatments: Sequence[Treatment], day: date) -> float | None:
    """Give the dose of one drug on a day in mg/day.

    Of several rows that which started last counts, and a row without an end ends where the next one starts
    (`kazerooni.model.course.in_force`); rows of one start add up. 0 where rows have started and none holds; None before
    the first, or where the dose or the weight that it needs is not known.
    """
    started = [one for one in treatments if one.start <= day]
    if not started:
        return None
    rows = [row for of_drug in in_force(started, day).values() for row in of_drug]
    return mg_per_day_of(rows) if rows else 0.0


def dose_values(treatments: Sequence[Treatment], days: Iterable[date], *, until: date) -> tuple[Dated, ...]:
    """Give the dose of one drug on some days, none of them after `until`, the last day that anything is known of."""
    return tuple(_values(treatments, sorted({min(day, until) for day in days})))


def _values(treatments: Sequence[Treatment], days: Iterable[date]) -> Iterator[Dated]:
    for day in days:
        dose = dose_on(treatments, day)
        if dose is not None:
            yield Dated(day, dose)
