"""Plot: the course of a patient as a picture, by matplotlib; the same values always give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

from kazerooni.errors import OutputError
from kazerooni.model import Component, Timeline
from kazerooni.report.numbers import amount

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Picture = Literal["svg", "png", "pdf"]

_SALT: Final = "kazerooni"
# The height of a line of words as a share of that of the plot.
_NAME_HEIGHT: Final = 0.075
# Over a longer time the axis names years, not months.
_YEARS_ALONE_FROM_DAYS: Final = 1500
_INK, _FAINT = "#17303f", "#d3dde3"
# Colour and marker both tell the lines apart, and each is named where it ends.
_LINES: Final[dict[str, tuple[str, str, str]]] = {
    "total": ("Total", "#17303f", "o"),
    Component.ALVEOLAR: ("Alveolar", "#0072b2", "s"),
    Component.INTERSTITIAL: ("Interstitial", "#b85c00", "^"),
}
_FONTS: Final = "'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"


def timeline_plot(line: Timeline, *, kind: Picture = "svg") -> bytes:
    """Draw the total and both sums by date, with the maximum; hollow where reader or technique differ from before.

    kind: "svg" keeps its text as text.
    Raises OutputError where matplotlib is missing.
    """
    return render(lambda figure: _draw(figure.add_subplot(), line), kind=kind)


def render(draw: Callable[[Figure], None], *, kind: Picture, size: tuple[float, float] = (5.2, 3.1)) -> bytes:
    """Let `draw` fill a figure of a size in inches; the same drawing always gives the same bytes.

    Raises OutputError where matplotlib is missing.
    """
    try:
        from matplotlib import rc_context  # noqa: PLC0415 - an extra
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ModuleNotFoundError:
        raise OutputError("plots need matplotlib: pip install kazerooni[report]") from None
    with rc_context({"svg.hashsalt": _SALT, "svg.fonttype": "none", "font.size": 10, "font.family": "DejaVu Sans"}):
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        out = io.BytesIO()
        figure.savefig(out, format=kind, dpi=200, metadata=_metadata(kind), transparent=False)
    made = out.getvalue()
    return _with_fonts_of_the_page(made) if kind == "svg" else made


def _metadata(kind: Picture) -> dict[str, Any]:
    """Leave out when, and with what, a picture was made."""
    return {
        "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},
        "png": {"Software": None},
        "pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }[kind]


def _with_fonts_of_the_page(svg: bytes) -> bytes:
    text = re.sub(r"(font: [^;\"]*?px )[^;\"]+", rf"\g<1>{_FONTS}", svg.decode())
    return text.replace("'DejaVu Sans'", _FONTS).encode()


def _draw(axes: Axes, line: Timeline) -> None:
    for name, (_, colour, marker) in _LINES.items():
        sums = _sums(line, name)
        _join_points(axes, line, sums, colour, width=2.2 if name == "total" else 1.5)
        _draw_points(axes, line, sums, colour, marker, is_total=name == "total")
    _dress(axes, line, [point.on for point in line.points])
    _name_lines(axes, line)


def _join_points(axes: Axes, line: Timeline, sums: list[float | None], colour: str, *, width: float) -> None:
    """Join neighbouring visits; what lies between different readers only by dots."""
    for (earlier, was), (later, is_) in pairwise(zip(line.points, sums, strict=True)):
        if was is None or is_ is None:
            continue
        since = later.since_previous
        style = "-" if since is None or since.is_interpretable else ":"
        days = _days([earlier.on, later.on])
        axes.plot(days, [was, is_], style, color=colour, linewidth=width, zorder=2)


def _draw_points(
    axes: Axes, line: Timeline, sums: list[float | None], colour: str, marker: str, *, is_total: bool
) -> None:
    for point, value in zip(line.points, sums, strict=True):
        if value is None:
            continue
        differs = point.since_previous is not None and bool(point.since_previous.differences)
        fill = "white" if differs else colour
        (x,) = _days([point.on])
        axes.plot([x], [value], marker, color=colour, markerfacecolor=fill, markersize=7, markeredgewidth=1.6, zorder=3)
        if is_total:
            axes.annotate(
                amount(value), (x, value), (5, 8), textcoords="offset points", ha="left", weight="bold", color=_INK
            )


def _name_lines(axes: Axes, line: Timeline) -> None:
    """Name each line where it ends, the names apart from each other."""
    ends = []
    for name, (label, colour, _) in _LINES.items():
        known = [(p.on, v) for p, v in zip(line.points, _sums(line, name), strict=True) if v is not None]
        if known:
            ends.append((known[-1][1], known[-1][0], label, colour))
    apart = _NAME_HEIGHT * axes.get_ylim()[1]
    lowest = 0.0
    for value, on, label, colour in sorted(ends):
        lowest = max(float(value), lowest)
        (x,) = _days([on])
        axes.annotate(label, (x, lowest), (10, 0), textcoords="offset points", va="center", color=colour, weight="bold")
        lowest += apart


def _sums(line: Timeline, name: str) -> list[float | None]:
    return [getattr(point.score.totals, str(name)) for point in line.points]


def _dress(axes: Axes, line: Timeline, dates: list[date]) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra, told where it is missing

    known = [point.score.totals.total for point in line.points if point.score.totals.total is not None]
    top = max([*known, 1])
    low, high = _days([dates[0], dates[-1]])
    margin = max(0.06 * (high - low), 30)
    axes.set_xlim(low - margin, high + 4.2 * margin)
    axes.set_ylim(0, min(1.25 * top, line.maximum * 1.08))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel(f"Score (total 0 to {amount(line.maximum)})", color=_INK)
    ticks = _ticks(dates, apart=0.11 * (high - low + 5 * margin))
    axes.set_xticks(_days(ticks), [_tick_words(on, days=high - low) for on in ticks])
    axes.grid(axis="y", color=_FAINT, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_FAINT)
    axes.tick_params(colors=_INK, length=3)


def _ticks(dates: list[date], *, apart: float) -> list[date]:
    """Leave out dates whose words would run into those before."""
    kept: list[date] = []
    for on in dates:
        if not kept or (on - kept[-1]).days >= apart:
            kept.append(on)
    return kept


def _tick_words(on: date, *, days: float) -> str:
    return str(on.year) if days > _YEARS_ALONE_FROM_DAYS else f"{on.year}-{on.month:02}"


def _days(dates: list[date]) -> list[float]:
    return [float(on.toordinal()) for on in dates]
