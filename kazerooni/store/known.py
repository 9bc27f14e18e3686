"""Known: what the book already holds of some patients, looked up for many at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from kazerooni.store.facts import Values
from kazerooni.store.tables import (
    AUDIT,
    DESCRIPTIONS,
    EVENTS,
    LUNG_FUNCTION,
    PATIENTS,
    READINGS,
    SERIES,
    STUDIES,
    TREATMENTS,
)

_AT_ONCE = 2000  # parameters in one statement

# Columns that make the place of a fact, by table.
PLACES = {
    LUNG_FUNCTION: ("measured_on",),
    TREATMENTS: ("drug", "started_on"),
    EVENTS: ("kind", "happened_on"),
}


@dataclass(slots=True)
class Known:
    """What is there already; kept up to date while rows are planned.

    patients: number and key, by pseudonym.
    readings: number of the patient and digest, by reading id.
    places: digest of the fact that holds, by table, patient and place.
    sealed: number of a study or a series, by table and digest.
    described: what is recorded, by patient.
    """

    patients: dict[str, tuple[int, str]] = field(default_factory=dict)
    readings: dict[str, tuple[int, str]] = field(default_factory=dict)
    places: dict[tuple[str, int, tuple[str, ...]], str] = field(default_factory=dict)
    sealed: dict[tuple[str, str], int] = field(default_factory=dict)
    described: dict[int, Values] = field(default_factory=dict)


def known_of(connection: Connection, pseudonyms: Collection[str], readings: Collection[str]) -> Known:
    """Look up patients by pseudonym with all that is known of them but readings, and readings by id."""
    known = Known()
    p = PATIENTS.c
    for row in _all(connection, select(p.pseudonym, p.id, p.key), p.pseudonym, pseudonyms):
        known.patients[row.pseudonym] = (row.id, row.key)
    r = READINGS.c
    for row in _all(connection, select(r.reading, r.patient_id, r.digest), r.reading, readings):
        known.readings[row.reading] = (row.patient_id, row.digest)
    numbers = [number for number, _ in known.patients.values()]
    for table, names in PLACES.items():
        columns = [table.c[name] for name in names]
        asked = select(table.c.patient_id, table.c.digest, *columns).order_by(table.c.id)
        for row in _all(connection, asked, table.c.patient_id, numbers):
            known.places[table.name, row.patient_id, tuple(row[2:])] = row.digest
    for table in (STUDIES, SERIES):
        for row in _all(connection, select(table.c.id, table.c.digest), table.c.patient_id, numbers):
            known.sealed[table.name, row.digest] = row.id
    d = DESCRIPTIONS.c
    for row in _all(connection, select(d.patient_id, d.content).order_by(d.id), d.patient_id, numbers):
        known.described[row.patient_id] = json.loads(row.content)
    return known


def withdrawn_fingerprints(connection: Connection) -> frozenset[str]:
    """Give what withdrawn pseudonyms are known again by."""
    return frozenset(connection.scalars(select(AUDIT.c.digest).where(AUDIT.c.what == "withdraw")))


def salt_of(connection: Connection) -> str:
    """Give the salt of the book: the digest of its founding."""
    return str(connection.scalars(select(AUDIT.c.digest).where(AUDIT.c.id == 1)).one())


def _all(connection: Connection, asked: Any, column: ColumnElement[Any], values: Collection[object]) -> Iterator[Any]:
    """Run a selection for rows whose column holds one of the values."""
    wanted: Sequence[object] = list(values)
    for first in range(0, len(wanted), _AT_ONCE):
        yield from connection.execute(asked.where(column.in_(wanted[first : first + _AT_ONCE])))
