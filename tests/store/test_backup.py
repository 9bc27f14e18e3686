"""A backup is the book as it was at one moment, verified; an older book is brought to the newest version."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, text

from kazerooni.errors import OutputError, StoreError
from kazerooni.store import Store, migrate_store, open_store
from kazerooni.store.engine import engine_of, reading, writing
from kazerooni.store.place import url_of
from kazerooni.store.revisions import upgrade
from kazerooni.store.tables import metadata
from tests.store.builders import WHEN, course, told

WHO = "Dr R"


def test_a_backup_is_a_book_with_the_same_head(book: Store, tmp_path: Path) -> None:
    """The copy, also of a book on a server, is a file that opens, verifies and holds the same, tombstones too."""
    book.add([course("P-1"), course("P-2")], who=WHO, when=WHEN)
    book.score_with("kazerooni", who=WHO, when=WHEN)
    book.withdraw("P-2", who=WHO, why="asked to", when=WHEN)
    made = book.backup(tmp_path / "copy.sqlite")
    assert made.head == book.head()
    assert made.verified.withdrawn_patients == 1
    assert sorted(file.name for file in tmp_path.iterdir() if "copy" in file.name) == ["copy.sqlite"]
    with open_store(tmp_path / "copy.sqlite") as copy:
        assert told(copy.course("P-1")) == told(course("P-1"))
        assert list(copy.scores("kazerooni")) == list(book.scores("kazerooni"))
        copy.add([course("P-3")], who=WHO, when=WHEN)
        assert copy.verify(made.head).is_whole


def test_a_backup_while_others_write_is_whole(tmp_path: Path) -> None:
    """While another thread goes on writing, the copy verifies and holds a whole number of its writes."""
    with open_store(tmp_path / "b.sqlite", create=True) as book:
        stop = threading.Event()

        def write() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                book.add([course(f"P-{number}")], who=WHO, when=WHEN)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            made = [book.backup(tmp_path / f"copy-{n}.sqlite") for n in range(3)]
        finally:
            stop.set()
            writer.join()
        for one in made:
            assert one.verified.is_whole
            assert book.verify(one.head).is_whole


def test_nothing_is_overwritten_and_nothing_is_left(tmp_path: Path) -> None:
    """A backup onto a file is refused unless forced; one of a book that does not verify leaves no file."""
    with open_store(tmp_path / "b.sqlite", create=True) as book:
        book.add([course()], who=WHO, when=WHEN)
        book.backup(tmp_path / "copy.sqlite")
        with pytest.raises(OutputError, match="not overwritten"):
            book.backup(tmp_path / "copy.sqlite")
        book.backup(tmp_path / "copy.sqlite", force=True)
        with writing(book._engine) as connection:
            connection.execute(text("DROP TRIGGER audit_update"))
            connection.execute(text("UPDATE audit SET who = 'x' WHERE id = 3"))
        with pytest.raises(StoreError, match="the backup was not kept, as the book does not verify"):
            book.backup(tmp_path / "other.sqlite")
    assert {file.name for file in tmp_path.iterdir()} == {"b.sqlite", "copy.sqlite"}


def test_the_tables_are_what_the_revisions_make(where: str) -> None:
    """The revisions lead to the very tables, columns and indexes that the program reads."""
    with open_store(where, create=True) as book, reading(book._engine) as connection:
        differing = compare_metadata(MigrationContext.configure(connection), metadata)
        # The indexes that guard values which stand once are made with the triggers.
        assert [change for change in differing if "ux_" not in str(change)] == []


def _older(where: str) -> Engine:
    """Make the tables as the first version had them."""
    url = url_of(where)
    engine = engine_of(url)
    with writing(engine) as connection:
        upgrade(connection, to="0001")
    return engine


def test_an_older_book_is_migrated(where: str, tmp_path: Path) -> None:
    """An older version is not opened but told; `migrate` makes a backup, then the newest version of it."""
    _older(where).dispose()
    with pytest.raises(StoreError, match=r"was written by an older program .*run `kazerooni store migrate`"):
        open_store(where)
    backup = None if "://" in where else tmp_path / "before.sqlite"
    assert migrate_store(where, backup=backup, who=WHO) == ("0001", "0002")
    assert backup is None or backup.is_file()
    assert migrate_store(where, backup=backup, who=WHO) == ("0002", "0002")
    with open_store(where) as book:
        book.add([course()], who=WHO, when=WHEN)
        assert book.verify().is_whole
        with reading(book._engine) as connection:
            assert connection.execute(text("SELECT what, note FROM audit WHERE id = 1")).one() == (
                "migrate",
                "0001 to 0002",
            )


def test_a_migration_that_fails_changes_nothing(where: str) -> None:
    """A migration that cannot be finished leaves the book in its old version as a whole."""
    engine = _older(where)
    with writing(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("CREATE INDEX ux_readings_reading ON events (kind)"))
        else:
            connection.execute(
                text("CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'x'); END")
            )
    with pytest.raises(StoreError):
        migrate_store(where, backup=None, who=WHO)
    with reading(engine) as connection:
        assert MigrationContext.configure(connection).get_current_revision() == "0001"
    engine.dispose()


def test_a_newer_book_is_refused(where: str) -> None:
    """A book of a version that this program does not know is neither opened nor migrated."""
    open_store(where, create=True).close()
    engine = engine_of(url_of(where))
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    for use in (open_store, lambda where: migrate_store(where, backup=None, who=WHO)):
        with pytest.raises(StoreError, match=r"was written by a newer program .*install the newest kazerooni"):
            use(where)
