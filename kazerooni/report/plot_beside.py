"""Plot beside: the panels below the scores: lung function, events and doses, each where it is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from math import isnan, nan
from typing import TYPE_CHECKING, Final

from kazerooni.model import Event, LungFunction, Timeline, Treatment
from kazerooni.report.numbers import amount
from kazerooni.report.time_axis import INK, days_of
from kazerooni.scoring import doses

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colour and marker both tell them apart (Okabe and Ito, dark enough for white paper).
_TESTS: Final = {"fvc_percent": ("FVC", "#00735c", "v"), "dlco_percent": ("DLCO", "#a3477f", "D")}
_DOSES: Final = (("#5b4a00", "-"), ("#0072b2", "--"), ("#b85c00", ":"))
_ROW: Final = 0.15
_PREDICTED: Final = "% predicted"


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: its height as a share of that of the scores, the dates in it, and how it is drawn."""

    height: float
    dates: tuple[date, ...]
    draw: Callable[[Axes], None]


def panels_of(line: Timeline) -> tuple[Panel, ...]:
    """Give the panels of what is known beside the visits, from the first visit's window on."""
    course = line.course
    if course is None:
        return ()
    start = date.fromordinal(line.points[0].on.toordinal() - line.window_days)
    end = max([line.points[-1].on, *(t.on for t in course.lung_function), *(e.on for e in course.events)])
    tests = sorted((test for test in course.lung_function if test.on >= start), key=lambda test: (test.on, repr(test)))
    events = sorted((event for event in course.events if event.on >= start), key=lambda event: (event.on, event.kind))
    return tuple(filter(None, (_tests(tests), _events(events, line), _doses(course.treatments, start, end))))


def _tests(tests: Sequence[LungFunction]) -> Panel | None:
    known = [test for test in tests if any(getattr(test, name) is not None for name in _TESTS)]
    if not known:
        return None
    return Panel(0.7, tuple(test.on for test in known), lambda axes: _draw_tests(axes, known))


def _draw_tests(axes: Axes, tests: Sequence[LungFunction]) -> None:
    """Draw percents predicted; what different reference equations gave is not joined."""
    ends = []
    for name, (label, colour, marker) in _TESTS.items():
        own = [(test, getattr(test, name)) for test in tests if getattr(test, name) is not None]
        for (was, before), (now, after) in pairwise(own):
            if was.reference == now.reference:
                axes.plot(days_of([was.on, now.on]), [before, after], "-", color=colour, linewidth=1.5, zorder=2)
        axes.plot(days_of(test.on for test, _ in own), [v for _, v in own], marker, color=colour, markersize=5.5)
        if own:
            ends.append((own[-1][1], own[-1][0].on, label, colour))
    values = [getattr(test, name) for test in tests for name in _TESTS if getattr(test, name) is not None]
    low, high = min(values), max(values)
    room = max(0.2 * (high - low), 5)
    axes.set_ylim(low - room, high + room)
    apart = 0.12 * (high - low + 2 * room)
    at = low - room
    for value, on, label, colour in sorted(ends):
        at = max(float(value), at)
        (x,) = days_of([on])
        axes.annotate(label, (x, at), (9, 0), textcoords="offset points", va="center", color=colour, weight="bold")
        at += apart
    axes.set_ylabel(f"FVC, DLCO\n{_PREDICTED}", color=INK)


def _events(events: Sequence[Event], line: Timeline) -> Panel | None:
    if not events:
        return None
    days = (max(events[-1].on, line.points[-1].on) - min(events[0].on, line.points[0].on)).days
    rows = _rows(events, 0.24 * max(days, 180))
    height = _ROW * (1 + max(rows))
    return Panel(height, tuple(event.on for event in events), lambda axes: _draw_events(axes, events, rows))


def _rows(events: Sequence[Event], words_days: float) -> list[int]:
    """Give each event the first row in which its words do not run into those of another."""
    ends: list[float] = []
    rows = []
    for event in events:
        (x,) = days_of([event.on])
        row = next((i for i, end in enumerate(ends) if end <= x), len(ends))
        ends[row:] = [x + words_days, *ends[row + 1 :]]
        rows.append(row)
    return rows


def _draw_events(axes: Axes, events: Sequence[Event], rows: Sequence[int]) -> None:
    for event, row in zip(events, rows, strict=True):
        (x,) = days_of([event.on])
        litres = "" if event.oxygen_l_per_min is None else f" {amount(event.oxygen_l_per_min)} L/min"
        axes.plot([x], [-row], "|", color=INK, markersize=9, markeredgewidth=1.8)
        words = f"{event.kind.value.replace('_', ' ')}{litres}"
        axes.annotate(words, (x, -row), (5, 0), textcoords="offset points", va="center", color=INK, fontsize=8)
    axes.set_ylim(-max(rows) - 0.6, 0.6)
    axes.set_yticks([])
    axes.set_ylabel("Events", color=INK, rotation=0, ha="right", va="center")


def _doses(treatments: Sequence[Treatment], start: date, end: date) -> Panel | None:
    """Give the doses of up to three drugs, the highest first; a drug of which no dose is known is left out."""
    by_drug: dict[str, list[Treatment]] = {}
    for one in treatments:
        if one.start <= end:  # one that is over may have ended an earlier one without an end
            by_drug.setdefault(one.drug.strip().casefold(), []).append(one)
    every = {drug: tuple(_steps(own, start, end)) for drug, own in by_drug.items()}
    tops = {drug: max((dose for _, dose in steps if not isnan(dose)), default=0) for drug, steps in every.items()}
    highest = sorted((drug for drug, top in tops.items() if top), key=lambda drug: (-tops[drug], drug))
    if not highest:
        return None
    shown = {drug: every[drug] for drug in highest[: len(_DOSES)]}
    dates = tuple(on for steps in shown.values() for on, _ in steps)
    return Panel(0.45, dates, lambda axes: _draw_doses(axes, shown))


def _steps(treatments: Sequence[Treatment], start: date, end: date) -> Iterator[tuple[date, float]]:
    """Give the dose from each day on which it changes, and on the last day shown; NaN where none is known."""
    changes = {start, end, *(one.start for one in treatments)}
    changes |= {date.fromordinal(one.end.toordinal() + 1) for one in treatments if one.end is not None}
    for on in sorted(change for change in changes if start <= change <= end):
        given = next((dose.mg_per_day for dose in doses(treatments, on)), None)
        yield on, nan if given is None else given


def _draw_doses(axes: Axes, shown: dict[str, tuple[tuple[date, float], ...]]) -> None:
    for (drug, steps), (colour, style) in zip(shown.items(), _DOSES, strict=False):
        days = days_of(on for on, _ in steps)
        axes.step(days, [dose for _, dose in steps], style, where="post", color=colour, linewidth=1.6, label=drug)
    axes.set_ylim(0, 1.2 * max(dose for steps in shown.values() for _, dose in steps if not isnan(dose)))
    axes.legend(loc="upper right", frameon=False, fontsize=8, labelcolor=INK)
    axes.set_ylabel("Dose\nmg/day", color=INK)
