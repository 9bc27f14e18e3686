"""A run over an archive: what is graded, what is left, what fails; killed and gone on with; one worker and two."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kazerooni.archive import Index, Journal, Settings, choices
from kazerooni.archive import rescore as run
from kazerooni.errors import ArchiveError, OutputError
from kazerooni.files import write_whole
from kazerooni.model import Course, Patient, Reading, Status
from kazerooni.report import long_csv, wide_csv
from kazerooni.scoring import score
from kazerooni.store import open_store
from kazerooni.version import __version__
from kazerooni.workflow import score_scan
from tests.archive.conftest import READINGS, SAMPLES, maps_of

ROOT = Path(__file__).resolve().parents[2]
TABLES = (
    *("long.csv", "wide.csv", "errors.csv", "long.parquet", "wide.parquet"),
    *("difference.csv", "crosstable.csv", "difference.html"),
)
SCHEME = "kazerooni-fibrosis"


def _settings(out: Path, **more: Any) -> Settings:
    return Settings(scheme=SCHEME, version=1, out=out, **more)


def _command(archive: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "kazerooni", "rescore", str(archive), "--scheme", SCHEME, "--out", str(out), *more]


def _rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8"), newline="")))


@pytest.fixture(scope="module")
def done(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a run with one worker that nothing interrupted."""
    out = tmp_path_factory.mktemp("done") / "out"
    ended = subprocess.run(_command(archive, out), cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
    return out


def test_everything_that_can_be_graded_is(archive: Path, done: Path) -> None:
    """Kept readings are graded once each, copies too; series with maps are measured, one of them in a zip."""
    document = json.loads((done / "run.json").read_text("utf-8"))
    assert document["tasks"] == {
        "planned": READINGS + 3,
        "done": READINGS + 3,
        "failed": 1,
        "before": 0,
        "by kind": {"maps": 2, "reading": READINGS + 1},
    }
    wide = _rows(done / "wide.csv")
    assert Counter(row["scheme"] for row in wide) == {SCHEME: READINGS + 2}
    assert len({row["reading"] for row in wide}) == READINGS + 2
    assert len(_rows(done / "long.csv")) == (READINGS + 2) * 5 * 8


def test_what_is_graded_is_what_single_commands_give(done: Path, reading: Reading) -> None:
    """The rows of a kept reading and of a measured series are those of the functions behind `kazerooni score`."""
    kept = replace(reading, id="R-123", scan=replace(reading.scan, series_uid="2.25.1123", study_uid="2.25.9123"))
    measured = score_scan(SAMPLES / "2000", maps_of("2000"), scheme=SCHEME)
    for case in (replace(measured, reading=kept, score=score(kept, SCHEME)), measured):
        for name, made in (("long", long_csv), ("wide", wide_csv)):
            rows = made([case], program_version=__version__).decode().partition("\r\n")[2]
            assert rows in (done / f"{name}.csv").read_bytes().decode()


def test_the_tables_are_in_the_order_of_the_ids(done: Path) -> None:
    """Rows stand in the order of digests of what they were made from, whatever was done first."""
    with sqlite3.connect(done / "journal.sqlite") as database:
        kept = database.execute("SELECT task, reading FROM ended WHERE cause = ''").fetchall()
    database.close()
    assert [row["reading"] for row in _rows(done / "wide.csv")] == [reading for _, reading in sorted(kept)]


def test_parquet_holds_what_the_csv_holds(done: Path) -> None:
    """Numbers, dates and yes and no are typed in Parquet, NA is null, texts are as they were."""
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(done / "wide.parquet")
    rows = _rows(done / "wide.csv")
    assert table.num_rows == len(rows)
    for name in ("total", "LLL_alveolar_percent"):
        assert table[name].to_pylist() == [None if row[name] == "NA" else float(row[name]) for row in rows]
    assert [str(value) for value in table["study_date"].to_pylist()] == [row["study_date"] for row in rows]
    assert set(table["reader"].to_pylist()) == {None}
    assert {type(value) for value in table["partial"].to_pylist()} == {bool}


def test_old_scores_stand_beside_new_ones(done: Path) -> None:
    """The score that a reading was given before is kept with the new one, its scheme and percents too."""
    with Journal(done) as journal:
        pairs = {pair.new.reading: pair for pair in journal.pairs() if pair.new is not None}
    old, new, mixed = pairs["R-010"].old, pairs["R-010"].new, pairs["R-010"].new_by_old
    assert old is not None
    assert new is not None
    assert mixed is not None
    assert (old.scheme, new.scheme) == ("kazerooni-mean", SCHEME)
    assert (old.maximum, new.maximum) == (10, 50)
    assert old.lobes["LLL"][0].percent == new.lobes["LLL"][0].percent == pytest.approx(33, abs=0.01)
    assert old.inputs == new.inputs
    assert (mixed.scheme, mixed.total, mixed.lobes) == (old.scheme, old.total, old.lobes)
    assert pairs["R-011"].old is None


def test_the_difference_report_tells_the_scheme_as_the_cause(done: Path) -> None:
    """What the new scheme measures beside the old one (consolidation, reticulation) changed by the scheme alone."""
    rows = [row for row in _rows(done / "difference.csv") if row["reading"] == "R-010" and row["lobe"] != "all"]
    changed = {(row["lobe"], row["component"]): row for row in rows if row["old_percent"] != row["new_percent"]}
    # Of sample_scans/truth.json: consolidation in RLL; reticulation beside honeycombing in RLL and LLL.
    assert set(changed) == {("RLL", "alveolar"), ("RLL", "interstitial"), ("LLL", "interstitial")}
    assert {row["cause"] for row in changed.values()} == {"scheme"}
    assert "kazerooni-mean" in (done / "difference.html").read_text("utf-8")


def test_what_fails_is_told_without_names(archive: Path, done: Path) -> None:
    """errors.csv tells the broken reading by its number in the index; no result holds a path or a name of a file."""
    (row,) = _rows(done / "errors.csv")
    assert (row["kind"], row["cause"], row["error"], row["attempts"]) == ("reading", "error", "ReadingError", "1")
    assert row["why"].startswith("the file: is not JSON")
    with Index(archive) as index:
        asked = "SELECT name FROM files WHERE number = ?"
        assert index.database.execute(asked, (int(row["file_number"]),)).fetchone() == (b"Roe_Jane.json",)
    for file in done.iterdir():
        data = file.read_bytes()
        assert not [word for word in (b"Doe", b"Roe", b"archive0", b"moved-maps") if word in data], file.name


def test_two_workers_give_the_same_bytes(archive: Path, done: Path, tmp_path: Path) -> None:
    """The tables do not depend on how many worked on them."""
    run(archive, _settings(tmp_path / "out"), workers=2)
    for name in TABLES:
        assert (tmp_path / "out" / name).read_bytes() == (done / name).read_bytes(), name


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_killed_run_goes_on(archive: Path, done: Path, tmp_path: Path) -> None:
    """Killed twice and gone on with, a run does nothing twice that was done, and gives the same bytes."""
    out = tmp_path / "out"
    finished = 0
    for turn in range(2):
        more = ["--resume"] if turn else []
        with subprocess.Popen(_command(archive, out, *more), cwd=ROOT, stderr=subprocess.DEVNULL) as running:
            finished = _wait_for_more(out, finished, running)
            running.send_signal(signal.SIGKILL)
        assert not (out / "long.csv").exists()
    ended = subprocess.run(_command(archive, out, "--resume"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1, ended.stderr
    tasks = json.loads((out / "run.json").read_text("utf-8"))["tasks"]
    assert tasks["before"] >= finished > 0
    assert tasks["done"] == tasks["planned"]
    for name in TABLES:
        assert (out / name).read_bytes() == (done / name).read_bytes(), name


def _wait_for_more(out: Path, before: int, running: subprocess.Popen[bytes]) -> int:
    """Wait until more tasks have ended, on the disk; give how many."""
    while running.poll() is None:
        time.sleep(0.02)
        try:
            with sqlite3.connect(f"file:{out / 'journal.sqlite'}?mode=ro", uri=True) as database:
                (count,) = database.execute("SELECT count(*) FROM ended").fetchone()
            database.close()
        except sqlite3.Error:
            continue
        if count > before:
            return int(count)
    raise AssertionError("the run ended before it could be killed")


@pytest.mark.skipif(os.name != "posix", reason="SIGINT")
def test_ctrl_c_ends_a_run_cleanly(archive: Path, tmp_path: Path) -> None:
    """An interrupted run says where what was done is kept, and no more; it can be gone on with."""
    out = tmp_path / "out"
    with subprocess.Popen(_command(archive, out), cwd=ROOT, stderr=subprocess.PIPE, text=True) as running:
        while not (out / "journal.sqlite").exists():
            time.sleep(0.02)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        assert running.stderr is not None
        said = running.stderr.read()
    assert " ".join(said.split()) == "Stopped. What was done is kept in out: go on with --resume."
    assert running.returncode == 130
    with Journal(out) as journal:
        assert journal.counts()["planned"] == READINGS + 3


def test_a_run_is_not_overwritten_nor_gone_on_with_otherwise(archive: Path, done: Path, tmp_path: Path) -> None:
    """A run is not gone on with under another scheme; folders of other things, or in the archive, are refused."""
    with pytest.raises(OutputError, match="holds a run already; go on with it by --resume"):
        run(archive, _settings(done))
    with pytest.raises(ArchiveError, match=r"\(scheme: kazerooni-fibrosis, now kazerooni\); go on"):
        run(archive, replace(_settings(done), scheme="kazerooni"), resume=True)
    with pytest.raises(OutputError, match="lies in the archive"):
        run(archive, _settings(archive / "kept" / "out"))
    write_whole(tmp_path / "mine.txt", b"mine")
    with pytest.raises(OutputError, match="holds other things already"):
        run(archive, _settings(tmp_path))


def test_a_file_that_changed_is_done_again(tmp_path: Path, reading: Reading) -> None:
    """With --resume what is as it was is not done again; new files are, and what is gone leaves the tables."""
    root, out = tmp_path / "archive", tmp_path / "out"
    shutil.copytree(SAMPLES / "1999", root / "scan")
    shutil.copytree(SAMPLES / "maps" / "1999", root / "maps")
    assert run(root, _settings(out)).before == 0
    os.utime(root / "maps" / "lobes.dcm", ns=(0, 10**18))
    again = run(root, _settings(out), resume=True)
    assert (again.before, again.changes.looked) == (0, 1)
    kept = run(root, _settings(out), resume=True)
    assert (kept.before, kept.counts["done"]) == (1, 1)
    (root / "maps" / "lobes.dcm").unlink()
    gone = run(root, _settings(out), resume=True)
    assert (gone.counts["planned"], gone.left) == (0, {"its maps hold no lobes": 1})
    assert _rows(out / "wide.csv") == []


def test_a_dry_run_says_why(archive: Path, tmp_path: Path) -> None:
    """Each reading and series is told with what would be done and why, each study with why it needs no draft."""
    told = Counter(
        (one.what, one.why, one.task is not None) for one in choices(archive, _settings(tmp_path, draft=True))
    )
    assert told == {
        ("reading", "a kept reading: graded again", True): READINGS,
        ("reading", "a reading that is broken: it will fail, and errors.csv will say why", True): 1,
        ("reading", "left: the same file lies elsewhere, too, and counts once", False): 1,
        ("series", "maps of its lobes and findings, no reading: measured and graded", True): 2,
        ("study", "left: a reading or maps of it are kept", False): 2,
    }


def test_maps_that_cannot_be_told_apart_are_left(tmp_path: Path) -> None:
    """Two maps of one role, maps without pictures and maps without findings are left, each with its reason."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "1999", root / "one")
    shutil.copytree(SAMPLES / "maps" / "1999", root / "maps")
    assert [one.task is not None for one in choices(root, _settings(tmp_path))] == [True]
    shutil.copy(root / "maps" / "lobes.dcm", root / "a-copy")
    assert [one.task is not None for one in choices(root, _settings(tmp_path))] == [True]
    shutil.copy(SAMPLES / "maps" / "2000" / "lobes.dcm", root / "maps" / "of-2000.dcm")
    whys = {one.why for one in choices(root, _settings(tmp_path)) if one.task is None}
    assert whys == {"left: maps of it are here, its pictures are not"}
    shutil.copytree(SAMPLES / "2000", root / "two")
    whys = {one.why for one in choices(root, _settings(tmp_path)) if one.task is None}
    assert whys == {"left: its maps hold lobes, and no findings"}
    shutil.rmtree(root / "one")
    whys = {one.why for one in choices(root, _settings(tmp_path)) if one.task is None}
    assert "left: maps of it are here, its pictures are not" in whys


def test_readings_of_the_score_book_are_graded_too(tmp_path: Path, reading: Reading) -> None:
    """With a book its readings are graded beside those of files, one that is both once, its kept scores beside it."""
    root, place = tmp_path / "archive", tmp_path / "book.sqlite"
    root.mkdir()
    when = datetime(2026, 1, 2, tzinfo=UTC)
    signed = [replace(reading, id=f"R-{n}", reader="R1", status=Status.SIGNED) for n in range(2)]
    course = Course(patient=Patient(pseudonym=reading.scan.patient or ""), readings=tuple(signed))
    with open_store(place, create=True) as book:
        book.add([course], who="tests", when=when)
        book.score_with("kazerooni-mean", who="tests", when=when)
    from kazerooni.labels import write_reading  # noqa: PLC0415

    write_reading(signed[0], root / "reading.json")
    summary = run(root, _settings(tmp_path / "out", store=str(place)))
    assert summary.kinds == {"book": 1, "reading": 1}
    with Journal(tmp_path / "out") as journal:
        pairs = {pair.new.reading: pair for pair in journal.pairs() if pair.new is not None}
    assert set(pairs) == {"R-0", "R-1"}
    old = pairs["R-1"].old
    assert old is not None
    assert (old.scheme, old.total) == ("kazerooni-mean", score(reading, "kazerooni-mean").total)


def test_a_series_that_cannot_be_used_is_told_by_its_uid(tmp_path: Path) -> None:
    """A picture that is cut short makes its series fail, with the notice that says so; the run goes on."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "1999", root / "scan")
    shutil.copytree(SAMPLES / "maps" / "1999", root / "maps")
    broken = sorted((root / "scan").iterdir())[3]
    broken.write_bytes(broken.read_bytes()[:-2000])
    summary = run(root, _settings(tmp_path / "out"))
    (row,) = _rows(tmp_path / "out" / "errors.csv")
    assert summary.counts == {"planned": 1, "done": 1, "failed": 1}
    assert row["series_uid"].startswith("2.25.")
    assert (row["error"], "truncated" in row["why"]) == ("UnusableSeriesError", True)


def test_run_json_holds_the_digest_of_every_result(archive: Path, tmp_path: Path) -> None:
    """Of tables, Parquet, the difference report, and of a list of the reports, which `sha256sum --check` reads."""
    out = tmp_path / "out"
    run(archive / "kept" / "deep", replace(_settings(out), formats=("html", "json")))
    kept = json.loads((out / "run.json").read_text("utf-8"))["sha256"]
    made = {path.name for path in out.iterdir() if path.is_file() and ".dictionary" not in path.suffixes}
    assert set(kept) == made - {"run.json", "journal.sqlite", "journal.sqlite-lock"}
    assert {"long.parquet", "difference.html", "difference.csv", "reports.sha256"} <= set(kept)
    for name, digest in kept.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest, name
    lines = (out / "reports.sha256").read_text("utf-8").splitlines()
    told = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert set(told) == {path.relative_to(out).as_posix() for path in (out / "reports").iterdir()}
    assert len(told) == len(lines) == 2 * READINGS
    for name, digest in told.items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest, name
