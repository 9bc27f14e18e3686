"""Typed readings: the statements of many rows put together, one Reading for each reader of each scan."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kazerooni.errors import ReadingError
from kazerooni.labels.readings.rows import Statement, Visit
from kazerooni.model import Component, Entry, Finding, InputDigest, Lobe, Reading, ScanRef, State, TypedValue
from kazerooni.tables import Problem

# Visits that differ in these alone, empty in one row and filled in another, were hardly meant as two.
_FILLED_IN_ALL = ("series_uid", "study_uid", "reader")
# What is the same in all rows of a series, and of a study.
_BELONGS_TO = {"series_uid": ("patient", "study_date", "study_uid"), "study_uid": ("patient", "study_date")}
_PLACE_OF_FINDING = {finding: place for place, finding in enumerate((None, *Finding))}
_PLACE_OF_COMPONENT = {component: place for place, component in enumerate(Component)}


@dataclass(slots=True)
class _Draft:
    """What the rows of one reading say, each with its line."""

    said: dict[tuple[Lobe, Component], list[tuple[int, Entry]]] = field(default_factory=dict)
    traction: dict[Lobe, tuple[int, bool]] = field(default_factory=dict)


class ReadingBook:
    """Takes statements in, tells which contradict an earlier one, and gives the readings."""

    def __init__(self) -> None:
        self._drafts: dict[Visit, _Draft] = {}
        self._filled: dict[tuple[str, Visit, bool], int] = {}
        self._owners: dict[tuple[str, str, str], tuple[int, object]] = {}

    def add(self, statement: Statement) -> Problem | None:
        """Take a statement in; one that contradicts an earlier one is left out, and both lines are told."""
        visit, line = statement.visit, statement.line
        draft = self._drafts.get(visit)
        if draft is None:
            draft = self._drafts[visit] = _Draft()
            torn = [*self._half_filled(visit, line), *self._of_two_scans(visit, line)]
            if torn:
                return torn[0]
        fault = next(_contradictions(draft, statement), None)
        if fault is not None:
            return Problem(line, fault, statement.column)
        for entry in statement.entries:
            draft.said.setdefault((entry.lobe, entry.component), []).append((line, entry))
        if statement.traction is not None:
            draft.traction[statement.lobe] = (line, statement.traction)
        return None

    def readings(self, sha256: str) -> tuple[Reading, ...]:
        """Give the readings, in the order in which the table first names them.

        sha256: of the file.
        """
        inputs = (InputDigest("table", sha256),)
        return tuple(_reading(visit, draft, inputs) for visit, draft in self._drafts.items())

    def _half_filled(self, visit: Visit, line: int) -> Iterator[Problem]:
        for name in _FILLED_IN_ALL:
            is_filled, rest = getattr(visit, name) is not None, visit._replace(**{name: None})
            self._filled.setdefault((name, rest, is_filled), line)
            other = self._filled.get((name, rest, not is_filled))
            if other is not None:
                here, there = ("filled", "empty") if is_filled else ("empty", "filled")
                said = (
                    f"is {here}, but {there} in line {other}, all else being the same; fill it in both, or in neither"
                )
                yield Problem(line, said, name)

    def _of_two_scans(self, visit: Visit, line: int) -> Iterator[Problem]:
        for name, columns in _BELONGS_TO.items():
            uid = getattr(visit, name)
            for column in columns if uid else ():
                value = getattr(visit, column)
                first, owner = self._owners.setdefault((name, uid, column), (line, value))
                if value != owner:
                    said = f"is another than in line {first}, which has the same {name}; correct one"
                    yield Problem(line, said, column)


def _contradictions(draft: _Draft, statement: Statement) -> Iterator[str]:
    """Tell how a statement contradicts what was said before of its place, then of its lobe."""
    for entry in statement.entries:
        yield from _against(draft.said.get((entry.lobe, entry.component), ()), entry)
    lobe = statement.lobe
    line, seen = draft.traction.get(lobe, (0, None))
    if None not in (seen, statement.traction):
        yield f"traction bronchiectasis of {lobe.name} stands in line {line} already; say it once"
    if seen and any(entry.state is State.ABSENT for entry in statement.entries):
        yield f"{lobe.name} has traction bronchiectasis in line {line}, so it is not absent; correct one"
    earlier = (said for component in Component for said in draft.said.get((lobe, component), ()))
    for line_before, other in earlier:
        if statement.traction and other.state is State.ABSENT:
            yield f"{lobe.name} is absent in line {line_before}, and has no traction bronchiectasis; correct one"
        for entry in statement.entries:
            if entry.state is not other.state and State.ABSENT in {entry.state, other.state}:
                there = f"{other.what} is {_kind(other)} in line {line_before}"
                yield f"{entry.what} is {_kind(entry)}, but {there}; correct one"


def _against(earlier: Sequence[tuple[int, Entry]], entry: Entry) -> Iterator[str]:
    """Tell how an entry contradicts earlier ones of its component: by twos, then all together."""
    for line, other in earlier:
        if other == entry:
            yield f"says the same as line {line}; delete one of the two rows"
        elif not (other.values and entry.values):
            yield f"{entry.what} is {_kind(entry)}, but {_kind(other)} in line {line}; give one of the two"
        elif fault := _misfit((other, entry)):
            yield f"{fault} (line {line})"
    if earlier and (fault := _misfit((*(other for _, other in earlier), entry))):
        yield f"{fault} (lines {', '.join(str(line) for line, _ in earlier)})"


def _kind(entry: Entry) -> str:
    if entry.values:
        return "given a value"
    return f"{entry.state} ({entry.reason})" if entry.reason else str(entry.state)


def _misfit(entries: Iterable[Entry]) -> str | None:
    try:
        _joined(entries)
    except ReadingError as error:
        return str(error)
    return None


def _joined(entries: Iterable[Entry]) -> Entry:
    """Join entries of one component of one lobe into one, its values in the order of the findings."""
    first, *others = entries
    values = (value for entry in (first, *others) for value in entry.values)
    return Entry(
        lobe=first.lobe,
        component=first.component,
        state=first.state,
        values=tuple(sorted(values, key=lambda value: _PLACE_OF_FINDING[value.finding])),
        reason=first.reason,
    )


def _reading(visit: Visit, draft: _Draft, inputs: tuple[InputDigest, ...]) -> Reading:
    places = sorted(draft.said, key=lambda place: (place[0], _PLACE_OF_COMPONENT[place[1]]))
    entries = tuple(_joined(entry for _, entry in draft.said[place]) for place in places)
    traction = {lobe: draft.traction[lobe][1] for lobe in sorted(draft.traction)}
    return Reading(
        id=_reading_id(visit, entries, traction),
        scan=ScanRef(
            patient=visit.patient,
            study_uid=visit.study_uid,
            series_uid=visit.series_uid,
            study_date=visit.study_date,
        ),
        reader=visit.reader,
        entries=entries,
        traction=traction,
        inputs=inputs,
    )


def _reading_id(visit: Visit, entries: tuple[Entry, ...], traction: dict[Lobe, bool]) -> str:
    """Name a reading after what it says, digit for digit: the same rows in another order or file give the same id."""
    content = [
        [visit.patient, str(visit.study_date or ""), visit.series_uid, visit.study_uid, visit.reader],
        [[e.lobe.name, e.component, e.state, e.reason, [_content_of(value) for value in e.values]] for e in entries],
        [[lobe.name, seen] for lobe, seen in traction.items()],
    ]
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return f"R-{hashlib.sha256(text.encode()).hexdigest()[:20]}"


def _content_of(value: TypedValue) -> list[object]:
    percent = None if value.percent is None else str(value.percent)
    return [value.finding, percent, value.present, value.grade, value.scheme]
