"""Numbers: how every number of a report is written. Rounding happens here and nowhere else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

MISSING = "\N{EM DASH}"
"""Stands for what was not assessed or is not known; never for zero."""

MINUS = "\N{MINUS SIGN}"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS_OF_A_YEAR = 365.25


def percent(value: float | None, edges: Collection[int], *, missing: str = "-") -> str:
    """Write a percent with one decimal, so that rounding never carries it onto an edge of a scheme.

    >>> [percent(p, edges=(25, 50)) for p in (None, 0, 0.01, 24.97, 25, 25.02, 29.99)]
    ['-', '0', '<0.1', '<25.0', '25.0', '>25.0', '30.0']
    """
    if value is None:
        return missing
    rounded = round(value, 1)
    if value == 0:
        return "0"
    if rounded == 0:
        return "<0.1"
    moved = rounded in edges and rounded != value
    return f"{('<' if value < rounded else '>') if moved else ''}{rounded:.1f}"


def in_full(value: float, edges: Collection[int]) -> str:
    """Write a percent with three decimals, or with as many as it takes to tell it from an edge.

    >>> [in_full(p, edges=(25, 50)) for p in (24.97, 24.99996, 25)]
    ['24.970', '24.99996', '25.000']
    """
    written = f"{value:.3f}"
    return repr(value) if float(written) in edges and float(written) != value else written


def amount(value: float | None, *, missing: str = MISSING) -> str:
    """Write a grade, a sum or a mean: whole numbers as such, others with two decimals at most.

    >>> [amount(v) for v in (14, 2.8, 2.83333, 0, None)]
    ['14', '2.8', '2.83', '0', '—']
    """
    return missing if value is None else f"{value:.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"


def change(value: float | None, *, missing: str = MISSING) -> str:
    """Write by how much a grade or a sum changed, with its sign.

    >>> [change(v).replace(MINUS, "-") for v in (3, -7, 0, -0.4, None)]
    ['+3', '-7', '0', '-0.4', '—']
    """
    if value is None:
        return missing
    return "0" if value == 0 else f"{_sign(value)}{amount(abs(value))}"


def points(value: float | None, *, missing: str = MISSING) -> str:
    """Write by how many percentage points a percent changed, with its sign.

    >>> [points(v).replace(MINUS, "-") for v in (12.34, -0.04, 0, None)]
    ['+12.3', '-<0.1', '0', '—']
    """
    if value is None:
        return missing
    if value == 0:
        return "0"
    size = abs(value)
    return f"{_sign(value)}{f'{size:.1f}' if round(size, 1) else '<0.1'}"


def signed(value: float) -> str:
    """Write by how much a measured value changed, with its sign, to two decimals.

    >>> [signed(v).replace(MINUS, "-") for v in (0.214, -0.004, 0)]
    ['+0.21', '-<0.01', '0']
    """
    if value == 0:
        return "0"
    size = abs(value)
    return f"{_sign(value)}{amount(size) if round(size, 2) else '<0.01'}"


def number(value: float | None, unit: str, *, missing: str = MISSING) -> str:
    """Write a length or a tube voltage with its unit.

    >>> [number(v, "mm") for v in (1.25, 10.0, 251.04, None)]
    ['1.25 mm', '10 mm', '251 mm', '—']
    """
    return missing if value is None else f"{value:.4g} {unit}" if abs(value) < 1000 else f"{value:.0f} {unit}"


def volume(value_ml: float | None, *, missing: str = MISSING) -> str:
    """Write a volume in whole millilitres.

    >>> [volume(v) for v in (512.7, 0.2, None)]
    ['513 mL', '<1 mL', '—']
    """
    if value_ml is None:
        return missing
    return f"{value_ml:.0f} mL" if round(value_ml) or not value_ml else "<1 mL"


def day(on: date | None, *, missing: str = MISSING) -> str:
    """Write a date so that day and month cannot be taken for each other.

    >>> day(date(2003, 5, 14))
    '14 May 2003'
    """
    return missing if on is None else f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def span(days: int) -> str:
    """Write a time between two visits.

    >>> [span(days) for days in (1, 45, 380, 3350)]
    ['1 day', '45 days', '12 months', '9.2 years']
    """
    months = days * 12 / _DAYS_OF_A_YEAR
    if months < 3:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{months:.0f} months" if months < 24 else f"{days / _DAYS_OF_A_YEAR:.1f} years"


def _sign(value: float) -> str:
    return "+" if value > 0 else MINUS


def whole(count: int) -> str:
    """Write a count, thousands parted by a narrow blank that does not break."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
