"""Cluster: the same tasks done by an existing Dask scheduler's workers. Paths and results travel, not volumes."""

from __future__ import annotations

import logging
import os
import queue
import time
import uuid
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from kazerooni.archive.pool import Done, Work
from kazerooni.archive.remote import Answer, Order, do, paths_of, version_there
from kazerooni.archive.settings import Limits
from kazerooni.archive.task import Cause, Failure, Task
from kazerooni.errors import ArchiveError
from kazerooni.version import __version__

if TYPE_CHECKING:
    from distributed import Client, Future

CONNECT_S: Final = 10.0
"""How long a scheduler is waited for."""
_TICK_S: Final = 2.0
_WITHOUT_WORKERS_S: Final = 60.0
_AHEAD: Final = 2  # batches a thread of a worker: one in work, one at hand
_BLIND: Final = Failure(
    Cause.ERROR, "ArchiveError", "the worker cannot see the archive or the results; mount them at the same paths"
)
_LOST: Final = Failure(Cause.CRASH, "", "the Dask workers that had it were lost")


@dataclass(frozen=True, slots=True)
class _Sent:
    """Tasks that are on their way. again: workers were lost with them before, they are alone now."""

    tasks: Sequence[Task]
    again: bool = False
    look: bool = True


class Cluster:
    """Does tasks on the workers of a Dask scheduler.

    address: of the scheduler, such as `tcp://host:8786`. work: what is done with a task.
    places: paths that every worker must see beside the files of its tasks.
    """

    def __init__(self, work: Work, address: str, *, limits: Limits | None = None, places: Sequence[str] = ()) -> None:
        self._order = Order(work, limits or Limits(), __version__, tuple(places))
        self._address = address
        self._sent: dict[Future[Answer], _Sent] = {}
        self._again: deque[_Sent] = deque()
        self._suspects: deque[_Sent] = deque()
        self._ended: queue.SimpleQueue[Future[Answer]] = queue.SimpleQueue()
        self._blind: set[str] = set()
        self._threads: Mapping[str, int] = {}
        self._asked = 0.0

    def run(self, batches: Iterable[Sequence[Task]]) -> Generator[Done]:
        """Do tasks, giving each when it has ended; no more batches are taken than keep the workers busy.

        Whatever ends this early (a closed generator, Ctrl-C) takes back what has not begun. Raises ArchiveError where
        the scheduler cannot be reached or is lost, has no workers, or these are of another version.
        """
        waiting = iter(batches)
        client = _connect(self._address)
        try:
            self._check(client)
            while self._hand_out(client, waiting):
                try:
                    future = self._ended.get(timeout=_TICK_S)
                except queue.Empty:
                    continue
                yield from self._look_at(future, self._sent.pop(future))
        finally:
            with suppress(Exception):  # a scheduler that is lost takes nothing back
                client.cancel(list(self._sent), force=True)
            self._sent.clear()
            client.close(timeout=_TICK_S)

    def _check(self, client: Client) -> None:
        """Refuse workers that cannot do the tasks before any is sent."""
        self._asked = time.monotonic()
        found: dict[str, Any] = client.run(version_there, on_error="return")
        if not found:
            raise ArchiveError(f"the scheduler has no workers; start some: dask worker {self._address}")
        for said in found.values():
            if isinstance(said, BaseException):
                raise ArchiveError(
                    f"kazerooni cannot be loaded on a worker ({type(said).__name__}); install {__version__} there"
                )
            _check_version(said)

    def _hand_out(self, client: Client, waiting: Iterator[Sequence[Task]]) -> bool:
        """Send as much as keeps the workers busy; False where nothing is left and nothing is on its way."""
        self._ask(client)
        window = max(1, _AHEAD * sum(self._threads.values()))
        while len(self._sent) < window:
            if self._again:
                self._send(client, self._again.popleft())
            elif tasks := tuple(next(waiting, ())):
                self._send(client, _Sent(tasks))
            else:
                break
        if not self._sent and self._suspects:
            self._send(client, self._suspects.popleft())
        return bool(self._sent)

    def _ask(self, client: Client) -> None:
        """Ask the scheduler for its workers now and then."""
        now = time.monotonic()
        if self._threads and now - self._asked < _TICK_S:
            return
        try:
            threads: Mapping[str, int] = client.nthreads()
        except Exception as error:
            raise self._lost() from error
        if threads:
            self._threads, self._asked = threads, now
        elif now - self._asked > _WITHOUT_WORKERS_S:
            raise ArchiveError("all workers are lost; start some, then go on with --resume")

    def _send(self, client: Client, sent: _Sent) -> None:
        seeing = self._seeing()
        future = client.submit(
            do,
            self._order,
            sent.tasks,
            look=sent.look,
            key=f"kazerooni-{uuid.uuid4().hex}",  # says nothing of a person in dashboards and logs
            pure=False,
            workers=seeing if self._blind and seeing else None,
        )
        self._sent[future] = sent
        future.add_done_callback(self._ended.put)

    def _seeing(self) -> list[str]:
        return [address for address in self._threads if address not in self._blind]

    def _look_at(self, future: Future[Answer], sent: _Sent) -> Iterator[Done]:
        from distributed import KilledWorker  # noqa: PLC0415 - of the extra `dask`

        try:
            answer: Answer = future.result()
        except KilledWorker:
            yield from self._after_loss(sent)
        except ArchiveError:
            raise
        except Exception as error:
            if future.status != "error":
                raise self._lost() from error
            raise ArchiveError(f"a worker cannot do the tasks: {type(error).__name__}; see its log") from error
        else:
            _check_version(answer.version)
            yield from self._blinded(answer.blind, sent) if answer.blind else _done(answer, sent)

    def _after_loss(self, sent: _Sent) -> Iterator[Done]:
        """Try tasks whose workers were lost, as often as Dask allows, once more: at the end, one after the other.

        Dask blames all that a worker was to do for its end. With nothing else on its way a task is blamed for itself.
        """
        if not sent.again:
            self._suspects.extend(_Sent((task,), again=True, look=sent.look) for task in sent.tasks)
            return
        for task in sent.tasks:
            yield Done(task, _LOST, 2)

    def _blinded(self, address: str, sent: _Sent) -> Iterator[Done]:
        """Give what a worker does not see to those that may; what is not here either is told by the task itself."""
        waiting = self._suspects if sent.again else self._again
        if not all(map(os.path.exists, paths_of(self._order, sent.tasks))):
            waiting.append(replace(sent, look=False))
            return
        self._blind.add(address)
        if self._seeing():
            waiting.append(sent)
            return
        for task in sent.tasks:
            yield Done(task, _BLIND, 1)

    def _lost(self) -> ArchiveError:
        return ArchiveError(f"{self._address}: the connection to the scheduler was lost; go on with --resume")


def _done(answer: Answer, sent: _Sent) -> Iterator[Done]:
    tasks = {task.id: task for task in sent.tasks}
    for one in answer.ended:
        yield Done(tasks[one.task_id], one.outcome, one.attempts)


def _check_version(theirs: str) -> None:
    if theirs != __version__:
        raise ArchiveError(
            f"a worker has kazerooni {theirs}, and this is {__version__}; all tables must come from one version, so "
            f"install {__version__} there"
        )


def _connect(address: str) -> Client:
    """Connect to a scheduler; raises ArchiveError where none answers in time."""
    try:
        from distributed import Client  # noqa: PLC0415 - of the extra `dask`
    except ImportError:
        raise ArchiveError('Dask is not installed; pip install "kazerooni[dask]"') from None
    # What goes wrong is told by errors; Dask's own words quote addresses and paths.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ArchiveError(
            f"{address}: no Dask scheduler answers within {CONNECT_S:g} s ({type(error).__name__}); "
            "give the address that `dask scheduler` shows, such as tcp://host:8786"
        ) from None
