"""Time points: which of a patient's dated values stands for baseline, 6, 12 and 24 months, and last follow-up.

Months are those of the calendar: a month after 31 January is 28 February, or 29. docs/decisions/0047-cohorts.md.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Final, Literal

from kazerooni.model.months import add_months
from kazerooni.stats.series import Dated, PatientSeries, Variable

TimePointName = Literal["baseline", "6 months", "12 months", "24 months", "last"]
Reason = Literal[
    "no index event", "never recorded", "died before", "no value in the window", "no value after 12 months"
]

_MONTHS_OF_A_YEAR = 12
_DAY = itemgetter(0)  # Dated.on, without the cost of a function of our own


@dataclass(frozen=True, slots=True)
class Window:
    """Values from so many months after the index day to before so many; the one nearest to the target counts."""

    name: TimePointName
    target: int
    start: int
    end: int


BASELINE_MONTHS: Final = 3
"""Baseline is the last value from so many months before the index day to the day itself."""

WINDOWS: Final = (
    Window("6 months", target=6, start=3, end=9),
    Window("12 months", target=12, start=9, end=15),
    Window("24 months", target=24, start=18, end=30),
)
"""The windows between baseline and last follow-up: the first day of each belongs to it, the day of its end does not."""

TIME_POINTS: Final[tuple[TimePointName, ...]] = ("baseline", "6 months", "12 months", "24 months", "last")
"""All time points, in order."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The value that stands for a time point, and how many days after the index day it is of (before: negative)."""

    of: Dated
    days: int


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a patient has no value at a time point."""

    reason: Reason


Cell = Taken | Missing


def time_points(series: PatientSeries) -> Mapping[tuple[Variable, TimePointName], Cell]:
    """Give the value of each variable at each time point, or the reason why there is none."""
    if series.index is None:
        return {(variable, name): Missing("no index event") for variable in Variable for name in TIME_POINTS}
    edges = _Edges.of(series.index)
    found: dict[tuple[Variable, TimePointName], Cell] = {}
    for variable in Variable:
        for name, cell in _cells(series.values.get(variable, ()), edges, series.died).items():
            found[variable, name] = cell
    return found


@dataclass(frozen=True, slots=True)
class _Edges:
    """The days of a patient's windows."""

    index: date
    before: date
    year: date
    windows: tuple[tuple[TimePointName, date, date, date], ...]

    @classmethod
    def of(cls, index: date) -> _Edges:
        return cls(
            index,
            add_months(index, -BASELINE_MONTHS),
            add_months(index, _MONTHS_OF_A_YEAR),
            tuple(
                (w.name, add_months(index, w.target), add_months(index, w.start), add_months(index, w.end))
                for w in WINDOWS
            ),
        )


def _cells(values: Sequence[Dated], edges: _Edges, died: date | None) -> dict[TimePointName, Cell]:
    if not values:
        return dict.fromkeys(TIME_POINTS, Missing("never recorded"))
    known = sorted(values, key=_DAY)
    before = known[bisect_left(known, edges.before, key=_DAY) : bisect_right(known, edges.index, key=_DAY)]
    cells: dict[TimePointName, Cell] = {"baseline": _cell(before[-1:], edges, Missing("no value in the window"))}
    for name, target, start, end in edges.windows:
        inside = known[bisect_left(known, start, key=_DAY) : bisect_left(known, end, key=_DAY)]
        nearest = sorted(inside, key=lambda one: (abs((one.on - target).days), one.on))[:1]
        is_dead = died is not None and died <= target
        cells[name] = _cell(nearest, edges, Missing("died before" if is_dead else "no value in the window"))
    cells["last"] = _last(known, edges, cells["12 months"], died)
    return cells


def _last(known: Sequence[Dated], edges: _Edges, one_year: Cell, died: date | None) -> Cell:
    """Give the latest value, later than 12 months and than the one that stands for them: or it would be held to itself.

    A patient who died within the year has none because of that.
    """
    since = max(edges.year, one_year.of.on) if isinstance(one_year, Taken) else edges.year
    later = known[-1:] if known[-1].on > since else []
    is_dead = died is not None and died <= edges.year
    return _cell(later, edges, Missing("died before" if is_dead else "no value after 12 months"))


def _cell(found: Sequence[Dated], edges: _Edges, otherwise: Missing) -> Cell:
    return Taken(found[0], (found[0].on - edges.index).days) if found else otherwise
