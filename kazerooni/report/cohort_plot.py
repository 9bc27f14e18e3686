"""Cohort plot: the figures of the source study, one line a patient with the median on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Final

from kazerooni.report.numbers import amount
from kazerooni.report.plot import Picture, render
from kazerooni.stats import TIME_POINTS, Cohort, Row, Taken, TimePointName, Variable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _FAINT = "#17303f", "#d3dde3"
_UIP, _OTHER = "#d55e00", "#56a0d3"
_TICKS: Final[dict[TimePointName, str]] = {
    "baseline": "baseline",
    "6 months": "6",
    "12 months": "12",
    "24 months": "24",
    "last": "last",
}
_NAMES: Final = {Variable.FVC: "FVC, % predicted", Variable.DLCO: "DLCO, % predicted"}


@dataclass(frozen=True, slots=True)
class CohortFigure:
    """What a figure shows: variables, a panel each; of which pattern, empty for all patients."""

    variables: tuple[Variable, ...]
    pattern: str = ""


COHORT_FIGURES: Final[dict[str, CohortFigure]] = {
    "figure-1": CohortFigure((Variable.FVC, Variable.DLCO)),
    "figure-2": CohortFigure((Variable.TOTAL,)),
    "figure-3": CohortFigure((Variable.FVC, Variable.DLCO), pattern="UIP"),
}
"""Figures 1 to 3 of the source study: lung function; total; lung function of the patients with UIP."""


def cohort_plot(found: Cohort, name: str, *, kind: Picture = "svg") -> bytes | None:
    """Draw one of `COHORT_FIGURES`; None where there is nothing to draw.

    kind: "svg" keeps its text as text.

    Raises OutputError where matplotlib is missing.
    """
    figure = COHORT_FIGURES[name]
    rows = [row for row in found.rows if not figure.pattern or _is_of(row, figure.pattern)]
    panels = [variable for variable in figure.variables if _shown(rows, variable)]
    if not panels:
        return None
    size = (4.2 * len(panels) + 0.6, 3.7)
    return render(partial(_draw, found=found, rows=rows, panels=panels, pattern=figure.pattern), kind=kind, size=size)


def _is_of(row: Row, pattern: str) -> bool:
    return (row.series.pattern or "").strip().casefold() == pattern.casefold()


def _draw(figure: Figure, *, found: Cohort, rows: Sequence[Row], panels: Sequence[Variable], pattern: str) -> None:
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for one, variable in zip(axes, panels, strict=True):
        _panel(one, found, rows, variable)
    of = f"{pattern} patients" if pattern else "All patients"
    label = "SYNTHETIC. " if found.is_synthetic else ""
    figure.suptitle(f"{label}{of}: one line a patient, the median on top", color=_INK, fontsize=10, x=0.01, ha="left")
    _name_colours(figure, rows)


def _shown(rows: Sequence[Row], variable: Variable) -> list[TimePointName]:
    """Give the time points at which at least half of the patients have a value: of fewer a median would mislead."""
    return [at for at in TIME_POINTS if 2 * len(_values(rows, variable, at)) >= max(len(rows), 1)]


def _panel(axes: Axes, found: Cohort, rows: Sequence[Row], variable: Variable) -> None:
    shown = _shown(rows, variable)
    for row in rows:
        known = _line(row, variable, shown)
        colour = _UIP if _is_of(row, "UIP") else _OTHER
        places, values = [place for place, _ in known], [value for _, value in known]
        axes.plot(places, values, "-o", color=colour, linewidth=1.1, markersize=3, alpha=0.75, zorder=2)
    everybody = [value for row in rows for _, value in _line(row, variable, shown)]
    medians = [median(_values(rows, variable, at)) for at in shown]
    axes.plot(range(len(shown)), medians, "-D", color=_INK, linewidth=2.8, markersize=5.5, zorder=4)
    low, high = axes.get_ylim()
    for place, (at, value) in enumerate(zip(shown, medians, strict=True)):
        axes.annotate(
            amount(value), (place, value), (0, 9), textcoords="offset points", ha="center", weight="bold", color=_INK,
            bbox={"facecolor": "white", "alpha": 0.8, "edgecolor": "none", "pad": 0.8}, zorder=5,
        )  # fmt: skip
        count = len(_values(rows, variable, at))
        axes.annotate(
            f"n = {count}", (place, 1.0), (0, 3), xycoords=("data", "axes fraction"), textcoords="offset points",
            ha="center", fontsize=8, color=_INK,
        )  # fmt: skip
    _dress(axes, found, variable, shown, low=min(low, *everybody), high=high)


def _dress(
    axes: Axes, found: Cohort, variable: Variable, shown: Sequence[TimePointName], *, low: float, high: float
) -> None:
    is_sum = variable not in _NAMES
    rules = found.rules
    axes.set_ylabel(
        f"Total, 0 to {amount(rules.maximum)} ({rules.scheme} {rules.scheme_version})" if is_sum else _NAMES[variable],
        color=_INK,
    )
    axes.set_ylim(-0.5 if is_sum else max(low, 0), high)
    axes.set_xticks(range(len(shown)), [_TICKS[at] for at in shown])
    axes.set_xlim(-0.35, len(shown) - 0.65)
    axes.set_xlabel(f"Months after {_EVENTS[rules.index]}", color=_INK)
    axes.grid(axis="y", color=_FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_FAINT)
    axes.tick_params(colors=_INK, length=3)


_EVENTS: Final = {"treatment_start": "start of treatment", "onset": "onset", "first": "the first score"}


def _name_colours(figure: Figure, rows: Sequence[Row]) -> None:
    """Name the colours where there are two."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - an extra, told where it is missing

    are_uip = {_is_of(row, "UIP") for row in rows}
    if len(are_uip) == 1:
        return
    named = {"UIP": _UIP, "other pattern": _OTHER}
    handles = [Line2D([], [], color=colour, marker="o", label=name) for name, colour in named.items()]
    figure.legend(handles=handles, loc="outside lower right", ncols=2, frameon=False, fontsize=9)


def _line(row: Row, variable: Variable, shown: Sequence[TimePointName]) -> list[tuple[int, float]]:
    cells = ((place, row.cells[variable, at]) for place, at in enumerate(shown))
    return [(place, cell.of.value) for place, cell in cells if isinstance(cell, Taken)]


def _values(rows: Sequence[Row], variable: Variable, at: TimePointName) -> list[float]:
    cells = (row.cells[variable, at] for row in rows)
    return [cell.of.value for cell in cells if isinstance(cell, Taken)]
