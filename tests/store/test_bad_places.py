"""What is no book, or cannot be used, gets one clear message without a folder or a password in it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kazerooni.errors import OutputError, StoreError
from kazerooni.store import STORE_VARIABLE, open_store
from tests.store.builders import WHEN, course
from tests.store.postgres import Server

ROOT = Path(__file__).resolve().parents[2]


def _refused(where: str | Path) -> str:
    """Give the message with which a place is refused; it tells no folder."""
    with pytest.raises(StoreError) as refused:
        open_store(where)
    assert "pytest-of" not in str(refused.value)
    return str(refused.value)


def test_files_that_are_no_book(tmp_path: Path) -> None:
    """No file, an empty one, a text, another database, a cut one, a folder: each is told for what it is."""
    assert "b.sqlite: there is no score book; make one with `kazerooni store init`" in _refused(tmp_path / "b.sqlite")
    (tmp_path / "empty").touch()
    assert "empty: is empty; give one that `kazerooni store init` made" in _refused(tmp_path / "empty")
    (tmp_path / "text").write_text("Dear colleague")
    assert "text: is no score book" in _refused(tmp_path / "text")
    assert ": is a folder; give the file of a score book" in _refused(tmp_path)
    with closing(sqlite3.connect(tmp_path / "other")) as other:
        other.execute("CREATE TABLE audit (id INTEGER)")
    assert "other: holds no score book" in _refused(tmp_path / "other")
    (tmp_path / "cut").write_bytes(b"SQLite format 3\0" + bytes(50))
    assert "cut: it is no score book" in _refused(tmp_path / "cut")
    assert {file.name for file in tmp_path.iterdir()} == {"empty", "text", "other", "cut"}


def test_a_damaged_book_is_told(tmp_path: Path) -> None:
    """A book of which pages were overwritten is an error or does not verify, and nothing else."""
    path = tmp_path / "b.sqlite"
    with open_store(path, create=True) as book:
        book.add([course(f"P-{n}") for n in range(50)], who="t", when=WHEN)
    whole = path.read_bytes()
    for at in range(4096, len(whole), len(whole) // 9):
        path.write_bytes(whole[:at] + b"\xff" * 600 + whole[at + 600 :])
        assert _is_told(path)


def _is_told(path: Path) -> bool:
    try:
        with open_store(path) as book:
            return not book.verify().is_whole
    except StoreError as error:
        return str(error).startswith("b.sqlite: ")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@h/db",
        "postgresql://u:secret@h:port/db",
        "postgresql://u:secret@h",
        "http://u:secret@h/x",
        "://secret",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    """What is no path and no URL of a database on PostgreSQL is told without its password."""
    message = _refused(url)
    assert "secret" not in message
    assert "postgresql://" in message


def test_a_server_that_cannot_be_used(server: Server) -> None:
    """A port where nobody listens and a database that is not there are told; the password is in no message."""
    unreachable = _refused("postgresql://u:secret@127.0.0.1:1/book")
    assert unreachable.startswith("postgresql://127.0.0.1/book: the server cannot be reached")
    missing = _refused(server.database().replace("tester@", "tester:secret@") + "x")
    assert "the server has no such database" in missing
    assert "holds no score book" in _refused(server.database())
    assert "secret" not in unreachable + missing


def test_a_book_is_never_made_over_another(where: str) -> None:
    """`create` leaves a book that is there alone."""
    with open_store(where, create=True) as book:
        head = book.head()
    with pytest.raises((StoreError, OutputError), match="already"):
        open_store(where, create=True)
    with open_store(where) as book:
        assert book.head() == head


def test_the_variable_names_the_book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a place, KAZEROONI_STORE names the book; without that it is in the user's data folder."""
    monkeypatch.setenv(STORE_VARIABLE, str(tmp_path / "mine.sqlite"))
    with open_store(create=True) as book:
        assert book.name == "mine.sqlite"
    monkeypatch.delenv(STORE_VARIABLE)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    with open_store(create=True) as book:
        assert book.name == "book.sqlite"
    assert len(list(tmp_path.rglob("book.sqlite"))) == 1


_TRY = """
import sys
from kazerooni.errors import KazerooniError
from kazerooni.store import open_store
from tests.store.builders import WHEN, course
try:
    with open_store(sys.argv[1]) as book:
        book.add([course("P-2")], who="t", when=WHEN)
except KazerooniError as error:
    print(error)
"""
# Rights bind root, too, once it may not override them; its own files it may read as before.
_BOUND = ("setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override")


@pytest.mark.skipif(sys.platform == "win32", reason="folders have other rights there")
@pytest.mark.parametrize("mode", [0o555, 0o777])
def test_a_read_only_place_is_told(tmp_path: Path, mode: int) -> None:
    """Whoever may read but not write the file, or the folder, is told so; nothing is written."""
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "b.sqlite"
    with open_store(path, create=True) as book:
        head = book.add([course("P-1")], who="t", when=WHEN).head
    path.chmod(0o444)
    folder.chmod(mode)
    done = subprocess.run(
        [*(_BOUND if os.geteuid() == 0 else ()), sys.executable, "-c", _TRY, path],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    folder.chmod(0o755)
    assert "b.sqlite: it cannot be" in done.stdout
    path.chmod(0o644)
    with open_store(path) as book:
        assert book.head() == head
