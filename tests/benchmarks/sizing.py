"""`python -m tests.benchmarks.sizing BENCH FIGURES`: what a series costs, by kind, out of what was measured.

BENCH: what `python -m tests.benchmarks --json` wrote of the groups of archives. FIGURES: where the docs find it. Costs
are processor seconds, which hardly change when the machine is busy with other things.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.archive_rescoring import READINGS
from tests.benchmarks.cases import OURS

# Kind -> group of benchmarks. What one of a group is: a file of its archive, a reading, a series.
GROUPS = {
    "file": "archive",
    "file again": "again",
    "reading": "rescore",
    "maps": "maps",
    "draft 30": "draft30",
    "draft 600": "draft",
}


def main() -> None:
    """Write the costs that the command line asks for."""
    bench, figures = (Path(argument) for argument in sys.argv[1:])
    costs = costs_of(json.loads(bench.read_text("utf-8")))
    figures.write_text(json.dumps(costs, indent=1) + "\n", "utf-8")


def costs_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """Give for each kind the processor seconds that one takes, and the most memory of its process in MB."""
    size = document["size"]
    files = size["archive_series"] * size["archive_slices"]
    many = {"file": files, "file again": files, "reading": READINGS}
    costs = {}
    for kind, group in GROUPS.items():
        (ours,) = [one for one in document["groups"][group] if one["case"]["program"] == OURS]
        seconds = median(ours["busy"]) / many.get(kind, 1)
        costs[kind] = {"seconds": float(f"{seconds:.3g}"), "MB": round(median(ours["peak_mb"]))}
    return {"load": round(os.getloadavg()[0], 1), "costs": costs}


if __name__ == "__main__":
    main()
