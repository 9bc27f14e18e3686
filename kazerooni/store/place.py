"""Place: where a book is. A file, or a database of a PostgreSQL server."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import platformdirs
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from kazerooni.errors import StoreError

STORE_VARIABLE = "KAZEROONI_STORE"
_FILE = "book.sqlite"
_MAGIC = b"SQLite format 3\0"


def url_of(where: str | Path | None) -> URL:
    """Give the address of a book; None: that of KAZEROONI_STORE, or the file in the user's data folder.

    Raises StoreError where it is no path and no URL of PostgreSQL; the message does not show it, as it may hold a
    password.
    """
    given = where or os.environ.get(STORE_VARIABLE)
    if not given:
        given = platformdirs.user_data_path("kazerooni", appauthor=False) / _FILE
    text = str(given)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).absolute()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _no_address(text) from None
    if url.drivername not in ("postgresql", "postgres", "postgresql+pg8000"):
        raise _no_address(text)
    if importlib.util.find_spec("pg8000") is None:
        raise StoreError('a book on a PostgreSQL server wants pg8000: pip install "kazerooni[postgresql]"')
    if not url.database:
        raise StoreError("the URL of the book names no database; postgresql://HOST/DATABASE is wanted")
    return url.set(drivername="postgresql+pg8000")


def address_of(where: str | Path) -> str:
    """Give one text for the place of a book, however it is written, and without a password: by it a place is known.

    Raises StoreError as `url_of` does.
    """
    url = url_of(where)
    if url.drivername == "sqlite":
        return str(Path(url.database or "").resolve())
    return str(URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query))


def _no_address(text: str) -> StoreError:
    scheme = text.partition(":")[0][:20]
    return StoreError(
        f"the address of the book begins with {scheme!r}; a file, or postgresql://USER@HOST/DATABASE is wanted (the "
        "rest is not shown, as it may hold a password)"
    )


def check_file(path: Path) -> None:
    """Refuse what cannot be a book before a database is asked; raises StoreError."""
    if path.is_dir():
        raise StoreError(f"{path.name}: is a folder; give the file of a score book")
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        raise StoreError(
            f"{path.name}: there is no score book; make one with `kazerooni store init`, or give another with --store"
        ) from None
    except OSError as error:
        raise StoreError(f"{path.name}: cannot be read ({error.strerror}); give another with --store") from None
    if start != _MAGIC:
        found = "is empty" if not start else "is no score book"
        raise StoreError(f"{path.name}: {found}; give one that `kazerooni store init` made")
