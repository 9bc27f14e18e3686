"""`kazerooni demo`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Run


def test_the_demo_goes_the_whole_way(run: Run) -> None:
    """The demo shows both commands as one would type them, what is in the sample folder, and its total."""
    result = run("demo")
    assert result.exit_code == 0, result.stderr
    shown = [line for line in result.stdout.splitlines() if line.startswith("$ kazerooni ")]
    assert [line.split()[2] for line in shown] == ["inspect", "score"]
    assert "1 series, 1 fit to score" in result.stdout
    assert "of 50 (kazerooni 1)" in result.stdout


def test_the_demo_needs_the_sample(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the package is installed without the repository, the demo says what it lacks."""
    monkeypatch.setattr("kazerooni.cli.demo._SAMPLES", tmp_path)
    result = run("demo")
    assert result.exit_code == 3
    assert "checkout of the repository" in result.stderr
