"""`kazerooni rescore --dry-run`: rows in a pipe and in files, reasons on a terminal."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kazerooni.phantom import build_series, spiral_ct, write_series
from tests.cli.conftest import Run

SERIES = 60
_BARE = "no reading and no maps of it; --draft drafts the best series of its study"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give an archive of sixty small series, one of them of an MR, each in a folder that is called like a person."""
    root = tmp_path_factory.mktemp("archive") / "Doe^John"
    datasets = build_series(spiral_ct(slices=2, rows=16, columns=16, pixel_spacing_mm=(20.0, 20.0)))
    for number in range(SERIES):
        for dataset in datasets:
            dataset.SeriesInstanceUID = f"2.25.{1000 + number}"
            dataset.StudyInstanceUID = f"2.25.{2000 + number // 2}"
            dataset.SOPInstanceUID = f"{dataset.SeriesInstanceUID}.{dataset.InstanceNumber}"
            dataset.Modality = "MR" if number == SERIES - 1 else "CT"
            dataset.SOPClassUID = f"1.2.840.10008.5.1.4.1.1.{4 if number == SERIES - 1 else 2}"
        write_series(datasets, root / f"Roe^Jane {number}")
    return root


def test_every_row_goes_into_a_pipe_and_a_table(run: Run, archive: Path, tmp_path: Path) -> None:
    """In a pipe every series has a line; the table of --choices has the same rows; neither holds a path."""
    index, table = tmp_path / "index.sqlite", tmp_path / "choices.csv"
    told = run("rescore", archive, "--dry-run", "--index", index, "--choices", table)
    assert told.exit_code == 0, told.stderr
    lines = told.stdout.splitlines()
    assert len(lines) == SERIES
    assert f"series 2.25.1000: left: {_BARE}" in lines
    assert f"series 2.25.{1000 + SERIES - 1}: left: not a CT" in lines
    assert f"0 would be done, {SERIES} left. Nothing was done." in told.stderr
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [f"{row['what']} {row['uid']}: {row['decision']}: {row['why']}" for row in rows] == lines
    assert rows[0]["study_uid"] == "2.25.2000"
    assert not [word for word in ("Doe", "Roe") if word in told.output + table.read_text("utf-8")]
    again = run("rescore", archive, "--dry-run", "--index", index, "--choices", table)
    assert (again.exit_code, "choices.csv: is there already" in again.stderr) == (3, True)


def test_json_is_one_document_of_every_row(run: Run, archive: Path, tmp_path: Path) -> None:
    """--json gives the same rows as one document; with --draft each series stands with its study's task."""
    told = run("rescore", archive, "--dry-run", "--draft", "--json", "--index", tmp_path / "index.sqlite")
    document = json.loads(told.stdout)
    assert document["schema_version"] == 1
    rows = document["choices"]
    assert sum(row["task"] == "draft" for row in rows) == SERIES // 2
    (series,) = [row for row in rows if row["uid"] == "2.25.1000"]
    assert (series["what"], series["study_uid"], series["decision"]) == ("series", "2.25.2000", "done")
    assert {row["decision"] for row in rows} == {"done", "left"}


def test_an_empty_archive_is_one_document_too(run: Run, tmp_path: Path) -> None:
    """Of an archive without anything the document holds an empty list, and a person is told so."""
    (tmp_path / "empty").mkdir()
    told = run("rescore", tmp_path / "empty", "--dry-run", "--json", "--index", tmp_path / "index.sqlite")
    assert json.loads(told.stdout) == {"schema_version": 1, "choices": []}
    assert "nothing to score was found as there is no file." in " ".join(told.stderr.split())


def test_a_terminal_shows_every_reason_once(archive: Path, tmp_path: Path) -> None:
    """A person sees each reason with how many it holds for and two of them, however many series there are."""
    shown, told = _on_terminal(["rescore", str(archive), "--dry-run", "--index", str(tmp_path / "index.sqlite")])
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert f"{SERIES - 1} series {_BARE}" in lines
    assert "1 series not a CT" in lines
    assert f"and {SERIES - 3} more" in lines
    assert len(lines) < 12
    assert "Every row: --choices FILE, --json, or into a pipe." in told


def test_what_would_be_done_adds_up(archive: Path, tmp_path: Path) -> None:
    """The numbers of each part add up to those of the last line; series do not count beside their study."""
    words = ["rescore", str(archive), "--dry-run", "--draft", "--index", str(tmp_path / "index.sqlite")]
    shown, told = _on_terminal(words)
    parts: dict[str, int] = {}
    part = ""
    for line in shown.splitlines():
        first = line.strip().partition(" ")[0]
        if first.isdigit():
            parts[part] += int(first)
        elif line.strip() in {"Would be done", "Of these studies", "Would fail, told in errors.csv", "Left"}:
            part = line.strip()
            parts[part] = 0
    found = re.match(r"(\d+) would be done(?: \((\d+) studies\))?(?:, (\d+) would fail)?, (\d+) left\.", told)
    assert found is not None, told
    done, studies, fails, left = (int(number or 0) for number in found.groups())
    assert done == studies == parts.get("Would be done", 0)
    assert fails == parts.get("Would fail, told in errors.csv", 0)
    assert left == parts["Left"]
    assert done + fails == SERIES // 2  # studies, of which one has an MR beside its CT


def _on_terminal(words: list[str]) -> tuple[str, str]:
    """Run a command whose output is a terminal; give what that shows, and what is told."""
    pty = pytest.importorskip("pty", reason="a pseudo-terminal needs a POSIX system")
    master, slave = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    command = [sys.executable, "-m", "kazerooni", *words]
    with subprocess.Popen(command, stdout=slave, stderr=subprocess.PIPE, env=environment) as program:
        os.close(slave)
        shown = _read_all(master)
        assert program.stderr is not None
        return shown, " ".join(program.stderr.read().decode().split())


def _read_all(descriptor: int) -> str:
    parts: list[bytes] = []
    while True:
        try:
            part = os.read(descriptor, 65536)
        except OSError:  # how Linux tells the end
            part = b""
        if not part:
            os.close(descriptor)
            return b"".join(parts).decode("utf-8")
        parts.append(part)


def test_choices_are_written_by_a_dry_run_alone(run: Run, archive: Path, tmp_path: Path) -> None:
    """A run proper writes no table of choices, and says so before it begins."""
    told = run("rescore", archive, "--out", tmp_path / "out", "--choices", tmp_path / "choices.csv", columns=200)
    assert (told.exit_code, "is written by --dry-run alone" in told.stderr) == (2, True)
    assert not (tmp_path / "out").exists()
