"""Read: courses, readings and scores out of the book."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, func, select

from kazerooni.errors import StoreError
from kazerooni.model import Course, Lobe, Reading
from kazerooni.records import event_from_json, lung_function_from_json, treatment_from_json
from kazerooni.scoring import Scheme
from kazerooni.store import facts
from kazerooni.store.tables import DESCRIPTIONS, EVENTS, LUNG_FUNCTION, PATIENTS, READINGS, SCORES, SERIES, TREATMENTS

_AT_ONCE = 2000
Fact = TypeVar("Fact")


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """The score of one reading, without the reading.

    grades: alveolar and interstitial grade by lobe, None where there is none; empty where the scheme cannot grade the
        reading, and `reason` says why.
    superseded_by: the id of the reading that has taken its place.
    """

    patient: str
    study_date: date | None
    reading: str
    reader: str | None
    alveolar: float | None
    interstitial: float | None
    total: float | None
    grades: Mapping[Lobe, tuple[int | None, int | None]]
    reason: str | None
    superseded_by: str | None


@dataclass(frozen=True, slots=True)
class SchemeScore:
    """A score of one reading that the book keeps, under some scheme: its sums, and grades by lobe as in `ScoreRow`."""

    scheme: str
    scheme_version: int
    program_version: str
    alveolar: float | None
    interstitial: float | None
    total: float | None
    grades: Mapping[Lobe, tuple[int | None, int | None]]


@dataclass(frozen=True, slots=True)
class Holding:
    """How many readings the book has of a patient, superseded ones too, and the dates of the first and last scan."""

    patient: str
    readings: int
    first: date | None
    last: date | None


def holdings(connection: Connection) -> Iterator[Holding]:
    """Give what the book has of each patient, in the order in which they came."""
    p, r = PATIENTS.c, READINGS.c
    asked = (
        select(p.pseudonym, func.count(r.id), func.min(r.study_date), func.max(r.study_date))
        .select_from(PATIENTS)
        .outerjoin(READINGS, r.patient_id == p.id)
        .where(p.pseudonym.is_not(None))
        .group_by(p.id, p.pseudonym)
        .order_by(p.id)
    )
    for patient, count, first, last in connection.execute(asked):
        yield Holding(patient, count, _day(first), _day(last))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def patients(connection: Connection) -> tuple[str, ...]:
    """List the pseudonyms, in the order in which patients came; those withdrawn have none."""
    p = PATIENTS.c
    return tuple(connection.scalars(select(p.pseudonym).where(p.pseudonym.is_not(None)).order_by(p.id)))


def course_of(connection: Connection, pseudonym: str, *, with_readings: bool = True) -> Course:
    """Give all that is known of a patient; raises StoreError where nothing is."""
    p = PATIENTS.c
    number = connection.scalar(select(p.id).where(p.pseudonym == pseudonym))
    if number is None:
        raise StoreError(f"patient {pseudonym[:64]} is not in the book; `kazerooni store list` names who is")

    def rows(asked: Select[Any], table: Table) -> list[Any]:
        return list(connection.execute(asked.where(table.c.patient_id == number).order_by(table.c.id)))

    d, r = DESCRIPTIONS.c, READINGS.c
    described = rows(select(d.content), DESCRIPTIONS)
    held = {
        table.name: facts.holding(table.name, (row.content for row in rows(select(table.c.content), table)))
        for table in (LUNG_FUNCTION, TREATMENTS, EVENTS)
    }
    contents = rows(select(r.content), READINGS) if with_readings else []
    readings = [facts.reading_of(row.content) for row in contents]
    return Course(
        patient=facts.patient_of(pseudonym, described[-1].content if described else None),
        readings=tuple(sorted(readings, key=lambda one: (one.scan.study_date or date.min, one.id))),
        lung_function=tuple(map(lung_function_from_json, held[LUNG_FUNCTION.name])),
        treatments=tuple(map(treatment_from_json, held[TREATMENTS.name])),
        events=tuple(map(event_from_json, held[EVENTS.name])),
    )


def reading_by_id(connection: Connection, identifier: str) -> Reading:
    """Give a reading by its id; raises StoreError where there is none."""
    content = connection.scalar(select(READINGS.c.content).where(READINGS.c.reading == identifier))
    if content is None:
        raise StoreError(f"reading {identifier[:100]} is not in the book; see that its id is right")
    return facts.reading_of(content)


def reading_refs(connection: Connection) -> Iterator[tuple[str, str, str]]:
    """Give of all readings that were not withdrawn id, series UID, and the id of that they supersede; "" for none.

    They come in the order in which they were added.
    """
    r, s = READINGS.c, SERIES.c
    asked = select(r.reading, s.series_uid, r.supersedes).join(SERIES, r.series_id == s.id, isouter=True)
    rows = connection.execution_options(yield_per=_AT_ONCE).execute(asked.where(r.content.is_not(None)).order_by(r.id))
    for uid, series, supersedes in rows:
        yield uid, series or "", supersedes or ""


def kept_scores(connection: Connection, identifier: str) -> tuple[SchemeScore, ...]:
    """Give the scores of a reading that could be made, by scheme and version."""
    s, r = SCORES.c, READINGS.c
    asked = (
        select(s.scheme, s.scheme_version, s.program_version, s.alveolar, s.interstitial, s.total, s.lobes)
        .join(READINGS, s.reading_id == r.id)
        .where(r.reading == identifier, s.reason.is_(None))
        .order_by(s.scheme, s.scheme_version)
    )
    return tuple(
        SchemeScore(*row[:6], {Lobe[name]: (pair[0], pair[1]) for name, pair in json.loads(row.lobes).items()})
        for row in connection.execute(asked)
    )


def superseded(connection: Connection) -> dict[str, str]:
    """Give the readings whose place others have taken, and by which; the last one where there are several."""
    r = READINGS.c
    # Compared and put in order so that SQLite takes the index of the few, not the table of all.
    asked = select(r.id, r.supersedes, r.reading).where(r.supersedes > "")
    return {row.supersedes: row.reading for row in sorted(connection.execute(asked), key=lambda row: int(row.id))}


def score_rows(connection: Connection, scheme: Scheme, of: Collection[str] | None) -> Iterator[ScoreRow]:
    """Give the scores under a scheme, of some patients or of all."""
    s, r, p = SCORES.c, READINGS.c, PATIENTS.c
    replaced = superseded(connection)
    asked = (
        select(p.pseudonym, r.study_date, r.reading, r.reader, s.alveolar, s.interstitial, s.total, s.lobes, s.reason)
        .select_from(PATIENTS)
        .join(READINGS, r.patient_id == p.id)
        .join(SCORES, s.reading_id == r.id)
        .where(s.scheme == scheme.name, s.scheme_version == scheme.version, p.pseudonym.is_not(None))
        .order_by(p.id, r.id)
    )
    names = [None] if of is None else [list(of)[i : i + _AT_ONCE] for i in range(0, len(of), _AT_ONCE)]
    for some in names:
        chosen = asked if some is None else asked.where(p.pseudonym.in_(some))
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(chosen):
            yield ScoreRow(
                patient=row.pseudonym,
                study_date=_day(row.study_date),
                reading=row.reading,
                reader=row.reader,
                alveolar=row.alveolar,
                interstitial=row.interstitial,
                total=row.total,
                grades={Lobe[name]: (pair[0], pair[1]) for name, pair in json.loads(row.lobes).items()},
                reason=row.reason,
                superseded_by=replaced.get(row.reading),
            )
