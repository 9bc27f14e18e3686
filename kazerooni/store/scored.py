"""Scored: the scores of readings under a scheme, made once and kept beside those of other schemes and versions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Engine, and_, exists, select

from kazerooni.errors import KazerooniError
from kazerooni.model import Component, Score
from kazerooni.scoring import Scheme, score
from kazerooni.store.add import last_of
from kazerooni.store.chain import Deed, Written, append, head_of
from kazerooni.store.engine import insert, reading, writing
from kazerooni.store.facts import Values, reading_of
from kazerooni.store.seal import canonical, seal
from kazerooni.store.tables import PATIENTS, READINGS, SCORES, SEALED
from kazerooni.version import __version__

_AT_ONCE = 500


def unscored(scheme: Scheme) -> Any:
    """Give the condition that a reading has content and no score under the scheme."""
    s = SCORES.c
    there = and_(s.reading_id == READINGS.c.id, s.scheme == scheme.name, s.scheme_version == scheme.version)
    return and_(READINGS.c.content.is_not(None), ~exists().where(there))


def fill_scores(engine: Engine, scheme: Scheme, deed: Deed) -> Iterator[int]:
    """Score what is not scored yet, some readings a transaction; give how many were written each time."""
    r, last = READINGS.c, 0
    while True:
        asked = select(r.id, r.patient_id, r.content).where(unscored(scheme), r.id > last).order_by(r.id)
        with reading(engine) as connection:
            found = connection.execute(asked.limit(_AT_ONCE)).all()
        if not found:
            return
        scored = {row.id: _values(row.id, row.content, scheme) for row in found}
        last = found[-1].id
        with writing(engine) as connection:
            yield _write(connection, scheme, deed, scored)


def _write(connection: Connection, scheme: Scheme, deed: Deed, scored: dict[int, Values]) -> int:
    """Write scores of readings that nobody has scored or withdrawn in the meantime."""
    r, p = READINGS.c, PATIENTS.c
    first, last = min(scored), max(scored)
    asked = select(r.id, r.patient_id, p.key).join(PATIENTS, p.id == r.patient_id)
    still = connection.execute(asked.where(unscored(scheme), r.id.between(first, last)).order_by(r.id)).all()
    number, rows = last_of(connection, "scores"), []
    for row in still:
        if row.id in scored:
            number += 1
            values = scored[row.id]
            digest = seal(row.key, "scores", row.patient_id, [values[name] for name in SEALED["scores"]])
            rows.append({"id": number, "patient_id": row.patient_id, **values, "digest": digest})
    insert(connection, SCORES, rows)
    written = [Written("scores", row["id"], row["patient_id"], row["digest"]) for row in rows]
    append(connection, head_of(connection), deed, written)
    return len(rows)


def _values(number: int, content: str, scheme: Scheme) -> Values:
    made: Values = {
        "reading_id": number,
        "scheme": scheme.name,
        "scheme_version": scheme.version,
        "program_version": __version__,
    }
    try:
        graded = score(reading_of(content), scheme)
    except KazerooniError as error:
        return {**made, "alveolar": None, "interstitial": None, "total": None, "lobes": "{}", "reason": str(error)}
    sums = graded.totals
    return {
        **made,
        "alveolar": _float(sums.alveolar),
        "interstitial": _float(sums.interstitial),
        "total": _float(sums.total),
        "lobes": canonical(_grades(graded)),
        "reason": None,
    }


def _grades(graded: Score) -> dict[str, list[int | None]]:
    """Give the grades by lobe: alveolar, interstitial."""
    return {lobe.lobe.name: [lobe.component(component).grade for component in Component] for lobe in graded.lobes}


def _float(amount: float | None) -> float | None:
    return None if amount is None else float(amount)
