"""Timeline document: the JSON of `kazerooni timeline --json`. It may grow; what stands here stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date

from kazerooni.model import (
    Beside,
    Case,
    Change,
    Judgement,
    LobeChange,
    LobeValue,
    NearTest,
    PooledSums,
    Timeline,
    TimePoint,
)
from kazerooni.scoring.criteria import CRITERIA
from kazerooni.scoring.document import PROGRAM, lobe_json, notice_json

TIMELINE_SCHEMA_VERSION = 1


def timeline_json(
    line: Timeline, *, program_version: str, judgements: Sequence[Judgement] | None = None
) -> dict[str, object]:
    """Give a timeline as JSON values: `kazerooni timeline --json`.

    judgements: what criteria say; None where they were not asked.
    """
    return {
        "schema_version": TIMELINE_SCHEMA_VERSION,
        "patient": line.patient,
        "scheme": {"name": line.scheme, "version": line.scheme_version, "maximum": line.maximum},
        "program": {"name": PROGRAM, "version": program_version},
        "baseline": line.baseline.isoformat(),
        "readers": {"rule": line.pooling, "consensus": line.consensus},
        "window_days": line.window_days,
        "readers_error": None if line.readers_error is None else asdict(line.readers_error),
        "points": [_point(point) for point in line.points],
        "criteria": None if judgements is None else [_judgement(one) for one in judgements],
    }


def _point(point: TimePoint) -> dict[str, object]:
    """Give a visit; where several readings count, what belongs to one reading is null and stands in `readings`."""
    own = _reading(point.counted[0]) if len(point.counted) == 1 else dict.fromkeys(_reading(point.counted[0]))
    return {
        "date": point.on.isoformat(),
        **own,
        "since_previous": _change(point.since_previous),
        "since_baseline": _change(point.since_baseline),
        "since_best": _change(point.since_best),
        "pooled": _sums(point.sums),
        "readings": [_reading(case) for case in point.readings],
        "repeats": [_reading(case) for case in point.repeats],
        "beside": _beside(point.beside),
    }


def _reading(case: Case) -> dict[str, object]:
    reading, score = case.reading, case.score
    return {
        "reading": reading.id,
        "reader": reading.reader,
        "technique": asdict(reading.technique),
        "totals": asdict(score.totals),
        "lobes": [lobe_json(lobe) for lobe in score.lobes],
        "inputs": [asdict(digest) for digest in reading.inputs],
        "partial": score.is_partial,
        "notices": [notice_json(notice) for notice in (*reading.notices, *score.notices)],
    }


def _sums(sums: PooledSums | None) -> dict[str, object] | None:
    return None if sums is None else {**asdict(sums), "lobes": [_of_lobe(value) for value in sums.lobes]}


def _change(change: Change | None) -> dict[str, object] | None:
    if change is None:
        return None
    return {
        "since": change.since.isoformat(),
        "days": change.days,
        "alveolar": change.alveolar,
        "interstitial": change.interstitial,
        "total": change.total,
        "lobes": [_of_lobe(one) for one in change.lobes],
        "differences": [asdict(difference) for difference in change.differences],
        "interpretable": change.is_interpretable,
        "readers": [asdict(one) for one in change.readers],
        "lung": None if change.lung is None else asdict(change.lung),
        "beyond_error": change.is_beyond_error,
    }


def _of_lobe(one: LobeChange | LobeValue) -> dict[str, object]:
    return {**asdict(one), "lobe": one.lobe.name, "component": one.component.value}


def _beside(beside: Beside | None) -> dict[str, object] | None:
    if beside is None:
        return None
    return {
        "fvc": _test(beside.fvc),
        "dlco": _test(beside.dlco),
        "doses": [asdict(dose) for dose in beside.doses],
        "events": [_plain(event) for event in beside.events],
    }


def _test(near: NearTest | None) -> dict[str, object] | None:
    return None if near is None else {**_plain(near.test), "days": near.days}


def _judgement(judgement: Judgement) -> dict[str, object]:
    criterion = CRITERIA[judgement.criterion]
    return {
        "criterion": judgement.criterion,
        "version": judgement.version,
        "title": criterion.title,
        "citation": criterion.citation,
        "date": judgement.on.isoformat(),
        "verdict": judgement.verdict.value,
        "inputs": [_plain(one) for one in judgement.inputs],
        "missing": list(judgement.missing),
    }


def _plain(value: object) -> dict[str, object]:
    """Give the members of a flat value; dates as ISO 8601, enumerations as their text."""
    found = {field.name: getattr(value, field.name) for field in fields(value)}  # type: ignore[arg-type]
    return {
        name: one.isoformat() if isinstance(one, date) else getattr(one, "value", one) for name, one in found.items()
    }
