"""What a series costs is told from what was measured, each group by what it holds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.benchmarks.run import ROOT
from tests.benchmarks.sizing import GROUPS


def _measured(seconds: float) -> list[dict[str, Any]]:
    """Give a group of three rounds about a median, and a peer that is much slower."""
    rounds = {"busy": [seconds, 9 * seconds, seconds / 9], "peak_mb": [100.4, 900.0, 50.0]}
    peer = {"case": {"program": "peer"}, "busy": [1e9], "peak_mb": [1e9]}
    return [peer, {"case": {"program": "kazerooni"}, **rounds}]


def test_costs_are_those_of_one(tmp_path: Path) -> None:
    """Of an index the cost of a file is told, of readings that of one, else that of a series; ours by its median."""
    groups = {group: _measured(12.0) for group in GROUPS.values()}
    document = {"size": {"archive_series": 3, "archive_slices": 200}, "groups": groups}
    bench, figures = tmp_path / "bench.json", tmp_path / "figures.json"
    bench.write_text(json.dumps(document))
    command = [sys.executable, "-m", "tests.benchmarks.sizing", str(bench), str(figures)]
    subprocess.run(command, cwd=ROOT, check=True)
    costs = json.loads(figures.read_text("utf-8"))["costs"]
    assert {kind: one["seconds"] for kind, one in costs.items()} == {
        "file": 0.02,
        "file again": 0.02,
        "reading": 0.6,
        "maps": 12.0,
        "draft 30": 12.0,
        "draft 600": 12.0,
    }
    assert {one["MB"] for one in costs.values()} == {100}
