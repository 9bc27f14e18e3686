"""What failed is tried again where that is asked for, and the tables are those of a run without the fault."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest

import kazerooni.archive.run
from kazerooni.archive import Limits, Settings
from kazerooni.archive import rescore as run
from tests.archive.conftest import SAMPLES
from tests.archive.fragile import HANG, Fragile

TABLES = ("long.csv", "wide.csv", "errors.csv", "difference.csv", "crosstable.csv")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Give an archive of one series with its maps, and of a reading that is broken for good."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "1999", root / HANG / "scan")
    shutil.copytree(SAMPLES / "maps" / "1999", root / "maps")
    (root / "broken.json").write_text('{"schema_version": 1, "id": "R-1", "status": "signed", ', "utf-8")
    return root


def _causes(out: Path) -> list[tuple[str, str]]:
    with (out / "errors.csv").open(encoding="utf-8", newline="") as file:
        return sorted((row["kind"], row["cause"]) for row in csv.DictReader(file))


def test_what_failed_by_a_limit_is_tried_again(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A task that hung is left as it is by --resume, and done by --retry-failed once it hangs no more."""
    out, whole = tmp_path / "out", tmp_path / "whole"
    settings = Settings(scheme="kazerooni-fibrosis", version=1, out=out)
    with monkeypatch.context() as hanging:
        hanging.setattr(kazerooni.archive.run, "Work", Fragile)
        run(root, settings, limits=Limits(seconds=1.5))
    assert _causes(out) == [("maps", "time"), ("reading", "error")]
    resumed = run(root, settings, resume=True)
    assert (resumed.before, _causes(out)) == (2, [("maps", "time"), ("reading", "error")])
    again = run(root, settings, resume=True, retry_failed=True)
    assert (again.before, again.counts) == (0, {"planned": 2, "done": 2, "failed": 1})
    run(root, Settings(scheme="kazerooni-fibrosis", version=1, out=whole))
    assert _causes(whole) == [("reading", "error")]
    for name in TABLES:
        assert (out / name).read_bytes() == (whole / name).read_bytes(), name
    assert run(root, settings, resume=True, retry_failed=True).before == 1  # what succeeded is not done again
