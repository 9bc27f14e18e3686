"""The chain verifies, and whatever is changed behind the book's back is found and named."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kazerooni.errors import StoreError
from kazerooni.model import Course, Event, EventKind, LungFunction, Onset, Patient, Sex, Status, Treatment
from kazerooni.store import Head, open_store
from kazerooni.store.tables import AUDIT, KINDS
from tests.labels.reading_strategies import readings as any_reading
from tests.store.builders import WHEN, course, told

WHO = "Dr R"
TABLES = [*KINDS, AUDIT.name]


def _filled(where: str | Path) -> Head:
    """Make a book with rows in every table; give its head."""
    with open_store(where, create=True) as book:
        book.add([course("P-1"), course("P-2")], who=WHO, when=WHEN)
        book.score_with("kazerooni", who=WHO, when=WHEN)
        return book.head()


def _behind(path: Path, *statements: str) -> None:
    """Change a book past its triggers, and put them back as they were."""
    with closing(sqlite3.connect(path)) as file:
        triggers = file.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            file.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            file.execute(statement)
        for _, sql in triggers:
            file.execute(sql)
        file.commit()


def _broken(path: Path, expect: Head | None = None) -> str:
    """Say what verifying finds."""
    with open_store(path) as book:
        return book.verify(expect).broken or ""


@pytest.mark.parametrize("table", TABLES)
def test_the_database_itself_refuses_changes(where: str, table: str) -> None:
    """UPDATE and DELETE of any row of any table are refused by a trigger; on PostgreSQL, TRUNCATE is as well."""
    head = _filled(where)
    with open_store(where) as book:
        engine = book._engine
        column = "note" if table == AUDIT.name else "digest"
        statements = [f"UPDATE {table} SET {column} = 'x'", f"DELETE FROM {table} WHERE id = 1"]
        if engine.dialect.name == "postgresql":
            statements.append(f"TRUNCATE {table} CASCADE")
        else:
            statements.append(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = 1")
        for statement in statements:
            with pytest.raises(DBAPIError, match="append-only"), engine.connect() as connection:
                connection.execute(text(statement))
        assert book.verify(head).is_whole


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE readings SET content = replace(content, '\"R1\"', '\"R2\"') WHERE id = 3", "row 3 of readings"),
        ("UPDATE readings SET reader = 'R2' WHERE id = 2", "row 2 of readings"),
        ("UPDATE readings SET patient_id = 1 WHERE id = 4", "row 4 of readings"),
        ("UPDATE scores SET total = total + 1 WHERE id = 2", "row 2 of scores"),
        ("UPDATE lung_function SET measured_on = '2001-03-06' WHERE id = 1", "row 1 of lung_function"),
        ("UPDATE patients SET pseudonym = 'P-3' WHERE id = 2", "row 2 of patients"),
        ("UPDATE patients SET key = 'ff' WHERE id = 1", "row 1 of patients"),
        ("UPDATE patients SET key = NULL, pseudonym = NULL WHERE id = 1", "row 1 of patients"),
        ("UPDATE events SET digest = 'x' WHERE id = 1", "row 1 of events"),
        ("UPDATE treatments SET content = x'00' WHERE id = 1", "row 1 of treatments"),
        ("DELETE FROM readings WHERE id = 4", "row 4 of readings"),
        ("DELETE FROM studies WHERE id = 1", "row 1 of studies"),
        ("INSERT INTO events SELECT 99, patient_id, kind, happened_on, content, digest FROM events", "is missing"),
        ("UPDATE audit SET who = 'Dr S' WHERE id = 5", "line 5 of the audit"),
        ("DELETE FROM audit WHERE id = 7", "line 7 of the audit is missing"),
        ("UPDATE audit SET note = 'x' WHERE id = 1", "line 1 of the audit"),
    ],
)
def test_a_changed_row_is_found_and_named(tmp_path: Path, statement: str, named: str) -> None:
    """A row that was changed, taken out or put in past the triggers is the first thing that an audit names."""
    path = tmp_path / "b.sqlite"
    _filled(path)
    if "SELECT 99" in statement:
        statement, named = f"{statement} WHERE id = 1", "row 99 of events: the audit tells nothing of it"
    _behind(path, statement)
    assert named in _broken(path)


def test_a_damaged_reading_is_told(tmp_path: Path) -> None:
    """A reading whose content was changed into something else is a StoreError that leads to the audit."""
    path = tmp_path / "b.sqlite"
    _filled(path)
    _behind(path, "UPDATE readings SET content = '{\"id\": 1}' WHERE id = 1")
    with open_store(path) as book, pytest.raises(StoreError, match="`kazerooni store audit` names the row"):
        book.course("P-1")


def test_a_dropped_trigger_is_found(tmp_path: Path) -> None:
    """A book whose triggers were taken away does not verify."""
    path = tmp_path / "b.sqlite"
    _filled(path)
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER readings_update")
    assert "the trigger readings_update, which refuses changes, is gone" in _broken(path)


def test_what_was_done_is_named_before_a_dropped_trigger(tmp_path: Path) -> None:
    """Who drops triggers to change a row, or to cut the tail, is told by the row or the tail, not by the trigger."""
    changed, cut = tmp_path / "changed.sqlite", tmp_path / "cut.sqlite"
    _filled(changed)
    head = _filled(cut)
    with closing(sqlite3.connect(changed)) as file:
        file.execute("DROP TRIGGER scores_update")
        file.execute("UPDATE scores SET total = 49 WHERE id = 2")
        file.commit()
    assert _broken(changed).startswith("row 2 of scores (line ")
    with closing(sqlite3.connect(cut)) as file:
        for table in ("scores", "audit"):
            file.execute(f"DROP TRIGGER {table}_delete")
            file.execute(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})")
        file.commit()
    assert "its tail was cut" in _broken(cut, head)


def test_a_cut_tail_is_found_by_the_head(tmp_path: Path) -> None:
    """Rows cut off together with their lines leave a chain that verifies alone, but not against the head of before."""
    path = tmp_path / "b.sqlite"
    before = _filled(path)
    with open_store(path) as book:
        extra = Course(patient=Patient(pseudonym="P-1"), events=(Event(kind=EventKind.RELAPSE, on=date(2003, 1, 1)),))
        after = book.add([extra], who=WHO, when=WHEN).head
    _behind(path, f"DELETE FROM audit WHERE id = {after.count}", "DELETE FROM events WHERE happened_on = '2003-01-01'")
    assert _broken(path) == ""
    assert _broken(path, before) == ""
    assert "its tail was cut" in _broken(path, after)


def test_a_rewritten_chain_is_found_by_the_head(tmp_path: Path) -> None:
    """Another book with as many lines verifies alone, but not against the head of the first."""
    one, other = tmp_path / "1.sqlite", tmp_path / "2.sqlite"
    head, _ = _filled(one), _filled(other)
    assert _broken(other) == ""
    assert f"line {head.count} of the audit is not the one expected: the chain was rewritten" in _broken(other, head)


def test_a_head_is_read_as_it_is_written(tmp_path: Path) -> None:
    """The text of a head names it; anything else is refused with what is wanted."""
    head = _filled(tmp_path / "b.sqlite")
    assert Head.parse(str(head)) == head
    with open_store(tmp_path / "b.sqlite") as book:
        assert book.verify(str(head)).is_whole
        with pytest.raises(StoreError, match="64 hexadecimal digits are wanted"):
            book.verify("12:xyz")


days = st.dates(date(1990, 1, 1), date(2020, 1, 1))
positive = st.floats(0.125, 512)
patients = st.builds(
    Patient,
    pseudonym=st.just("P-1"),
    sex=st.none() | st.sampled_from(Sex),
    age_at_onset_years=st.none() | st.floats(0, 120),
    serology=st.lists(st.text(min_size=1).filter(lambda t: bool(t.strip())), max_size=2).map(tuple),
    pattern=st.none() | st.text(),
    onset=st.none() | st.sampled_from(Onset),
)
lung_function = st.builds(
    LungFunction, on=days, fvc_l=positive, dlco=positive, dlco_unit=st.sampled_from(["mmol/min/kPa", "mL/min/mmHg"])
)
treatments = st.builds(
    Treatment, drug=st.sampled_from(["a", "b", "\0x"]), start=days, dose=positive, unit=st.just("mg/day")
)
events = st.builds(
    Event, kind=st.sampled_from([k for k in EventKind if k is not EventKind.OXYGEN]), on=days, remarks=st.text()
)


def _unique(strategy: st.SearchStrategy[Any], place: Callable[[Any], object]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(strategy, max_size=3, unique_by=place).map(tuple)


@st.composite
def whole_courses(draw: st.DrawFn) -> Course:
    """Make a course of any content, of one patient."""
    read = draw(st.lists(any_reading(), max_size=2, unique_by=lambda r: r.id))
    return Course(
        patient=draw(patients),
        readings=tuple(replace(r, status=Status.SIGNED, scan=replace(r.scan, patient="P-1")) for r in read),
        lung_function=draw(_unique(lung_function, lambda one: one.on)),
        treatments=draw(_unique(treatments, lambda one: (one.drug, one.start))),
        events=draw(
            _unique(events, lambda one: (one.kind, None if one.kind in (EventKind.ONSET, EventKind.DEATH) else one.on))
        ),
    )


def _slices(one: Course) -> list[Course]:
    """Cut a course into courses of one fact each."""
    head = Patient(pseudonym=one.patient.pseudonym)
    return [
        Course(patient=one.patient),
        *(Course(patient=head, readings=(fact,)) for fact in one.readings),
        *(Course(patient=head, lung_function=(fact,)) for fact in one.lung_function),
        *(Course(patient=head, treatments=(fact,)) for fact in one.treatments),
        *(Course(patient=head, events=(fact,)) for fact in one.events),
    ]


@given(whole=whole_courses(), data=st.data())
def test_any_sequence_of_adds_gives_back_what_was_put_in(
    whole: Course, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A course added in pieces, in any order, one twice, comes out as it was to the last bit; the chain verifies."""
    pieces = _slices(whole)
    order = data.draw(st.permutations(pieces))
    path = tmp_path_factory.mktemp("book") / "b.sqlite"
    with open_store(path, create=True) as book:
        for piece in [*order, data.draw(st.sampled_from(pieces))]:
            book.add([piece], who=WHO, when=WHEN)
        assert told(book.course("P-1")) == told(whole)
        assert book.verify(book.head()).is_whole


@given(data=st.data())
def test_any_single_changed_cell_is_found(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever cell of whatever row is changed behind the triggers' back, the audit finds that row or its line."""
    path = tmp_path_factory.mktemp("book") / "b.sqlite"
    head = _filled(path)
    table = data.draw(st.sampled_from([*KINDS.values(), AUDIT]))
    column = data.draw(st.sampled_from([c.name for c in table.columns]))
    with closing(sqlite3.connect(path)) as file:
        (rows,) = file.execute(f"SELECT max(id) FROM {table.name}").fetchone()
        row = data.draw(st.integers(1, rows))
        (old,) = file.execute(f"SELECT {column} FROM {table.name} WHERE id = {row}").fetchone()
    new = data.draw(
        st.integers(10**6, 10**9)
        if column == "id"  # SQLite takes nothing else there
        else st.integers(10**6, 10**9) | st.text("abc", min_size=1).map(lambda t: f"'{t}'") | st.just("NULL")
    )
    if str(new) == str(old) or (new == "NULL" and (old is None or not table.c[column].nullable)):
        return
    _behind(path, "PRAGMA foreign_keys=OFF", f"UPDATE {table.name} SET {column} = {new} WHERE id = {row}")
    assert _broken(path, head) != ""
