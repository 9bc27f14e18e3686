"""Typed rows: what one row of a table of typed values says, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from kazerooni.errors import ReadingError, SchemeError
from kazerooni.labels.readings import words
from kazerooni.model import Component, Entry, Finding, Lobe, SchemeRef, State, TypedValue
from kazerooni.scoring import Scheme, find_scheme
from kazerooni.tables import Problem, RowCells, code_of, day_of, sign_of, uid_of, whole_of

VALUES = ("percent", "present", "grade")
REQUIRED = ("patient", "reader", "lobe", "component", "finding", *VALUES, "state")
WHEN = ("study_date", "series_uid")
COLUMNS = (*REQUIRED, *WHEN, "study_uid", "scheme", "scheme_version", "reason")

_WITHOUT_VALUE = (State.NOT_ASSESSABLE, State.ABSENT)
# Somebody may sign as NA.
_SIGNS = ("reader", "patient")


class Visit(NamedTuple):
    """Whose reading of which scan a row belongs to; None where nothing was said."""

    patient: str | None
    study_date: date | None
    series_uid: str | None
    study_uid: str | None
    reader: str | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What a row says.

    column: where its value or state stands.
    entries: the value or state, as an entry of nothing else; one of each component where a whole lobe is absent.
    traction: whether traction bronchiectasis was seen, None where the row is of something else.
    """

    line: int
    column: str
    visit: Visit
    lobe: Lobe
    entries: tuple[Entry, ...] = ()
    traction: bool | None = None


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads rows by the settings of their table.

    scheme: of the grades in rows that name none.
    decimal_comma: whether a percent may be written with a comma.
    patient_of: gives the code of a patient from what the table calls them; raises UnfitError.
    """

    scheme: Scheme
    decimal_comma: bool = False
    patient_of: Callable[[str], str] = code_of

    def read(self, line: int, cells: Mapping[str, str]) -> Statement | tuple[Problem, ...]:
        """Give what a row says, from its cells by column; or everything that is unfit, or contradicts itself."""
        stripped = ((column, text.strip()) for column, text in cells.items())
        row = RowCells(line, {c: text for c, text in stripped if text and (text.upper() != "NA" or c in _SIGNS)})
        visit, said = _visit_of(row, self.patient_of), self._said_of(row)
        if row.problems or said is None:
            return tuple(row.problems)
        try:
            statement = _state if said.state in _WITHOUT_VALUE else _value
            return statement(row, visit, said)
        except _ContradictionError as found:
            return (Problem(line, str(found), found.column),)

    def _said_of(self, row: RowCells) -> _Said | None:
        """Read the cells; None where the row names no lobe."""
        lobe = row.read("lobe", words.lobe_of)
        if not row.holds("lobe"):
            row.refuse("lobe", f"is empty; {words.LOBES_WANTED} is wanted")
        said = partial(
            _Said,
            component=row.read("component", words.component_of),
            finding=row.read("finding", words.finding_of),
            percent=row.read("percent", partial(words.percent_of, comma=self.decimal_comma)),
            present=row.read("present", words.present_of),
            grade=row.read("grade", whole_of),
            state=row.read("state", words.state_of),
            reason=row.read("reason", str) or "",
            scheme=self._scheme_of(row),
        )
        return None if lobe is None else said(lobe)

    def _scheme_of(self, row: RowCells) -> Scheme:
        own = self.scheme
        name = row.read("scheme", str) or own.name
        version = row.read("scheme_version", whole_of)
        if name == own.name and version in (None, own.version):
            return own
        try:
            return find_scheme(name, version)
        except SchemeError as error:
            row.refuse("scheme", str(error))
            return own


@dataclass(frozen=True, slots=True)
class _Said:
    """The cells of a row as values; None where nothing was said."""

    lobe: Lobe
    component: Component | None
    finding: Finding | None
    percent: Decimal | None
    present: bool | None
    grade: int | None
    state: State | None
    reason: str
    scheme: Scheme

    def told_component(self) -> Component:
        """Give the component, which the finding may tell."""
        if self.finding is None:
            if self.component is None:
                wanted = "is empty, and no finding tells it; alveolar or interstitial is wanted"
                raise _ContradictionError("component", wanted)
            return self.component
        told = self.finding.component
        if self.component not in (None, told):
            named = f"is {self.component}, but {self.finding.full_name} is {told}"
            raise _ContradictionError("component", f"{named}; correct one of the two, or leave the component empty")
        return told


class _ContradictionError(Exception):
    """The cells of a row contradict each other, or lack something that they need."""

    def __init__(self, column: str, said: str) -> None:
        super().__init__(said)
        self.column = column


def _visit_of(row: RowCells, patient_of: Callable[[str], str]) -> Visit:
    if not row.holds("series_uid"):
        if not row.holds("study_date"):
            row.refuse("study_date", "is empty, and no series_uid is given; one of the two is wanted")
        if not row.holds("patient"):
            row.refuse("patient", "is empty, and no series_uid is given; one of the two is wanted")
    return Visit(
        patient=row.read("patient", patient_of),
        study_date=row.read("study_date", day_of),
        series_uid=row.read("series_uid", uid_of),
        study_uid=row.read("study_uid", uid_of),
        reader=row.read("reader", sign_of),
    )


def _state(row: RowCells, visit: Visit, said: _Said) -> Statement:
    """Make the statement of a row that holds a state without a value."""
    assert said.state is not None, "only such rows come here"
    for column in ("finding", *VALUES):
        if row.holds(column):
            raise _ContradictionError(
                column, f"stands beside the state {said.state}, which has no value; give one of the two"
            )
    if said.component is None and said.state is State.NOT_ASSESSABLE:
        raise _ContradictionError("component", "is empty; which one is not assessable, alveolar or interstitial?")
    components = tuple(Component) if said.component is None else (said.component,)
    entries = (Entry(lobe=said.lobe, component=c, state=said.state, reason=said.reason) for c in components)
    return Statement(row.line, "state", visit, said.lobe, tuple(entries))


def _value(row: RowCells, visit: Visit, said: _Said) -> Statement:
    """Make the statement of a row that holds a value."""
    if said.reason:
        raise _ContradictionError(
            "reason", "says why not, but the state is neither not_assessable nor absent; correct one"
        )
    column, component = _value_column(row), said.told_component()
    if said.finding is Finding.TRACTION_BRONCHIECTASIS:
        if said.present is None:
            raise _ContradictionError(
                column, "traction bronchiectasis is a yes or no of a lobe; write that under present"
            )
        return Statement(row.line, column, visit, said.lobe, traction=said.present)
    return Statement(row.line, column, visit, said.lobe, (_entry(said, component),))


def _value_column(row: RowCells) -> str:
    given = [column for column in VALUES if row.holds(column)]
    if not given:
        raise _ContradictionError("percent", "is empty, as are present and grade; give one of them, or delete the row")
    if len(given) > 1:
        raise _ContradictionError(
            given[1], f"stands beside {given[0]}; one value a row is wanted; make two rows, or give one"
        )
    return given[0]


def _entry(said: _Said, component: Component) -> Entry:
    scheme = None if said.grade is None else _scheme_of_grade(said, component, said.grade)
    try:
        value = TypedValue(
            finding=said.finding, percent=said.percent, present=said.present, grade=said.grade, scheme=scheme
        )
        return Entry(lobe=said.lobe, component=component, values=(value,))
    except ReadingError as error:
        is_loose = said.finding is None and said.percent is not None
        loose = f"a percent of {said.percent} without a finding: " if is_loose else ""
        raise _ContradictionError("finding", f"{loose}{error}") from None


def _scheme_of_grade(said: _Said, component: Component, grade: int) -> SchemeRef:
    scheme, highest = said.scheme, said.scheme.criterion(component).highest_grade
    ref = SchemeRef(scheme.name, scheme.version)
    if grade > highest:
        raise _ContradictionError("grade", f"found '{grade}', 0 to {highest} is wanted ({component} by {ref})")
    if all(region.lobe is not said.lobe for region in scheme.regions):
        raise _ContradictionError(
            "lobe", f"{ref} does not grade {said.lobe.name} apart; give percents, or the scheme that it was graded by"
        )
    return ref
