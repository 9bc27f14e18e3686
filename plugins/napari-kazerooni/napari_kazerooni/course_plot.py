"""Course plot: a timeline drawn on a figure of matplotlib, dark as the window around it. Without Qt."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kazerooni.model import Component, Timeline
from napari_kazerooni.course import differs, grades_of, lobes_of, totals_of

BACKGROUND: Final = "#262930"
_INK, _FAINT = "#f0f1f2", "#4b5160"
# Those of the report's marks (Okabe and Ito), light enough for a dark window; markers tell them apart too.
_LINES: Final = {
    "total": ("Total", _INK, "o"),
    Component.ALVEOLAR.value: ("Alveolar", "#56b4e9", "s"),
    Component.INTERSTITIAL.value: ("Interstitial", "#ffb000", "^"),
}
_TOP_GRADE: Final = 5
_YEARS_ALONE_FROM_DAYS: Final = 1500


def draw_course(figure: Figure, line: Timeline | None) -> None:
    """Draw totals above, and every lobe below; hollow where a visit is not comparable with the one before.

    None empties the figure.
    """
    figure.clear()
    figure.set_facecolor(BACKGROUND)
    if line is None:
        return
    lobes = lobes_of(line)
    grid = figure.add_gridspec(2, len(lobes), height_ratios=(3, 2))
    totals = figure.add_subplot(grid[0, :])
    _draw_lines(totals, line, totals_of(line), with_numbers=True)
    _dress(totals, line, top=_top(line), is_wide=True)
    totals.set_ylabel(f"score (total of {line.maximum:g})", color=_INK, fontsize=8)
    totals.legend(loc="upper center", bbox_to_anchor=(0.5, 1.16), ncols=3, frameon=False, labelcolor=_INK, fontsize=8)
    for at, lobe in enumerate(lobes):
        axes = figure.add_subplot(grid[1, at])
        _draw_lines(axes, line, {c.value: list(grades_of(line, lobe, c)) for c in Component}, with_numbers=False)
        _dress(axes, line, top=_TOP_GRADE, is_wide=False)
        axes.set_title(lobe.name, color=_INK, fontsize=8, pad=3)
        if at:
            axes.set_yticklabels([])


def _draw_lines(axes: Axes, line: Timeline, values: Any, *, with_numbers: bool) -> None:
    for name, numbers in values.items():
        label, colour, marker = _LINES[name]
        for (earlier, was), (later, now) in pairwise(zip(line.points, numbers, strict=True)):
            if was is not None and now is not None:
                since = later.since_previous
                style = "-" if since is None or since.is_interpretable else ":"
                axes.plot([_day(earlier.on), _day(later.on)], [was, now], style, color=colour, linewidth=1.5)
        axes.plot([], [], marker=marker, color=colour, label=label)
        for point, value in zip(line.points, numbers, strict=True):
            if value is None:
                continue
            fill = BACKGROUND if differs(point) else colour
            axes.plot([_day(point.on)], [value], marker, color=colour, markerfacecolor=fill, markersize=6, zorder=3)
            if with_numbers and name == "total":
                place = (_day(point.on), value)
                axes.annotate(f"{value:g}", place, (0, 7), textcoords="offset points", ha="center", color=_INK)


def _dress(axes: Axes, line: Timeline, *, top: float, is_wide: bool) -> None:
    days = [_day(point.on) for point in line.points]
    margin = max(0.08 * (days[-1] - days[0]), 30)
    axes.set_facecolor(BACKGROUND)
    axes.set_xlim(days[0] - margin, days[-1] + margin)
    axes.set_ylim(-0.04 * top, 1.08 * top)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    span = days[-1] - days[0]
    shown = _apart(days, (0.1 if is_wide else 0.9) * (span + 2 * margin))
    axes.set_xticks(shown, [_tick(date.fromordinal(round(day)), span) for day in shown])
    axes.tick_params(colors=_INK, labelsize=7, length=2)
    axes.grid(axis="y", color=_FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[:].set_color(_FAINT)


def _apart(days: list[float], least: float) -> list[float]:
    """Leave out days whose words would run into those before."""
    kept: list[float] = []
    for day in days:
        if not kept or day - kept[-1] >= least:
            kept.append(day)
    return kept


def _tick(on: date, days: float) -> str:
    return str(on.year) if days > _YEARS_ALONE_FROM_DAYS else f"{on.year}-{on.month:02}"


def _top(line: Timeline) -> float:
    known = [value for value in totals_of(line)["total"] if value is not None]
    return min(max([*known, 4]) * 1.25, line.maximum)


def _day(on: date) -> float:
    return float(on.toordinal())
