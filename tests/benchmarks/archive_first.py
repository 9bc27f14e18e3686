"""This project's index of an archive, made anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kazerooni.archive import Index as ArchiveIndex
from tests.benchmarks.result import Index

_FILES = "SELECT s.series, count(*) FROM files f JOIN series s ON s.number = f.series GROUP BY s.number"


def index(folder: str) -> Index:
    """Look into every file, and write down what it is."""
    with tempfile.TemporaryDirectory() as place, ArchiveIndex(Path(folder), Path(place) / "index.sqlite") as made:
        made.update()
        return files_of(made)


def files_of(made: ArchiveIndex) -> Index:
    """Count the files of each series."""
    return dict(made.database.execute(_FILES).fetchall())
