"""Remote: what a worker of a cluster does with tasks: hands them to a worker process of its own, under the same limits.

A thread of Dask that hangs cannot be ended, and one that crashes takes all others along; a process of `pool` can be.
Between tasks the process is kept, as starting one takes a second, and ended when it has had none for a while.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kazerooni.archive.pool import UnwantedError, Work, WorkerPool
from kazerooni.archive.settings import Limits
from kazerooni.archive.task import Failure, Result, Task
from kazerooni.version import __version__
from kazerooni.zips import file_of

_IDLE_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Order:
    """What is done with tasks on a worker of a cluster.

    version: of the program that asks; a worker of another does nothing. places: paths that a worker must see.
    """

    work: Work
    limits: Limits
    version: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a task there, and after how many attempts."""

    task_id: str
    outcome: Result | Failure
    attempts: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says: what ended; or nothing, as it is of another version, or does not see what it is to read.

    blind: the address of a worker that does not see it, "" of one that does.
    """

    version: str
    ended: tuple[Ended, ...] = ()
    blind: str = ""


def version_there() -> str:
    """Give the version of the program where this is called."""
    return __version__


def do(order: Order, tasks: Sequence[Task], *, look: bool) -> Answer:
    """Do tasks. look: whether it is seen to first that all their files are there, and nothing is done if not."""
    if order.version != __version__:
        return Answer(__version__)
    if look and not all(map(os.path.exists, paths_of(order, tasks))):
        from distributed import get_worker  # noqa: PLC0415 - of the extra `dask`

        return Answer(__version__, blind=get_worker().address)
    return Answer(__version__, tuple(_in_process(order, tasks)))


def paths_of(order: Order, tasks: Iterable[Task]) -> Iterator[str]:
    """Give all files that tasks read from: of what lies in a zip, the zip."""
    yield from order.places
    for task in tasks:
        yield from (str(file_of(path)) for path in (*task.files, *task.maps, *task.old))


class _Kept:
    """A pool of one worker process that gets its batches one by one."""

    def __init__(self, work: Work, limits: Limits) -> None:
        self.key = (work, limits)
        self.since = time.monotonic()
        self._batches: deque[Sequence[Task]] = deque()
        # It is gone on with only when there is a batch, so it never finds that all is done.
        pool = WorkerPool(work, limits=limits, is_wanted=self._is_still_wanted)
        self._running = pool.run(_taken(self._batches))
        self._is_wanted: Callable[[], bool] = lambda: True

    def do(self, tasks: Sequence[Task], is_wanted: Callable[[], bool]) -> Iterator[Ended]:
        self._is_wanted = is_wanted
        self._batches.append(tasks)
        for _ in tasks:
            task, outcome, attempts = next(self._running)
            yield Ended(task.id, outcome, attempts)

    def _is_still_wanted(self) -> bool:
        return self._is_wanted()

    def close(self) -> None:
        self._running.close()


def _taken(batches: deque[Sequence[Task]]) -> Iterator[Sequence[Task]]:
    """Take batches for ever, an empty one where there is none."""
    while True:
        yield batches.popleft() if batches else ()


_idle: Final[list[_Kept]] = []
_lock: Final = threading.Lock()


def _in_process(order: Order, tasks: Sequence[Task]) -> list[Ended]:
    # Workers under a nanny of Dask are daemons, which may have no children as they would outlive them; ours do not.
    multiprocessing.current_process().daemon = False
    kept = _take(order.work, order.limits)
    try:
        ended = list(kept.do(tasks, _watch()))
    except UnwantedError:  # an answer that nobody reads; as an error it would stand, with paths, in the worker's log
        return []
    except BaseException:
        kept.close()
        raise
    with _lock:
        kept.since = time.monotonic()
        _idle.append(kept)
    sweeper = threading.Timer(_IDLE_S, _sweep)
    sweeper.daemon = True
    sweeper.start()
    return ended


def _watch() -> Callable[[], bool]:
    """Give what tells whether the task of Dask that is being done is still wanted: a run may be stopped, or killed.

    Dask ends no thread for that. It calls a task cancelled, and would let the next one wait behind it.
    """
    from distributed import get_worker  # noqa: PLC0415 - of the extra `dask`

    worker = get_worker()
    key = worker.get_current_task()

    def is_wanted() -> bool:
        task = worker.state.tasks.get(key)
        return task is not None and task.state != "cancelled"

    return is_wanted


def _take(work: Work, limits: Limits) -> _Kept:
    with _lock:
        for kept in reversed(_idle):
            if kept.key == (work, limits):
                _idle.remove(kept)
                return kept
    return _Kept(work, limits)


def _sweep() -> None:
    """End the processes that have had nothing to do for a while."""
    with _lock:
        old = [kept for kept in _idle if time.monotonic() - kept.since >= _IDLE_S]
        for kept in old:
            _idle.remove(kept)
    for kept in old:
        kept.close()
