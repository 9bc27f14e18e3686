"""`kazerooni cohort` follows the patients of a study, for people, as JSON and as tables with figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run

SAMPLES = Path(__file__).resolve().parents[2] / "sample_scans" / "cohort"


@pytest.mark.parametrize("columns", [80, 120])
def test_the_tables_fit_the_terminal(run: Run, columns: int) -> None:
    """At 80 and 120 columns no line is longer and no cell is cut; medians and both p-values stand in one row."""
    result = run("cohort", SAMPLES, "--holm", columns=columns)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= columns
    assert "\N{HORIZONTAL ELLIPSIS}" not in result.stdout
    assert lines[0].startswith("SYNTHETIC: 17 patients (14 NSIP, 3 UIP), months from start of treatment")
    (row,) = [line.split() for line in lines if line.startswith("FVC %") and "base to 12" in line]
    assert row[5:9] == ["17", "60.0,", "75.0", "+12.9"]


def test_what_is_to_be_weighed_is_told(run: Run) -> None:
    """Who is in no pair and why, other reference equations and other readers are told by patient."""
    said = run("cohort", SAMPLES, columns=200).stdout
    assert "Not in DLCO %, base to 12: 1 never recorded (SYNTHETIC-" in said
    assert "Weigh FVC %, 12 to last: other reference equations at the two time points in 2 of 17: SYNTHETIC-" in said
    assert "Their change is not interpretable. Without them: 15 pairs, mean change" in said
    assert "Weigh Total, 12 to last: other readers at the two time points in 1 of 17: SYNTHETIC-" in said


def test_patterns_are_shown_apart_on_request(run: Run) -> None:
    """With --by pattern each pattern has tables of its own."""
    assert "Pattern UIP" not in run("cohort", SAMPLES).stdout
    shown = run("cohort", SAMPLES, "--by", "pattern").stdout
    assert "Pattern NSIP: 14 patients" in shown
    assert "Pattern UIP: 3 patients" in shown


def test_json_names_every_rule(run: Run) -> None:
    """One JSON document with version, program, scheme, the rules that were asked for and the inputs' digests."""
    options = ("--json", "--quartiles", "type6", "--zeros", "pratt", "--holm", "--index", "onset")
    document = json.loads(run("cohort", SAMPLES, *options).stdout)
    assert document["schema_version"] == 1
    assert document["program"]["name"] == "kazerooni"
    assert document["scheme"] == {"name": "kazerooni", "version": 1, "maximum": 50}
    assert document["rules"]["quartiles"] == {"name": "type6", "numpy": "weibull"}
    assert document["rules"]["signed_rank"]["zeros"] == "pratt"
    assert (document["rules"]["adjusted"], document["rules"]["index"]) == ("holm", "onset")
    assert len(document["inputs"]) == len(list(SAMPLES.glob("*.csv")))
    assert document["synthetic"] is True


def test_tables_and_figures_are_written_into_a_new_folder(run: Run, tmp_path: Path) -> None:
    """--out writes tables, figures and the document; a folder that is there is refused with status 3."""
    out = tmp_path / "out"
    assert run("cohort", SAMPLES, "--out", out).exit_code == 0
    assert (out / "figure-3.png").read_bytes().startswith(b"\x89PNG")
    again = run("cohort", SAMPLES, "--out", out)
    assert again.exit_code == 3
    assert "out: is there already" in again.stderr


def test_what_cannot_be_used_is_one_message(run: Run, tmp_path: Path) -> None:
    """A path that is not there is status 3, an unknown scheme and an unknown rule are status 2."""
    assert run("cohort", tmp_path / "missing").exit_code == 3
    unknown = run("cohort", SAMPLES, "--scheme", "warrick")
    assert unknown.exit_code == 2
    assert "scheme 'warrick' is unknown" in unknown.stderr
    assert run("cohort", SAMPLES, "--quartiles", "tukey").exit_code == 2


def test_without_the_index_event_nobody_is_compared(run: Run, tmp_path: Path) -> None:
    """Patients without the event that months count from are told, with the reason, and the figures are empty."""
    (tmp_path / "patients.csv").write_text("patient\nP1\n", encoding="utf-8")
    result = run("cohort", tmp_path)
    assert result.exit_code == 0
    assert "No time points, as the index event was not recorded: 1 (P1)" in result.stdout
    assert "At no time point of anybody: FVC %, DLCO %, Total, Prednisone" in result.stdout
