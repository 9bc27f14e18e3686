"""Drafting: a study of which nothing is known: its best series, its lobes, and no findings, for a person to read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kazerooni.archive.settings import Settings
from kazerooni.archive.stacks import usable_stacks, with_lobes
from kazerooni.archive.sums import sums_of
from kazerooni.archive.task import Result, Task
from kazerooni.files import make_folder, stem_of, write_folder_whole, write_whole
from kazerooni.labels import DRAFT_SUFFIX, proposed_draft, write_reading
from kazerooni.model import Reading, Session
from kazerooni.workflow import LobeSource, SegmentedScan, measure, segment_scan, state_entries, write_lobes

DRAFTS: Final = "drafts"
"""The folder of drafts in that of the results."""
_LOBES: Final = "lobes.dcm"
_READING: Final = "reading.json"


def draft_study(task: Task, settings: Settings) -> Result:
    """Draft the best series of a study: a reading of its lobes and technique whose findings are null, never zero.

    Of a task with a map the lobes are taken from it, on the series that it was drawn on.

    Raises ScanError where no series is fit to score, SegmentError where no lungs are found, LabelError where the map
    cannot be used.
    """
    scan = _segmented(task)
    found = scan.segmentation
    reading = measure(scan.volume, found.lobes, fissures=found.fissures, entries=state_entries(found))
    made = _write(reading, scan, settings)
    return Result(
        study_uid=scan.series.study_uid,
        series_uid=scan.series.series_uid,
        reading=reading.id,
        files=sums_of(made, settings.out),
        told=tuple(sorted({notice.code for notice in reading.notices})),
    )


def _segmented(task: Task) -> SegmentedScan:
    study = task.study_uid or None
    if not task.maps:
        return segment_scan(task.files, study=study)
    (lobes,) = task.maps
    series, _ = with_lobes(usable_stacks(task), lobes)
    return segment_scan(task.files, LobeSource(file=lobes), series=f"{series.series_uid}:{series.part}", study=study)


def _write(reading: Reading, scan: SegmentedScan, settings: Settings) -> tuple[Path, ...]:
    """Write the draft as reading and map, and as the reading room goes on with it; one that is there is the same.

    Gives the files.
    """
    folder = settings.out / DRAFTS
    make_folder(folder)
    lobes = scan.segmentation.lobes

    def fill(part: Path) -> None:
        write_lobes(scan, part / _LOBES, reading=reading.id, nameless=True)
        write_reading(reading, part / _READING)

    place = folder / stem_of(reading.id)
    if not place.exists():
        write_folder_whole(place, fill)
    begun = replace(
        reading, tally=None, session=Session(started=datetime.now(UTC), program_version=reading.session.program_version)
    )
    data = proposed_draft(begun, lobes.labels, scheme=settings.scheme, lobes_source=lobes.source)
    draft = folder / f"{stem_of(reading.id)}{DRAFT_SUFFIX}"
    write_whole(draft, data, force=True)
    return (place / _LOBES, place / _READING, draft)
