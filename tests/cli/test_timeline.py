"""`kazerooni timeline` shows the visits of one patient, what changed and what is not comparable."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kazerooni.cli.follow_options import WINDOW_DAYS as OFFERED_DAYS
from kazerooni.labels import write_reading
from kazerooni.model import (
    Course,
    Event,
    EventKind,
    LungFunction,
    Patient,
    Reading,
    ScanRef,
    Technique,
    Treatment,
)
from kazerooni.records import write_tables
from kazerooni.scoring import WINDOW_DAYS
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


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """Keep lung function, treatment and events of the patient of `visits`, and of another one, as tables."""
    made = Course(
        patient=Patient(pseudonym="P-1"),
        lung_function=(
            LungFunction(on=date(1999, 2, 20), fvc_percent=60, reference="Quanjer 1993"),
            LungFunction(on=date(2000, 3, 20), fvc_percent=75, dlco_percent=66, reference="GLI 2012"),
        ),
        treatments=(Treatment(drug="prednisone", start=date(1999, 3, 1), dose=25, unit="mg/day"),),
        events=(
            Event(kind=EventKind.TREATMENT_START, on=date(1999, 3, 10)),
            Event(kind=EventKind.CT_PROGRESSION, on=date(2009, 2, 1), remarks="new fine reticulation"),
        ),
    )
    write_tables([made, Course(patient=Patient(pseudonym="P-2"))], tmp_path / "book")
    return tmp_path / "book"


def test_what_lies_beside_the_visits(run: Run, visits: list[Path], course: Path) -> None:
    """`--course` gives lung function with its date and equations, doses and events beside the visits."""
    points = json.loads(run("timeline", *visits, "--course", course, "--json").stdout)["points"]
    first, second, third = (point["beside"] for point in points)
    assert (first["fvc"]["on"], first["fvc"]["days"], first["dlco"]) == ("1999-02-20", -9, None)
    assert second["doses"] == [{"drug": "prednisone", "mg_per_day": 25.0}]
    assert [event["kind"] for event in second["events"]] == ["treatment_start"]
    assert (third["fvc"], third["events"][0]["remarks"]) == (None, "new fine reticulation")
    lung = points[1]["since_previous"]["lung"]
    assert lung["fvc_percent"] == 15
    assert [one["what"] for one in lung["differences"]] == ["reference-equations"]
    shown = run("timeline", *visits, "--course", course, columns=80).stdout
    assert "2000-03-20 +19 d" in shown
    assert "reference equations (Quanjer 1993, then GLI 2012)" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80
    narrow = json.loads(run("timeline", *visits, "--course", course, "--window", "8", "--json").stdout)
    assert narrow["points"][0]["beside"]["fvc"] is None


def test_a_course_of_another_patient_is_refused(run: Run, visits: list[Path], course: Path, tmp_path: Path) -> None:
    """Tables that tell nothing of the patient, or hold a bad row, leave with 3 and say so."""
    other = tmp_path / "other.csv"
    other.write_text("patient,kind,date\nP-9,relapse,2001-01-01\n", encoding="utf-8")
    found = run("timeline", *visits, "--course", other)
    assert found.exit_code == 3
    assert "tells nothing of the patient" in " ".join(found.stderr.split())
    other.write_text("patient,kind,date\nP-1,remission,2001-01-01\n", encoding="utf-8")
    assert "line 2" in run("timeline", *visits, "--course", other).stderr


def test_criteria_show_their_inputs(run: Run, visits: list[Path], course: Path) -> None:
    """`--criteria` judges each visit, cites its source, and names what is missing; `--said` answers for a person."""
    asked = ("timeline", *visits[:2], "--course", course, "--criteria")
    shown = " ".join(run(*asked).stdout.split())
    assert "1999-03-01: cannot be decided; 2000-03-01: not met" in shown
    assert "total, against the visit before, which is the baseline: 3 of 50 on 2000-03-01" in shown
    assert "doi:10.1164/rccm.202202-0399ST" in shown
    assert "nobody said whether: CT shows fibrosis (fibrosis_on_ct)" in shown
    found = json.loads(run(*asked, "--said", "fibrosis_on_ct=no", "--json").stdout)["criteria"]
    assert [one["verdict"] for one in found if one["criterion"] == "ppf-2022"] == ["not met", "not met"]
    assert json.loads(run("timeline", *visits, "--json").stdout)["criteria"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--said", "fibrosis_on_ct=no"], "is for --criteria"),
        (["--criteria", "--said", "smoker=yes"], "FACT one of ild_other_than_ipf"),
        (["--readers", "vote"], "vote is none of each, mean, median, consensus"),
        (["--readers", "consensus"], "go together"),
        (["--consensus", "R1"], "go together"),
        (["--window", "-1"], "window"),
    ],
)
def test_wrong_usage_is_told(run: Run, visits: list[Path], arguments: list[str], told: str) -> None:
    """Options that contradict each other leave with 2 and say what is wanted."""
    found = run("timeline", *visits, *arguments, columns=200)
    assert found.exit_code == 2
    assert told in found.stderr


def test_several_readers_of_a_visit(run: Run, visits: list[Path], tmp_path: Path) -> None:
    """Each reader has a row; the mean has one more where it was asked for, and stands in the document."""
    second = tmp_path / "second.json"
    write_reading(replace(visit(1999, 240, reader="R2"), id="second"), second)
    both = [visits[0], second]
    rows = [line.split() for line in run("timeline", *both).stdout.splitlines()]
    assert ["1999-03-01", "R1", "4", "0", "4", "-", "-", "-"] in rows
    assert ["R2", "2", "0", "2", "-", "-", "-"] in rows
    mean = run("timeline", *both, "--readers", "mean").stdout
    assert ["mean", "3", "0", "3", "-", "-", "-"] in [line.split() for line in mean.splitlines()]
    (point,) = json.loads(run("timeline", *both, "--readers", "mean", "--json").stdout)["points"]
    assert (point["totals"], point["pooled"]["total"]) == (None, 3)
    assert [one["totals"]["total"] for one in point["readings"]] == [4, 2]


def test_a_repeat_is_named_by_its_id(run: Run, visits: list[Path], tmp_path: Path) -> None:
    """Two readings by one reader of one day leave with 3 and both ids; `--use` names the one that counts."""
    again = tmp_path / "again.json"
    write_reading(replace(visit(1999, 240), id="again"), again)
    refused = run("timeline", visits[0], again)
    assert refused.exit_code == 3
    assert "again and r1999" in " ".join(refused.stderr.split())
    (point,) = json.loads(run("timeline", visits[0], again, "--use", "again", "--json").stdout)["points"]
    assert (point["reading"], [one["reading"] for one in point["repeats"]]) == ("again", ["r1999"])


@pytest.mark.parametrize("kind", ["png", "svg", "pdf"])
def test_the_plot_has_a_course_below(run: Run, visits: list[Path], course: Path, tmp_path: Path, kind: str) -> None:
    """`--plot` draws lung function, events and doses below the scores, in every format."""
    file = tmp_path / f"plot.{kind}"
    assert run("timeline", *visits, "--course", course, "--plot", file).exit_code == 0
    if kind == "svg":
        text = " ".join(file.read_text(encoding="utf-8").split())
        for word in ("% predicted", "Events", "ct progression", "prednisone", "DLCO"):
            assert word in text
    else:
        assert file.stat().st_size > 5000


def test_the_window_of_the_help_is_that_of_the_scores() -> None:
    """The window that `--help` names without waiting for the scores is theirs."""
    assert OFFERED_DAYS == WINDOW_DAYS
