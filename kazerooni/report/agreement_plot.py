"""Agreement plot: the differences of two readers against their means, with bias and limits (Bland and Altman 1986)."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Final

from kazerooni.report.limits_plot import LimitsPlot, draw_limits
from kazerooni.report.numbers import amount
from kazerooni.report.plot import Picture, render
from kazerooni.stats import Agreement, Comparison, SumAgreement

_LONGEST_NAME: Final = 24
_LONGEST_LINE: Final = 36
_POINT_AREA: Final = 26.0


def bland_altman_plot(found: Agreement, of: Comparison, sums: SumAgreement, *, kind: Picture = "svg") -> bytes:
    """Draw the differences of a sum, second less first, against the mean of both, with bias, limits and intervals.

    Several scans on one point are one larger point. kind: "svg" keeps its text as text.
    Raises OutputError where matplotlib is missing.
    """
    points = Counter(((pair.first + pair.second) / 2, pair.second - pair.first) for pair in sums.pairs)
    name = "total" if sums.what == "total" else f"{sums.what} sum"
    scans, patients = _count(sums.count, "scan"), _count(sums.patients, "patient")
    shown = LimitsPlot(
        areas={point: _POINT_AREA * count for point, count in points.items()},
        bias=sums.differences.bias,
        lower=sums.differences.lower,
        upper=sums.differences.upper,
        across=f"Mean {name} of both (total 0 to {amount(found.maximum)})",
        up=_difference(of),
        head=f"{scans} of {patients}, scheme {found.scheme} {found.scheme_version}",
    )
    return render(partial(draw_limits, shown=shown), kind=kind, size=(6.0, 3.9))


def _difference(of: Comparison) -> str:
    if of.kind == "within":
        return f"{_short(of.first)}: second less first"
    words = f"{_short(of.second)} less {_short(of.first)}"
    return words if len(words) <= _LONGEST_LINE else words.replace(" less ", "\nless ")


def _short(name: str) -> str:
    printable = "".join(letter if letter.isprintable() else " " for letter in name).replace("$", r"\$")
    return printable if len(printable) <= _LONGEST_NAME else f"{printable[: _LONGEST_NAME - 1]}\N{HORIZONTAL ELLIPSIS}"


def _count(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
