"""Worker: a piece of work in a thread, with progress and an end at any time; its results arrive in the main thread."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from qtpy.QtCore import QObject, Qt, Signal

from kazerooni.dicom import Progress
from kazerooni.errors import KazerooniError

Tell = Callable[[object], None]
Work = Callable[[Progress, Tell], object]
_Value = TypeVar("_Value")

_PROGRESS_EVERY_S: Final = 0.25
_STEPS_BACK: Final = 5  # of 19: a third of what a processor gives to a thread that stays
_running: Final[set[Job]] = set()


class _CancelledError(Exception):
    """The work is not wanted any more."""


class Job(QObject):
    """Runs `work(progress, tell)` in a thread, for whose end Python waits before it ends itself.

    `progress(done, total)` shows how far it is, four times a second at most (Qt draws the whole window anew for a bar
    in it, in 15 ms), and ends the work once `cancel` was called; `tell(value)` hands over something before the end.
    Signals arrive in the main thread: `progressed(done, total)`, `told(value)`, `returned(value)`, `failed(message)`,
    and always `ended()`.
    """

    progressed = Signal(int, object)
    told = Signal(object)
    returned = Signal(object)
    failed = Signal(str)
    ended = Signal()
    _finished = Signal(object, object)
    _passed = Signal(str, object)

    def __init__(self, work: Work) -> None:
        super().__init__()
        self._work = work
        self._cancelled = threading.Event()
        self._told_at_s = float("-inf")
        self._finished.connect(self._finish, Qt.ConnectionType.QueuedConnection)
        self._passed.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Start; the job keeps itself alive until it has ended."""
        _running.add(self)
        # No worker of napari: each turns the warnings of the program to itself, and of two that overlap one stays so.
        threading.Thread(target=self._run, name="kazerooni").start()

    def cancel(self) -> None:
        """Ask the work to end at its next progress; nothing is handed over from then on but `ended`."""
        self._cancelled.set()

    def _run(self) -> None:
        value, failure = None, None
        try:
            value = self._work(self._on_progress, self._on_tell)
        except _CancelledError:
            pass
        except KazerooniError as error:
            failure = str(error)
        except MemoryError:
            failure = "The memory of this computer does not suffice for this series: close other programs."
        except Exception as error:  # noqa: BLE001 - the edge: a message in the window, no box with a traceback
            failure = f"The program went wrong ({type(error).__name__}); kazerooni inspect may tell more."
        self._send(self._finished, value, failure)

    def _on_progress(self, done: int, total: int | None) -> None:
        self._end_if_cancelled()
        at_s = time.monotonic()
        if done != total and at_s - self._told_at_s < _PROGRESS_EVERY_S:
            return
        self._told_at_s = at_s
        self._send(self._passed, "progressed", (done, total))

    def _on_tell(self, value: object) -> None:
        self._end_if_cancelled()
        self._send(self._passed, "told", (value,))

    def _end_if_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise _CancelledError

    def _send(self, signal: Any, *values: object) -> None:
        try:
            signal.emit(*values)
        except RuntimeError:  # the window has gone, and Qt's side of the job with it
            raise _CancelledError from None

    def _pass_on(self, name: str, values: tuple[object, ...]) -> None:
        if not self._cancelled.is_set():
            getattr(self, name).emit(*values)

    def _finish(self, value: object, failure: str | None) -> None:
        _running.discard(self)
        if not self._cancelled.is_set():
            if failure is None:
                self.returned.emit(value)
            else:
                self.failed.emit(failure)
        self.ended.emit()


def stepping_back(work: Callable[[], _Value]) -> _Value:
    """Do work that takes all processors, as reading slices, so that the window goes first; gives what it gives.

    Only Linux has a priority for each thread: one of its own steps back, and those that it starts do so too.
    """
    with ThreadPoolExecutor(1, initializer=_step_back) as pool:
        return pool.submit(work).result()


def _step_back() -> None:
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _STEPS_BACK)


def run(work: Work, *, ended: Callable[[], None] | None = None, **heard: Callable[..., None]) -> Job:
    """Start some work; `heard` are what to call in the main thread, by the name of a signal of Job."""
    job = Job(work)
    for name, hear in heard.items():
        getattr(job, name).connect(hear)
    if ended is not None:
        job.ended.connect(ended)
    job.start()
    return job
