"""Pool: worker processes of its own. One that crashes, hangs or takes too much memory is replaced, and it alone.

Tasks are handed out in small batches, one to a worker at a time. Where a batch ends its worker, each of its tasks is
tried once more, alone; where one ends a worker again, it has failed. Processes are spawned, never forked: the same on
every operating system.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any, Final, NamedTuple

from kazerooni.archive.settings import Limits
from kazerooni.archive.task import Cause, Failure, Result, Task
from kazerooni.archive.worker import serve
from kazerooni.errors import ArchiveError

Work = Callable[[Task], Result]
"""What a worker does; it is pickled, so it is a function of a module or a value of a class of one."""

_TICK_S: Final = 0.2
_STARTING_S: Final = 120.0
_MOST_FALSE_STARTS: Final = 3
_ATTEMPTS: Final = 2
_environment: Final = threading.Lock()  # on a worker of Dask several threads start processes
# One thread a worker: two workers are two processors.
_ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"), "1"
)


class Done(NamedTuple):
    """A task that has ended, and after how many attempts."""

    task: Task
    outcome: Result | Failure
    attempts: int


class _Hand:
    """One worker as its master sees it: what it holds, since when, after how many attempts before."""

    def __init__(self, work: Work) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=serve, args=(theirs, work), daemon=True, name="kazerooni worker")
        with _one_thread(), _deaf_to_interrupts():
            self.process.start()
        theirs.close()
        self.is_ready = False
        self.tasks: Sequence[Task] = ()
        self.before = 0
        self.since = time.monotonic()
        self._memory = _memory_of(self.process.pid or 0)

    def give(self, tasks: Sequence[Task], before: int) -> None:
        self.tasks, self.before, self.since = tasks, before, time.monotonic()
        with suppress(OSError):  # it has just died; the next look finds that
            self.connection.send(tasks)

    def message(self) -> Any:
        """Give what the worker says; None where it says nothing, EOFError where it never will again."""
        try:
            return self.connection.recv() if self.connection.poll() else None
        except (EOFError, OSError):
            raise EOFError from None

    def over(self, limits: Limits) -> Failure | None:
        """Tell which limit the worker is over; None where none."""
        held_s = time.monotonic() - self.since
        if held_s > (limits.seconds if self.is_ready else max(limits.seconds, _STARTING_S)):
            return Failure(Cause.TIME, "", f"took longer than {limits.seconds:g} s; give more with --time-limit")
        if limits.memory_mb is not None and self._memory() > limits.memory_mb:
            most = f"{limits.memory_mb:g} MB"
            return Failure(Cause.MEMORY, "", f"took more than {most} of memory; give more with --memory-limit")
        return None

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.connection.close()


class UnwantedError(Exception):
    """Who asked for the tasks waits for them no more."""


class WorkerPool:
    """Does tasks in worker processes. count: of workers. work: what each of them does with a task.

    is_wanted: is asked now and then whether anyone still waits; UnwantedError where not, and the workers end.
    """

    def __init__(
        self,
        work: Work,
        *,
        count: int = 1,
        limits: Limits | None = None,
        is_wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._work, self._count, self._limits = work, max(1, count), limits or Limits()
        self._is_wanted = is_wanted
        self._hands: list[_Hand] = []
        self._again: deque[Task] = deque()
        self._false_starts = 0

    def run(self, batches: Iterable[Sequence[Task]]) -> Generator[Done]:
        """Do tasks, giving each when it has ended; batches are taken only as workers are free for them.

        Whatever ends this early (a closed generator, Ctrl-C) ends the workers too. Raises ArchiveError where no worker
        starts; UnwantedError.
        """
        waiting = iter(batches)
        try:
            while self._hand_out(waiting):
                if not self._is_wanted():
                    raise UnwantedError
                busy = [hand for hand in self._hands if hand.tasks]
                ends: list[Connection | int] = [hand.connection for hand in busy]
                wait([*ends, *(hand.process.sentinel for hand in busy)], _TICK_S)
                ended = [done for hand in busy for done in self._look_at(hand)]
                self._hand_out(waiting)  # workers go on while the caller writes down what ended
                yield from ended
        finally:
            for hand in self._hands:
                hand.end()
            self._hands.clear()

    def _hand_out(self, waiting: Iterator[Sequence[Task]]) -> bool:
        """Give every free worker something to do; False where nothing is left and nobody works."""
        while True:
            tasks: tuple[Task, ...]
            if self._again:
                tasks, before = (self._again[0],), 1
            else:
                free = [hand for hand in self._hands if not hand.tasks]
                if not free and len(self._hands) >= self._count:
                    return True
                tasks, before = tuple(next(waiting, ())), 0
                if not tasks:
                    return any(hand.tasks for hand in self._hands)
            hand = next((hand for hand in self._hands if not hand.tasks), None)
            if hand is None and len(self._hands) >= self._count:
                return True
            if hand is None:
                hand = _Hand(self._work)
                self._hands.append(hand)
            if before:
                self._again.popleft()
            hand.give(tasks, before)

    def _look_at(self, hand: _Hand) -> Iterator[Done]:
        try:
            said = hand.message()
        except EOFError:
            yield from self._replace(hand, _crash(hand))
            return
        if said == "ready":
            hand.is_ready, hand.since, self._false_starts = True, time.monotonic(), 0
        elif said is not None:
            tasks, before = hand.tasks, hand.before
            hand.tasks = ()
            for task, outcome in zip(tasks, said, strict=True):
                yield Done(task, outcome, before + 1)
        elif (failure := hand.over(self._limits)) is not None:
            yield from self._replace(hand, failure)

    def _replace(self, hand: _Hand, failure: Failure) -> Iterator[Done]:
        """End a worker; its tasks are tried once more, each alone, or have failed."""
        hand.end()
        self._hands.remove(hand)
        if not hand.is_ready:
            self._false_starts += 1
            if self._false_starts >= _MOST_FALSE_STARTS:
                raise ArchiveError(f"worker processes cannot be started: {failure.why}")
        if not hand.is_ready or hand.before + 1 < _ATTEMPTS:
            self._again.extend(hand.tasks)
        else:
            for task in hand.tasks:
                yield Done(task, failure, hand.before + 1)


def _crash(hand: _Hand) -> Failure:
    hand.process.join(_TICK_S)
    code = hand.process.exitcode
    how = "closed its connection" if code is None else f"signal {-code}" if code < 0 else f"exit status {code}"
    return Failure(Cause.CRASH, "", f"the worker process ended ({how})")


def _memory_of(pid: int) -> Callable[[], float]:
    """Give what tells the resident memory of a process in 10**6 bytes; 0 where psutil is not installed."""
    if not can_watch_memory():
        return lambda: 0.0
    import psutil  # noqa: PLC0415 - of the extra `archive`

    def used() -> float:
        try:
            return float(psutil.Process(pid).memory_info().rss) / 1e6
        except psutil.Error:
            return 0.0

    return used


def can_watch_memory() -> bool:
    """Tell whether the memory of workers can be watched: psutil of the extra `archive` is installed."""
    try:
        import psutil  # noqa: F401, PLC0415 - of the extra `archive`
    except ImportError:
        return False
    return True


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Let processes that are started meanwhile never hear Ctrl-C, not even before `serve` runs in them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    from multiprocessing import resource_tracker  # noqa: PLC0415 - of POSIX alone

    resource_tracker.ensure_running()  # started with the first process, it would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Let processes that are started meanwhile use one thread in numeric libraries, unless the user says otherwise."""
    with _environment:
        mine = {name: value for name, value in _ONE_THREAD.items() if name not in os.environ}
        os.environ.update(mine)
        try:
            yield
        finally:
            for name in mine:
                os.environ.pop(name, None)
