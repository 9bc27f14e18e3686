"""Agreement plot: the differences of two readers against their means, with bias and limits (Bland and Altman 1986)."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Final

from kazerooni.report.numbers import MINUS, amount
from kazerooni.report.plot import Picture, render
from kazerooni.stats import Agreement, Comparison, Estimate, SumAgreement

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INK, _FAINT, _POINT, _LIMIT = "#17303f", "#d3dde3", "#0072b2", "#b85c00"
_LONGEST_NAME: Final = 24
_LONGEST_LINE: Final = 36
# The least distance between two words at the right edge, as a share of the height.
_APART: Final = 0.075


def bland_altman_plot(found: Agreement, of: Comparison, sums: SumAgreement, *, kind: Picture = "svg") -> bytes:
    """Draw the differences of a sum, second less first, against the mean of both, with bias, limits and intervals.

    Several scans on one point are one larger point. kind: "svg" keeps its text as text.
    Raises OutputError where matplotlib is missing.
    """
    return render(partial(_draw, found=found, of=of, sums=sums), kind=kind, size=(6.0, 3.9))


def _draw(figure: Figure, *, found: Agreement, of: Comparison, sums: SumAgreement) -> None:
    axes = figure.add_subplot()
    points = Counter(((pair.first + pair.second) / 2, pair.second - pair.first) for pair in sums.pairs)
    lines = {
        "mean": (sums.differences.bias, _INK, "-"),
        "upper limit": (sums.differences.upper, _LIMIT, "--"),
        "lower limit": (sums.differences.lower, _LIMIT, "--"),
    }
    axes.axhline(0, color=_FAINT, linewidth=1, zorder=1)
    for estimate, colour, style in lines.values():
        _line(axes, estimate, colour, style)
    means, differences = zip(*points, strict=True)
    sizes = [26.0 * count for count in points.values()]
    axes.scatter(means, differences, sizes, color=_POINT, alpha=0.75, linewidths=0.8, edgecolors="white", zorder=3)
    _dress(axes, found, of, sums)
    _name_lines(axes, {name: (estimate, colour) for name, (estimate, colour, _) in lines.items()})


def _line(axes: Axes, estimate: Estimate, colour: str, style: str) -> None:
    if estimate.value is None:
        return
    axes.axhline(estimate.value, color=colour, linestyle=style, linewidth=1.5, zorder=2)
    if estimate.low is not None and estimate.high is not None:
        axes.axhspan(estimate.low, estimate.high, color=colour, alpha=0.10, linewidth=0, zorder=0)


def _dress(axes: Axes, found: Agreement, of: Comparison, sums: SumAgreement) -> None:
    name = "total" if sums.what == "total" else f"{sums.what} sum"
    axes.set_xlabel(f"Mean {name} of both (total 0 to {amount(found.maximum)})", color=_INK)
    axes.set_ylabel(_difference(of), color=_INK)
    scans, patients = _count(sums.count, "scan"), _count(sums.patients, "patient")
    head = f"{scans} of {patients}, scheme {found.scheme} {found.scheme_version}"
    axes.set_title(head, color=_INK, fontsize=10, loc="left")
    reach = [pair.second - pair.first for pair in sums.pairs] + [0.0]
    for estimate in (sums.differences.bias, sums.differences.lower, sums.differences.upper):
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


def _difference(of: Comparison) -> str:
    if of.kind == "within":
        return f"{_short(of.first)}: second less first"
    words = f"{_short(of.second)} less {_short(of.first)}"
    return words if len(words) <= _LONGEST_LINE else words.replace(" less ", "\nless ")


def _short(name: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in name).replace("$", r"\$")
    return printable if len(printable) <= _LONGEST_NAME else f"{printable[: _LONGEST_NAME - 1]}\N{HORIZONTAL ELLIPSIS}"


def _signed(value: float) -> str:
    written = f"{abs(value):.1f}"
    return written if written == "0.0" else f"{'+' if value > 0 else MINUS}{written}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
