"""Months: steps of the calendar, as people book visits; a year is 12 months whatever the leap days."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

_MONTHS_OF_A_YEAR = 12


def add_months(day: date, months: int) -> date:
    """Give the same day so many months later; the last day of a month that is too short for it.

    >>> add_months(date(2003, 1, 31), 1), add_months(date(2004, 2, 29), -12)
    (datetime.date(2003, 2, 28), datetime.date(2003, 2, 28))
    """
    year, month = divmod(day.year * _MONTHS_OF_A_YEAR + day.month - 1 + months, _MONTHS_OF_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
