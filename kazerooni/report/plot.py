"""Plot: the course of a patient as a picture, by matplotlib; the same values always give the same bytes."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from itertools import cycle, pairwise
from typing import TYPE_CHECKING, Any, Final, Literal

from kazerooni.errors import OutputError
from kazerooni.model import Component, Timeline, TimePoint
from kazerooni.report.numbers import amount
from kazerooni.report.plot_beside import Panel, panels_of
from kazerooni.report.time_axis import INK, TimeAxis, days_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Picture = Literal["svg", "png", "pdf"]

_SALT: Final = "kazerooni"
_WIDTH, _HEIGHT = 5.2, 3.1  # inches
_WIDE: Final = 7.4
# The height of a line of words as a share of that of the plot.
_NAME_HEIGHT: Final = 0.075
_READERS: Final = "#6b7f8a"
_READER_MARKS: Final = (("D", "-"), ("s", "--"), ("^", ":"), ("v", "-."))
# Colour and marker both tell the lines apart, and each is named where it ends.
_LINES: Final[dict[str, tuple[str, str, str]]] = {
    "total": ("Total", INK, "o"),
    Component.ALVEOLAR: ("Alveolar", "#0072b2", "s"),
    Component.INTERSTITIAL: ("Interstitial", "#b85c00", "^"),
}
_FONTS: Final = "'Segoe UI', Roboto, 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif"


def timeline_plot(line: Timeline, *, kind: Picture = "svg") -> bytes:
    """Draw the total and both sums by date, with the maximum; hollow where reader or technique differ from before.

    Visits that different readers read are not joined. Where several readers read a visit, the total of each is a small
    grey mark, joined to that of the same reader. Below stand lung function, events and doses, where they are known.

    kind: "svg" keeps its text as text.
    Raises OutputError where matplotlib is missing.
    """
    panels = panels_of(line)
    return render(lambda figure: _draw_all(figure, line, panels), kind=kind, size=plot_size(line))


def plot_size(line: Timeline) -> tuple[float, float]:
    """Give width and height in inches of the plot of a timeline."""
    panels = panels_of(line)
    return _WIDE if panels else _WIDTH, _HEIGHT * (1 + sum(panel.height for panel in panels))


def render(draw: Callable[[Figure], None], *, kind: Picture, size: tuple[float, float] = (_WIDTH, _HEIGHT)) -> bytes:
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


def _draw_all(figure: Figure, line: Timeline, panels: Sequence[Panel]) -> None:
    """Draw the scores above and the panels below, all on one axis of time."""
    visits = [point.on for point in line.points]
    time = TimeAxis.over([*visits, *(on for panel in panels for on in panel.dates)])
    grid = figure.add_gridspec(1 + len(panels), 1, height_ratios=[1.0, *(panel.height for panel in panels)])
    scores = figure.add_subplot(grid[0, 0])
    _draw_scores(scores, line)
    time.dress(scores, visits, is_lowest=not panels)
    for i, panel in enumerate(panels, start=1):
        axes = figure.add_subplot(grid[i, 0])
        panel.draw(axes)
        time.dress(axes, visits, is_lowest=i == len(panels))


def _draw_scores(axes: Axes, line: Timeline) -> None:
    for name, (_, colour, marker) in _LINES.items():
        values = _sums(line, name)
        _join_points(axes, line, values, colour, width=2.2 if name == "total" else 1.5)
        _draw_points(axes, line, values, colour, marker, is_total=name == "total")
    _draw_readers(axes, line)
    _dress(axes, line)
    _name_lines(axes, line)


def _join_points(axes: Axes, line: Timeline, sums: list[float | None], colour: str, *, width: float) -> None:
    """Join neighbouring visits, but not what different readers read."""
    for (earlier, was), (later, is_) in pairwise(zip(line.points, sums, strict=True)):
        since = later.since_previous
        if was is not None and is_ is not None and (since is None or since.is_interpretable):
            axes.plot(days_of([earlier.on, later.on]), [was, is_], "-", color=colour, linewidth=width, zorder=2)


def _draw_points(
    axes: Axes, line: Timeline, sums: list[float | None], colour: str, marker: str, *, is_total: bool
) -> None:
    known = [(point, value) for point, value in zip(line.points, sums, strict=True) if value is not None]
    for number, (point, value) in enumerate(known, start=1):
        differs = point.since_previous is not None and bool(point.since_previous.differences)
        fill = "white" if differs else colour
        (x,) = days_of([point.on])
        axes.plot([x], [value], marker, color=colour, markerfacecolor=fill, markersize=7, markeredgewidth=1.6, zorder=3)
        if is_total and number < len(known):  # the last one stands beside the name of the line
            axes.annotate(
                amount(value), (x, value), (5, 8), textcoords="offset points", ha="left", weight="bold", color=INK
            )


def _draw_readers(axes: Axes, line: Timeline) -> None:
    """Draw the total of each of several readers, joined to that of the same reader at the visit before."""
    if not _has_several(*line.points):
        return
    readers = sorted({reader or "" for point in line.points for reader in _totals_of(point)})
    for number, (reader, (marker, style)) in enumerate(zip(readers, cycle(_READER_MARKS))):
        # Each mark is larger than the one before and hollow, so that readers who agree are all seen.
        looks: dict[str, Any] = {"color": _READERS, "markersize": 4 + 3 * (number % 4), "linewidth": 0.9, "zorder": 1}
        looks |= {"markerfacecolor": "none"} if number else {}
        axes.plot([], [], f"{marker}{style}", label=reader or "not said", **looks)
        for earlier, later in pairwise(line.points):
            was, now = (_totals_of(point).get(reader or None) for point in (earlier, later))
            if was is not None and now is not None and _has_several(earlier, later):
                axes.plot(days_of([earlier.on, later.on]), [was, now], style, **looks)
        own = [(point, _totals_of(point).get(reader or None)) for point in line.points if _has_several(point)]
        axes.plot(days_of(p.on for p, v in own if v is not None), [v for _, v in own if v is not None], marker, **looks)
    axes.legend(loc="upper right", frameon=False, fontsize=8, labelcolor=INK)


def _totals_of(point: TimePoint) -> dict[str | None, float]:
    found = ((case.reading.reader, case.score.totals.total) for case in point.readings)
    return {reader: total for reader, total in found if total is not None}


def _has_several(*points: TimePoint) -> bool:
    return any(len(point.readings) > 1 for point in points)


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
        (x,) = days_of([on])
        axes.annotate(label, (x, lowest), (10, 0), textcoords="offset points", va="center", color=colour, weight="bold")
        if label == _LINES["total"][0]:
            where: dict[str, Any] = {"xytext": (44, 0), "textcoords": "offset points"}
            axes.annotate(amount(value), (x, lowest), va="center", color=colour, weight="bold", **where)
        lowest += apart


def _sums(line: Timeline, name: str) -> list[float | None]:
    return [None if point.sums is None else getattr(point.sums, str(name)) for point in line.points]


def _dress(axes: Axes, line: Timeline) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415 - an extra, told where it is missing

    totals = [total for point in line.points for total in _totals_of(point).values()]
    top = max([*totals, *(value for value in _sums(line, "total") if value is not None), 1])
    axes.set_ylim(0, min(1.25 * top, line.maximum * 1.08))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel(f"Score (total 0 to {amount(line.maximum)})", color=INK)
