"""`{sizing-table} costs`: what archives cost, out of figures that were measured: costs, sites, scale.

The figures stand beside the page, written by `make scale`; nothing of the tables is typed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar, Final

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

FIGURES: Final = Path(__file__).parents[1] / "explanations"
COSTS, SCALE = "archive-costs.json", "archive-scale.json"
# Kind -> in words, and how many of it a series is. A series of an archive has some 200 files.
_FILES: Final = 200
KINDS: Final = {
    "file": (f"first index of a series ({_FILES} files)", _FILES),
    "file again": ("index again, nothing changed", _FILES),
    "reading": ("a kept reading of 600 slices graded again", 1),
    "maps": ("a spiral of 600 slices measured from stored maps", 1),
    "draft 30": ("a sequential study of 30 slices drafted", 1),
    "draft 600": ("a spiral of 600 slices drafted", 1),
}
# An index is made by one process.
_BY_ONE: Final = ("file", "file again")
SITES: Final = ((10_000, 2), (10_000, 16), (100_000, 16), (1_000_000, 16), (1_000_000, 64))
_STEPS: Final = {
    "first": "first index",
    "again": "index again",
    "run": "whole run",
    "resume": "run gone on with, all done",
}
_MINUTE, _HOUR, _DAY = 60.0, 3600.0, 86400.0


class SizingTable(SphinxDirective):
    """One of the tables."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, object]] = {}

    def run(self) -> list[nodes.Node]:
        """Give the table."""
        for name in (COSTS, SCALE):
            self.env.note_dependency(str(FIGURES / name))
        return self.parse_text_to_nodes("\n".join(TABLES[self.arguments[0]]()))


def seconds_of(kind: str) -> float:
    """Give the processor seconds that a series of a kind takes."""
    costs = _figures(COSTS)["costs"]
    return float(costs[kind]["seconds"]) * KINDS[kind][1]


def took(seconds: float) -> str:
    """Give a time in the words of people who wait for it: two digits at most."""
    for unit, name in ((_DAY, "days"), (_HOUR, "h"), (_MINUTE, "min")):
        if seconds >= 2 * unit:
            return f"{float(f'{seconds / unit:.2g}'):g} {name}"
    return f"{float(f'{seconds:.2g}'):g} s" if seconds >= 1 else f"{float(f'{1000 * seconds:.2g}'):g} ms"


def _costs() -> Iterator[str]:
    costs = _figures(COSTS)["costs"]
    yield "| | processor time of each | most memory of the process, MB |"
    yield "|---|---|---|"
    for kind, (words, _) in KINDS.items():
        yield f"| {words} | {took(seconds_of(kind))} | {costs[kind]['MB']} |"


def _sites() -> Iterator[str]:
    yield f"| series, workers | {' | '.join(f'{series:,}, {workers}' for series, workers in SITES)} |"
    yield "|---" * (len(SITES) + 1) + "|"
    for kind, (words, _) in KINDS.items():
        cells = (took(seconds_of(kind) * n / (1 if kind in _BY_ONE else workers)) for n, workers in SITES)
        yield f"| {words} | {' | '.join(cells)} |"


def _scale() -> Iterator[str]:
    yield "| series | step | seconds | processor seconds | of them ms a series | memory, MB | of a worker, MB |"
    yield "|---|---|---|---|---|---|---|"
    for one in _figures(SCALE)["sizes"]:
        for step, words in _STEPS.items():
            told = one[step]
            times = (f"{told['seconds']:.1f}", f"{told['cpu']:.1f}", f"{1000 * told['cpu'] / one['series']:.2f}")
            worker = f"{told['worker MB']:.0f}" if told["worker MB"] else ""
            cells = (f"{one['series']:,}", words, *times, f"{told['master MB']:.0f}", worker)
            yield f"| {' | '.join(cells)} |"


def _figures(name: str) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads((FIGURES / name).read_text("utf-8"))
    return figures


TABLES: Final[dict[str, Callable[[], Iterator[str]]]] = {"costs": _costs, "sites": _sites, "scale": _scale}


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the directive."""
    app.add_directive("sizing-table", SizingTable)
    return {"version": "1", "parallel_read_safe": True}
