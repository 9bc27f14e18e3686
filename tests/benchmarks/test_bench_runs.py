"""The benchmarks run, and every program reads the same from their data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks import scale, thorax
from tests.benchmarks.report import print_group
from tests.benchmarks.run import ROOT, run
from tests.benchmarks.size import Size

TINY = Size(slices=4, side=32, sequential=3, archive_series=2, archive_slices=3)
# Those of `pip install .[bench]`; the others come with the toolkit.
OPTIONAL = {"dcm2niix", "gdcm scanner"}


def test_the_benchmarks_run_and_every_program_reads_equal_values(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One round on a tiny scan: nobody fails, volumes and indexes agree, and the table names every target."""
    groups = list(run(["raw", "index"], TINY, rounds=1, cache=tmp_path))
    for group in groups:
        failed = {r.case.program: r.error for r in group.results if r.error and r.case.program not in OPTIONAL}
        assert failed == {}
        assert group.differing == []
        compared = {r.case.program for r in group.results if r.digests}
        assert compared >= {"kazerooni", "pydicom", "SimpleITK"}
        print_group(group, TINY)

    shown = capsys.readouterr().out
    assert "raw" in shown
    assert "kazerooni" in shown
    assert ">= 12 x" in shown


def test_an_archive_is_indexed_and_graded_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round on a tiny archive: nobody fails, series and readings agree, the table names every target."""
    for group in run(["archive", "again", "rescore"], TINY, rounds=1, cache=tmp_path):
        assert [r.error for r in group.results if r.error] == []
        assert group.differing == []
        print_group(group, TINY)

    shown = capsys.readouterr().out
    assert ">= 10 x" in shown
    assert ">= 50 x" in shown
    assert "<= 3 x this" in shown


def test_every_program_counts_the_same_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round on a tiny scan: lobes and findings counted by every program, whole or after each stroke, agree."""
    for group in run(["tally", "brush"], TINY, rounds=1, cache=tmp_path):
        assert [r.error for r in group.results if r.error] == []
        assert group.differing == []
        assert sum(bool(r.digests) for r in group.results) == 3
        print_group(group, TINY)

    shown = capsys.readouterr().out
    assert "MB of temporaries" in shown
    assert "ms a stroke" in shown
    assert "equal counts" in shown


def test_lungs_and_lobes_are_found_in_a_chest(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round on a coarse chest: nobody fails, lobes are found in it, the table names every target."""
    coarse = Size(slices=60, side=64, sequential=20)
    for group in run(["lungs", "lobes", "lobes30", "point"], coarse, rounds=1, cache=tmp_path):
        assert [r.error for r in group.results if r.error] == []
        assert len(group.ours.digests) == 1
        print_group(group, coarse)

    shown = capsys.readouterr().out
    assert ">= 8 x" in shown
    assert ">= 2 x" in shown
    assert "<= 1 s" in shown


def test_a_score_book_is_written_and_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round on a small book: nobody fails, as many rows and readings are counted, the table names every target."""
    for group in run(["store", "course", "cohort"], Size(readings=600), rounds=1, cache=tmp_path):
        assert [r.error for r in group.results if r.error] == []
        assert group.differing == []
        print_group(group, TINY)

    shown = capsys.readouterr().out
    assert "<= 10 x this" in shown
    assert "<= 1.5 x this" in shown
    assert "<= 2 s" in shown


def test_segmentations_hold_the_same_voxels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round on a tiny scan: our three SEGs and those of highdicom hold as many voxels, the table the target."""
    for group in run(["seg"], TINY, rounds=1, cache=tmp_path):
        assert [r.error for r in group.results if r.error] == []
        assert group.differing == []
        assert sum(bool(r.digests) for r in group.results) == 2
        print_group(group, TINY)
    assert ">= 3 x" in capsys.readouterr().out


def test_stored_maps_are_counted_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round on a tiny scan: an archive's worker and highdicom count the same voxels, the table the target."""
    for group in run(["maps"], Size(slices=12, side=32), rounds=1, cache=tmp_path):
        assert [r.error for r in group.results if r.error] == []
        assert group.differing == []
        assert sum(bool(r.digests) for r in group.results) == 2
        print_group(group, TINY)
    assert ">= 5 x" in capsys.readouterr().out


def test_studies_are_drafted_alike(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One round on coarse chests: a worker and the parts of its work, one worker and two, leave the same drafts."""
    coarse = Size(slices=60, side=64, sequential=20, studies=2)
    for group in run(["draft", "draft30", "workers"], coarse, rounds=1, cache=tmp_path):
        assert [r.error for r in group.results if r.error] == []
        assert group.differing == []
        print_group(group, coarse)

    shown = capsys.readouterr().out
    assert shown.count("<= 1.3 x this") == 2
    assert ">= 1.4 x" in shown


def test_archives_without_pixels_are_worked_off(tmp_path: Path) -> None:
    """Of 200 series, a tenth have a reading, which is graded, and the others are to be drafted; every step is drawn."""
    figures, plot = tmp_path / "figures.json", tmp_path / "plot.png"
    command = [sys.executable, "-m", "tests.benchmarks.scale", "--sizes", "200", "--folder", str(tmp_path)]
    subprocess.run([*command, "--figures", str(figures), "--plot", str(plot)], cwd=ROOT, check=True)
    (measured,) = json.loads(figures.read_text("utf-8"))["sizes"]
    assert {step: measured[step]["done"] for step in scale.STEPS} == {
        "first": 240,  # files: of each series a picture, of every tenth a reading and a score
        "again": 240,
        "run": 200,
        "resume": 200,
    }
    assert plot.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_the_chest_is_drawn_between_what_is_computed() -> None:
    """Computed pixels stay, those between are the mean of their neighbours: a ramp stays a ramp."""
    ramp = 3.0 * np.arange(5)[:, None] + 8.0 * np.arange(5)
    assert np.array_equal(thorax._doubled(ramp, 8), 1.5 * np.arange(8)[:, None] + 4.0 * np.arange(8))
