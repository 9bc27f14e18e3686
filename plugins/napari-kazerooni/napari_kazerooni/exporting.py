"""Exporting: the current reading as report, tables, JSON and SEGs in a folder: all of them, or none. Without Qt."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from kazerooni.dicom import Progress, Series
from kazerooni.errors import OutputError, ReadingError
from kazerooni.files import make_folder, stem_of
from kazerooni.labels import write_map, write_reading
from kazerooni.model import Case, FindingMap, LobeMap
from kazerooni.report import report_of, write_report
from kazerooni.version import __version__
from napari_kazerooni.layers import LayerName
from napari_kazerooni.session import ReadingSession
from napari_kazerooni.signing import author_of


class Kind(StrEnum):
    """What can be exported of a reading."""

    REPORT = "report"
    PDF = "pdf"
    TABLES = "tables"
    JSON = "json"
    SEG = "seg"


WORDS: Final = {
    Kind.REPORT: "Report, a page for any browser (HTML)",
    Kind.PDF: "Report, pages for paper and archives (PDF)",
    Kind.TABLES: "Tables with their data dictionaries (CSV)",
    Kind.JSON: "Reading and score (JSON)",
    Kind.SEG: "Lobes and marks (DICOM SEG)",
}
_FORMATS: Final = {Kind.REPORT: "html", Kind.PDF: "pdf", Kind.TABLES: "csv", Kind.JSON: "json"}
_TRIES: Final = 5


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written, or, where nothing was, which files stand in the way."""

    files: tuple[Path, ...]
    in_the_way: tuple[Path, ...] = ()


def export(
    session: ReadingSession,
    series: Series,
    folder: Path,
    kinds: Iterable[Kind],
    *,
    force: bool = False,
    progress: Progress | None = None,
) -> Exported:
    """Write the reading as it stands; may run on another thread while it is painted.

    Everything is written beside the folder's files first and put in its place at the end. Where files of these names
    are there already, nothing is written and they are named, unless `force`.

    Raises OutputError where something cannot be written, ReadingError where the reading cannot be graded or keeps
    changing.
    """
    wanted = [kind for kind in Kind if kind in set(kinds)]
    if not wanted:
        raise OutputError("nothing is chosen to be exported; tick what is wanted")
    case = frozen_case(session)
    make_folder(folder)
    part = folder / f".kazerooni-{secrets.token_hex(8)}"
    try:
        part.mkdir()
        for done, kind in enumerate(wanted):
            if progress is not None:
                progress(done, len(wanted))
            _write(kind, session, series, case, part)
        return _put(sorted(part.iterdir()), folder, force=force)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise OutputError(f"{folder.name}: cannot be written in ({why}); free space there or choose another") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _write(kind: Kind, session: ReadingSession, series: Series, case: Case, folder: Path) -> None:
    if kind is Kind.SEG:
        for name, labels in maps_of(case).items():
            path = folder / f"{stem_of(case.reading.id)}.{name}.dcm"
            write_map(labels, path, series=series, author=author_of(session, name), reading=case.reading.id)
        return
    if kind is Kind.JSON:
        write_reading(case.reading, folder / f"{stem_of(case.reading.id)}.reading.json")
    write_report(report_of(case, program_version=__version__), [_FORMATS[kind]], folder)


def _put(made: Sequence[Path], folder: Path, *, force: bool) -> Exported:
    """Put files in their places; where some are taken, and not to be, none."""
    places = tuple(folder / path.name for path in made)
    taken = tuple(place for place in places if place.exists())
    if taken and not force:
        return Exported((), taken)
    if folders := [place.name for place in taken if place.is_dir()]:
        raise OutputError(f"{folders[0]}: is a folder, where a file is to be written; choose another folder")
    _exchange(made, places, taken)
    return Exported(places)


def _exchange(made: Sequence[Path], places: Sequence[Path], taken: Sequence[Path]) -> None:
    """Put files in the places of others; where one cannot be, as while it is open on Windows, all are as before."""
    aside = made[0].parent / "before"
    aside.mkdir()
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in [(place, aside / place.name) for place in taken] + list(zip(made, places, strict=True)):
            source.replace(target)
            done.append((source, target))
    except OSError:
        for source, target in reversed(done):
            target.replace(source)
        raise


def maps_of(case: Case) -> Mapping[LayerName, LobeMap | FindingMap]:
    """Give the maps of a case by the names of their layers."""
    found: dict[LayerName, LobeMap | FindingMap | None] = {
        "lobes": case.lobes,
        "alveolar": case.alveolar,
        "interstitial": case.interstitial,
    }
    return {name: labels for name, labels in found.items() if labels is not None}


def frozen_case(session: ReadingSession) -> Case:
    """Give the reading as it stands with maps of its own: painting goes on in those of the session.

    Raises ReadingError where it keeps changing meanwhile, or cannot be graded.
    """
    for _ in range(_TRIES):
        before = session.version
        case = session.case()
        own: dict[str, Any] = {name: replace(one, labels=one.labels.copy()) for name, one in maps_of(case).items()}
        case = replace(case, **own)
        if session.version == before:
            return case
    raise ReadingError("the reading keeps changing; export it again when nobody paints")
