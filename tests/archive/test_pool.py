"""Worker processes: each task alone in its failure, each worker replaced alone."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from kazerooni.archive import Cause, Failure, Limits, Result, Task
from kazerooni.archive.pool import Done, WorkerPool
from kazerooni.errors import ArchiveError
from tests.archive.jobs import task, work

ROOT = Path(__file__).resolve().parents[2]


def _done(batches: Sequence[Sequence[Task]], *, count: int = 1, limits: Limits | None = None) -> dict[str, Done]:
    ended = list(WorkerPool(work, count=count, limits=limits).run(batches))
    assert len(ended) == sum(map(len, batches)), "every task ends once"
    return {one.task.id: one for one in ended}


def _failure(done: Done) -> Failure:
    assert isinstance(done.outcome, Failure)
    return done.outcome


def test_a_crash_ends_its_task_and_no_other() -> None:
    """A task that ends its process is tried once more and recorded; its batch and what follows are done."""
    batch = [task("nothing", n) for n in range(3)]
    ended = _done([[*batch, task("crash")], [task("nothing", 9)]])
    assert (_failure(ended["T-crash-0"]).cause, ended["T-crash-0"].attempts) == (Cause.CRASH, 2)
    assert "exit status 3" in _failure(ended["T-crash-0"]).why
    assert all(isinstance(ended[f"T-nothing-{n}"].outcome, Result) for n in (0, 1, 2, 9))


def test_a_task_that_crashes_once_is_done_at_the_second_attempt(tmp_path: Path) -> None:
    """What ended a worker by chance is tried again, and counts as done."""
    ended = _done([[task("crash-once", 0, tmp_path / "marker")]])["T-crash-once-0"]
    assert isinstance(ended.outcome, Result)
    assert ended.attempts == 2


def test_a_hang_is_ended_by_the_time_limit_while_another_worker_goes_on() -> None:
    """Of two workers one hangs: it alone is ended, its task recorded; the other does the rest."""
    batches = [[task("hang")], *([task("nothing", n)] for n in range(6))]
    ended = _done(batches, count=2, limits=Limits(seconds=1.0))
    assert (_failure(ended["T-hang-0"]).cause, ended["T-hang-0"].attempts) == (Cause.TIME, 2)
    assert all(isinstance(ended[f"T-nothing-{n}"].outcome, Result) for n in range(6))


def test_too_much_memory_ends_the_task() -> None:
    """A task that takes ever more memory is ended at the limit, and recorded with it."""
    pytest.importorskip("psutil")
    ended = _done([[task("eat")], [task("nothing")]], limits=Limits(memory_mb=500.0))
    assert (_failure(ended["T-eat-0"]).cause, ended["T-eat-0"].attempts) == (Cause.MEMORY, 2)
    assert "500 MB" in _failure(ended["T-eat-0"]).why
    assert isinstance(ended["T-nothing-0"].outcome, Result)


def test_errors_are_told_without_names(tmp_path: Path) -> None:
    """A message names no file of the task, an unforeseen error keeps its words to itself; neither is tried again."""
    file = tmp_path / "Doe_John.json"
    ended = _done([[task("refuse", 0, file), task("slip", 0, file)]])
    refused, slipped = _failure(ended["T-refuse-0"]), _failure(ended["T-slip-0"])
    assert refused == Failure(Cause.ERROR, "ReadingError", "the file: cannot be used; give another file")
    assert (slipped.error, "Doe" in slipped.why) == ("RuntimeError", False)
    assert ended["T-refuse-0"].attempts == 1


def test_batches_are_taken_only_as_workers_are_free() -> None:
    """Of a million batches no more are taken than workers hold: memory does not grow with the work."""
    taken = 0

    def batches() -> Iterator[Sequence[Task]]:
        nonlocal taken
        for taken in range(1, 1_000_000):
            yield [task("nothing", taken)]

    running = WorkerPool(work, count=2).run(batches())
    ended = [next(running) for _ in range(5)]
    running.close()
    assert len({one.task.id for one in ended}) == 5
    assert taken <= 8
    assert not [one for one in multiprocessing.active_children() if one.name == "kazerooni worker"]


def test_workers_that_never_start_are_told() -> None:
    """Where no worker can begin, as its work cannot be loaded there, that is said instead of tried for ever."""
    with pytest.raises(ArchiveError, match="cannot be started"):
        list(WorkerPool(_Unloadable(), count=1).run([[task("nothing")]]))


class _Unloadable:
    """Work that ends the process that loads it."""

    def __call__(self, asked: Task) -> Result:
        return work(asked)

    def __reduce__(self) -> tuple[object, tuple[int]]:
        return os._exit, (5,)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_workers_end_with_a_master_that_was_killed() -> None:
    """A master that is killed while its worker hangs leaves no worker behind."""
    code = (
        "import psutil\n"
        "from kazerooni.archive.pool import WorkerPool\n"
        "from tests.archive.jobs import task, work\n"
        "pool = WorkerPool(work)\n"
        "import threading, time\n"
        "def tell():\n"
        "    time.sleep(1.5)\n"
        "    print([p.pid for p in psutil.Process().children(recursive=True)], flush=True)\n"
        "threading.Thread(target=tell, daemon=True).start()\n"
        "list(pool.run([[task('hang')]]))\n"
    )
    psutil = pytest.importorskip("psutil")
    with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) as master:
        assert master.stdout is not None
        workers = [int(pid) for pid in master.stdout.readline().strip("[]\n").split(",")]
        master.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while any(map(psutil.pid_exists, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert workers
    assert not any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in workers)
