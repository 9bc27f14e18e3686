"""Known: what the book already holds of some patients, looked up for many at once."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from kazerooni.store.facts import Values, holding, place_of
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


@dataclass(slots=True)
class Known:
    """What is there already; kept up to date while rows are planned.

    patients: number and key, by pseudonym.
    readings: number of the patient and content, by reading id.
    facts: what holds, by table, patient and place.
    sealed: number of a study or a series, by table and digest.
    described: what is recorded, by patient.
    """

    patients: dict[str, tuple[int, str]] = field(default_factory=dict)
    readings: dict[str, tuple[int, str]] = field(default_factory=dict)
    facts: dict[tuple[str, int, tuple[str, ...]], list[Values]] = field(default_factory=dict)
    sealed: dict[tuple[str, str], int] = field(default_factory=dict)
    described: dict[int, Values] = field(default_factory=dict)


def known_of(connection: Connection, pseudonyms: Collection[str], readings: Collection[str]) -> Known:
    """Look up patients by pseudonym with all that is known of them but readings, and readings by id."""
    known = Known()
    p = PATIENTS.c
    for row in _all(connection, select(p.pseudonym, p.id, p.key), p.pseudonym, pseudonyms):
        known.patients[row.pseudonym] = (row.id, row.key)
    r = READINGS.c
    for row in _all(connection, select(r.reading, r.patient_id, r.content), r.reading, readings):
        known.readings[row.reading] = (row.patient_id, row.content)
    numbers = [number for number, _ in known.patients.values()]
    for table in (LUNG_FUNCTION, TREATMENTS, EVENTS):
        contents: dict[int, list[str]] = {}
        asked = select(table.c.patient_id, table.c.content).order_by(table.c.id)
        for row in _all(connection, asked, table.c.patient_id, numbers):
            contents.setdefault(row.patient_id, []).append(row.content)
        for patient, told in contents.items():
            for said in holding(table.name, told):
                known.facts.setdefault((table.name, patient, place_of(table.name, said)), []).append(said)
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
