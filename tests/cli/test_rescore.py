"""`kazerooni rescore`: what it says, and its exit status."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from kazerooni.archive import Standing
from kazerooni.cli.terminal import standing_words
from kazerooni.phantom import build_series, spiral_ct, write_series
from tests.cli.conftest import Run


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Run, hrct: Path, maps: dict[str, Path]) -> Path:
    """Give an archive of a reading and of a broken one; its index stands apart from the user's."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "Doe^John"
    root.mkdir()
    roles = [option for role, file in maps.items() for option in (f"--{role}", file)]
    assert run("score", hrct, *roles, "-o", root / "reading.json").exit_code == 0
    text = (root / "reading.json").read_text("utf-8")
    (root / "Roe_Jane.json").write_text(text[: len(text) // 2], "utf-8")
    return root


def test_a_dry_run_says_what_would_be_done_and_does_nothing(run: Run, archive: Path, tmp_path: Path) -> None:
    """Each reading is told with the reason, no folder is wanted and none is made."""
    told = run("rescore", archive, "--dry-run")
    assert (told.exit_code, told.stdout.count("a kept reading: graded again")) == (0, 1)
    assert "it will fail, and errors.csv will say why (file " in told.stdout
    assert "is not JSON" in told.stdout
    assert "1 would be done (1 reading), 1 would fail, 0 left. Nothing was done." in told.stderr
    assert "Doe" not in told.output
    assert "Roe" not in told.output
    listed = json.loads(run("rescore", archive, "--dry-run", "--json").stdout)
    assert [one["task"] for one in listed["choices"]] == ["reading", "reading"]


def test_a_run_ends_with_status_1_where_something_failed(run: Run, archive: Path, tmp_path: Path) -> None:
    """What could be graded is, the rest is told by errors.csv; without the broken file the status is 0."""
    out = tmp_path / "out"
    told = run("rescore", archive, "--out", out, "--scheme", "kazerooni-mean", "--json", "--report", "html")
    assert told.exit_code == 1, told.stderr
    assert json.loads(told.stdout)["tasks"]["failed"] == 1
    assert "1 of 2 done. 1 failed: see errors.csv. The results stand in out." in told.stderr
    assert "--retry-failed tries again what failed" in told.stderr
    assert len(list((out / "reports").glob("*.html"))) == 1
    more = ("--scheme", "kazerooni-mean", "--report", "html", "--retry-failed")
    assert (
        "1 of 2 done. 1 failed: see errors.csv. Of these, 1 ended in an earlier run."
        in run("rescore", archive, "--out", out, *more).stderr
    )
    (archive / "Roe_Jane.json").unlink()
    again = run("rescore", archive, "--out", out, "--scheme", "kazerooni-mean", "--report", "html", "--resume")
    assert (again.exit_code, again.stdout) == (0, "")
    assert "1 of 1 done. Of these, 1 ended in an earlier run." in again.stderr


@pytest.mark.parametrize(
    ("name", "looked_at"),
    [
        ("empty", "nothing to score was found as there is no file."),
        ("notes.txt", "nothing to score was found in 1 file (1 other file)."),
        ("bare.zip", "nothing to score was found in 1 file (1 zip)."),
        ("scans", "nothing to score was found in 6 files (5 DICOM pictures, 1 other file)."),
    ],
)
def test_an_archive_without_anything_to_score_ends_with_status_3(
    run: Run, tmp_path: Path, name: str, looked_at: str
) -> None:
    """What was looked at, and what is wanted, is told; a dry run ends with 0 where it had anything to tell of."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("nothing to score here", "utf-8")
    zipfile.ZipFile(tmp_path / "bare.zip", "w").close()
    plan = spiral_ct(slices=5, rows=16, columns=16, pixel_spacing_mm=(20.0, 20.0))
    write_series(build_series(plan), tmp_path / "scans")
    (tmp_path / "scans" / "notes.txt").write_text("nothing to score here", "utf-8")
    where = ("rescore", tmp_path / name, "--index", tmp_path / "index.sqlite")
    told = run(*where, "--out", tmp_path / "out", columns=400)
    assert told.exit_code == 3
    assert f"kazerooni: {looked_at} Wanted are readings (reading.json, " in told.stderr
    assert "0 of 0" not in told.stderr
    dry = run(*where, "--dry-run", columns=400)
    assert (dry.exit_code, looked_at in dry.stderr) == (0 if name == "scans" else 3, True)


def test_a_run_that_there_is_none_of_to_go_on_with_is_begun_and_told(run: Run, archive: Path, tmp_path: Path) -> None:
    """A script may always give --resume; whoever gave the wrong folder learns it at once."""
    note = "note: out holds no run to go on with; one is begun"
    for option in ("--resume", "--retry-failed"):
        out = tmp_path / option / "out"
        told = run("rescore", archive, "--out", out, option)
        assert (told.exit_code, note in told.stderr) == (1, True)
        assert note not in run("rescore", archive, "--out", out, option).stderr


def test_drafts_are_told_only_where_there_are_some(run: Run, tmp_path: Path) -> None:
    """Where no study could be drafted nobody is sent to a folder of drafts."""
    root = tmp_path / "archive"
    write_series(build_series(spiral_ct(slices=2, rows=16, columns=16, pixel_spacing_mm=(20.0, 20.0))), root)
    told = run("rescore", root, "--out", tmp_path / "out", "--draft", "--index", tmp_path / "index.sqlite")
    assert (told.exit_code, "Drafts stand" in told.stderr) == (1, False)
    assert "0 of 1 done. 1 failed" in told.stderr


def test_wrong_usage_is_told(run: Run, archive: Path, tmp_path: Path) -> None:
    """A folder for the results is wanted, and known schemes and formats; an archive that is not there is told."""
    for words, code, said in (
        ((archive,), 2, "give a folder for the results, or --dry-run"),
        ((archive, "--out", tmp_path / "out", "--scheme", "best"), 2, "best"),
        ((archive, "--out", tmp_path / "out", "--report", "doc"), 2, "formats are html"),
        ((tmp_path / "gone", "--dry-run"), 3, "gone: cannot be read"),
        ((tmp_path / "gone", "--out", tmp_path / "out"), 3, "gone: cannot be read"),
        ((archive, "--dry-run", "--index", tmp_path), 3, "cannot be used as an index (it is a folder)"),
    ):
        told = run("rescore", *words, columns=200)
        assert (told.exit_code, said in told.stderr) == (code, True), told.stderr
        assert not (tmp_path / "out").exists()


def test_progress_tells_count_rate_time_left_and_errors() -> None:
    """Of 1,000 tasks 300 are done, 200 of them in 100 s: two a second, so 700 take 350 s more."""
    standing = Standing(total=1000, done=300, before=100, failed=2, seconds=100.0)
    assert standing_words(standing) == "300 of 1000, 2.0/s, 0:05:50 left, 2 failed"
    assert standing_words(Standing(total=5, done=0, before=0, failed=0, seconds=0.0)) == "0 of 5, -, - left, 0 failed"
