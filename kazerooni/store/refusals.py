"""Refusals: what a database says, in words for people; no password, no folder and no content of a row."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from kazerooni.errors import StoreError

# By the start of SQLite's name of an error (https://sqlite.org/rescode.html).
_SQLITE: Final = {
    "SQLITE_READONLY": "it cannot be written, its disk or its file is read-only; give another place with --store",
    "SQLITE_CANTOPEN": "it cannot be opened; see that the folder is there and may be written",
    "SQLITE_NOTADB": "it is no score book; give one that `kazerooni store init` made",
    "SQLITE_FULL": "the disk is full; nothing was written, make room and try again",
    "SQLITE_CORRUPT": "the file is damaged; go back to the last backup",
    "SQLITE_IOERR": "the disk cannot be read or written; nothing was written",
    "SQLITE_BUSY": "another program holds it; try again",
    "SQLITE_CONSTRAINT_TRIGGER": "the score book is append-only: rows are neither changed nor deleted",
}
# By SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), or its class.
_POSTGRESQL: Final = {
    "28": "the server refuses the user or the password",
    "3D000": "the server has no such database; make it with createdb",
    "25006": "it cannot be written, the server is read-only",
    "42501": "the user may not do that there; ask for the right to create tables, to select and to insert",
    "53": "the server has no room left; nothing was written",
    "57": "the server is shutting down; try again",
    "P0001": "the score book is append-only: rows are neither changed nor deleted",
}


def words_of(url: URL) -> str:
    """Name a book: the name of its file, or host and database; never a folder, a user or a password."""
    if url.get_backend_name() == "sqlite":
        return Path(url.database or "").name
    return f"postgresql://{url.host or 'localhost'}/{url.database or ''}"


@contextmanager
def told(where: str) -> Iterator[None]:
    """Turn what a database or its driver raises into a StoreError."""
    try:
        yield
    except DBAPIError as error:
        raise StoreError(f"{where}: {_why(error.orig)}") from None
    except sqlite3.Error as error:
        raise StoreError(f"{where}: {_why(error)}") from None
    except SQLAlchemyError as error:
        raise StoreError(f"{where}: it cannot be used ({type(error).__name__})") from None


def _why(error: BaseException | None) -> str:
    name = getattr(error, "sqlite_errorname", "")
    if name:
        return next((why for start, why in _SQLITE.items() if name.startswith(start)), f"SQLite refuses it ({name})")
    detail = error.args[0] if error is not None and error.args else None
    if isinstance(detail, dict):
        code = str(detail.get("C", ""))
        return next((why for start, why in _POSTGRESQL.items() if code.startswith(start)), f"PostgreSQL error {code}")
    return "the server cannot be reached; see that it runs, and host and port of the URL"
