"""Fixtures of the score book's tests: empty books, on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kazerooni.store import Store, open_store
from tests.store import postgres


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """Give a server of PostgreSQL; skips where it is not installed, fails with CI=true."""
    initdb, program = postgres.program("initdb"), postgres.program("postgres")
    if initdb is None or program is None:
        missing = "PostgreSQL is not installed: run 'make system'"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    with postgres.running(initdb, program) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a book that is not made yet, of each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "book.sqlite")
    running: postgres.Server = request.getfixturevalue("server")
    return running.database()


@pytest.fixture
def book(where: str) -> Iterator[Store]:
    """Give an empty book of each kind."""
    with open_store(where, create=True) as store:
        yield store
