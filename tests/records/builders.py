"""Builders: tables of text, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kazerooni.records import Records, read_records
from tests.records.strategies import TODAY

KEY = b"a key that was made by chance, once"


def table(folder: Path, name: str, *rows: str) -> Path:
    """Write a table, of a line of names and its rows."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("\n".join(rows) + "\n", "utf-8")
    return file


def row_of(folder: Path, name: str, cells: Mapping[str, str]) -> Path:
    """Write a table of one row; a cell by its column."""
    return table(folder, name, ",".join(cells), ",".join(cells.values()))


def problems(*paths: Path, **options: Any) -> list[str]:
    """Give the problems of files, each as its sentence."""
    return [str(fault) for fault in read_records(paths, today=TODAY, **options).problems]


def read(*paths: Path, **options: Any) -> Records:
    """Read files that hold no problem."""
    found = read_records(paths, today=TODAY, **options)
    assert not found.problems, found.problems_text()
    return found
