"""Revisions: which version the tables of a book have, and how they come to the newest; one transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from kazerooni.errors import StoreError
from kazerooni.store.tables import AUDIT

_FOLDER = Path(__file__).with_name("migrations")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    return config


def newest() -> str:
    """Give the version that this program writes."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def version_of(connection: Connection, where: str) -> str:
    """Give the version of a book.

    Raises StoreError where the database holds no book, or one of a newer program.
    """
    tables = set(inspect(connection).get_table_names())
    found = MigrationContext.configure(connection).get_current_revision() if "alembic_version" in tables else None
    if found is None or AUDIT.name not in tables:
        raise StoreError(f"{where}: holds no score book; `kazerooni store init` makes one, in a place of its own")
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found not in known:
        raise StoreError(
            f"{where}: was written by a newer program (its version is {found[:40]}, this program knows up to "
            f"{newest()}); install the newest kazerooni"
        )
    return found


def upgrade(connection: Connection, *, to: str = "head") -> None:
    """Bring the tables to a version, within the transaction of the connection."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, to)
