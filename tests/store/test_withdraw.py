"""A withdrawn patient is gone from the file to the last byte; the chain verifies and says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kazerooni.errors import RefusedError, StoreError
from kazerooni.store import Store, open_store
from kazerooni.store.tables import KINDS, content_columns
from tests.store.builders import WHEN, course

WHO, WHY = "Dr R", "consent was withdrawn"


def _filled(book: Store) -> None:
    book.add([course("P-GONE"), course("P-STAYS")], who=WHO, when=WHEN)
    book.score_with("kazerooni", who=WHO, when=WHEN)


def test_rows_become_tombstones_and_the_chain_verifies(book: Store) -> None:
    """All rows of the patient keep their number and digest only; the audit says how many; others are untouched."""
    _filled(book)
    before = book.head()
    done = book.withdraw("P-GONE", who=WHO, why=WHY, when=WHEN)
    assert done.is_erased
    # patient, description, and for 2 visits: study, series, reading, score, lung function; 1 treatment, 2 events
    assert done.rows == 1 + 1 + 2 * 5 + 1 + 2
    found = book.verify(before)
    assert found.is_whole
    assert (found.withdrawn_rows, found.withdrawn_patients) == (done.rows, 1)
    assert book.patients() == ("P-STAYS",)
    assert {row.patient for row in book.scores("kazerooni")} == {"P-STAYS"}
    assert len(list(book.courses())) == 1
    with book._engine.connect() as connection:
        for table in KINDS.values():
            owner = "id" if table.name == "patients" else "patient_id"
            rows = connection.execute(text(f"SELECT * FROM {table.name} WHERE {owner} = 1")).mappings().all()
            assert rows
            assert all(row[name] is None for row in rows for name in content_columns(table))
    with pytest.raises(StoreError, match="not in the book"):
        book.course("P-GONE")


def test_no_byte_of_the_patient_is_left(tmp_path: Path) -> None:
    """Neither pseudonym nor key, reading ids, dates of study or content stand in any file of the book afterwards."""
    path = tmp_path / "b.sqlite"
    with open_store(path, create=True) as book:
        _filled(book)
        with book._engine.connect() as connection:
            key = connection.execute(text("SELECT key FROM patients WHERE pseudonym = 'P-GONE'")).scalar_one()
        assert _holds(tmp_path, "P-GONE")
        assert _holds(tmp_path, key)
        book.withdraw("P-GONE", who=WHO, why=WHY, when=WHEN)
        assert not _holds(tmp_path, "P-GONE")
        assert not _holds(tmp_path, key)
        assert _holds(tmp_path, "P-STAYS")
    assert not _holds(tmp_path, "P-GONE")


def test_what_another_program_still_reads_is_gone_when_it_ends(tmp_path: Path) -> None:
    """While another program reads the book the log cannot go, which is told; when all have ended no byte is left."""
    path = tmp_path / "b.sqlite"
    with open_store(path, create=True) as book:
        _filled(book)
        with open_store(path) as other:
            rows = other.scores("kazerooni")
            next(rows)
            assert not book.withdraw("P-GONE", who=WHO, why=WHY, when=WHEN).is_erased
            del rows
        assert book.verify().is_whole
    assert not _holds(tmp_path, "P-GONE")


def _holds(folder: Path, word: str) -> bool:
    return any(re.search(re.escape(word).encode(), file.read_bytes(), re.IGNORECASE) for file in folder.iterdir())


def test_a_withdrawn_patient_comes_back_only_where_it_is_said(book: Store) -> None:
    """An import of the patient is refused, unless the patient is admitted again: with a key of its own."""
    _filled(book)
    book.withdraw("P-GONE", who=WHO, why=WHY, when=WHEN)
    with pytest.raises(RefusedError, match="patient P-GONE: was withdrawn from this book"):
        book.add([course("P-GONE")], who=WHO, when=WHEN)
    book.add([course("P-GONE")], who=WHO, when=WHEN, readmit=True)
    found = book.verify()
    assert found.is_whole
    assert found.withdrawn_patients == 1
    assert set(book.patients()) == {"P-STAYS", "P-GONE"}
    book.withdraw("P-GONE", who=WHO, why=WHY, when=WHEN)
    assert book.verify().withdrawn_patients == 2


def test_a_reason_that_names_the_patient_is_refused(book: Store) -> None:
    """The reason stays for ever, so it must not hold the pseudonym; nothing is withdrawn then."""
    _filled(book)
    with pytest.raises(StoreError, match="names the patient") as refused:
        book.withdraw("P-GONE", who=WHO, why="p-gone asked", when=WHEN)
    assert "P-GONE" not in str(refused.value)
    assert "P-GONE" in book.patients()
    with pytest.raises(StoreError, match="there is no such patient"):
        book.withdraw("P-NONE", who=WHO, why=WHY, when=WHEN)


def test_nothing_but_a_withdrawal_empties_rows(book: Store) -> None:
    """The database refuses a tombstone without a withdrawal in the audit, and a half one always."""
    _filled(book)
    emptied = "UPDATE events SET kind = NULL, happened_on = NULL, content = NULL WHERE patient_id = {}"
    with pytest.raises(DBAPIError, match="append-only"), book._engine.connect() as connection:
        connection.execute(text(emptied.format(2)))
    book.withdraw("P-GONE", who=WHO, why=WHY, when=WHEN)
    for statement in (emptied.format(2), "UPDATE events SET content = 'x' WHERE patient_id = 1"):
        with pytest.raises(DBAPIError, match="append-only"), book._engine.connect() as connection:
            connection.execute(text(statement))
