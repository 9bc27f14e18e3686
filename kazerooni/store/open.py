"""Open: find a book, make one, bring an older one to the newest version."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, inspect

from kazerooni.errors import StoreError
from kazerooni.files import make_folder, write_whole_by
from kazerooni.store.backup import copy_sqlite
from kazerooni.store.chain import Deed, Written, append, head_of
from kazerooni.store.engine import PATIENCE_S, engine_of, reading, writing
from kazerooni.store.place import check_file, url_of
from kazerooni.store.refusals import told, words_of
from kazerooni.store.revisions import newest, upgrade, version_of
from kazerooni.store.store import Store
from kazerooni.store.tables import AUDIT
from kazerooni.version import __version__

_PROGRAM = f"kazerooni {__version__}"


def open_store(
    where: str | Path | None = None, *, create: bool = False, who: str = _PROGRAM, patience_s: float = PATIENCE_S
) -> Store:
    """Open a score book; use it in a `with`, or close it.

    where: a file, or a URL postgresql://USER@HOST/DATABASE; None: that of KAZEROONI_STORE, or `book.sqlite` in the
        user's data folder.
    create: make it, by `who`; a book that is there is never overwritten.
    patience_s: how long a write waits for other programs before it is refused.

    Raises StoreError, OutputError.
    """
    url = url_of(where)
    if create:
        _create(url, who)
    engine = _engine(url, patience_s)
    with _closing_on_error(engine):
        with reading(engine) as connection:
            version = version_of(connection, words_of(url))
        if version != newest():
            raise StoreError(
                f"{words_of(url)}: was written by an older program (version {version}, this one writes {newest()}); "
                "run `kazerooni store migrate`, which makes a backup first"
            )
    return Store(engine)


def backup_path(where: str | Path | None = None) -> Path:
    """Name the file beside a book that its copy of before a migration goes to.

    Raises StoreError for a book on a server.
    """
    url = url_of(where)
    if url.get_backend_name() != "sqlite":
        raise StoreError(
            f"{words_of(url)}: make a backup of the server first (pg_dump), and say with --no-backup that there is one"
        )
    path = Path(str(url.database))
    return path.with_name(f"{path.stem}-before-{newest()}{path.suffix}")


def migrate_store(where: str | Path | None = None, *, backup: Path | None, who: str) -> tuple[str, str]:
    """Bring an older book to the newest version, in one transaction, and write that into its audit.

    backup: where a copy of the file goes first; None: make none, as for a server, whose backups are its own.

    Gives the version before and after; equal where nothing was to be done. Raises StoreError, OutputError.
    """
    url = url_of(where)
    engine = _engine(url)
    try:
        with reading(engine) as connection:
            before = version_of(connection, words_of(url))
        if before != newest():
            if backup is not None:
                file = Path(str(url.database))
                write_whole_by(backup, lambda part: copy_sqlite(file, part))
            _migrate(engine, who)
    finally:
        engine.dispose()
    return before, newest()


def _migrate(engine: Engine, who: str) -> None:
    with writing(engine) as connection:
        before = version_of(connection, words_of(engine.url))
        if before != newest():  # another program may have been first
            upgrade(connection)
            deed = Deed.of(who=who, when=datetime.now(UTC), what="migrate", note=f"{before} to {newest()}")
            append(connection, head_of(connection), deed, [Written("book", 0, 0, "")])


def _engine(url: URL, patience_s: float = PATIENCE_S) -> Engine:
    if url.get_backend_name() == "sqlite":
        check_file(Path(str(url.database)))
    return engine_of(url, patience_s)


def _create(url: URL, who: str) -> None:
    if url.get_backend_name() != "sqlite":
        engine = engine_of(url)
        with _closing_on_error(engine), writing(engine) as connection:
            _found(connection, words_of(url), who)
        engine.dispose()
        return
    path = Path(str(url.database))
    if path.exists():
        raise StoreError(f"{path.name}: is there already and is never overwritten; give another place for a new book")
    if not path.parent.is_dir():
        make_folder(path.parent)
    write_whole_by(path, lambda part: _create_file(part, who))


def _create_file(part: Path, who: str) -> None:
    with told(part.name), closing(sqlite3.connect(part)) as file:
        file.execute("PRAGMA journal_mode=WAL")
    engine = engine_of(URL.create("sqlite", database=str(part)))
    try:
        with writing(engine) as connection:
            _found(connection, part.name, who)
    finally:
        engine.dispose()  # the last connection puts its log into the file


def _found(connection: Connection, where: str, who: str) -> None:
    """Make the tables and the first line of the audit, whose digest is random: the salt of the book."""
    if {AUDIT.name, "alembic_version"} & set(inspect(connection).get_table_names()):
        raise StoreError(f"{where}: holds a score book already, or tables of its names; nothing was changed")
    upgrade(connection)
    deed = Deed.of(who=who, when=datetime.now(UTC), what="init", note=_PROGRAM)
    append(connection, head_of(connection), deed, [Written("book", 0, 0, secrets.token_hex(32))])


@contextmanager
def _closing_on_error(engine: Engine) -> Iterator[None]:
    try:
        yield
    except BaseException:
        engine.dispose()
        raise
