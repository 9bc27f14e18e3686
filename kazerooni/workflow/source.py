"""Source: which series is taken, and where its lobes come from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kazerooni.dicom import Progress, Series, choose, find_series, read_volume
from kazerooni.files import StrPath
from kazerooni.model import Entry, FindingMap, FissureSet, LobeMap, Volume

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
