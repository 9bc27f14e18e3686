"""Limits plot: differences against means, with bias and limits (Bland and Altman, Lancet 1986;1:307-310)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kazerooni.report.numbers import MINUS
from kazerooni.stats import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _FAINT, _POINT, _LIMIT = "#17303f", "#d3dde3", "#0072b2", "#b85c00"
# The least distance between two words at the right edge, as a share of the height.
_APART: Final = 0.075


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsPlot:
    """What the plot shows.

    areas: of each point (mean, difference) its area in square points. across, up, head: the words of axes and title.
    """

    areas: Mapping[tuple[float, float], float]
    bias: Estimate
    lower: Estimate
    upper: Estimate
    across: str
    up: str
    head: str


def draw_limits(figure: Figure, *, shown: LimitsPlot) -> None:
    """Draw the points, the three lines and, where they are known, the intervals of these."""
    axes = figure.add_subplot()
    lines = {
        "mean": (shown.bias, _INK, "-"),
        "upper limit": (shown.upper, _LIMIT, "--"),
        "lower limit": (shown.lower, _LIMIT, "--"),
    }
    axes.axhline(0, color=_FAINT, linewidth=1, zorder=1)
    for estimate, colour, style in lines.values():
        _line(axes, estimate, colour, style)
    means, differences = zip(*shown.areas, strict=True)
    axes.scatter(
        means, differences, list(shown.areas.values()), color=_POINT, alpha=0.75, linewidths=0.8, edgecolors="white",
        zorder=3,
    )  # fmt: skip
    _dress(axes, shown)
    _name_lines(axes, {name: (estimate, colour) for name, (estimate, colour, _) in lines.items()})


def _line(axes: Axes, estimate: Estimate, colour: str, style: str) -> None:
    if estimate.value is None:
        return
    axes.axhline(estimate.value, color=colour, linestyle=style, linewidth=1.5, zorder=2)
    if estimate.low is not None and estimate.high is not None:
        axes.axhspan(estimate.low, estimate.high, color=colour, alpha=0.10, linewidth=0, zorder=0)


def _dress(axes: Axes, shown: LimitsPlot) -> None:
    axes.set_xlabel(shown.across, color=_INK)
    axes.set_ylabel(shown.up, color=_INK)
    axes.set_title(shown.head, color=_INK, fontsize=10, loc="left")
    reach = [difference for _, difference in shown.areas] + [0.0]
    for estimate in (shown.bias, shown.lower, shown.upper):
        reach += [each for each in (estimate.value, estimate.low, estimate.high) if each is not None]
    margin = max(0.08 * (max(reach) - min(reach)), 0.5)
    axes.set_ylim(min(reach) - margin, max(reach) + margin)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_FAINT)
    axes.tick_params(colors=_INK, length=3)


def _name_lines(axes: Axes, lines: dict[str, tuple[Estimate, str]]) -> None:
    """Name each line at its right end with its value, the names apart from each other."""
    low, high = axes.get_ylim()
    known = sorted(
        (estimate.value, name, colour) for name, (estimate, colour) in lines.items() if estimate.value is not None
    )
    lowest = low
    for value, name, colour in known:
        lowest = max(value, lowest)
        words = f"{name} {_signed(value)}"
        place = (1.02, (lowest - low) / (high - low))
        axes.annotate(words, place, xycoords="axes fraction", va="center", color=colour, annotation_clip=False)
        lowest += _APART * (high - low)


def _signed(value: float) -> str:
    written = f"{abs(value):.1f}"
    return written if written == "0.0" else f"{'+' if value > 0 else MINUS}{written}"
