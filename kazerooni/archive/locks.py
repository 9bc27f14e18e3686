"""Locks: one run at a time writes a folder of results; who comes second is told so, and not of a locked database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from kazerooni.errors import ArchiveError

LOCK_FILE: Final = "journal.sqlite-lock"


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other runs from writing a folder of results while this one does.

    The lock is one of SQLite on an empty file, so it works on every system, and ends with the process, however that
    ends; the file stays, as taking it away could part two runs that wait for it.

    Raises ArchiveError where another run is on.
    """
    with closing(sqlite3.connect(folder / LOCK_FILE, timeout=0, isolation_level=None)) as lock:
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error as error:
            if not is_locked(error):
                raise
            raise ArchiveError(
                f"{folder.name}: another run is writing there; wait until it has ended, or give another folder"
            ) from None
        yield


def is_locked(error: Exception) -> bool:
    """Tell whether a database cannot be used because another program has it in use."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def index_in_use(archive: Path) -> ArchiveError:
    """Say that the index of an archive is in use."""
    return ArchiveError(
        f"{archive.name}: another run has the index of this archive in use; wait until it has ended, or give this one "
        "an index of its own by --index FILE"
    )
