"""`kazerooni report`, `score --report` and `timeline --plot` write what people and other programs take away."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from kazerooni.labels import write_reading
from tests.cli.conftest import Run
from tests.cli.test_score import options
from tests.cli.test_timeline import visit, visits  # noqa: F401 - a fixture


def test_a_report_of_three_visits(run: Run, visits: list[Path], tmp_path: Path) -> None:  # noqa: F811 - the fixture
    """The latest reading is reported, with the others as its timeline, in every format that was asked for."""
    out = tmp_path / "reports"
    out.mkdir()
    result = run("report", *visits, "--format", "html,csv,json", "--out", out)
    assert result.exit_code == 0, result.stderr
    page = (out / "r2009.html").read_text("utf-8")
    assert "1999" in page
    assert json.loads((out / "r2009.score.json").read_text("utf-8"))["totals"]["total"] == 2
    with (out / "r2009.wide.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == 1
    again = run("report", *visits, "--out", out)
    assert again.exit_code == 3
    assert "is there already" in again.stderr
    assert run("report", *visits, "--out", out, "--force").exit_code == 0


def test_a_format_that_is_none_is_wrong_usage(run: Run, visits: list[Path]) -> None:  # noqa: F811 - the fixture
    """A format that is not known leaves with 2 and the list of those that are."""
    result = run("report", visits[0], "--format", "docx")
    assert result.exit_code == 2
    assert "html, pdf, csv, json" in " ".join(result.stderr.replace("│", " ").split())


def test_a_scan_is_reported_with_its_slices(run: Run, hrct: Path, maps: dict[str, Path], tmp_path: Path) -> None:
    """`score --report` writes a page with pictures of the scan."""
    result = run("score", hrct, *options(maps), "--report", tmp_path)
    assert result.exit_code == 0, result.stderr
    (page,) = tmp_path.glob("*.html")
    assert "data:image/" in page.read_text("utf-8")


@pytest.mark.parametrize(("name", "begins"), [("t.svg", b"<?xml"), ("t.png", b"\x89PNG"), ("t.pdf", b"%PDF")])
def test_a_timeline_is_drawn(run: Run, visits: list[Path], tmp_path: Path, name: str, begins: bytes) -> None:  # noqa: F811 - the fixture
    """`timeline --plot` draws a picture of the kind that its name ends with; any other ending is wrong usage."""
    assert run("timeline", *visits, "--plot", tmp_path / name).exit_code == 0
    assert (tmp_path / name).read_bytes().startswith(begins)
    assert run("timeline", *visits, "--plot", tmp_path / "t.gif").exit_code == 2


def test_a_timeline_without_sums_is_not_drawn(run: Run, tmp_path: Path) -> None:
    """Where every sum is refused there is nothing to draw: the command leaves with 3 and writes no picture."""
    reading = replace(visit(1999, 300), tally=None)
    write_reading(reading, tmp_path / "r.json")
    result = run("timeline", tmp_path / "r.json", "--plot", tmp_path / "t.png")
    assert result.exit_code == 3
    assert "no visit has a sum to draw" in result.stderr
    assert not (tmp_path / "t.png").exists()
