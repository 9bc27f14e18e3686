"""`kazerooni inspect`."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from kazerooni.phantom import build_series, sequential_hrct, spiral_ct, traps, write_series, write_zip
from tests.cli.conftest import Run

# interface.md, "inspect --json".
CONTRACT = (
    "patient series_uid study_uid study_date description modality manufacturer kernel kernel_class slices rows columns "
    "pixel_spacing_mm slice_thickness_mm slice_gap_mm acquisition sampling evidence patient_position coverage_mm "
    "transfer_syntaxes usable rank reasons notices"
)
SECRETS = ("Doe", "John", "MRN-4711", "1940-02-29", "19400229")


def test_json_holds_the_contract(run: Run, hrct: Path) -> None:
    """`--json` prints one document with every key of the contract, and the values that the phantom was made with."""
    result = run("inspect", hrct, "--json")
    document = json.loads(result.stdout)
    (series,) = document["series"]
    assert result.exit_code == 0
    assert result.stderr == ""
    assert document["schema_version"] == 1
    assert " ".join(series).startswith(CONTRACT)
    assert series["study_date"] == "2003-05-14"
    assert (series["slices"], series["rows"], series["columns"], series["files"]) == (26, 64, 64, 26)
    assert series["slice_gap_mm"] == {"min": 10.0, "median": 10.0, "max": 10.0}
    assert (series["slice_thickness_mm"], series["pixel_spacing_mm"]) == (1.0, [5.6, 5.6])
    assert (series["acquisition"], series["sampling"], series["kernel"]) == ("sequential", "sampled", "B70f")
    assert (series["usable"], series["rank"], series["part"], series["parts"]) == (True, 1, 1, 1)
    assert series["transfer_syntaxes"] == ["1.2.840.10008.1.2.1"]


def test_what_is_no_picture_is_told(run: Run, hrct: Path) -> None:
    """A README among the slices is skipped with its reason, named by its place below the given folder."""
    (skipped,) = json.loads(run("inspect", hrct, "--json").stdout)["skipped"]
    assert skipped["path"] == "README.txt"
    assert skipped["reason"]
    table = run("inspect", hrct).stdout
    assert "1 file skipped:" in table
    assert "README.txt" in table


def test_notices_name_their_slices(run: Run, tmp_path: Path) -> None:
    """A notice in the JSON carries code, severity, message and the slices it is about."""
    datasets = build_series(spiral_ct(slices=12))
    write_series(traps.set_attributes(datasets, PatientPosition="HFP"), tmp_path)
    (series,) = json.loads(run("inspect", tmp_path, "--json").stdout)["series"]
    (prone,) = [notice for notice in series["notices"] if notice["code"] == "prone"]
    assert list(prone) == ["code", "severity", "message", "sop_uids"]
    assert series["patient_position"] == "HFP"


@pytest.mark.parametrize("arguments", [("--json",), (), ("--verbose",)], ids=["json", "table", "verbose"])
def test_nothing_names_the_patient(run: Run, hrct: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Neither output, nor messages, nor the log hold a name, a birth date, a patient id or the path of the input."""
    log = tmp_path / "log.txt"
    result = run("inspect", hrct, hrct / "nothing-here", "--log", log, *arguments)
    told = result.output + log.read_text(encoding="utf-8") + run("inspect", hrct, *arguments).output
    assert not [secret for secret in (*SECRETS, str(hrct)) if secret in told]


@pytest.mark.parametrize("columns", [60, 80, 140])
def test_the_table_keeps_to_the_width(run: Run, hrct: Path, columns: int) -> None:
    """No line is wider than the terminal but one that holds a UID, which must stay whole to be copied."""
    lines = run("inspect", hrct, columns=columns).stdout.splitlines()
    assert "sequential" in " ".join(lines)
    assert not [line for line in lines if len(line) > columns and "1." not in line]


def test_a_pipe_gets_plain_text(run: Run, hrct: Path) -> None:
    """In a pipe there is no colour, no box and no blank at the end of a line."""
    out = run("inspect", hrct).stdout
    assert "\x1b" not in out
    assert out.isascii()
    assert not [line for line in out.splitlines() if line != line.rstrip()]


def test_several_paths_are_one_list(run: Run, hrct: Path, tmp_path: Path) -> None:
    """A folder and a zip of another visit are listed as two studies, each with a best series."""
    later = build_series(sequential_hrct(study_date=spiral_ct().study_date.replace(year=2004), patient_id="MRN-4711"))
    visit = write_zip(later, tmp_path / "visit-2.zip")
    found = json.loads(run("inspect", hrct, visit, "--json").stdout)["series"]
    assert [(series["study_date"], series["rank"]) for series in found] == [("2003-05-14", 1), ("2004-05-14", 1)]


def test_a_split_series_shows_its_parts(run: Run, tmp_path: Path) -> None:
    """A series with two kernels is listed as two parts, each with the name that picks it."""
    datasets = traps.add_kernel(build_series(spiral_ct(slices=12)), "B30f")
    write_series(datasets, tmp_path)
    out = run("inspect", tmp_path, columns=140).stdout
    uid = datasets[0].SeriesInstanceUID
    assert "(part 1 of 2)" in out
    assert f"{uid}:2" in out


def test_errors_come_first(run: Run, tmp_path: Path) -> None:
    """A series that is not fit says `no` and lists its errors before its warnings."""
    datasets = traps.remove_attributes(build_series(spiral_ct(slices=4)), "PixelSpacing")
    write_series(datasets, tmp_path)
    out = run("inspect", tmp_path).stdout
    severities = re.findall(r"^   (error|warning|info) ", out, re.MULTILINE)
    assert "0 fit to score" in out
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert severities[0] == "error"


def test_control_codes_of_a_header_are_not_printed(run: Run, tmp_path: Path) -> None:
    """A description that holds the control codes of a terminal cannot play with it."""
    evil = "\x1b]0;owned\x07[red]lung[/red]"
    write_series(traps.set_attributes(build_series(spiral_ct(slices=4)), SeriesDescription=evil), tmp_path)
    out = run("inspect", tmp_path, columns=200).stdout
    assert "\x1b" not in out
    assert "[red]lung[/red]" in out


def test_only_verbose_names_every_skipped_file(run: Run, tmp_path: Path) -> None:
    """Skipped files are grouped by reason, three of each named; with `--verbose` all of them."""
    for number in range(9):
        (tmp_path / f"note-{number}.txt").write_text("no picture", encoding="utf-8")
    assert "note-2.txt and 6 more" in run("inspect", tmp_path).stdout
    out = run("inspect", tmp_path, "--verbose").stdout
    assert all(f"note-{number}.txt" in out for number in range(9))


def test_no_series_is_unusable_input(run: Run, tmp_path: Path) -> None:
    """A folder without a CT leaves with 3, says so on standard error, and `--json` still prints its document."""
    (tmp_path / "note.txt").write_text("no picture", encoding="utf-8")
    result = run("inspect", tmp_path, "--json")
    assert result.exit_code == 3
    assert "no CT series" in result.stderr
    assert json.loads(result.stdout)["series"] == []


def test_a_missing_path_is_unusable_input(run: Run, tmp_path: Path) -> None:
    """A path that is not there leaves with 3, one message and no traceback."""
    result = run("inspect", tmp_path / "nothing-here")
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.startswith("kazerooni: ")
    assert "Traceback" not in result.stderr


def test_the_real_data_are_listed(run: Run, shared_data: Path) -> None:
    """The whole chest A0002 of real data is 30 contiguous slices of 8 mm with a sharp kernel."""
    found = json.loads(run("inspect", shared_data / "lung-pet-ct-dx", "--json").stdout)["series"]
    chest = next(series for series in found if series["slices"] == 30)
    assert (chest["sampling"], chest["slice_thickness_mm"], chest["kernel"]) == ("contiguous", 8.0, "B70f")
    assert (chest["kernel_class"], chest["usable"]) == ("sharp", True)
