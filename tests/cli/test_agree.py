"""`kazerooni agree` tells how far readers agree, for people, as JSON and as tables with plots."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from kazerooni.labels import write_reading
from tests.cli.conftest import Run
from tests.labels.typed_builders import table_of
from tests.scoring.builders import FIVE
from tests.stats.builders import study


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Keep the readings of two readers of 12 scans, R2 one grade higher in RUL on every third, in two folders."""
    made = tmp_path / "readings"
    for one in study("R1", "R2"):
        inside = made / str(one.reading.reader)
        inside.mkdir(parents=True, exist_ok=True)
        write_reading(one.reading, inside / f"{one.reading.id}.json")
    return made


def table(folder: Path, name: str, reader: str, *, more: int = 0, scheme: str = "") -> Path:
    """Write a table of grades that differ by patient, all lobes and components one; `more` on all of them."""
    rows = [
        {
            "patient": f"S{patient:02}",
            "study_date": "2001-02-03",
            "reader": reader,
            "lobe": lobe.name,
            "component": component,
            "grade": str(patient % 4 + more),
            "scheme": scheme,
            "scheme_version": "1" if scheme else "",
        }
        for patient in range(12)
        for lobe in FIVE
        for component in ("alveolar", "interstitial")
    ]
    return table_of(folder, *rows, name=name)


def test_people_see_sums_grades_and_the_smallest_change(run: Run, folder: Path) -> None:
    """A folder of readings gives who read what, the sums, each lobe's kappa, and the smallest detectable change."""
    shown = run("agree", folder)
    assert shown.exit_code == 0
    told = " ".join(shown.stdout.split())
    assert "2 readers, 12 scans of 12 patients, 24 readings, scheme kazerooni 1, total 0 to 50" in told
    assert "R1 read 12 of 12 scans; R2 read 12 of 12 scans" in told
    assert "R1 and R2: 12 scans of 12 patients" in told
    rul = next(line.split() for line in shown.stdout.splitlines() if line.startswith("RUL"))
    assert rul[:4] == ["RUL", "alveolar", "12", "67"]
    assert "interstitial of RUL, RML, RLL, LUL, LLL, all: both gave grade 0 throughout" in told
    # 1.96 x sqrt 2 x sqrt (4 / 12 / 2)
    assert "Smallest detectable change of the total between R1, R2: 1.1" in told
    assert "seed 1997" in told
    assert told.endswith("not a medical device.")


def test_no_line_is_wider_than_the_terminal(run: Run, folder: Path) -> None:
    """At 80 columns every line fits, and no cell is cut."""
    lines = run("agree", folder, columns=80).stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert not any("\N{HORIZONTAL ELLIPSIS}" in line for line in lines)


def test_narrow_intervals_of_few_patients_are_told(run: Run, folder: Path) -> None:
    """With 12 patients people and scripts are told that the intervals are too narrow, and by how much."""
    warning = "Intervals from resampled patients are too narrow with few patients"
    assert warning in " ".join(run("agree", folder).stdout.split())
    (told,) = json.loads(run("agree", folder, "--json").stdout)["warnings"]
    assert told.startswith(warning)
    assert "88 % of 12" in told


def test_json_holds_figures_seed_scheme_and_digests(run: Run, folder: Path) -> None:
    """`--json` gives one document: figures with null and the reason, scheme, seed, who is missing, digests."""
    document = json.loads(run("agree", folder, "--json", "--seed", "5").stdout)
    assert (document["schema_version"], document["seed"], document["dependent"]) == (1, 5, 0)
    assert document["scheme"] == {"name": "kazerooni", "version": 1, "maximum": 50}
    assert len(document["inputs"]) == 24
    assert document["inputs"][0]["role"] == "reading"
    (one,) = document["comparisons"]
    assert one["sums"][2]["differences"]["bias"]["value"] == pytest.approx(1 / 3)
    assert len(one["sums"][2]["pairs"]) == 12
    silent = next(grade for grade in one["grades"] if grade["component"] == "interstitial")
    assert silent["linear"]["value"] is None
    assert silent["linear"]["reason"] == "both gave grade 0 throughout"
    assert document["readers_error"][0]["total"]["repeats"] == 12
    assert document["scans"][0] == {
        "patient": "P00",
        "study_date": "2001-02-03",
        "series_uid": None,
        "readings": {"R1": 1, "R2": 1},
        "missing": [],
    }


def test_two_tables_of_one_reader_are_repeats(run: Run, tmp_path: Path) -> None:
    """One reader's tables of the same scans are compared with each other, the one given first as the first.

    All grades are 1 apart, so the total of every scan differs by 10.
    """
    first, again = table(tmp_path, "first.csv", "R1"), table(tmp_path, "again.csv", "R1", more=1)
    for files, difference in (((first, again), 10), ((again, first), -10)):
        document = json.loads(run("agree", *files, "--json").stdout)
        (one,) = document["comparisons"]
        assert (one["kind"], one["first"], one["second"]) == ("within", "R1", "R1")
        assert [pair["second"] - pair["first"] for pair in one["sums"][2]["pairs"]] == [difference] * 12
        assert document["readers_error"][0]["total"]["sem"] == pytest.approx(50**0.5)


def test_tables_and_plots_are_written_all_or_none(run: Run, folder: Path, tmp_path: Path) -> None:
    """`--out` writes five tables with dictionaries and two pictures; a file that is there stops all of them."""
    out = tmp_path / "made"
    assert run("agree", folder, "--out", out).exit_code == 0
    names = {path.name for path in out.iterdir()}
    tables = {"grades", "sums", "errors", "pairs", "scans"}
    assert names == {f"{name}{end}" for name in tables for end in (".csv", ".dictionary.csv")} | {
        "bland-altman-1.png",
        "bland-altman-1.svg",
    }
    for name in tables:
        with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        with (out / f"{name}.dictionary.csv").open(encoding="utf-8", newline="") as file:
            assert [row["name"] for row in csv.DictReader(file)] == list(rows[0])
    (out / "errors.csv").unlink()
    (out / "bland-altman-1.png").unlink()
    refused = run("agree", folder, "--out", out)
    assert (refused.exit_code, "is there already" in refused.stderr) == (3, True)
    assert not (out / "errors.csv").exists()
    assert run("agree", folder, "--out", out, "--force").exit_code == 0
    texts = (text for text in ET.parse(out / "bland-altman-1.svg").iter() if text.tag.endswith("}text"))  # noqa: S314
    words = {" ".join("".join(text.itertext()).split()) for text in texts}
    assert {"R2 less R1", "mean +0.3", "12 scans of 12 patients, scheme kazerooni 1"} <= words


def test_a_file_that_cannot_be_read_is_told_and_the_rest_compared(run: Run, folder: Path) -> None:
    """One bad file among readings leaves with 1, is named, and the others are compared."""
    (folder / "bad.json").write_text("{}", encoding="utf-8")
    found = run("agree", folder, "--json")
    assert found.exit_code == 1
    assert "bad.json" in found.stderr
    document = json.loads(found.stdout)
    assert [one["input"] for one in document["failed"]] == ["bad.json"]
    assert document["readings"] == 24


def test_nothing_to_read_or_to_compare_leaves_with_3(run: Run, folder: Path, tmp_path: Path) -> None:
    """No reading, an empty folder, and one reading a scan leave with 3 and what to do; a wrong scheme with 2."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.json").write_text("{}", encoding="utf-8")
    for paths, what in (
        ([tmp_path / "empty"], "without a reading"),
        ([tmp_path / "bad.json"], "bad.json"),
        ([tmp_path / "missing.csv"], "missing.csv"),
        ([folder / "R1"], "Give readings of the same scans"),
    ):
        found = run("agree", *paths)
        assert (found.exit_code, found.stdout) == (3, "")
        assert what in " ".join(found.stderr.split())
    assert run("agree", folder, "--scheme", "nonsense").exit_code == 2


def test_readings_of_another_scheme_are_not_mixed_in(run: Run, tmp_path: Path) -> None:
    """Grades typed with the edges of one scheme in mind are told and not compared under another."""
    first, other = table(tmp_path, "a.csv", "R1", scheme="kazerooni"), table(tmp_path, "b.csv", "R2")
    found = run("agree", first, other, "--scheme", "kazerooni-fibrosis")
    assert found.exit_code == 3
    assert "nothing to compare: 1 reader" in " ".join(found.stderr.split())
