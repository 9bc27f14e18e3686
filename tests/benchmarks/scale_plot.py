"""The plot of what an archive costs by its size: processor time, which is to grow with it, and memory, which is not.

Called as `python -m tests.benchmarks.scale_plot FIGURES PNG`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

# Step -> words, colour, marker.
_LINES = {
    "run": ("run, two workers", "#0072b2", "o"),
    "resume": ("gone on with, all done", "#b85c00", "s"),
    "first": ("first index", "#009e73", "^"),
    "again": ("index again", "#6b7f8a", "D"),
}


def draw(measured: Sequence[dict[str, Any]]) -> bytes:
    """Draw what `scale.py` measured, as PNG: lines of slope 1 beside the seconds, memory from zero."""
    figure = Figure(figsize=(8.4, 3.6), dpi=160, layout="constrained")
    seconds, memory = figure.subplots(1, 2)
    sizes = [one["series"] for one in measured]
    for step, (words, colour, marker) in _LINES.items():
        took = [one[step]["cpu"] for one in measured]
        seconds.loglog(sizes, took, marker=marker, color=colour, label=words)
        linear = [took[-1] * size / sizes[-1] for size in sizes]
        seconds.loglog(sizes, linear, ":", color=colour, linewidth=1)
        memory.semilogx(sizes, [one[step]["master MB"] for one in measured], marker=marker, color=colour, label=words)
    workers = [one["run"]["worker MB"] for one in measured]
    memory.semilogx(sizes, workers, "v--", color="#cc79a7", label="a worker of the run")
    memory.set_ylim(0, 1.35 * max(workers + [one[step]["master MB"] for one in measured for step in _LINES]))
    for axes, title in ((seconds, "processor seconds (dotted: linear)"), (memory, "peak memory, MB")):
        axes.set_title(title, loc="left", fontsize=10)
        axes.set_xlabel("series in the archive")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(visible=True, linewidth=0.3)
    seconds.legend(frameon=False, fontsize=8)
    memory.legend(frameon=False, fontsize=8, loc="upper left", ncols=2)
    stream = BytesIO()
    figure.savefig(stream, format="png", metadata={"Software": None})
    return stream.getvalue()


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(draw(json.loads(Path(sys.argv[1]).read_text("utf-8"))["sizes"]))
