"""Workflow: the few use cases that command line, plugin and archive share, in the steps a radiologist names."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np

from kazerooni.dicom import Progress, Series, choose, find_series, read_volume
from kazerooni.errors import LabelError, ReadingError
from kazerooni.files import check_new, make_folder, write_whole
from kazerooni.labels import read_finding_map, read_lobe_map, read_reading, read_typed_table
from kazerooni.model import (
    Case,
    Component,
    FindingMap,
    InputDigest,
    Lobe,
    LobeMap,
    Reading,
    Session,
    Tally,
    Timeline,
    Volume,
)
from kazerooni.report import LONG, WIDE, dictionary_csv, long_csv, report_of, wide_csv, write_report
from kazerooni.scoring import find_scheme, score_json, timeline, timeline_json
from kazerooni.scoring import measure as count
from kazerooni.scoring import score as grade
from kazerooni.version import __version__

StrPath = str | os.PathLike[str]
_Input = TypeVar("_Input", str, Path)


class Failure(NamedTuple):
    """One of several inputs that could not be graded: its name, and why."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapFiles:
    """The label maps of a scan on disk.

    alveolar, interstitial: None where nobody looked for that component; it is then missing, not zero.
    labels: whose numbering the lobe map follows (`lungmask` and others), None for that of this toolkit.
    by_index: take arrays of the scan's shape as they lie, where a file cannot say where its voxels lie.
    traction: where traction bronchiectasis was seen, or looked for and not seen.
    """

    lobes: StrPath
    alveolar: StrPath | None = None
    interstitial: StrPath | None = None
    labels: str | None = None
    by_index: bool = False
    traction: Mapping[Lobe, bool] = field(default_factory=dict)


def measure(
    volume: Volume,
    lobes: LobeMap,
    *,
    alveolar: FindingMap | None = None,
    interstitial: FindingMap | None = None,
    reader: str | None = None,
    traction: Mapping[Lobe, bool] | None = None,
) -> Reading:
    """Make a reading of a scan from its label maps.

    alveolar, interstitial: None where nobody looked for that component; it is then missing, not zero.
    traction: the lobes in which traction bronchiectasis was seen, or looked for and not seen.

    Raises LabelError where a map lies on another grid or is of the other component.
    """
    _refuse_one_map_for_both(alveolar, interstitial)
    tally = count(volume, lobes, alveolar=alveolar, interstitial=interstitial)
    maps = {"lobes": lobes, "alveolar": alveolar, "interstitial": interstitial}
    given = {role: labelled for role, labelled in maps.items() if labelled is not None}
    inputs = (
        InputDigest("scan", volume.digest),
        *(InputDigest(role, labelled.digest) for role, labelled in given.items()),
    )
    said = dict(traction or {})
    return Reading(
        id=_reading_id(inputs, reader, said, tally),
        scan=volume.scan,
        technique=volume.technique,
        reader=reader,
        tally=tally,
        traction=said,
        inputs=inputs,
        session=Session(program_version=__version__),
        notices=(*volume.notices, *(notice for labelled in given.values() for notice in labelled.notices)),
    )


def _refuse_one_map_for_both(alveolar: FindingMap | None, interstitial: FindingMap | None) -> None:
    """Refuse the marks of one file that were taken for both components: its numbers mean two things then."""
    if alveolar is None or interstitial is None or alveolar.digest is None or alveolar.digest != interstitial.digest:
        return
    if alveolar.labels.any() and np.array_equal(alveolar.labels, interstitial.labels):
        raise LabelError("one file of the same marks was given for both components; give the map of each")


def _reading_id(
    inputs: tuple[InputDigest, ...], reader: str | None, traction: Mapping[Lobe, bool], tally: Tally
) -> str:
    """Name a reading after what it was made from: the same inputs give the same reading."""
    digest = hashlib.sha256(tally.counts.astype("<i8").tobytes())
    digest.update(tally.depths.astype("<i8").tobytes())
    said = [f"traction {lobe.name} {traction[lobe]}" for lobe in sorted(traction)]
    for part in (
        *(f"{i.role} {i.sha256}" for i in inputs),
        f"reader {reader}",
        f"pixel {tally.pixel_area_mm2!r}",
        *said,
    ):
        digest.update(part.encode("utf-8", "backslashreplace") + b"\0")
    return f"R-{digest.hexdigest()[:20]}"


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
    on_choice: Callable[[Series, Sequence[Series]], None] | None = None,
) -> Case:
    """Score the best series of the one study at a path, or the one that is named, from its label maps.

    on_choice: is called, before pixels are read, with the series that is taken and all of its study that are fit to
        score.

    Raises ScanError, LabelError, SchemeError, ReadingError.
    """
    chosen_scheme = find_scheme(scheme)
    found = find_series(path)
    chosen = choose(found, series_uid=series, study_uid=study)
    if on_choice is not None:
        own = (chosen.patient, chosen.study_uid)
        on_choice(chosen, [s for s in found if s.usable and (s.patient, s.study_uid) == own])
    volume = read_volume(chosen, progress=progress)
    lobes = read_lobe_map(maps.lobes, chosen, labels=maps.labels, by_index=maps.by_index)
    alveolar = _findings(maps.alveolar, chosen, Component.ALVEOLAR, maps)
    interstitial = _findings(maps.interstitial, chosen, Component.INTERSTITIAL, maps)
    reading = measure(
        volume, lobes, alveolar=alveolar, interstitial=interstitial, reader=reader, traction=maps.traction
    )
    return Case(
        reading=reading,
        score=grade(reading, chosen_scheme, partial=partial),
        volume=volume,
        lobes=lobes,
        alveolar=alveolar,
        interstitial=interstitial,
    )


def _findings(path: StrPath | None, series: Series, component: Component, maps: MapFiles) -> FindingMap | None:
    return None if path is None else read_finding_map(path, series, component, by_index=maps.by_index)


def score_reading(path: StrPath, *, scheme: str = "kazerooni", partial: bool = False) -> Case:
    """Grade a kept reading (`reading.json`), without its scan or maps.

    Raises SchemeError, ReadingError.
    """
    chosen = find_scheme(scheme)
    reading = read_reading(path)
    return Case(reading=reading, score=grade(reading, chosen, partial=partial))


def score_table(
    path: StrPath, *, scheme: str = "kazerooni", partial: bool = False
) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    """Grade the readings of a table of typed values, each alone in its failure.

    Raises SchemeError, TableError (all bad rows at once).
    """
    chosen = find_scheme(scheme)
    readings = {reading.id: reading for reading in read_typed_table(path, scheme=chosen)}

    def graded(name: str) -> Case:
        return Case(reading=readings[name], score=grade(readings[name], chosen, partial=partial))

    return _each(readings, graded)


def score_readings(
    paths: Iterable[StrPath], *, scheme: str = "kazerooni", partial: bool = False
) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    """Grade kept readings as `score_reading` does, each alone in its failure.

    Raises SchemeError for an unknown scheme.
    """
    find_scheme(scheme)
    return _each(map(Path, paths), lambda path: score_reading(path, scheme=scheme, partial=partial))


def _each(inputs: Iterable[_Input], graded: Callable[[_Input], Case]) -> tuple[tuple[Case, ...], tuple[Failure, ...]]:
    cases: list[Case] = []
    failures: list[Failure] = []
    for one in inputs:
        try:
            cases.append(graded(one))
        except ReadingError as error:
            failures.append(Failure(Path(one).name, str(error)))
    return tuple(cases), tuple(failures)


def follow(
    readings: Iterable[StrPath], *, scheme: str = "kazerooni", partial: bool = False, baseline: date | None = None
) -> Timeline:
    """Grade kept readings of one patient and follow them over time.

    Raises SchemeError, ReadingError.
    """
    return timeline([read_reading(path) for path in readings], scheme, partial=partial, baseline=baseline)


def timeline_document(line: Timeline) -> dict[str, object]:
    """Give the JSON document of `kazerooni timeline --json`."""
    return timeline_json(line, program_version=__version__)


def report_visits(
    cases: Sequence[Case],
    folder: StrPath,
    *,
    formats: Sequence[str] = ("html",),
    partial: bool = False,
    force: bool = False,
) -> tuple[Path, ...]:
    """Write the report of the latest of some cases of one patient under one scheme, with all of them as its timeline.

    formats: names of `kazerooni.report.WRITERS`.

    Gives the files. Raises ReadingError where they make no timeline, OutputError where a file cannot be written or is
    there already (unless `force`).
    """
    latest, line = cases[-1], None
    if len(cases) > 1:
        scheme = find_scheme(latest.score.scheme, latest.score.scheme_version)
        line = timeline([case.reading for case in cases], scheme, partial=partial)
        latest = next(case for case in cases if case.reading.id == line.points[-1].reading.id)
    made = report_of(latest, timeline=line, program_version=__version__)
    make_folder(Path(folder))
    return write_report(made, formats, Path(folder), force=force)


def write_tables(cases: Sequence[Case], folder: StrPath, *, force: bool = False) -> tuple[Path, ...]:
    """Write the long and the wide table of some cases, each with its data dictionary; gives the files.

    Raises OutputError where a file cannot be written or is there already (unless `force`).
    """
    made = {
        "long.csv": long_csv(cases, program_version=__version__),
        "long.dictionary.csv": dictionary_csv(LONG),
        "wide.csv": wide_csv(cases, program_version=__version__),
        "wide.dictionary.csv": dictionary_csv(WIDE),
    }
    files = {Path(folder) / name: data for name, data in made.items()}
    for path in files:
        check_new(path, force=force)
    for path, data in files.items():
        write_whole(path, data, force=force)
    return tuple(files)


def score_document(case: Case) -> dict[str, object]:
    """Give the JSON document of `kazerooni score --json`."""
    return score_json(case.score, case.reading, program_version=__version__, notices=case.notices)
