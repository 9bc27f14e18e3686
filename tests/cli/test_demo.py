"""`kazerooni demo`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kazerooni.dicom import read_volume
from kazerooni.labels import read_reading
from kazerooni.phantom import visits
from tests.cli.conftest import Run


def test_the_demo_goes_the_whole_way(run: Run, tmp_path: Path) -> None:
    """The demo shows commands as one would type them, the totals 16, 10 and 9, and writes readings, tables, report."""
    out = tmp_path / "demo"
    result = run("demo", "--out", out)
    assert result.exit_code == 0, result.stderr
    shown = [line for line in result.stdout.splitlines() if line.startswith("$ kazerooni ")]
    assert [line.split()[2] for line in shown] == ["inspect", "score", "score", "score", "timeline"]
    assert "3 series, 3 fit to score" in result.stdout
    for total in (16, 10, 9):
        assert f"total {total} of 50 (kazerooni 1)" in result.stdout
    assert {path.name for path in out.iterdir()} == {
        *("1999.json", "2000.json", "2009.json", "report.html", "report.pdf"),
        *("long.csv", "long.dictionary.csv", "wide.csv", "wide.dictionary.csv"),
        *("redcap.csv", "redcap.dictionary.csv"),
    }
    assert read_reading(out / "2009.json").reader == "phantom"
    assert run("demo", "--out", out).exit_code == 0


def test_scans_that_are_not_there_are_made_in_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without the folder of the checkout the scans are written once into the user's cache, with progress, and kept."""
    monkeypatch.setattr(visits, "_CHECKOUT", tmp_path / "nowhere")
    monkeypatch.setattr(visits, "user_cache_dir", lambda *_names, **_how: str(tmp_path / "cache"))
    monkeypatch.setattr(visits, "VISITS", visits.VISITS[:1])
    told: list[tuple[int, int]] = []
    folder = visits.sample_folder(progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 1), (1, 1)]
    assert list(json.loads((folder / "truth.json").read_text("utf-8"))) == ["1999"]
    assert visits.sample_folder(progress=lambda *_: pytest.fail("made twice")) == folder
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [folder.name]


def test_the_committed_scans_are_those_that_the_program_makes(tmp_path: Path) -> None:
    """The first visit, made anew, is that of the repository, but for the last bit of a machine's arithmetic."""
    made = visits._write_visit(visits.VISITS[0], tmp_path)
    committed = Path(__file__).resolve().parents[2] / "sample_scans"
    told = json.loads((committed / "truth.json").read_text("utf-8"))["1999"]
    assert (made["series_uid"], made["study_date"]) == (told["series_uid"], told["study_date"])
    for lobe, counted in made["lobes"].items():
        assert counted["voxels"] == pytest.approx(told["lobes"][lobe]["voxels"], rel=1e-4)
    ours, theirs = (read_volume(folder / "1999").hu for folder in (tmp_path, committed))
    assert np.mean(ours != theirs) < 1e-4


def test_a_folder_that_cannot_be_made_is_told(run: Run, tmp_path: Path) -> None:
    """A file in the place of the folder leaves with 3 before anything is scored."""
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    result = run("demo", "--out", tmp_path / "taken")
    assert result.exit_code == 3
    assert "taken: the folder cannot be made" in result.stderr
