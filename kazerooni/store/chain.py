"""Chain: the audit, one line for every row that was written, each sealing the lines before it.

    hash of a line = SHA-256 of canonical JSON [hash of the line before, id, at, who, what, kind, row_id, patient_id,
                     digest, note]

The line before the first counts as 64 zeros. The first line is the founding of the book; its digest is random, and is
the salt of withdrawn pseudonyms.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from kazerooni.errors import StoreError
from kazerooni.store.engine import insert
from kazerooni.store.seal import canonical, plain
from kazerooni.store.tables import AUDIT

ZERO = "0" * 64
_HEAD = re.compile(r"(?P<count>\d{1,18}):(?P<sha256>[0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Head:
    """How many lines the audit has, and the hash of the last: whoever keeps it can tell a cut or rewritten chain."""

    count: int
    sha256: str

    def __str__(self) -> str:
        return f"{self.count}:{self.sha256}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read what `str` gives; raises StoreError where it is none."""
        found = _HEAD.fullmatch(text.strip().lower())
        if found is None:
            raise StoreError(
                f"the head {text[:80]!r} is none; a count, a colon and 64 hexadecimal digits are wanted, as exports "
                "and backups print them"
            )
        return cls(int(found["count"]), found["sha256"])


class Written(NamedTuple):
    """A row that was written: its table, number, patient and digest."""

    kind: str
    row_id: int
    patient_id: int
    digest: str


@dataclass(frozen=True, slots=True)
class Deed:
    """Who wrote, when, what (init, add, score, withdraw, migrate) and why."""

    who: str
    at: str
    what: str
    note: str = ""

    @classmethod
    def of(cls, *, who: str, when: datetime, what: str, note: str = "") -> Deed:
        """Make one; raises StoreError where nobody is named or the time has no zone."""
        if not who.strip():
            raise StoreError("nobody is named who writes into the book; say who")
        if when.tzinfo is None:
            raise StoreError(f"the time of writing, {when}, has no time zone; give one")
        return cls(plain(who), when.astimezone(UTC).isoformat(), what, plain(note))


def head_of(connection: Connection) -> Head:
    """Give the head of the chain."""
    count = select(func.max(AUDIT.c.id)).scalar_subquery()
    last = connection.execute(select(AUDIT.c.id, AUDIT.c.hash).where(AUDIT.c.id == count)).first()
    return Head(0, ZERO) if last is None else Head(*last)


def line_hash(before: str, line: dict[str, Any]) -> str:
    """Give the hash of a line of the audit, as it follows from the line before."""
    sealed = [before, *(line[name] for name in _SEALED)]
    return hashlib.sha256(canonical(sealed).encode("ascii")).hexdigest()


_SEALED = tuple(column.name for column in AUDIT.columns if column.name != "hash")


def append(connection: Connection, head: Head, deed: Deed, rows: Iterable[Written]) -> Head:
    """Append a line for each row that was written; give the new head."""
    lines = []
    count, before = head.count, head.sha256
    for row in rows:
        count += 1
        line: dict[str, Any] = {
            "id": count,
            "at": deed.at,
            "who": deed.who,
            "what": deed.what,
            **row._asdict(),
            "note": deed.note,
        }
        before = line["hash"] = line_hash(before, line)
        lines.append(line)
    insert(connection, AUDIT, lines)
    return Head(count, before)
