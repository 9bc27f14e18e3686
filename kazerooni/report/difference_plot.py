"""Difference plot: old and new totals of many scores, by how much they differ at which height."""

from __future__ import annotations

from functools import partial
from typing import Final

from kazerooni.model import Transition
from kazerooni.report.limits_plot import LimitsPlot, draw_limits
from kazerooni.report.numbers import amount, whole
from kazerooni.report.plot import Picture, render
from kazerooni.stats import Estimate, RunningDifferences

_SMALLEST, _LARGEST = 7.0, 420.0
_LONGEST: Final = 40


def totals_plot(totals: RunningDifferences, of: Transition, maximum: float, *, kind: Picture = "svg") -> bytes:
    """Draw new less old totals against their means, with bias and limits; the area of a point counts its scores.

    totals: of one pair at least. maximum: of both schemes. kind: "svg" keeps its text as text.
    Raises OutputError where matplotlib is missing.
    """
    most = max(totals.points.values())
    lower, upper = totals.limits
    old, new = (f"{_short(name)} {version}" for name, version in (of[:2], of[2:]))
    shown = LimitsPlot(
        areas={point: max(_LARGEST * n / max(most, 12), _SMALLEST) for point, n in sorted(totals.points.items())},
        bias=Estimate(value=totals.bias),
        lower=lower,
        upper=upper,
        across=f"Mean of old and new total (0 to {amount(maximum)})",
        up="New less old total",
        head=f"{whole(totals.count)} scores, {' and '.join(dict.fromkeys((old, new)))}",
    )
    return render(partial(draw_limits, shown=shown), kind=kind, size=(6.0, 3.9))


def _short(name: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in name[:_LONGEST])
    return printable.replace("$", r"\$")
