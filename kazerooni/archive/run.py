"""Rescore: an archive indexed, planned, worked off and told; what was done before is not done again."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kazerooni.archive.booked import check_book, note_book
from kazerooni.archive.choice import LEFT, Choice
from kazerooni.archive.cluster import Cluster
from kazerooni.archive.index import Index, Tell
from kazerooni.archive.jobs import Work, old_scores
from kazerooni.archive.journal import JOURNAL_FILE, Journal
from kazerooni.archive.known import Known
from kazerooni.archive.locks import LOCK_FILE, alone, index_in_use, is_locked
from kazerooni.archive.plan import LEFT_TWICE, plan
from kazerooni.archive.pool import WorkerPool
from kazerooni.archive.results import Step, Summary, run_document, told_of_packages, write_results
from kazerooni.archive.settings import Limits, Settings
from kazerooni.archive.task import Failure, Kind, Task
from kazerooni.archive.walk import check
from kazerooni.errors import ArchiveError, OutputError
from kazerooni.files import make_folder, sweep_parts, write_whole

# Readings take milliseconds: handed out one by one, they would wait for each other.
_READINGS_AT_ONCE: Final = 32
_STRANGE: Final = "nothing of what was done before lies in this archive; is it the right one?"
_QUICK: Final = (Kind.READING, Kind.BOOK, Kind.SCORE)


@dataclass(slots=True)
class Standing:
    """How far a run has come. done: of them before this run. seconds: since work began."""

    total: int
    done: int
    before: int
    failed: int
    seconds: float

    @property
    def left_s(self) -> float | None:
        """Seconds that the rest will take at this rate; None before anything was done."""
        new = self.done - self.before
        return None if not new else (self.total - self.done) * self.seconds / new


Watch = Callable[[Standing], object]


def rescore(
    archive: Path,
    settings: Settings,
    *,
    workers: int = 1,
    limits: Limits | None = None,
    dask: str = "",
    resume: bool = False,
    retry_failed: bool = False,
    index: Path | None = None,
    tell: Tell | None = None,
    watch: Watch | None = None,
    step: Step | None = None,
) -> Summary:
    """Score an archive into a folder, each task alone in its failure.

    workers: processes. dask: address of the scheduler whose workers do it instead, "" for none.
    resume: go on with the run of the folder, where it holds one; its settings must be the same.
    retry_failed: of that run, too, do again what failed.
    index: where the index stands, None for the user's cache.
    tell: of the files that were looked at. watch: of the work. step: is told what is done after it.

    Raises ArchiveError, OutputError; what fails in a task is told in errors.csv instead.
    """
    began, started = time.monotonic(), datetime.now(UTC)
    limits = limits or Limits()
    if dask:  # whose workers stand in other folders
        archive, settings = archive.resolve(), settings.everywhere()
    check(archive)
    check_book(settings.store)
    _check_folder(settings.out, archive, resume=resume)
    whys: Counter[str] = Counter()
    with (
        _failing_in_words(archive),
        alone(settings.out),
        Index(archive, index) as known,
        Journal(settings.out, settings.kept()) as journal,
    ):
        sweep_parts(settings.out)
        changes = known.update(tell=tell)
        note_book(Known(known), settings.store)
        if retry_failed:
            journal.forget_failed()
        twice = journal.plan(_tasks(known, settings, whys))
        whys.update({LEFT_TWICE: twice} if twice else {})
        before, was_done = journal.counts()["done"], journal.has_ended()
        work, places = Work(settings), (str(archive), *settings.places())
        pool = (
            Cluster(work, dask, limits=limits, places=places)
            if dask
            else WorkerPool(work, count=workers, limits=limits)
        )
        _work_off(known, journal, settings, pool, watch)
        digests = write_results(journal, settings.out, step)
        summary = Summary(
            changes,
            known.kinds(),
            journal.counts(),
            journal.kinds(),
            dict(whys),
            before,
            time.monotonic() - began,
            journal.drafts(),
            (*told_of_packages(limits), *([_STRANGE] if before == 0 and was_done else [])),
        )
        run = run_document(
            summary, settings, limits=limits, workers=None if dask else workers, started=started, digests=digests
        )
        write_whole(settings.out / "run.json", run, force=True)
    return summary


def choices(
    archive: Path,
    settings: Settings,
    *,
    index: Path | None = None,
    tell: Tell | None = None,
    found: Callable[[dict[str, int]], object] | None = None,
) -> Iterator[Choice]:
    """Tell what would be done, and why each series and reading was chosen or left; only the index is written.

    tell: of the files that were looked at. found: is told how many files there are, by what they are, once all are
    looked at.
    """
    with _failing_in_words(archive), Index(archive, index) as known:
        known.update(tell=tell)
        if found is not None:
            found(known.kinds())
        note_book(Known(known), settings.store)
        yield from plan(known, draft=settings.draft, explain=True)


@contextmanager
def _failing_in_words(archive: Path) -> Iterator[None]:
    """Tell in words that a database cannot be written; one in use is the index, as the journal is written by one."""
    try:
        yield
    except sqlite3.Error as error:
        if is_locked(error):
            raise index_in_use(archive) from None
        raise ArchiveError(
            f"the index or the journal cannot be written ({error}); see to the disk, then go on with --resume"
        ) from None


def holds_run(folder: Path) -> bool:
    """Tell whether a folder holds a run. Raises OutputError where it cannot be reached."""
    try:
        return (folder / JOURNAL_FILE).exists()
    except OSError as error:
        raise OutputError(f"{folder.name}: cannot be reached ({error.strerror}); give another folder") from None


def _check_folder(folder: Path, archive: Path, *, resume: bool) -> None:
    if archive.resolve() in (folder.resolve(), *folder.resolve().parents):
        raise OutputError(
            f"{folder.name}: lies in the archive, and would be taken for a part of it; give a folder elsewhere"
        )
    if holds_run(folder):
        if not resume:
            raise OutputError(f"{folder.name}: holds a run already; go on with it by --resume, or give another folder")
        return
    try:
        is_in_use = folder.is_dir() and any(one.name != LOCK_FILE for one in folder.iterdir())
    except OSError as error:
        raise OutputError(f"{folder.name}: cannot be read ({error.strerror}); give another folder") from None
    if is_in_use:
        raise OutputError(f"{folder.name}: holds other things already; give a new folder")
    make_folder(folder)


def _tasks(index: Index, settings: Settings, whys: Counter[str]) -> Iterator[Task]:
    for choice in plan(index, draft=settings.draft):
        if choice.is_left:
            whys[choice.why.removeprefix(LEFT)] += 1
        elif choice.task is not None:
            yield choice.task


def _work_off(
    index: Index, journal: Journal, settings: Settings, pool: WorkerPool | Cluster, watch: Watch | None
) -> None:
    counts = journal.counts()
    standing = Standing(counts["planned"], counts["done"], counts["done"], counts["failed"], 0.0)
    began = time.monotonic()
    tasks = (task for task in _tasks(index, settings, Counter()) if not journal.is_done(task))
    # Closed whatever happens, so that no worker outlives the run, and what ended is on the disk.
    with closing(pool.run(_batches(tasks))) as ended:
        try:
            for task, outcome, attempts in ended:
                if journal.is_done(task):
                    continue
                is_lost = isinstance(outcome, Failure)
                journal.end(task, outcome, attempts, old=old_scores(task, settings) if is_lost else ())
                standing.done += 1
                standing.failed += is_lost
                standing.seconds = time.monotonic() - began
                if watch is not None:
                    watch(standing)
        finally:
            journal.commit()


def _batches(tasks: Iterator[Task]) -> Iterator[tuple[Task, ...]]:
    """Put readings together in small batches; everything with pixels stands alone."""
    batch: list[Task] = []
    for task in tasks:
        if task.kind not in _QUICK:
            yield (task,)
            continue
        batch.append(task)
        if len(batch) == _READINGS_AT_ONCE:
            yield tuple(batch)
            batch.clear()
    if batch:
        yield tuple(batch)
