"""Worker: the process that does tasks. It ends with its master, however that ends."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import threading
import traceback
import warnings
from collections.abc import Callable, Iterable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from kazerooni.archive.task import Cause, Failure, Result, Task
from kazerooni.archive.telling import told_of
from kazerooni.errors import KazerooniError

_OBJECTS_BETWEEN: Final = 100_000


def serve(connection: Connection, work: Callable[[Task], Result]) -> None:
    """Do the tasks that come through a connection until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the master's to answer
    warnings.simplefilter("ignore")  # they quote headers, which may name the patient
    logging.getLogger().addHandler(logging.NullHandler())
    _end_with_master()
    collect_rarely()
    try:
        connection.send("ready")
        while True:
            tasks: Iterable[Task] = connection.recv()
            connection.send([attempt(work, task) for task in tasks])
    except (EOFError, OSError):
        return


def collect_rarely() -> None:
    """Let the collector of cyclic garbage pass over what was imported, and run after many objects only.

    The counts of a reading are thousands of lists without a cycle: looking through them again and again takes a tenth
    of the time.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN)


def attempt(work: Callable[[Task], Result], task: Task) -> Result | Failure:
    """Do a task; what goes wrong is told without the name of a file, and without words of an unforeseen error."""
    try:
        return work(task)
    except KazerooniError as error:
        return Failure(Cause.ERROR, type(error).__name__, told_of(error, task))
    except Exception as error:  # noqa: BLE001 - the batch loop: one task never ends the others
        return Failure(Cause.ERROR, type(error).__name__, f"the program went wrong{_where(error)}")


def _where(error: Exception) -> str:
    """Say where an unforeseen error arose; its own words may quote a header or a path."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}kazerooni{os.sep}" in frame.filename]
    return f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""


def _end_with_master() -> None:
    """End this process when its master does, even when it hangs in a task."""
    master = multiprocessing.parent_process()
    if master is None:
        return

    def watch() -> None:
        master.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
