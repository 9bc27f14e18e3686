"""This project: a series with stored maps measured and graded, as a worker of an archive does it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kazerooni.archive import Result, Settings, Task
from kazerooni.archive.jobs import Work
from kazerooni.dicom import find_series, read_volume
from kazerooni.labels import read_finding_map, read_lobe_map
from kazerooni.model import Component
from kazerooni.workflow import measure as measured
from tests.benchmarks.archive_tasks import tasks_of
from tests.benchmarks.maps_data import MAPS, SCAN
from tests.benchmarks.result import Index


@dataclass(frozen=True)
class Graded:
    """What the work gave, and where it came from."""

    folder: Path
    result: Result

    def scan(self) -> Index:
        """Give the counts that were graded: the same reading is made again, and its id is a digest of its counts."""
        (series,) = find_series(self.folder / SCAN)
        maps = self.folder / MAPS
        reading = measured(
            read_volume(series),
            read_lobe_map(maps / "lobes.dcm", series),
            alveolar=read_finding_map(maps / "alveolar.dcm", series, Component.ALVEOLAR),
            interstitial=read_finding_map(maps / "interstitial.dcm", series, Component.INTERSTITIAL),
        )
        if reading.id != self.result.reading or reading.tally is None:
            raise RuntimeError("the archive graded other counts than its maps hold")
        counts = reading.tally.counts.sum(axis=0)
        return {str(label): int(count) for label, count in enumerate(counts.ravel()) if count}


def load(folder: str) -> tuple[Path, Task]:
    """Plan the folder as an archive."""
    (task,) = tasks_of(Path(folder))
    return Path(folder), task


def grade(given: tuple[Path, Task]) -> Graded:
    """Find the series, bind and read its maps, read its voxels, count, grade, and make the rows of the tables."""
    folder, task = given
    return Graded(folder, Work(Settings(scheme="kazerooni", version=1, out=folder))(task))
