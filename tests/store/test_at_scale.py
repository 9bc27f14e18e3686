"""What is asked of one patient is found by indexes: its cost does not grow with the book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import event, text

from kazerooni.store import Store, open_store
from tests.store.builders import WHEN, course


def _plans(book: Store, *calls: Any) -> list[str]:
    """Give how SQLite goes about each statement of some calls."""
    statements: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append((statement, parameters))

    event.listen(book._engine, "before_cursor_execute", note)
    for call in calls:
        call()
    event.remove(book._engine, "before_cursor_execute", note)
    assert statements
    with book._engine.connect() as connection:
        return [
            row[3]
            for statement, parameters in statements
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        ]


def _scans(plans: list[str]) -> list[str]:
    return [plan for plan in plans if plan.startswith("SCAN")]


def test_a_patient_is_found_by_index(tmp_path: Path) -> None:
    """Neither the course of a patient, nor a reading by its id, nor scores of patients scan a table of rows."""
    with open_store(tmp_path / "b.sqlite", create=True) as book:
        book.add([course(f"P-{n}") for n in range(20)], who="t", when=WHEN)
        book.score_with("kazerooni", who="t", when=WHEN)
        plans = _plans(
            book,
            lambda: book.course("P-7"),
            lambda: book.reading("P-7-0"),
            lambda: list(book.scores("kazerooni", patients=["P-1", "P-2"])),
        )
        assert any("SEARCH readings USING INDEX ix_readings_patient" in plan for plan in plans)
        assert _scans(plans) == []


def test_adding_to_a_patient_looks_at_no_other(tmp_path: Path) -> None:
    """What an import compares itself with is found by index, too."""
    with open_store(tmp_path / "b.sqlite", create=True) as book:
        book.add([course(f"P-{n}") for n in range(20)], who="t", when=WHEN)
        plans = _plans(book, lambda: book.add([course("P-7", visits=4)], who="t", when=WHEN))
        assert _scans(plans) == []


def test_the_statements_do_not_grow_with_the_book(tmp_path: Path) -> None:
    """As many statements are sent for a course in a large book as in a small one."""
    counts = []
    for patients in (2, 40):
        with open_store(tmp_path / f"{patients}.sqlite", create=True) as book:
            book.add([course(f"P-{n}") for n in range(patients)], who="t", when=WHEN)
            with book._engine.connect() as connection:
                assert connection.execute(text("SELECT count(*) FROM patients")).scalar() == patients
            counts.append(len(_plans(book, lambda book=book: book.course("P-1"))))
    assert counts[0] == counts[1]
