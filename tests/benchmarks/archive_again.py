"""This project's index of an archive, looked at again: nothing has changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kazerooni.archive import Index as ArchiveIndex
from tests.benchmarks.archive_first import files_of
from tests.benchmarks.result import Index

Loaded = tuple[Path, tempfile.TemporaryDirectory[str]]


def load(folder: str) -> Loaded:
    """Make the index once; not timed."""
    place = tempfile.TemporaryDirectory()
    with ArchiveIndex(Path(folder), Path(place.name) / "index.sqlite") as made:
        made.update()
    return Path(folder), place


def look(loaded: Loaded) -> Index:
    """Open the index, see that every file is as it was, count the files of each series."""
    folder, place = loaded
    with ArchiveIndex(folder, Path(place.name) / "index.sqlite") as kept:
        if kept.update().looked:
            raise RuntimeError("the data changed while they were measured")
        return files_of(kept)
