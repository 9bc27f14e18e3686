"""A study that nobody has read drafted, as a worker of an archive does it; and by the parts of that work, in turn."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from kazerooni.archive import Settings, Task
from kazerooni.archive.jobs import Work
from kazerooni.dicom import choose, find_series, read_volume
from kazerooni.labels import Author, proposed_draft, write_map, write_reading
from kazerooni.model import Session
from kazerooni.segment import segment
from kazerooni.workflow import measure, state_entries
from tests.benchmarks.archive_tasks import tasks_of
from tests.benchmarks.result import Index

Given = tuple[Path, Task]
_SCHEME = "kazerooni"


def load(folder: str) -> Given:
    """Plan the folder as an archive."""
    (task,) = tasks_of(Path(folder), draft=True)
    return Path(folder), task


def draft(given: Given) -> Index:
    """Draft it; gives the id of the reading, a digest of its counts."""
    _, task = given
    with tempfile.TemporaryDirectory() as out:
        work = Work(Settings(scheme=_SCHEME, version=1, out=Path(out), draft=True))
        return {work(task).reading: 1}


def parts(given: Given) -> Index:
    """Load the scan, find lungs and lobes, count them, write map, reading and draft: each by itself, and no more."""
    folder, _ = given
    with tempfile.TemporaryDirectory() as out:
        series = choose(find_series(folder))
        volume = read_volume(series)
        found = segment(volume)
        lobes = found.lobes
        reading = measure(volume, lobes, fissures=found.fissures, entries=state_entries(found))
        write_map(lobes, Path(out) / "lobes.dcm", series=series, author=Author("AUTOMATIC", program="p", version="1"))
        write_reading(reading, Path(out) / "reading.json")
        begun = replace(reading, tally=None, session=Session(started=datetime.now(UTC)))
        draft = proposed_draft(begun, lobes.labels, scheme=_SCHEME, lobes_source=lobes.source)
        (Path(out) / "draft").write_bytes(draft)
        return {reading.id: 1}
