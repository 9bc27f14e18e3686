"""The benchmark of the reading room runs: `python -m tests.benchmarks --only room`."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from tests.benchmarks.report import print_group
from tests.benchmarks.run import run
from tests.benchmarks.size import Size


def test_the_room_is_measured_beside_bare_napari(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round on a small scan in real windows: both scroll and paint, by turns too; the table names every target."""
    if sys.platform.startswith("linux") and shutil.which("Xvfb") is None:
        pytest.skip("Xvfb is wanted: make system")
    small = Size(slices=24, side=320)
    for group in run(["room"], small, rounds=1, cache=tmp_path):
        assert [r.error for r in group.results if r.error] == []
        print_group(group, small)

    shown = capsys.readouterr().out
    assert "a scroll step <= 1.1 x" in shown
    assert "work in a turn <= 50 ms" in shown
    assert "second visit beside: longest turn" in shown
