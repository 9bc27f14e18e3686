"""Source: which series is taken, and where its lobes come from."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kazerooni.dicom import Progress, Series, choose, find_series, read_person, read_volume
from kazerooni.errors import NoSeriesError, ReadingError
from kazerooni.files import StrPath
from kazerooni.model import Entry, FindingMap, FissureSet, LobeMap, Person, Reading, Volume

Choice = Callable[[Series, Sequence[Series]], None]
"""Is called, before pixels are read, with the series that is taken and all of its study that are fit to score."""
Step = Callable[[str], None]
"""Is called with the name of each step as it begins."""
LobeFinder = Callable[[Volume, Series, Sequence[FindingMap]], tuple[LobeMap, FissureSet | None, tuple[Entry, ...]]]
"""Gives the lobes of a scan, of which what was marked is known, their fissures, and what a person says of lobes."""


@dataclass(frozen=True, slots=True)
class LobeSource:
    """Where the lobes of a scan come from.

    file: a lobe map on disk; None where they are found by `method`.
    labels: whose numbering the file follows (`lungmask` and others), None for that of this toolkit.
    by_index: take an array of the scan's shape as it lies, where a file cannot say where its voxels lie.
    method: a name of `kazerooni.segment.SEGMENTERS`.
    points: a file of what a person says of fissures and lobes.
    lingula: whether the lingula is wanted apart.
    """

    file: StrPath | None = None
    labels: str | None = None
    by_index: bool = False
    method: str = "classical"
    points: StrPath | None = None
    lingula: bool = False


def read_chosen(
    path: StrPath | Sequence[StrPath],
    *,
    series: str | None,
    study: str | None,
    progress: Progress | None,
    on_choice: Choice | None,
) -> tuple[Series, Volume]:
    """Read the best series of the one study at a path, or at several, or the one that is named.

    Raises ScanError.
    """
    found = find_series(path)
    chosen = choose(found, series_uid=series, study_uid=study)
    if on_choice is not None:
        own = (chosen.patient, chosen.study_uid)
        on_choice(chosen, [s for s in found if s.usable and (s.patient, s.study_uid) == own])
    return chosen, read_volume(chosen, progress=progress)


def person_of(reading: Reading, scan: StrPath | Sequence[StrPath]) -> Person:
    """Read name and birth date of the patient of a reading from its scan, which must lie at a path, or one of some.

    Raises ReadingError where the reading names no series, NoSeriesError where its series is not at the path, ScanError
    where the name cannot be read.
    """
    uid = reading.scan.series_uid
    if uid is None:
        raise ReadingError(
            f"reading {reading.id} names no series, so no scan can be shown to be its own; its report stays under the "
            "pseudonym"
        )
    places = [scan] if isinstance(scan, (str, os.PathLike)) else list(scan)
    own = next((series for series in find_series(places) if series.series_uid == uid), None)
    if own is None:
        names = ", ".join(Path(place).name for place in places)
        raise NoSeriesError(
            f"{names}: does not hold series {uid} of reading {reading.id}; nobody is named by the scan of "
            "another series: give the scan of the reading"
        )
    return read_person(own)
