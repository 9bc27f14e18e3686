"""Backup: a verified copy of a book, whole or not at all; always a file, also of a book on a server.

A book of SQLite is copied page by page by SQLite's own backup, while others go on writing. A book on a server is
copied row by row: numbers, digests and the audit are those of the server, so the copy has the same head.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Connection, Engine

from kazerooni.errors import StoreError
from kazerooni.files import write_whole_by
from kazerooni.store.chain import Head
from kazerooni.store.engine import engine_of, insert, reading, writing
from kazerooni.store.refusals import told
from kazerooni.store.revisions import upgrade
from kazerooni.store.tables import AUDIT, KINDS
from kazerooni.store.verify import Verified, pages, verify

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: its path and what verifying the copy found."""

    path: Path
    verified: Verified

    @property
    def head(self) -> Head:
        """The head of the chain in the copy."""
        return self.verified.head


def back_up(engine: Engine, path: Path, *, force: bool = False) -> Backup:
    """Copy a book into a file and verify the copy.

    Raises StoreError where the copy does not verify (nothing is left then), OutputError where it cannot be written.
    """
    found: list[Verified] = []

    def write(part: Path) -> None:
        if engine.dialect.name == "sqlite":
            copy_sqlite(Path(str(engine.url.database)), part)
        else:
            with reading(engine) as source:
                _copy_rows(source, part)
        found.append(_verify_copy(part, path.name))

    write_whole_by(path, write, force=force)
    return Backup(path, found[0])


def copy_sqlite(source: Path, part: Path) -> None:
    """Copy a database of SQLite, as it is at one moment, into a file of its own without a log beside it."""
    with told(source.name), closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(part)) as copy:
        there.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_rows(source: Connection, part: Path) -> None:
    engine = engine_of(URL.create("sqlite", database=str(part)))
    try:
        with writing(engine) as target:
            upgrade(target)
            for table in (*KINDS.values(), AUDIT):
                some = []
                for row in pages(source, table):
                    some.append(row)
                    if len(some) == _AT_ONCE:
                        insert(target, table, some)
                        some = []
                insert(target, table, some)
    finally:
        engine.dispose()


def _verify_copy(part: Path, name: str) -> Verified:
    engine = engine_of(URL.create("sqlite", database=str(part)))
    try:
        with reading(engine) as connection:
            verified = verify(connection, None)
    finally:
        engine.dispose()
    if not verified.is_whole:
        raise StoreError(f"{name}: the backup was not kept, as the book does not verify: {verified.broken}")
    return verified
