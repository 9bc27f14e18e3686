"""Adding courses to a new book, and the rows that it writes to a new database by the driver alone."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from kazerooni.model import Course
from kazerooni.store import open_store
from tests.benchmarks.result import Index
from tests.benchmarks.store_courses import EACH, count_in, courses

Made = TypeVar("Made")
_WHEN = datetime(2026, 5, 1, tzinfo=UTC)


class Data(NamedTuple):
    """Courses, and the tables with their rows that become of them."""

    courses: list[Course]
    tables: list[str]
    rows: dict[str, list[tuple[Any, ...]]]


def load(folder: str) -> Data:
    """Make the courses, and the rows by adding them once."""
    made = list(courses("a", count_in(folder) // EACH, EACH))
    return _fresh(lambda path: _rows(path, made))


def add(data: Data) -> Index:
    """Add the courses to a new book, in one write."""

    def write(path: Path) -> Index:
        with open_store(path, create=True) as book:
            added = book.add(data.courses, who="bench", when=_WHEN)
        return {kind: count for kind, count in added.added.items() if count}

    return _fresh(write)


def insert(data: Data) -> Index:
    """Write the same rows to the same tables, without their indexes and triggers: `executemany`, as durable as ours."""

    def write(path: Path) -> Index:
        with closing(sqlite3.connect(path)) as file:
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("PRAGMA synchronous=FULL")
            for table in data.tables:
                file.execute(table)
            for name, rows in data.rows.items():
                file.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(rows[0]))})", rows)  # noqa: S608
            file.commit()
        return {kind: len(rows) for kind, rows in data.rows.items() if kind != "audit"}

    return _fresh(write)


def _rows(path: Path, made: list[Course]) -> Data:
    with open_store(path, create=True) as book:
        book.add(made, who="bench", when=_WHEN)
    with closing(sqlite3.connect(path)) as file:
        tables = dict(file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall())
        del tables["alembic_version"]
        rows = {name: file.execute(f"SELECT * FROM {name}").fetchall() for name in tables}  # noqa: S608
    return Data(made, list(tables.values()), {name: some for name, some in rows.items() if some})


def _fresh(write: Callable[[Path], Made]) -> Made:
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder) / "book.sqlite")
