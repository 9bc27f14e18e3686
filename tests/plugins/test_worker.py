"""Work in the background: progress, results and ends arrive in the main thread."""

from __future__ import annotations

import threading
import warnings
from typing import Any

import pytest

from kazerooni.dicom import Progress
from kazerooni.errors import PixelError
from napari_kazerooni.worker import Job


class Record:
    """What a job told, and in which thread."""

    def __init__(self, job: Job) -> None:
        self.told: list[tuple[object, ...]] = []
        self.threads: set[int] = set()
        for name in ("progressed", "told", "returned", "failed"):
            getattr(job, name).connect(lambda *values, name=name: self.add(name, *values))

    def add(self, name: str, *values: object) -> None:
        """Keep what was told."""
        self.told.append((name, *values))
        self.threads.add(threading.get_ident())


def run(job: Job, qtbot: Any) -> Record:
    """Run a job to its end."""
    record = Record(job)
    with qtbot.waitSignal(job.ended, timeout=10000):
        job.start()
    return record


def test_results_arrive_in_the_main_thread(qtbot: Any) -> None:
    """Progress, what is told early, and the result come in order, and in the thread of the window."""
    here = threading.get_ident()
    worked: list[int] = []

    def work(progress: Progress, tell: Any) -> str:
        worked.append(threading.get_ident())
        progress(1, 2)
        tell("early")
        progress(2, 2)
        return "all"

    record = run(Job(work), qtbot)
    assert record.told == [("progressed", 1, 2), ("told", "early"), ("progressed", 2, 2), ("returned", "all")]
    assert record.threads == {here}
    assert worked != [here]


def test_progress_is_told_no_faster_than_it_can_be_drawn(qtbot: Any) -> None:
    """Of a thousand steps in a moment the window hears of the first and the last, and few between."""

    def work(progress: Progress, _: Any) -> None:
        for done in range(1, 1001):
            progress(done, 1000)

    told = [one for one in run(Job(work), qtbot).told if one[0] == "progressed"]
    assert told[0] == ("progressed", 1, 1000)
    assert told[-1] == ("progressed", 1000, 1000)
    assert len(told) < 100


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PixelError("slice 7 is cut short"), "slice 7 is cut short"),
        (MemoryError(), "memory"),
        (ZeroDivisionError("/home/patient/name"), "ZeroDivisionError"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_failure_becomes_a_sentence(qtbot: Any, error: Exception, words: str) -> None:
    """An error of the toolkit is told in its own words, another one by its kind; no traceback opens."""

    def work(*_: object) -> None:
        raise error

    (told,) = run(Job(work), qtbot).told
    kind, message = map(str, told)
    assert kind == "failed"
    assert words in message
    assert "/home" not in message


def test_cancelled_work_ends_at_its_next_progress(qtbot: Any) -> None:
    """After `cancel` the work gets no further than its next progress and hands nothing over but its end."""
    reached, go_on, after = threading.Event(), threading.Event(), []

    def work(progress: Progress, _: object) -> str:
        reached.set()
        go_on.wait(10)
        progress(1, None)
        after.append("too far")
        return "all"

    job = Job(work)
    record = Record(job)
    with qtbot.waitSignal(job.ended, timeout=10000):
        job.start()
        assert reached.wait(10)
        job.cancel()
        go_on.set()
    assert not after
    assert not record.told


def test_warnings_stay_where_they_go(qtbot: Any) -> None:
    """Two jobs that overlap, the first ending first, leave the way that warnings take, and their filters, alone."""
    before, filters = warnings.showwarning, list(warnings.filters)
    begun, go_on = threading.Event(), threading.Event()

    def first(*_: object) -> None:
        begun.wait(10)

    def second(*_: object) -> None:
        begun.set()
        go_on.wait(10)

    one, other = Job(first), Job(second)
    with qtbot.waitSignal(other.ended, timeout=10000):
        with qtbot.waitSignal(one.ended, timeout=10000):
            one.start()
            other.start()
        go_on.set()
    assert warnings.showwarning is before
    assert list(warnings.filters) == filters
