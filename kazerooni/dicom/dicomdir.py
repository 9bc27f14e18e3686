"""DICOMDIR: an index of files; read to tell which of them are missing or would leave the folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import pydicom
from pydicom.dataset import Dataset

from kazerooni.dicom import tags
from kazerooni.dicom.header import NotDicomError
from kazerooni.dicom.plain import read_plainly
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.dicom.sources import FileSource, Skipped, Source, file_source
from kazerooni.dicom.values import uid
from kazerooni.dicom.walk import walk

DICOMDIR_CLASS: Final = "1.2.840.10008.1.3.10"


def is_dicomdir(source: FileSource) -> bool:
    """Tell whether a file is a DICOMDIR."""
    try:
        header = walk(source) or read_plainly(source, frames=False)
    except (NotDicomError, OSError):
        return False
    return uid(header.raw.get(tags.SOP_CLASS_UID)) == DICOMDIR_CLASS


def list_dicomdir(source: FileSource) -> list[Skipped]:
    """List the files that a DICOMDIR names and that cannot be looked at, each with the reason."""
    return [entry for entry in _entries(source) if isinstance(entry, Skipped)]


def dicomdir_sources(source: FileSource) -> list[FileSource]:
    """List the files that a DICOMDIR names, those that are there and inside its folder."""
    return [entry for entry in _entries(source) if isinstance(entry, FileSource)]


def _entries(source: FileSource) -> Iterator[FileSource | Skipped]:
    folder = Path(source.path).parent
    place = source.name.rpartition("/")[0]
    for parts in dict.fromkeys(referenced_files(source)):
        name = "/".join(filter(None, (place, *parts)))
        path = folder / PurePosixPath(*parts)
        if not is_inside(folder, parts):
            yield Skipped(source.name, "lists a file outside its own folder; not opened")
            continue
        listed = f"listed in {Path(source.name).name}"
        try:
            yield file_source(path, name) if path.is_file() else Skipped(name, f"{listed}, and missing")
        except OSError as error:
            yield Skipped(name, f"{listed}, and cannot be read: {error.strerror}")


def referenced_files(source: Source) -> Iterator[tuple[str, ...]]:
    """Give the components of every ReferencedFileID, reading the records as a list, not by their offsets."""
    with quiet_pydicom(), source.open() as file:
        try:
            records = pydicom.dcmread(file).get("DirectoryRecordSequence") or ()
            found = [tuple(_components(record)) for record in records]
        except Exception:  # noqa: BLE001 - the edge of the batch loop: pydicom raises nearly anything on broken bytes
            return
    yield from filter(None, found)


def _components(record: Dataset) -> list[str]:
    value = record.get("ReferencedFileID")
    if not value:
        return []
    return [str(part) for part in ([value] if isinstance(value, str) else value)]


def is_inside(folder: Path, parts: tuple[str, ...]) -> bool:
    """Tell whether a path of these components stays within a folder, links followed."""
    if any(part in {"", ".", ".."} or not part.isprintable() or set(part) & set("/\\:") for part in parts):
        return False
    return (folder / PurePosixPath(*parts)).resolve().is_relative_to(folder.resolve())
