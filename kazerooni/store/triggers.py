"""Triggers: the database itself refuses to change or delete a row. Called by migrations, with the tables as they were.

The one lawful change empties all columns of a row but its numbers and its digest, where the audit holds a withdrawal
of its patient. In SQLite a row is not replaced either (`INSERT OR REPLACE` deletes without asking triggers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

_REFUSED = "the score book is append-only: rows are neither changed nor deleted"


def refuse_changes(connection: Connection, tables: Mapping[str, Sequence[str]], unique: Mapping[str, str]) -> None:
    """Make the triggers.

    tables: by table, the columns that a withdrawal empties; none for the audit, which never changes.
    unique: by table, a column in which no value may stand twice.
    """
    make = _postgresql if connection.dialect.name == "postgresql" else _sqlite
    for statement in make(tables, unique):
        connection.exec_driver_sql(statement)


def _sqlite(tables: Mapping[str, Sequence[str]], unique: Mapping[str, str]) -> list[str]:
    made = []
    for table, columns in tables.items():
        refuse = f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
        made.append(f"CREATE TRIGGER {table}_delete BEFORE DELETE ON {table} {refuse}")
        lawful = f"WHEN NOT ({_emptied(table, columns)})" if columns else ""
        made.append(f"CREATE TRIGGER {table}_update BEFORE UPDATE ON {table} {lawful} {refuse}")
        same = f"id = NEW.id OR {unique[table]} = NEW.{unique[table]}" if table in unique else "id = NEW.id"
        there = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608 - our own names
        made.append(f"CREATE TRIGGER {table}_insert BEFORE INSERT ON {table} {there} {refuse}")
    return made


def _emptied(table: str, columns: Sequence[str]) -> str:
    kept = ["id", "digest", *([] if table == "patients" else ["patient_id"])]
    same = [f"NEW.{name} IS OLD.{name}" for name in kept]
    empty = [f"NEW.{name} IS NULL" for name in columns]
    owner = "id" if table == "patients" else "patient_id"
    said = f"EXISTS (SELECT 1 FROM audit WHERE patient_id = OLD.{owner} AND what = 'withdraw')"  # noqa: S608
    return " AND ".join([*same, *empty, said])


def _postgresql(tables: Mapping[str, Sequence[str]], unique: Mapping[str, str]) -> list[str]:
    made = [_FUNCTION]
    for table in tables:
        refuse = "EXECUTE FUNCTION score_book_refuses()"
        made += [
            f"CREATE TRIGGER {table}_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
        ]
    made += [f"CREATE UNIQUE INDEX ux_{table}_{column} ON {table} ({column})" for table, column in unique.items()]
    return made


_FUNCTION = f"""
CREATE FUNCTION score_book_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept CONSTANT text[] := ARRAY['id', 'patient_id', 'digest'];
    older jsonb;
    newer jsonb;
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME <> 'audit' THEN
        older := to_jsonb(OLD);
        newer := to_jsonb(NEW);
        IF (older -> 'id', older -> 'patient_id', older -> 'digest')
                IS NOT DISTINCT FROM (newer -> 'id', newer -> 'patient_id', newer -> 'digest')
            AND jsonb_strip_nulls(newer - kept) = '{{}}'::jsonb
            AND EXISTS (SELECT 1 FROM audit WHERE what = 'withdraw'
                        AND patient_id = COALESCE(older ->> 'patient_id', older ->> 'id')::bigint)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '{_REFUSED}';
END
$$
"""  # noqa: S608 - our own words


def missing_triggers(connection: Connection, tables: Sequence[str]) -> list[str]:
    """Name the triggers that somebody has dropped or disabled."""
    if connection.dialect.name == "postgresql":
        wanted = [f"{table}_{what}" for table in tables for what in ("change", "truncate")]
        there = "SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'"
    else:
        wanted = [f"{table}_{what}" for table in tables for what in ("delete", "update", "insert")]
        there = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    found = set(connection.exec_driver_sql(there).scalars())
    return [name for name in wanted if name not in found]
