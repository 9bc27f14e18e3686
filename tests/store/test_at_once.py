"""Many programs write at once and some are killed: nothing is lost, nothing is half-written."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from kazerooni.errors import StoreError
from kazerooni.store import engine, open_store
from tests.store.builders import WHEN, course, told

ROOT = Path(__file__).resolve().parents[2]
WRITERS, EACH = 8, 6


def _start(where: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.write_until_killed", where, *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_eight_programs_write_at_once(where: str) -> None:
    """Eight programs add and score course after course: every course is there, once, and the chain verifies."""
    open_store(where, create=True).close()
    programs = [_start(where, str(number), str(EACH)) for number in range(WRITERS)]
    for program in programs:
        _, errors = program.communicate(timeout=300)
        assert (program.returncode, errors) == (0, "")
    names = [f"P-{writer}-{number}" for writer in range(WRITERS) for number in range(EACH)]
    with open_store(where) as book:
        assert sorted(book.patients()) == sorted(names)
        assert told(book.course("P-7-5")) == told(course("P-7-5"))
        assert len(list(book.scores("kazerooni"))) == 2 * len(names)
        assert book.unscored("kazerooni") == 0
        found = book.verify()
        assert found.broken is None
        # For each: patient and description, 2 x (study, series, reading, score, lung function), 1 treatment, 2 events.
        assert found.rows == len(names) * (2 + 2 * 5 + 3)


def test_threads_share_one_open_book(where: str) -> None:
    """Threads of one program may write through one open book."""
    with open_store(where, create=True) as book:
        threads = [
            threading.Thread(target=book.add, args=([course(f"P-{n}")],), kwargs={"who": "t", "when": WHEN})
            for n in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(book.patients()) == [f"P-{n}" for n in range(WRITERS)]
        assert book.verify().is_whole


@pytest.mark.parametrize("chunks", [1, 2])
def test_a_writer_is_killed(where: str, chunks: int) -> None:
    """SIGKILL in the middle of a write: the book opens, verifies, holds nothing of that write and takes the next."""
    with open_store(where, create=True) as book:
        head = book.add([course("P-before")], who="t", when=WHEN).head
    program = _start(where, "killed", "50", "whole")
    assert program.stdout is not None
    for _ in range(chunks):
        assert int(program.stdout.readline()) > 0  # rows stand in the transaction
    program.send_signal(signal.SIGKILL)
    program.communicate(timeout=60)
    assert program.returncode == -signal.SIGKILL
    with open_store(where) as book:
        found = book.verify(head)
        assert found.broken is None
        assert found.head == head
        assert book.patients() == ("P-before",)
        book.add([course("P-after")], who="t", when=WHEN)
        assert book.patients() == ("P-before", "P-after")
        assert book.verify(head).is_whole


def test_a_writer_waits_as_long_as_it_was_told(where: str) -> None:
    """While another program writes, a write with one second of patience is refused in words, and is made afterwards."""
    open_store(where, create=True).close()
    with open_store(where) as other, open_store(where, patience_s=1.0) as book, engine.writing(other._engine):
        began = time.monotonic()
        with pytest.raises(StoreError, match=r"have been writing for 1 s; nothing was written, try again"):
            book.add([course("P-1")], who="t", when=WHEN)
        assert 0.9 <= time.monotonic() - began < 60
    with open_store(where, patience_s=1.0) as book:
        book.add([course("P-1")], who="t", when=WHEN)
        assert book.patients() == ("P-1",)
