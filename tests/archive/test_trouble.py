"""What a run meets outside of its archive: a full disk, Ctrl-C while workers start, folders that cannot be written."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from kazerooni.archive import Index, Settings
from kazerooni.archive import rescore as run
from kazerooni.archive.schema import INDEX_VERSION
from kazerooni.errors import ArchiveError, OutputError, StoreError
from kazerooni.labels import reading_text
from kazerooni.model import Reading
from kazerooni.store import open_store
from tests.archive.conftest import READINGS, SAMPLES

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("long.csv", "wide.csv", "errors.csv", "difference.csv", "difference.html")


def _settings(out: Path) -> Settings:
    return Settings(scheme="kazerooni", version=1, out=out)


def _words(archive: Path, out: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "kazerooni", "rescore", str(archive), "--out", str(out), *more]


@pytest.mark.skipif(os.name != "posix", reason="limits of a process")
def test_a_full_disk_is_told_and_gone_on_from(archive: Path, tmp_path: Path) -> None:
    """Where nothing more can be written the run ends with status 3 and says so; gone on with, its tables are whole."""
    kept, out = archive / "kept", tmp_path / "out"
    run(kept, _settings(tmp_path / "whole"))
    limited = ["sh", "-c", 'ulimit -f 1024; exec "$@"', "sh"]  # no file over a megabyte
    ended = subprocess.run([*limited, *_words(kept, out)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert "cannot be written" in ended.stderr
    assert "see to the disk, then go on with --resume" in " ".join(ended.stderr.split())
    assert not (out / "long.csv").exists()
    summary = run(kept, _settings(out), resume=True)
    assert summary.counts == {"planned": READINGS, "done": READINGS, "failed": 0}
    for name in TABLES:
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


@pytest.mark.skipif(os.name != "posix", reason="SIGINT of a terminal")
def test_ctrl_c_of_a_terminal_is_told_how_to_go_on(archive: Path, tmp_path: Path) -> None:
    """Ctrl-C reaches the workers too, as on a terminal, also while they start: no traceback, and what to do next."""
    for turn in range(3):
        out = tmp_path / str(turn)
        with subprocess.Popen(
            _words(archive, out, "--workers", "2"),
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        ) as running:
            while not (out / "journal.sqlite").exists():
                time.sleep(0.01)
            time.sleep(0.4 * turn)
            os.killpg(running.pid, signal.SIGINT)
            assert running.stderr is not None
            told = "".join(running.stderr.read().split())  # lines break anywhere in a path
            assert told == f"Stopped.Whatwasdoneiskeptin{out.name}:goonwith--resume."
        assert running.returncode == 130


def test_a_folder_that_a_run_writes_is_not_written_by_another(archive: Path, tmp_path: Path) -> None:
    """Who gives the folder of a run that is on is told so at once; once that has ended it is gone on with."""
    out = tmp_path / "out"
    words = _words(archive / "kept", out, "--index", str(tmp_path / "one.sqlite"))
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL) as running:
        while not (out / "journal.sqlite").exists():
            time.sleep(0.01)
        with pytest.raises(ArchiveError, match="out: another run is writing there; wait until it has ended"):
            run(archive / "kept", _settings(out), resume=True, index=tmp_path / "other.sqlite")
        assert running.wait() == 0
    summary = run(archive / "kept", _settings(out), resume=True, index=tmp_path / "other.sqlite")
    assert summary.before == summary.counts["planned"] == READINGS


def test_an_index_in_use_is_told_as_that(tmp_path: Path) -> None:
    """Where another program holds the index, the archive is named and what to do, and not the words of a database."""
    root, place = tmp_path / "archive", tmp_path / "index.sqlite"
    shutil.copytree(SAMPLES / "1999", root)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(ArchiveError, match="archive: another run has the index of this archive in use; wait"):
            run(root, _settings(tmp_path / "out"), index=place)
        other.execute("ROLLBACK")
        assert (
            run(root, _settings(tmp_path / "out"), index=place).counts["planned"] == 0
        )  # what was left hinders nobody
    shutil.copy(next((SAMPLES / "1999").iterdir()), root / "more")
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM files").fetchone()
        with pytest.raises(ArchiveError, match="in use; wait until it has ended, or give this one an index of its own"):
            run(root, _settings(tmp_path / "second"), index=place)


def test_settings_that_differ_are_told_with_both_values(tmp_path: Path) -> None:
    """Each setting that is another one is named with what it was and what it is now, in words."""
    root, out = tmp_path / "archive", tmp_path / "out"
    shutil.copytree(SAMPLES / "1999", root)
    run(root, _settings(out))
    other = Settings(scheme="kazerooni-mean", version=1, out=out, partial=True, formats=("html", "json"))
    with pytest.raises(ArchiveError) as told:
        run(root, other, resume=True)
    assert str(told.value) == (
        "out: was begun with other settings (partial: no, now yes; report formats: none, now html, json; "
        "scheme: kazerooni, now kazerooni-mean); go on with the same, or give another folder"
    )


def test_another_score_book_is_refused(tmp_path: Path, reading: Reading) -> None:
    """A run is gone on with beside the book that it was begun with, however its place is written, and no other."""
    root, out, one, other = (tmp_path / name for name in ("archive", "out", "one.sqlite", "other.sqlite"))
    root.mkdir()
    (root / "reading.json").write_text(reading_text(reading), "utf-8")
    for place in (one, other):
        with open_store(place, create=True):
            pass
    run(root, replace(_settings(out), store=str(one)))
    again = run(root, replace(_settings(out), store=str(tmp_path / "archive" / ".." / "one.sqlite")), resume=True)
    assert again.before == 1
    told = {
        str(other): "store: another book, or at another place",
        "": "store: a book, now none",
    }
    for store, words in told.items():
        with pytest.raises(ArchiveError, match=rf"was begun with other settings \({words}\); go on with the same"):
            run(root, replace(_settings(out), store=store), resume=True)
    kept = json.loads((out / "run.json").read_text("utf-8"))["settings"]["store"]
    assert re.fullmatch("[0-9a-f]{16}", kept)


def test_another_archive_is_doubted(tmp_path: Path, reading: Reading) -> None:
    """A run that is gone on with over an archive in which nothing was done before asks whether it is the right one.

    What was done is kept: over the right one it is not done again.
    """
    for name in ("archive", "another"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "reading.json").write_text(reading_text(replace(reading, id=f"R-{name}")), "utf-8")
    right, other, settings = tmp_path / "archive", tmp_path / "another", _settings(tmp_path / "out")
    doubt = "nothing of what was done before lies in this archive; is it the right one?"
    assert doubt not in run(right, settings).told
    assert doubt in run(other, settings, resume=True).told
    again = run(right, settings, resume=True)
    assert (again.before, doubt in again.told) == (1, False)


def test_a_score_book_that_is_none_begins_no_run(tmp_path: Path, reading: Reading) -> None:
    """Who mistypes the place of the book is told before a folder is made, and can give the same folder again."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "reading.json").write_text(reading_text(reading), "utf-8")
    with pytest.raises(StoreError, match=r"bok\.sqlite: there is no score book"):
        run(tmp_path / "archive", replace(_settings(tmp_path / "out"), store=str(tmp_path / "bok.sqlite")))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("more", [(), ("--resume",)], ids=["new", "resume"])
def test_results_where_nobody_can_put_any_are_refused(archive: Path, tmp_path: Path, more: tuple[str, ...]) -> None:
    """A folder that the system does not let one ask for is refused with status 3, and is no error of the program."""
    words = _words(archive, tmp_path / ("x" * 300), *more)
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (3, "")
    assert re.search(r"x: (the folder )?cannot be (reached|made) \(.*\); give another", " ".join(ended.stderr.split()))


def test_the_password_of_a_score_book_makes_it_no_other() -> None:
    """A book on a server is known by where it is, never by a password, which stands nowhere."""
    pytest.importorskip("pg8000")
    known = {
        replace(_settings(Path("out")), store=f"postgresql://reader{secret}@host/book").kept()["store"]
        for secret in ("", ":one", ":two")
    }
    assert len(known) == 1
    assert known != {replace(_settings(Path("out")), store="postgresql://reader@host/other").kept()["store"]}


def test_an_archive_that_is_not_there_leaves_nothing(tmp_path: Path) -> None:
    """Neither a folder of results nor a journal is made for an archive that cannot be read."""
    with pytest.raises(ArchiveError, match=r"gone: cannot be read \(No such file"):
        run(tmp_path / "gone", _settings(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name != "posix", reason="devices as files")
def test_what_is_neither_file_nor_folder_is_refused(tmp_path: Path) -> None:
    """A device is no archive, and no results are written below a file."""
    with pytest.raises(ArchiveError, match=r"zero: cannot be read \(neither a file nor a folder\)"):
        run(Path("/dev/zero"), _settings(tmp_path / "out"))
    (tmp_path / "file").write_text("mine", "utf-8")
    with pytest.raises(OutputError, match="below: the folder cannot be made"):
        run(SAMPLES, _settings(tmp_path / "file" / "below"))
    with pytest.raises(OutputError, match=r"file: the folder cannot be made \(a file of that name is there\)"):
        run(SAMPLES, _settings(tmp_path / "file"))


def test_an_archive_of_nothing_is_told(tmp_path: Path) -> None:
    """An empty folder, and a file of no use, give empty tables, and what was looked at is told."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("nothing to score here", "utf-8")
    for name in ("empty", "notes.txt"):
        summary = run(tmp_path / name, _settings(tmp_path / f"of {name}"))
        assert summary.counts == {"planned": 0, "done": 0, "failed": 0}
        assert summary.files == ({} if name == "empty" else {"other": 1})


def test_what_follows_the_work_is_told(tmp_path: Path) -> None:
    """Writing the tables of many scores takes a while: it is a step that is told, as the report is."""
    (tmp_path / "empty").mkdir()
    steps: list[str] = []
    run(tmp_path / "empty", _settings(tmp_path / "out"), step=steps.append)
    assert steps == ["Writing the tables", "Writing the difference report"]


def test_an_index_of_an_earlier_version_is_made_anew(tmp_path: Path) -> None:
    """It is only what was seen before: an older one is dropped, a later one is refused, both without a loss."""
    root, place = tmp_path / "archive", tmp_path / "index.sqlite"
    shutil.copytree(SAMPLES / "1999", root)
    with Index(root, place) as index:
        wanted = index.update()
    for version, expected in ((1, wanted), (INDEX_VERSION + 1, None)):
        database = sqlite3.connect(place)
        database.execute(f"PRAGMA user_version = {version}")
        database.close()
        if expected is None:
            with pytest.raises(ArchiveError, match=r"of a later version of the program; remove it"):
                Index(root, place)
        else:
            with Index(root, place) as index:
                assert index.update() == expected
    other = sqlite3.connect(tmp_path / "other.sqlite")
    other.execute("CREATE TABLE mine (x)")
    other.close()
    with pytest.raises(ArchiveError, match="a database of something else"):
        Index(root, tmp_path / "other.sqlite")
