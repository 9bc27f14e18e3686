"""Engine: connections and transactions, on SQLite and PostgreSQL; what a driver says becomes a StoreError.

A writer takes the whole book: BEGIN IMMEDIATE on SQLite, an advisory lock on PostgreSQL. Others wait; nobody is told
"database is locked". A transaction of a process that is killed is absent as a whole.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, text
from sqlalchemy import insert as insert_into
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from kazerooni.errors import StoreError
from kazerooni.store.refusals import told, words_of
from kazerooni.store.seal import canonical

# How long SQLite itself waits for another writer, and how long is waited altogether, with pauses that grow.
BUSY_MS: Final = 10_000
PATIENCE_S: Final = 600.0
_FIRST_PAUSE_S: Final = 0.02
_LONGEST_PAUSE_S: Final = 1.0
_PATIENCE: Final = "kazerooni_patience_s"  # an option of the engine, which its connections have too
_LOCK: Final = 0x6B617A65  # "kaze": the advisory lock of PostgreSQL under which a book is written
_LOCK_NOT_AVAILABLE: Final = "55P03"  # https://www.postgresql.org/docs/current/errcodes-appendix.html
_MINUTES_FROM_S: Final = 120.0
_CHUNK: Final = 2000


def engine_of(url: URL, patience_s: float = PATIENCE_S) -> Engine:
    """Make the engine of a book; connects to nothing yet. patience_s: how long its writers wait for others."""
    options: dict[str, Any] = {"execution_options": {_PATIENCE: patience_s}}
    if url.get_backend_name() == "sqlite":
        # Transactions are begun by us: the driver's own way keeps tables out of them.
        busy_ms = min(BUSY_MS, int(patience_s * 1000))
        engine = create_engine(url, connect_args={"isolation_level": None, "timeout": busy_ms / 1000}, **options)
        event.listen(engine, "connect", partial(_prepare_sqlite, busy_ms))
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return create_engine(url, isolation_level="READ COMMITTED", **options)


def _prepare_sqlite(busy_ms: int, connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    for pragma in ("foreign_keys=ON", f"busy_timeout={busy_ms}", "synchronous=FULL", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    statement = connection.get_execution_options().get("sqlite_begin", "BEGIN")
    if statement:
        connection.exec_driver_sql(statement)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees the book as it is now, until it is closed; raises StoreError for what fails."""
    options: dict[str, Any] = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
    where = words_of(engine.url)
    with told(where), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Give a connection that alone writes; all of it is kept at the end, or nothing where something is raised."""
    with told(words_of(engine.url)), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection = connection.execution_options(sqlite_begin="BEGIN IMMEDIATE")  # noqa: PLW2901 - the same one
        with _begin(connection, words_of(engine.url)):
            if engine.dialect.name == "postgresql":
                _lock_postgresql(connection, words_of(engine.url))
            yield connection


@contextmanager
def no_transaction(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose statements stand alone, for those that want to."""
    # On SQLite, the driver's isolation level stays as it is: ours is kept in the pool.
    autocommit: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}
    options = {"sqlite_begin": ""} if engine.dialect.name == "sqlite" else autocommit
    with told(words_of(engine.url)), engine.connect().execution_options(**options) as connection:
        yield connection


def _begin(connection: Connection, where: str) -> Any:
    """Begin a transaction; while others write, try again."""
    until, pause = time.monotonic() + _patience_s(connection), _FIRST_PAUSE_S
    while True:
        try:
            return connection.begin()
        except OperationalError as error:
            if "SQLITE_BUSY" not in getattr(error.orig, "sqlite_errorname", ""):
                raise
            if time.monotonic() > until:
                raise _taken(connection, where) from None
        time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - so that waiting programs do not move in step
        pause = min(2 * pause, _LONGEST_PAUSE_S)


def _lock_postgresql(connection: Connection, where: str) -> None:
    """Take the book. lock_timeout: https://www.postgresql.org/docs/current/runtime-config-client.html, in ms."""
    patience_ms = {"ms": f"{int(_patience_s(connection) * 1000)}ms"}
    connection.execute(text("SELECT set_config('lock_timeout', :ms, true)"), patience_ms)
    try:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    except DBAPIError as error:
        if _sqlstate(error) == _LOCK_NOT_AVAILABLE:
            raise _taken(connection, where) from None
        raise


def _sqlstate(error: DBAPIError) -> str:
    detail = error.orig.args[0] if error.orig is not None and error.orig.args else None
    return str(detail.get("C", "")) if isinstance(detail, dict) else ""


def _patience_s(connection: Connection) -> float:
    return float(connection.get_execution_options().get(_PATIENCE, PATIENCE_S))


def _taken(connection: Connection, where: str) -> StoreError:
    waited_s = _patience_s(connection)
    waited = f"{waited_s / 60:.0f} minutes" if waited_s >= _MINUTES_FROM_S else f"{waited_s:.0f} s"
    return StoreError(
        f"{where}: other programs have been writing for {waited}; nothing was written, try again when they are done"
    )


def insert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows, each with all columns of the table, a chunk at a time."""
    for first in range(0, len(rows), _CHUNK):
        chunk = rows[first : first + _CHUNK]
        if connection.dialect.name == "postgresql":  # one statement for all: the driver would send row by row
            statement = f"INSERT INTO {table.name} SELECT * FROM json_populate_recordset(NULL::{table.name}, CAST(:rows AS json))"  # noqa: E501, S608 - our own names
            connection.execute(text(statement.replace("NULL::", "NULL\\:\\:")), {"rows": canonical(chunk)})
        else:
            connection.execute(insert_into(table), chunk)
