"""An archive of some hundred series: run, run again, killed, by two workers and by Dask: the same bytes each time."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.archive.hundred import COPIES, Hundred
from tests.archive.kept_readings import IN_BOOK, IN_BOTH, PAINTED, TYPED
from tests.archive.known import KNOWN
from tests.archive.runs import ROOT, command, copied, digests, rows, run, spared, told

pytestmark = [
    pytest.mark.skipif(os.name != "posix", reason="workers are killed by signals"),
    # Dask opens sockets and loops whose ends it leaves to the interpreter.
    pytest.mark.filterwarnings("ignore::ResourceWarning:distributed", "ignore::ResourceWarning:tornado"),
]


def test_there_is_a_row_for_all_that_was_planned(hundred: Hundred, first: Path) -> None:
    """Every reading, scan with maps and reading of the book is graded or has failed; each failure as it was made."""
    tasks, errors = told(first)["tasks"], rows(first / "errors.csv")
    failed = Counter((row["kind"], row["cause"], row["error"]) for row in errors)
    assert failed == hundred.failing
    assert tasks["failed"] == failed.total()
    by_kind = Counter({"maps": COPIES * len(KNOWN) + hundred.real, "reading": PAINTED + TYPED, "book": IN_BOOK})
    for (kind, _, __), count in failed.items():
        by_kind[kind] += count
    assert tasks["by kind"] == by_kind
    assert tasks["planned"] == tasks["done"] == by_kind.total()
    assert len(rows(first / "wide.csv")) == by_kind.total() - failed.total()
    assert {row["attempts"] for row in errors if row["cause"] != "error"} == {"2"}


def test_what_is_left_is_told_with_the_reason(hundred: Hundred, first: Path) -> None:
    """Series whose maps do not say what to measure are counted by why; broken copies of a map add to some reasons."""
    left = told(first)["left"]
    assert left["a reading of the score book, of which a file is graded"] == IN_BOTH
    assert {why: count for why, count in hundred.left.items() if left.get(why, 0) < count} == {}


def test_no_result_holds_a_name_or_a_path(hundred: Hundred, first: Path) -> None:
    """Folders and files of the archive are called like people: no result says so, the journal neither."""
    for path in first.rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        for name in ("Doe", "Roe", "Jane", "junk", str(hundred.root.parent)):
            assert name.encode() not in held + path.name.encode(), (path.name, name)


def test_a_second_run_does_nothing_again(hundred: Hundred, first: Path, tmp_path: Path) -> None:
    """Gone on with, a run that is done opens no file that is as it was, does no task, and leaves the same bytes."""
    out = tmp_path / "out"
    out.symlink_to(first)  # what it writes is what stands there
    before = digests(first)
    document = run(hundred, out, first.parent / "index.sqlite", "--resume")
    assert document["tasks"]["before"] == document["tasks"]["planned"] == document["tasks"]["done"]
    # Only what may be mended elsewhere (links to nowhere, a DICOMDIR that lists what is not there), and the memory of
    # a process under two names, whose time is always now.
    odd = hundred.root / "junk" / "odd"
    assert document["files"]["looked at"] == 3 + len(list(odd.glob("memory.*")))
    assert document["files"]["gone"] == 0
    assert digests(first) == before


def test_two_workers_give_the_same_bytes(hundred: Hundred, first: Path, tmp_path: Path) -> None:
    """Two processes, in another folder and with the files known already, leave what one left.

    That a hang ends one of two workers alone is shown by `test_pool`.
    """
    out = tmp_path / "out"
    waited = spared(out, first)
    document = run(hundred, out, copied(first.parent / "index.sqlite", tmp_path), "--workers", "2", "--resume")
    assert document["tasks"]["before"] == waited == 2
    assert digests(out) == digests(first)


def test_a_run_killed_at_any_moment_goes_on(hundred: Hundred, first: Path, tmp_path: Path) -> None:
    """SIGKILL while it looks, at two points of the work and while it writes: the end is what one run leaves."""
    out, index = tmp_path / "out", tmp_path / "index.sqlite"
    planned = told(first)["tasks"]["planned"]
    moments: list[Callable[[], bool]] = [
        (out / "journal.sqlite").exists,
        lambda: _ended(out) >= 0.1 * planned,
        lambda: _ended(out) >= 0.7 * planned,
        (out / "long.csv").exists,
    ]
    done = []
    for place, moment in enumerate(moments):
        more = ("--resume",) if place else ()
        _kill_at(moment, command(hundred, out, index, "--workers", "2", *more))
        done.append(_ended(out))
        if place == 1:  # by now there is a journal
            spared(out, first)
        assert not (out / "run.json").exists()
    assert done == sorted(done)
    assert done[-1] == planned
    document = run(hundred, out, index, "--resume")
    assert document["tasks"]["before"] == planned
    assert digests(out) == digests(first)


def _kill_at(moment: Callable[[], bool], words: list[str]) -> None:
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL) as running:
        while not moment():
            assert running.poll() is None, "the run ended before it could be killed"
            time.sleep(0.002)
        running.send_signal(signal.SIGKILL)


def _ended(out: Path) -> int:
    """Count what stands in the journal, as far as it is on the disk."""
    try:
        with closing(sqlite3.connect(f"file:{out / 'journal.sqlite'}?mode=ro", uri=True)) as journal:
            return int(journal.execute("SELECT count(*) FROM ended").fetchone()[0])
    except sqlite3.Error:
        return 0


def test_dask_gives_the_same_bytes(hundred: Hundred, first: Path, dask: str, tmp_path: Path) -> None:
    """Two workers of a Dask scheduler leave what one process left: crash, hang and eaten memory are told alike."""
    out = tmp_path / "out"
    document = run(hundred, out, copied(first.parent / "index.sqlite", tmp_path), "--dask", dask)
    assert document["settings"]["workers"] == "of Dask"
    assert digests(out) == digests(first)
