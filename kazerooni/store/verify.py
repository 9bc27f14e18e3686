"""Verify: walk the chain from the founding of the book and hold every row against its line; name the first that fails.

The walk is in step: lines that tell of a table name its rows in their order, so one page of each table is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Table, select, text

from kazerooni.store.chain import ZERO, Head, line_hash
from kazerooni.store.seal import seal
from kazerooni.store.tables import AUDIT, KINDS, PATIENTS, SEALED
from kazerooni.store.triggers import missing_triggers

_PAGE = 2000
_ROWS_ARE_TOLD_BY = ("add", "score")


@dataclass(frozen=True, slots=True)
class Verified:
    """What an audit found.

    head: how far the chain goes that holds, and its last hash.
    rows: rows that were held against their lines. withdrawn_rows, withdrawn_patients: of them, those emptied lawfully.
    broken: the first thing that does not hold, None where everything does.
    """

    head: Head
    rows: int
    withdrawn_rows: int
    withdrawn_patients: int
    broken: str | None

    @property
    def is_whole(self) -> bool:
        """Whether everything holds."""
        return self.broken is None


class _BrokenError(Exception):
    """The first thing that does not hold."""


@dataclass(slots=True)
class _Walk:
    connection: Connection
    expect: Head | None
    count: int = 0
    sha256: str = ZERO
    rows: int = 0
    emptied: int = 0
    keys: dict[int, str | None] = field(default_factory=dict)
    withdrawn: frozenset[int] = frozenset()
    pages: dict[str, Iterator[Any]] = field(default_factory=dict)

    def go(self) -> None:
        """Raise _BrokenError where something does not hold."""
        self._look_at_file()
        self.keys = {row.id: row.key for row in self.connection.execute(select(PATIENTS.c.id, PATIENTS.c.key))}
        a = AUDIT.c
        self.withdrawn = frozenset(self.connection.scalars(select(a.patient_id).where(a.what == "withdraw")))
        self.pages = {kind: pages(self.connection, table) for kind, table in KINDS.items()}
        for line in pages(self.connection, AUDIT):
            self._follow(line)
        for kind, rest in self.pages.items():
            if (row := next(rest, None)) is not None:
                raise _BrokenError(f"row {row['id']} of {kind}: the audit tells nothing of it")
        if self.expect is not None and self.count < self.expect.count:
            raise _BrokenError(
                f"the audit ends with line {self.count}, but {self.expect.count} lines are expected: its tail was cut"
            )
        self._look_for_triggers()

    def _look_at_file(self) -> None:
        if self.connection.dialect.name == "sqlite":
            said = self.connection.execute(text("PRAGMA integrity_check(1)")).scalar()
            if said != "ok":
                raise _BrokenError("the file is damaged: SQLite's own check fails")

    def _look_for_triggers(self) -> None:
        """Comes last: who takes triggers away wants to change rows, and the row that was changed says more."""
        if missing := missing_triggers(self.connection, [*KINDS, AUDIT.name]):
            raise _BrokenError(f"the trigger {missing[0]}, which refuses changes, is gone")

    def _follow(self, line: dict[str, Any]) -> None:
        if line["id"] != self.count + 1:
            raise _BrokenError(f"line {self.count + 1} of the audit is missing")
        if line["hash"] != line_hash(self.sha256, line):
            raise _BrokenError(f"line {line['id']} of the audit: its hash does not follow from the line before")
        self.count, self.sha256 = line["id"], line["hash"]
        expect = self.expect
        if expect is not None and self.count == expect.count and self.sha256 != expect.sha256:
            raise _BrokenError(f"line {self.count} of the audit is not the one expected: the chain was rewritten")
        if line["what"] in _ROWS_ARE_TOLD_BY:
            self._hold(line, next(self.pages[line["kind"]], None))

    def _hold(self, line: dict[str, Any], row: dict[str, Any] | None) -> None:
        kind, number, patient = line["kind"], line["row_id"], line["patient_id"]
        what = f"row {number} of {kind} (line {line['id']} of the audit)"
        if row is None or row["id"] != number:
            raise _BrokenError(f"{what} is missing")
        if row.get("patient_id", row["id"]) != patient or row["digest"] != line["digest"]:
            raise _BrokenError(f"{what} does not bear the patient or the digest that the audit tells of")
        self.rows += 1
        values = [row[name] for name in SEALED[kind]]
        key = self.keys.get(patient)
        if patient in self.withdrawn:
            if key is not None or any(value is not None for value in values):
                raise _BrokenError(f"{what} still holds what was withdrawn")
            self.emptied += 1
        elif key is None:
            raise _BrokenError(f"{what}: the key of its patient is gone, but the audit tells of no withdrawal")
        elif not _bears(key, kind, patient, values, row["digest"]):
            raise _BrokenError(f"{what} was changed: its content does not match its digest")


def _bears(key: str, kind: str, patient: int, values: list[Any], digest: str) -> bool:
    try:
        return seal(key, kind, patient, values) == digest
    except (TypeError, ValueError):  # a key of no hexadecimal digits, bytes or an infinity instead of a text or number
        return False


def pages(connection: Connection, table: Table) -> Iterator[dict[str, Any]]:
    """Give the rows of a table in their order, with a page of them in memory."""
    last = -(2**63)
    while (
        found := connection.execute(select(table).where(table.c.id > last).order_by(table.c.id).limit(_PAGE))
        .mappings()
        .all()
    ):
        yield from (dict(row) for row in found)
        last = found[-1]["id"]


def verify(connection: Connection, expect: Head | None) -> Verified:
    """Verify a book as it is in this transaction; expect: a head that was told before."""
    walk = _Walk(connection, expect)
    broken = None
    try:
        walk.go()
    except _BrokenError as error:
        broken = str(error)
    head = Head(walk.count, walk.sha256)
    return Verified(head, walk.rows, walk.emptied, len(walk.withdrawn), broken)
