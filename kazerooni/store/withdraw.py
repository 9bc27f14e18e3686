"""Withdraw: the lawful exception. A patient's rows become tombstones, the key that seals them is destroyed.

Numbers and digests stay, so that the chain still verifies; without the key nothing can be read or guessed from them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, func, select, text, update
from sqlalchemy.exc import OperationalError

from kazerooni.errors import StoreError
from kazerooni.store.chain import Deed, Head, Written, append, head_of
from kazerooni.store.engine import BUSY_MS, no_transaction
from kazerooni.store.known import salt_of
from kazerooni.store.seal import fingerprint
from kazerooni.store.tables import KINDS, PATIENTS, content_columns

# How long each step of taking bytes out of the file waits for others; what stays is gone when they have ended.
_PATIENCE_MS = 2000


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal did.

    rows: how many rows became tombstones.
    is_erased: whether the bytes are gone from the file as well; False where another program was using the book: they
        are gone when it has ended, with the log that SQLite then takes away.
    """

    rows: int
    head: Head
    is_erased: bool


def empty(connection: Connection, pseudonym: str, deed: Deed) -> tuple[int, Head]:
    """Write the withdrawal into the audit and empty the patient's rows; give how many, and the head.

    Raises StoreError where there is no such patient, or the reason tells the pseudonym.
    """
    number = connection.scalar(select(PATIENTS.c.id).where(PATIENTS.c.pseudonym == pseudonym))
    if number is None:
        raise StoreError("there is no such patient in the book; nothing was withdrawn")
    if pseudonym.casefold() in f"{deed.note}\n{deed.who}".casefold():
        raise StoreError("the reason names the patient; it stays in the book for ever, so give one that does not")
    mark = fingerprint(pseudonym, salt_of(connection))
    head = append(connection, head_of(connection), deed, [Written("patients", number, number, mark)])
    rows = 0
    for table in KINDS.values():
        mine = (table.c.id if table is PATIENTS else table.c.patient_id) == number
        rows += int(connection.scalar(select(func.count()).select_from(table).where(mine)) or 0)
        connection.execute(update(table).where(mine).values(dict.fromkeys(content_columns(table))))
    return rows, head


def erase(engine: Engine) -> bool:
    """Take what was emptied out of the file as well; False where another program is using the book."""
    with no_transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            for table in KINDS:
                connection.execute(text(f"VACUUM FULL {table}"))
            return True
        return _erase_sqlite(connection)


def _erase_sqlite(connection: Connection) -> bool:
    """Empty the write-ahead log into the file, write the file anew, and empty the log of that."""
    connection.exec_driver_sql(f"PRAGMA busy_timeout={_PATIENCE_MS}")
    try:
        is_free = _checkpoint(connection)
        connection.exec_driver_sql("VACUUM")
        return _checkpoint(connection) and is_free
    except OperationalError:  # another program writes
        return False
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MS}")


def _checkpoint(connection: Connection) -> bool:
    return connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar() == 0
