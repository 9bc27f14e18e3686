"""Work that real worker processes do for the tests: by the word that a task carries as its reading."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from kazerooni.archive import Kind, Result, Task
from kazerooni.errors import ReadingError


def task(word: str, number: int = 0, *files: Path) -> Task:
    """Make a task that asks for something."""
    return Task(id=f"T-{word}-{number}", kind=Kind.READING, stamp="s", reading=word, files=tuple(map(str, files)))


def work(asked: Task) -> Result:
    """Do what a task asks for."""
    _DEEDS[asked.reading](asked)
    return Result(reading=asked.id)


def _crash(_: Task) -> None:
    os._exit(3)


def _crash_once(asked: Task) -> None:
    marker = Path(asked.files[0])
    if not marker.exists():
        marker.touch()
        os._exit(4)


def _hang(_: Task) -> None:
    time.sleep(1000)


def _eat(_: Task) -> None:
    held = []
    while True:
        held.append(bytearray(os.urandom(2**20)) * 16)
        time.sleep(0.005)


def _refuse(asked: Task) -> None:
    raise ReadingError(f"{Path(asked.files[0]).name}: cannot be used; give another file")


def _slip(asked: Task) -> None:
    raise RuntimeError(f"Doe^John in {asked.files}")


def _kill_parent(_: Task) -> None:
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(1000)


def _nap(_: Task) -> None:
    time.sleep(0.1)


def _nothing(_: Task) -> None:
    return


_DEEDS = {
    "crash": _crash,
    "crash-once": _crash_once,
    "hang": _hang,
    "eat": _eat,
    "refuse": _refuse,
    "slip": _slip,
    "kill-parent": _kill_parent,
    "nap": _nap,
    "nothing": _nothing,
}
