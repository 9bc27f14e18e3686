"""Schema: the tables of an index, and how its file is opened."""

from __future__ import annotations

import errno
import sqlite3
from pathlib import Path
from typing import Final

from kazerooni.archive.locks import index_in_use, is_locked
from kazerooni.errors import ArchiveError

INDEX_VERSION: Final = 4
# documents: readings, scores and maps, of files and of members of zips (member: its name there, "" of a file), and
# members that cannot be used. problems: why a file, or a member of it (document, else 0), cannot be used.
# looks: what a look into a study said of its series.
# contents: what a reading says, of those that share their id with another file.
_TABLES: Final = """
CREATE TABLE folders (number INTEGER PRIMARY KEY, path BLOB UNIQUE NOT NULL, seen INTEGER NOT NULL, why TEXT NOT NULL);
CREATE TABLE series (number INTEGER PRIMARY KEY, patient TEXT NOT NULL, study TEXT NOT NULL, series TEXT NOT NULL,
  place BLOB NOT NULL, is_ct INTEGER NOT NULL, UNIQUE (study, series, patient, place, is_ct));
CREATE INDEX series_by_uid ON series (series);
CREATE TABLE files (number INTEGER PRIMARY KEY, folder INTEGER NOT NULL, name BLOB NOT NULL, size INTEGER NOT NULL,
  modified INTEGER NOT NULL, kind TEXT NOT NULL, series INTEGER, uid TEXT NOT NULL, UNIQUE (folder, name));
CREATE INDEX files_of_series ON files (series) WHERE series IS NOT NULL;
CREATE TABLE members (file INTEGER NOT NULL, kind TEXT NOT NULL, series INTEGER, uid TEXT NOT NULL);
CREATE INDEX members_of_file ON members (file);
CREATE INDEX members_of_series ON members (series) WHERE series IS NOT NULL;
CREATE TABLE documents (number INTEGER PRIMARY KEY, file INTEGER NOT NULL, member TEXT NOT NULL, kind TEXT NOT NULL,
  uid TEXT NOT NULL, refers TEXT NOT NULL, roles TEXT NOT NULL, digest TEXT NOT NULL, status TEXT NOT NULL,
  supersedes TEXT NOT NULL, broken INTEGER NOT NULL);
CREATE INDEX documents_of_file ON documents (file);
CREATE INDEX documents_by_series ON documents (kind, refers);
CREATE INDEX documents_by_uid ON documents (kind, uid);
CREATE INDEX documents_superseding ON documents (supersedes) WHERE supersedes != '';
CREATE INDEX documents_by_digest ON documents (kind, digest, file);
CREATE TABLE problems (file INTEGER NOT NULL, document INTEGER NOT NULL, why TEXT NOT NULL);
CREATE INDEX problems_of_file ON problems (file);
CREATE TABLE looks (task TEXT PRIMARY KEY, stamp TEXT NOT NULL, told TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE contents (digest TEXT PRIMARY KEY, said TEXT NOT NULL) WITHOUT ROWID;
"""


def open_index(file: Path, archive: Path) -> sqlite3.Connection:
    """Open the file of an index, or make it, private to the user; one of an earlier version is made anew.

    archive: whose index it is.

    Raises ArchiveError where it is no index, of a later version, in use, or cannot be opened.
    """
    database, is_in_use = None, False
    try:
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, "it is a folder")
        if not file.exists():
            file.touch(mode=0o600)
        database = sqlite3.connect(file)
        why = _prepare(database)
    except (OSError, sqlite3.Error) as error:
        why, is_in_use = getattr(error, "strerror", None) or str(error), is_locked(error)
    if why is None and database is not None:
        return database
    if database is not None:
        database.close()
    if is_in_use:
        raise index_in_use(archive)
    raise ArchiveError(f"{file.name}: cannot be used as an index ({why}); give another file by --index")


def _prepare(database: sqlite3.Connection) -> str | None:
    """Make the tables where there are none; gives why the file cannot be used."""
    version = database.execute("PRAGMA user_version").fetchone()[0]
    names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    is_ours = {"folders", "files", "series", "members"} <= set(names)
    if version > INDEX_VERSION:
        return "of a later version of the program; remove it, and it is made anew"
    if (names and not is_ours) or (version and not names):
        return "it is a database of something else"
    if version < INDEX_VERSION:
        gone = "".join(f"DROP TABLE {name};" for name in names)
        database.executescript(f"BEGIN; {gone} {_TABLES} PRAGMA user_version = {INDEX_VERSION}; COMMIT;")
    database.execute("PRAGMA synchronous = NORMAL")
    return None
