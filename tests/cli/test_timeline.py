"""`kazerooni timeline` shows the visits of one patient, what changed and what is not comparable."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kazerooni.labels import write_reading
from kazerooni.model import Reading, ScanRef, Technique
from tests.cli.conftest import Run
from tests.scoring.builders import reading_of, whole_lungs


def visit(year: int, ground_glass: int, *, reader: str = "R1", kvp: float = 120.0) -> Reading:
    """Give a reading of five lobes, so many per mille of the right upper one marked as ground glass."""
    made = reading_of(whole_lungs(RUL={(1, 0): ground_glass, (0, 0): 1000 - ground_glass}))
    scan = ScanRef(patient="P-1", study_date=date(year, 3, 1))
    return replace(made, id=f"r{year}", scan=scan, reader=reader, technique=Technique(kvp=kvp, slice_thickness_mm=1.0))


@pytest.fixture
def visits(tmp_path: Path) -> list[Path]:
    """Keep three visits: 60, 30 and 24 % ground glass in one lobe; the last by another reader, the second at 140 kV."""
    made = [visit(1999, 600), visit(2000, 300, kvp=140.0), visit(2009, 240, reader="R2", kvp=140.0)]
    files = [tmp_path / f"{reading.id}.json" for reading in made]
    for reading, file in zip(made, files, strict=True):
        write_reading(reading, file)
    return files


def test_json_holds_every_visit(run: Run, visits: list[Path]) -> None:
    """`--json` gives totals, changes and differences of every visit, by date."""
    document = json.loads(run("timeline", *reversed(visits), "--json").stdout)
    points = document["points"]
    assert [point["date"] for point in points] == ["1999-03-01", "2000-03-01", "2009-03-01"]
    assert [point["totals"]["total"] for point in points] == [4, 3, 2]
    assert points[0]["since_previous"] is None
    assert [point["since_baseline"]["total"] for point in points[1:]] == [-1, -2]
    assert points[1]["since_previous"]["differences"] == [{"what": "kvp", "earlier": "120 kV", "later": "140 kV"}]
    assert [point["since_previous"]["interpretable"] for point in points[1:]] == [True, False]
    assert document["scheme"] == {"name": "kazerooni", "version": 1, "maximum": 50}


def test_people_see_totals_percents_and_doubts(run: Run, visits: list[Path]) -> None:
    """The table has a line for each visit with totals and changes, percents with grades, and what is not comparable."""
    shown = run("timeline", *visits).stdout
    lines = {
        line.split()[0]: line.split()[1:] for line in reversed(shown.splitlines()) if line.startswith(("1999-", "2"))
    }
    assert lines["1999-03-01"] == ["R1", "4", "0", "4", "-", "-", "-"]
    assert lines["2000-03-01"] == ["R1", "3", "0", "3", "-1", "-1", "-1"]
    assert lines["2009-03-01"] == ["R2", "2", "0", "2", "*", "*", "-"]
    assert "24.0 (2)" in shown
    told = " ".join(shown.split())
    assert "not the same are tube voltage (120 kV, then 140 kV)" in told
    assert "* different readers: the change cannot be interpreted" in told
    assert "not a medical device" in shown


def test_the_baseline_can_be_named(run: Run, visits: list[Path]) -> None:
    """`--baseline` counts from that visit; a date of no visit leaves with 3 and tells those that there are."""
    document = json.loads(run("timeline", *visits, "--baseline", "2000-03-01", "--json").stdout)
    assert document["points"][2]["since_baseline"]["total"] == -1
    wrong = run("timeline", *visits, "--baseline", "2001-03-01")
    assert wrong.exit_code == 3
    assert "1999-03-01, 2000-03-01, 2009-03-01" in " ".join(wrong.stderr.split())
    assert run("timeline", *visits, "--baseline", "March").exit_code == 2


def test_one_visit_has_no_change(run: Run, visits: list[Path]) -> None:
    """A single visit is shown without a change."""
    document = json.loads(run("timeline", visits[0], "--json").stdout)
    assert document["points"][0]["since_previous"] is None


def test_what_is_no_reading_ends_it(run: Run, visits: list[Path], tmp_path: Path) -> None:
    """A file that is no reading leaves with 3 and its name; nothing is followed in part."""
    bad = tmp_path / "bad.json"
    bad.write_text("{}", encoding="utf-8")
    result = run("timeline", *visits, bad, "--json")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "bad.json" in result.stderr
