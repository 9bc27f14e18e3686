"""Doses: a treatment that goes on as the dated values of a time point; doses stand between visits, not at them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from kazerooni.model import Treatment
from kazerooni.stats.series import Dated


def dose_on(treatments: Sequence[Treatment], day: date) -> float | None:
    """Give the dose of one drug on a day in mg/day.

    Of several rows that hold on the day that which started last counts, so that a row without an end ends where the
    next one starts. 0 after the last day of all rows that have started; None before the first, or where the dose or the
    weight that it needs is not known.
    """
    started = [one for one in treatments if one.start <= day]
    if not started:
        return None
    on = [one for one in started if one.end is None or day <= one.end]
    if not on:
        return 0.0
    return max(on, key=lambda one: one.start).mg_per_day


def dose_values(treatments: Sequence[Treatment], days: Iterable[date], *, until: date) -> tuple[Dated, ...]:
    """Give the dose of one drug on some days, none of them after `until`, the last day that anything is known of."""
    return tuple(_values(treatments, sorted({min(day, until) for day in days})))


def _values(treatments: Sequence[Treatment], days: Iterable[date]) -> Iterator[Dated]:
    for day in days:
        dose = dose_on(treatments, day)
        if dose is not None:
            yield Dated(day, dose)
