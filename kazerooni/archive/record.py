"""Score record: what is kept of a score, old or new, so that the two can be set side by side."""

from __future__ import annotations

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Final, NamedTuple

from kazerooni.errors import ReadingError
from kazerooni.model import Case, Component, State
from kazerooni.scoring import SCORE_SCHEMA_VERSION
from kazerooni.strict_json import check_version
from kazerooni.tables import LONGEST_CELL, UnfitError, code_of, day_of, sign_of

_TOTALS: Final = ("alveolar", "interstitial", "total", "maximum")
_LONGEST_SCHEME: Final = 64
_ROLES: Final = ("scan", "lobes", "alveolar", "interstitial", "table")


class Graded(NamedTuple):
    """One component of one lobe; None where it was not assessed, or only its grade is known."""

    state: str | None
    percent: float | None
    grade: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRecord:
    """A score without its reading; None is what was not known, which is never zero.

    study_date: ISO. lobes: by name, alveolar and interstitial, in the order of the scheme.
    inputs: SHA-256 by role (`scan`, `lobes`, `alveolar`, `interstitial`, `table`): whether the maps changed.
    maximum: of the scheme, beside a total of fewer lobes too.
    """

    patient: str | None
    study_date: str | None
    series_uid: str | None
    reading: str | None
    reader: str | None
    scheme: str
    scheme_version: int
    program_version: str | None
    alveolar: float | None
    interstitial: float | None
    total: float | None
    maximum: float
    partial: bool
    lobes: Mapping[str, tuple[Graded, Graded]]
    inputs: Mapping[str, str | None]

    def to_json(self) -> str:
        """Give it as one line of JSON: the same record gives the same line."""
        members = {name: getattr(self, name) for name in _MEMBERS}  # `asdict` would copy every grade: ten times as slow
        return json.dumps(members, ensure_ascii=True, allow_nan=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> ScoreRecord:
        """Read what `to_json` gave."""
        kept = json.loads(text)
        lobes = {name: (Graded(*first), Graded(*second)) for name, (first, second) in kept["lobes"].items()}
        return cls(**{**kept, "lobes": lobes})


_MEMBERS: Final = tuple(field.name for field in fields(ScoreRecord))


def record_of_case(case: Case, *, program_version: str) -> ScoreRecord:
    """Take down the score of a case."""
    scan, score = case.reading.scan, case.score
    return ScoreRecord(
        patient=scan.patient,
        study_date=None if scan.study_date is None else scan.study_date.isoformat(),
        series_uid=scan.series_uid,
        reading=case.reading.id,
        reader=case.reading.reader,
        scheme=score.scheme,
        scheme_version=score.scheme_version,
        program_version=program_version,
        **{name: getattr(score.totals, name) for name in _TOTALS},
        partial=score.is_partial,
        lobes={
            lobe.lobe.name: (
                _graded(lobe.component(Component.ALVEOLAR)),
                _graded(lobe.component(Component.INTERSTITIAL)),
            )
            for lobe in score.lobes
        },
        inputs={one.role: one.sha256 for one in case.reading.inputs if one.role in _ROLES},
    )


def _graded(component: Any) -> Graded:
    return Graded(None if component.state is None else component.state.value, component.percent, component.grade)


_CHECKED: Final[Mapping[str, Callable[[str], object]]] = {
    "patient": code_of,
    "study_date": day_of,
    "series_uid": code_of,
    "reading": code_of,
    "reader": sign_of,
}
"""How what a document says of a person and of the scan is read: as a cell of a table of typed values would be."""


def record_of_document(document: Mapping[str, Any]) -> ScoreRecord:
    """Take down the score of a document that `kazerooni score --json` or a report in JSON left.

    Raises ReadingError where it is none, of another version, or holds a name where a code is wanted.
    """
    check_version(document, SCORE_SCHEMA_VERSION, what="score", file="a score in JSON", error=ReadingError)
    check_codes(document)
    try:
        lobes = {
            code_of(lobe["lobe"]): (_of_json(lobe["alveolar"]), _of_json(lobe["interstitial"]))
            for lobe in document["lobes"]
        }
        return ScoreRecord(
            patient=document["patient"],
            study_date=document["study_date"],
            series_uid=document["series_uid"],
            reading=document.get("reading"),
            reader=document["reader"],
            scheme=sign_of(document["scheme"]["name"])[:_LONGEST_SCHEME],
            scheme_version=int(document["scheme"]["version"]),
            program_version=document["program"]["version"],
            **{name: _number(document["totals"][name]) for name in _TOTALS},
            partial=bool(document.get("partial", False)),
            lobes=lobes,
            inputs={one["role"]: one["sha256"] for one in document["inputs"] if one["role"] in _ROLES},
        )
    except (KeyError, TypeError, ValueError, AttributeError, UnfitError):
        raise ReadingError("is no score that `kazerooni score --json` wrote; it is left as it is") from None


def check_codes(said: Mapping[str, object]) -> None:
    """Refuse what is no code where results tell of whom and of what a reading is; a member may be missing.

    Raises ReadingError, which does not tell what was found: it may be a name.
    """
    for name, read in _CHECKED.items():
        _check(said.get(name), name, read)


def _check(value: object, name: str, read: Callable[[str], object]) -> None:
    if not isinstance(value, str | None):
        raise ReadingError(f"{name}: a text is wanted")
    if value is not None and len(value) > LONGEST_CELL:
        raise ReadingError(f"{name}: found {len(value)} characters, {LONGEST_CELL} at most are wanted")
    try:
        if value is not None:
            read(value)
    except UnfitError as unfit:
        raise ReadingError(f"{name}: {unfit}") from None  # what was found may be a name


def _of_json(component: Mapping[str, Any]) -> Graded:
    state, grade = component["state"], component["grade"]
    return Graded(
        None if state is None else State(state).value,
        _number(component["percent"]),
        None if grade is None else operator.index(grade),
    )


def _number(value: object) -> Any:
    """Give a number as it is written, so that the same record gives the same line."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TypeError
    return value
