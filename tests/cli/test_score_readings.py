"""`kazerooni score` of kept readings and of typed values: graded again without the scan and its maps."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.test_score import options

HEADER = "patient,study_date,reader,lobe,component,finding,percent,present,grade,state\n"
FIVE = ("RUL", "RML", "RLL", "LUL", "LLL")


@pytest.fixture
def kept(run: Run, hrct: Path, maps: dict[str, Path], tmp_path: Path) -> Path:
    """Keep the reading of the phantom with its maps, as reading.json."""
    file = tmp_path / "reading.json"
    result = run("score", hrct, *options(maps), "--reader", "R1", "-o", file)
    assert result.exit_code == 0, result.stderr
    assert "Kept reading.json." in result.stderr
    return file


def typed(folder: Path, rows: str, name: str = "typed.csv") -> Path:
    """Write a table of typed values."""
    file = folder / name
    file.write_text(HEADER + rows, encoding="utf-8")
    return file


def whole(patient: str = "S01", *, alveolar: str = "10", interstitial: str = "0") -> str:
    """Give rows that type ground glass and honeycombing of five lobes."""
    return "".join(
        f"{patient},2003-05-14,R1,{lobe},alveolar,ground_glass,{alveolar},,,\n"
        f"{patient},2003-05-14,R1,{lobe},interstitial,honeycombing,{interstitial},,,\n"
        for lobe in FIVE
    )


def test_a_kept_reading_gives_the_same_document(run: Run, hrct: Path, maps: dict[str, Path], kept: Path) -> None:
    """`score reading.json --json` prints what `score` of the scan printed, without the scan."""
    of_scan = json.loads(run("score", hrct, *options(maps), "--reader", "R1", "--json").stdout)
    assert json.loads(run("score", kept, "--json").stdout) == of_scan


def test_a_kept_reading_is_graded_under_another_scheme(run: Run, kept: Path) -> None:
    """LLL, painted with 40 % reticulation, is interstitial 1 by default and 3 by extent."""
    grades = {}
    for scheme in ("kazerooni", "kazerooni-fibrosis"):
        document = json.loads(run("score", kept, "--scheme", scheme, "--json").stdout)
        assert document["scheme"]["name"] == scheme
        grades[scheme] = document["lobes"][-1]["interstitial"]["grade"]
    assert grades == {"kazerooni": 1, "kazerooni-fibrosis": 3}


def test_six_regions_on_five_lobes_are_refused(run: Run, kept: Path) -> None:
    """A scheme that grades the lingula apart cannot grade a reading of five lobes; it leaves with 3 and says why."""
    result = run("score", kept, "--scheme", "kazerooni-lingula")
    assert result.exit_code == 3
    assert "has five lobes" in " ".join(result.stderr.split())


def test_several_readings_are_graded_each_alone(run: Run, kept: Path, tmp_path: Path) -> None:
    """A reading that is none leaves with 1, is told by name, and keeps no other from being graded."""
    bad = tmp_path / "bad.json"
    bad.write_text("{}", encoding="utf-8")
    result = run("score", kept, bad, "--json")
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert [score["totals"]["total"] for score in document["scores"]] == [16]
    assert [failed["input"] for failed in document["failed"]] == ["bad.json"]
    assert "bad.json" in result.stderr
    assert run("score", bad).exit_code == 3


def test_partial_totals_are_asked_for(run: Run, hrct: Path, maps: dict[str, Path]) -> None:
    """Without the interstitial map `--partial` sums the alveolar grades, and says on how many lobes."""
    given = options(maps, "lobes", "alveolar")
    totals = json.loads(run("score", hrct, *given, "--partial", "--json").stdout)["totals"]
    assert (totals["alveolar"], totals["interstitial"], totals["total"], totals["lobes"]) == (10, None, 10, 5)
    shown = " ".join(run("score", hrct, *given, "--partial").stdout.split())
    assert "total 10 of 50 (alveolar alone), on 5 of 5 lobes" in shown
    assert "not graded are interstitial of RUL, RML, RLL, LUL, LLL" in shown


def test_traction_bronchiectasis_is_a_tick_of_a_lobe(run: Run, hrct: Path, maps: dict[str, Path]) -> None:
    """`--traction RML` gives the clear right middle lobe interstitial 1 and marks the others as looked at."""
    document = json.loads(run("score", hrct, *options(maps), "--traction", "rml", "--json").stdout)
    seen = {lobe["lobe"]: lobe["findings"]["traction_bronchiectasis"] for lobe in document["lobes"]}
    assert seen == {"RUL": False, "RML": True, "RLL": False, "LUL": False, "LLL": False}
    assert document["lobes"][1]["interstitial"]["grade"] == 1
    wrong = run("score", hrct, *options(maps), "--traction", "RXL")
    assert wrong.exit_code == 2
    assert "RXL" in wrong.stderr


def test_nothing_is_overwritten_without_force(run: Run, hrct: Path, maps: dict[str, Path], kept: Path) -> None:
    """A reading that is there stays, and the command leaves with 3 before it reads the scan; `--force` replaces it."""
    kept.write_text("mine", encoding="utf-8")
    result = run("score", hrct, *options(maps), "-o", kept)
    assert (result.exit_code, kept.read_text(encoding="utf-8")) == (3, "mine")
    assert "Series" not in result.stderr
    assert run("score", hrct, *options(maps), "-o", kept, "--force").exit_code == 0
    assert run("score", kept).exit_code == 0


def test_a_table_is_graded(run: Run, tmp_path: Path) -> None:
    """Five lobes of 10 % ground glass and no honeycombing are alveolar 2 each: a total of 10, with no volumes."""
    result = run("score", "--table", typed(tmp_path, whole()), "--json")
    document = json.loads(result.stdout)
    assert document["totals"]["total"] == 10
    assert document["patient"] == "S01"
    assert {lobe["slices"] for lobe in document["lobes"]} == {None}
    assert {lobe["alveolar"]["origin"] for lobe in document["lobes"]} == {"typed"}


def test_a_table_of_two_patients_is_kept_in_a_folder(run: Run, tmp_path: Path) -> None:
    """Each reading of a table becomes a file of its own, named by its id, that grades as the table did."""
    file = typed(tmp_path, whole("S01") + whole("S02", interstitial="30"))
    out = tmp_path / "readings"
    document = json.loads(run("score", "--table", file, "-o", out, "--json").stdout)
    assert [score["totals"]["total"] for score in document["scores"]] == [10, 25]
    names = {f"{score['reading']}.json" for score in document["scores"]}
    assert {path.name for path in out.iterdir()} == names
    assert not any("S0" in name for name in names)
    again = json.loads(run("score", *sorted(out.iterdir()), "--json").stdout)
    assert sorted(score["totals"]["total"] for score in again["scores"]) == [10, 25]
    one = run("score", "--table", file, "-o", tmp_path / "one.json")
    assert one.exit_code == 2
    assert not (tmp_path / "one.json").exists()


def test_all_bad_rows_are_told_at_once(run: Run, tmp_path: Path) -> None:
    """A percent of 40 without a finding and one of 140 are refused together, each with its line; nothing is graded."""
    rows = whole() + "S02,2003-05-14,R1,RUL,interstitial,,40,,,\nS02,2003-05-14,R1,RML,alveolar,ground_glass,140,,,\n"
    result = run("score", "--table", typed(tmp_path, rows), "--json")
    assert result.exit_code == 3
    assert result.stdout == ""
    told = " ".join(result.stderr.split())
    assert "line 12" in told
    assert "line 13" in told
    assert "S02" not in told


def test_typed_values_on_an_edge_give_a_range(run: Run, tmp_path: Path) -> None:
    """25 % honeycombing in every lobe is grade 3, grade 2 under the other owner of the edge: 15, from 10 to 15."""
    file = typed(tmp_path, whole(alveolar="0", interstitial="25"))
    totals = json.loads(run("score", "--table", file, "--json").stdout)["totals"]
    assert (totals["total"], totals["low"], totals["high"]) == (15, 10, 15)
    assert "Total from 10 to 15" in run("score", "--table", file).stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give a scan with its maps"),
        (("a", "--lobes", "l.nrrd"), "goes with a scan and the map of at least one component"),
        (("--table", "t.csv", "--lobes", "l.nrrd"), "stands alone"),
        (("a", "b", "--lobes", "l.nrrd", "--alveolar", "a.nrrd"), "one scan at a time"),
        ((".",), "is a folder"),
    ],
)
def test_ways_that_do_not_go_together_are_wrong_usage(run: Run, arguments: tuple[str, ...], told: str) -> None:
    """Options of one way of scoring beside another leave with 2 and say what goes together."""
    result = run("score", *arguments)
    assert result.exit_code == 2
    assert told in " ".join(result.stderr.replace("│", " ").split())
