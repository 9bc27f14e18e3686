"""Pull: series from a PACS into a folder, over a bounded number of connections; what is there is not fetched again."""

from __future__ import annotations

import contextvars
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import Final

from kazerooni.dicom import Progress
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import KazerooniError, PassingError
from kazerooni.files import make_folder, write_whole
from kazerooni.pacs.connect import connected, open_server
from kazerooni.pacs.find import FoundSeries, check_uid, find_instances
from kazerooni.pacs.patience import StoppedError, Trial
from kazerooni.pacs.profile import Profile
from kazerooni.pacs.server import Instance, Server
from kazerooni.pacs.whole import check_whole, is_whole

# CT Image, Enhanced CT Image, Legacy Converted Enhanced CT Image Storage (PS3.6, A)
CT_CLASSES: Final = frozenset(
    {"1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.2.1", "1.2.840.10008.5.1.4.1.1.2.2"}
)
_LEFT_OVER: Final = ".kazerooni-*"  # of a pull that was killed while it wrote
_MOST_GIVEN_UP: Final = 2  # objects in turn that a server that answers does not bring
_TICK_S: Final = 0.05
_FAREWELL_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull did. lost: objects that could not be had, each with the reason."""

    series: int
    fetched: int
    there: int
    lost: tuple[tuple[Instance, str], ...]


def list_pictures(server: Server, series: FoundSeries, *, tries: int, only_ct: bool) -> tuple[Instance, ...]:
    """List the objects of a series; `only_ct` leaves out those that the server says are no CT pictures."""
    found = find_instances(server, series.study_uid, series.uid, tries=tries)
    wanted = [one for one in found if not only_ct or one.sop_class in CT_CLASSES or not one.sop_class]
    return tuple(sorted(wanted, key=lambda one: one.sop_uid))


def path_of(folder: Path, one: Instance) -> Path:
    """Give where an object goes: `STUDY/SERIES/OBJECT.dcm`, by UIDs, which are safe as names on every system.

    Raises PacsError where a UID of the server is none, so that no value of it leads out of the folder.
    """
    return folder / check_uid(one.study_uid) / check_uid(one.series_uid) / f"{check_uid(one.sop_uid)}.dcm"


def pull(
    profile: Profile, series: Sequence[Sequence[Instance]], folder: Path, *, progress: Progress | None = None
) -> Pulled:
    """Fetch series, each given as its objects, into a folder; whole files of them that are there stay.

    Stops at what concerns all (no disk space, no connection after all tries, Ctrl-C) and leaves whole files only; the
    next pull goes on from there. Raises OutputError or PacsError then; KeyboardInterrupt comes through.
    """
    with connected(profile) as server:
        at_once = server.at_once
    _prepare(folder, series)
    job = _Job(profile, folder, _units(series, at_once))
    with quiet_pydicom():
        job.run(progress)
    return Pulled(len(series), job.fetched, job.there, tuple(job.lost))


def _prepare(folder: Path, series: Sequence[Sequence[Instance]]) -> None:
    for parent in {path_of(folder, one).parent for objects in series for one in objects}:
        make_folder(parent)
        for left in parent.glob(_LEFT_OVER):
            with suppress(OSError):
                left.unlink()


def _units(series: Sequence[Sequence[Instance]], at_once: int) -> Iterator[tuple[Sequence[Instance], bool]]:
    """Give parts of series that one connection fetches in turn, and whether each is all of its series."""
    for objects in series:
        for first in range(0, len(objects), at_once):
            yield objects[first : first + at_once], len(objects) <= at_once


class _Job:
    """A pull under way: units wait in a queue, a worker on each connection takes one after the other."""

    def __init__(self, profile: Profile, folder: Path, units: Iterator[tuple[Sequence[Instance], bool]]) -> None:
        self.profile, self.folder = profile, folder
        self.units = deque(units)
        self.total = sum(len(objects) for objects, _ in self.units)
        self.stop = Event()
        self.lost: list[tuple[Instance, str]] = []  # appends are atomic
        self.error: KazerooniError | None = None
        self._workers = [_Worker(self) for _ in range(min(profile.connections, len(self.units)))]

    @property
    def fetched(self) -> int:
        """How many objects were fetched and kept."""
        return sum(worker.fetched for worker in self._workers)

    @property
    def there(self) -> int:
        """How many were there already."""
        return sum(worker.there for worker in self._workers)

    def run(self, progress: Progress | None) -> None:
        """Run the workers to their end, or until one fails or somebody interrupts."""
        try:
            for worker in self._workers:
                worker.start()
            while not all(worker.ended.is_set() for worker in self._workers):
                for worker in self._workers:
                    worker.ended.wait(_TICK_S)
                if progress is not None:
                    progress(self.fetched + self.there, self.total)
        finally:
            self.stop.set()
            until = monotonic() + _FAREWELL_S
            for worker in self._workers:
                worker.leave(until)
        if self.error is not None:
            kept = self.fetched + self.there
            raise type(self.error)(
                f"{self.error}\n{kept} of {self.total} objects are there, whole; run the same command again to go on"
            )

    def fail(self, error: KazerooniError) -> None:
        """Stop all workers; the first error is told."""
        self.error = self.error or error
        self.stop.set()


class _Worker(Thread):
    """One connection; takes what it sends, and writes it whole."""

    def __init__(self, job: _Job) -> None:
        super().__init__(daemon=True)
        self._job = job
        self._writing = Lock()
        self._server: Server | None = None
        self._context = contextvars.copy_context()
        self._gone: set[str] = set()
        self._given_up = 0
        self.ended = Event()  # a join that Ctrl-C interrupts takes the thread for ended (CPython 3.11)
        self.fetched = self.there = 0

    def run(self) -> None:
        """Take units until there are none."""
        self._context.run(self._run)

    def _run(self) -> None:
        try:
            self._server = open_server(self._job.profile)
            while not self._job.stop.is_set():
                objects, is_series = self._job.units.popleft()
                self._fetch(self._server, objects, is_series=is_series)
        except (IndexError, StoppedError):  # no unit is left, or all shall stop
            pass
        except KazerooniError as error:
            if not self._job.stop.is_set():  # else it broke because we broke it
                self._job.fail(error)
        finally:
            if self._server is not None:
                self._server.close()
            self.ended.set()

    def leave(self, until: float) -> None:
        """Wait until nothing is written; a server that is silent just now is waited for until then at most."""
        with self._writing:
            pass
        if not self.ended.is_set() and self._server is not None:
            self._server.interrupt()
        self.ended.wait(max(0.0, until - monotonic()))

    def _fetch(self, server: Server, objects: Sequence[Instance], *, is_series: bool) -> None:
        missing = [one for one in objects if not is_whole(path_of(self._job.folder, one), one.sop_uid)]
        self.there += len(objects) - len(missing)
        is_series = is_series and len(missing) == len(objects)
        trial = Trial(self._job.profile.tries, self._job.stop)
        while missing:
            try:
                server.fetch(missing, self, whole_series=is_series)
            except PassingError as error:
                left = [one for one in missing if one.sop_uid not in self._gone]
                if len(left) < len(missing):
                    trial.begin_anew()
                    self._given_up = 0
                missing, is_series = left, False
                if missing:
                    self._again(server, missing, trial, error)
            else:
                return

    def _again(self, server: Server, missing: list[Instance], trial: Trial, error: PassingError) -> None:
        """Pause before the next try. Where none is left but the server answers, give up the object that it breaks at.

        A server that lost or damaged a file may hang up each time it should send it. Raises the error where the server
        is gone, or gives out at several objects in turn.
        """
        try:
            trial.again(error)
        except PassingError as spent:
            self._given_up += 1
            if self._given_up > _MOST_GIVEN_UP:
                raise
            server.echo()
            self.lose(missing.pop(0), str(spent))
            trial.begin_anew()

    def keep(self, wanted: Instance, data: bytes) -> None:
        """Write an object whole. Raises ObjectError where it is not what was wanted, OutputError where it cannot be."""
        check_whole(wanted, data)
        with self._writing:
            if self._job.stop.is_set():
                raise StoppedError
            write_whole(path_of(self._job.folder, wanted), data, force=True)
            self.fetched += 1
        self._gone.add(wanted.sop_uid)

    def lose(self, wanted: Instance, why: str) -> None:
        """Note what cannot be had."""
        self._gone.add(wanted.sop_uid)
        self._job.lost.append((wanted, why))
