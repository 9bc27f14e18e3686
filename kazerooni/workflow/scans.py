"""Scans: a series found, its lobes found or read, its findings read, and the whole graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kazerooni.dicom import Progress, Series
from kazerooni.files import StrPath
from kazerooni.labels import read_finding_map, read_lobe_map
from kazerooni.model import (
    Case,
    Component,
    FindingMap,
    Lobe,
)
from kazerooni.scoring import find_scheme
from kazerooni.scoring import score as grade
from kazerooni.workflow.reading import measure
from kazerooni.workflow.source import Choice, LobeFinder, LobeSource, Step, read_chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFiles:
    """The label maps of a scan.

    lobes: where the lobes come from.
    alveolar, interstitial: maps on disk; None where nobody looked for that component; it is then missing, not zero.
    traction: where traction bronchiectasis was seen, or looked for and not seen.
    """

    lobes: LobeSource = field(default_factory=LobeSource)
    alveolar: StrPath | None = None
    interstitial: StrPath | None = None
    traction: Mapping[Lobe, bool] = field(default_factory=dict)


def score_scan(
    path: StrPath,
    maps: MapFiles,
    *,
    series: str | None = None,
    study: str | None = None,
    reader: str | None = None,
    scheme: str = "kazerooni",
    partial: bool = False,
    progress: Progress | None = None,
    on_choice: Choice | None = None,
    on_step: Step | None = None,
) -> Case:
    """Score the best series of the one study at a path, or the one that is named, from its label maps.

    Lobes that come from no file are found, and a notice `lobes-proposed` says so.

    Raises ScanError, LabelError, SegmentError, SchemeError, ReadingError.
    """
    chosen_scheme = find_scheme(scheme)
    lobes_of = _lobe_finder(maps.lobes, on_step)
    chosen, volume = read_chosen(path, series=series, study=study, progress=progress, on_choice=on_choice)
    alveolar = _findings(maps.alveolar, chosen, Component.ALVEOLAR, maps.lobes)
    interstitial = _findings(maps.interstitial, chosen, Component.INTERSTITIAL, maps.lobes)
    lobes, fissures, entries = lobes_of(
        volume, chosen, [found for found in (alveolar, interstitial) if found is not None]
    )
    reading = measure(
        volume,
        lobes,
        alveolar=alveolar,
        interstitial=interstitial,
        reader=reader,
        traction=maps.traction,
        fissures=fissures,
        entries=entries,
    )
    return Case(
        reading=reading,
        score=grade(reading, chosen_scheme, partial=partial),
        volume=volume,
        lobes=lobes,
        alveolar=alveolar,
        interstitial=interstitial,
    )


def _findings(path: StrPath | None, series: Series, component: Component, lobes: LobeSource) -> FindingMap | None:
    return None if path is None else read_finding_map(path, series, component, by_index=lobes.by_index)


def _lobe_finder(source: LobeSource, on_step: Step | None) -> LobeFinder:
    """Give what reads or finds the lobes; a slip in a file of points is told here, before the scan is read."""
    if source.file is None or source.points is not None:
        # SimpleITK and scipy take long to import; a score from maps does without.
        from kazerooni.workflow.lobes import lobe_finder  # noqa: PLC0415

        return lobe_finder(source, on_step)
    file, labels, by_index = source.file, source.labels, source.by_index
    return lambda _, series, __: (read_lobe_map(file, series, labels=labels, by_index=by_index), None, ())
