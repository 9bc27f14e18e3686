"""DICOMDIR: an index of files; read to tell which of them are missing or would leave the folder."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import pydicom
from pydicom.dataset import Dataset

from kazerooni.dicom.sources import FileSource, Skipped, Source

DICOMDIR_CLASS: Final = "1.2.840.10008.1.3.10"


def list_dicomdir(source: Source) -> list[Skipped]:
    """List the files that a DICOMDIR names and that cannot be looked at, each with the reason."""
    if not isinstance(source, FileSource):
        return []
    folder = Path(source.path).parent
    place = source.name.rpartition("/")[0]
    skipped = []
    for parts in referenced_files(source):
        name = "/".join(parts)
        shown = f"{place}/{name}" if place else name
        if not is_inside(folder, parts):
            skipped.append(Skipped(source.name, f"lists a file outside its own folder ({len(parts)} path components); not opened"))
        elif not (folder / PurePosixPath(*parts)).exists():
            skipped.append(Skipped(shown, f"listed in {Path(source.name).name}, and missing"))
    return skipped


def referenced_files(source: Source) -> Iterator[tuple[str, ...]]:
    """Give the components of every ReferencedFileID of a DICOMDIR, by reading its records as a list, not by their offsets."""
    with warnings.catch_warnings(), source.open() as file:
        warnings.simplefilter("ignore")
        try:
            records = pydicom.dcmread(file).get("DirectoryRecordSequence") or ()
            found = [tuple(_components(record)) for record in records]
        except Exception:  # the edge of the batch loop: pydicom raises nearly anything on broken bytes
            return
    yield from filter(None, found)


def _components(record: Dataset) -> list[str]:
    value = record.get("ReferencedFileID")
    if not value:
        return []
    return [str(part) for part in ([value] if isinstance(value, str) else value)]


def is_inside(folder: Path, parts: tuple[str, ...]) -> bool:
    """Tell whether a path of these components stays within a folder, links followed."""
    if any(part in ("", ".", "..") or "/" in part or "\\" in part or ":" in part for part in parts):
        return False
    return (folder / PurePosixPath(*parts)).resolve().is_relative_to(folder.resolve())
