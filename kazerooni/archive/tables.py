"""Tables: what a run leaves behind, written from its journal row by row, each file whole or not at all."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any, Final

from kazerooni.archive.journal import Journal
from kazerooni.files import write_whole, write_whole_by
from kazerooni.report import LONG, WIDE
from kazerooni.tables import Column, csv_line, dictionary_csv, text_of

_TABLES: Final = {"long": LONG, "wide": WIDE}
_END: Final = "\r\n"
_ROWS_AT_ONCE: Final = 16_384

ERRORS: Final = (
    Column("task", "text", "", "id of the task that failed", ""),
    Column("kind", "text", "", "what it was made from", "reading, book, maps, draft, score"),
    Column("study_uid", "text", "", "StudyInstanceUID", "UID; NA where it is not known"),
    Column("series_uid", "text", "", "SeriesInstanceUID", "UID; NA where it is not known"),
    Column("reading", "text", "", "id of the reading", "NA where there is none"),
    Column("file_number", "whole number", "", "number of its first file in the index, which is private", "from 1"),
    Column("cause", "text", "", "what ended the task", "error, crash, time, memory"),
    Column("error", "text", "", "kind of the error", "NA where the process died"),
    Column("why", "text", "", "why, and what to do", ""),
    Column("attempts", "whole number", "", "how often it was tried", "1, 2"),
)
"""The columns of errors.csv."""


def write_tables(journal: Journal, folder: Path) -> dict[str, str]:
    """Write the tables of what was planned, with their dictionaries, over those of an earlier run.

    Parquet files stand beside the CSV where pyarrow is installed (`has_parquet`).

    Gives the SHA-256 of each table by its name. Raises OutputError.
    """
    digests: dict[str, str] = {}
    for name, columns in _TABLES.items():
        head = ",".join(column.name for column in columns) + _END
        digests[f"{name}.csv"] = _write(folder / f"{name}.csv", _bytes(head, journal.rows(name)))
        write_whole(folder / f"{name}.dictionary.csv", dictionary_csv(columns), force=True)
        if has_parquet():
            write_whole_by(folder / f"{name}.parquet", _parquet_writer(journal, name, columns), force=True)
    lines = (csv_line([*row[:5], row.number or None, *row[6:]]) for row in journal.failed())
    head = ",".join(column.name for column in ERRORS) + _END
    digests["errors.csv"] = _write(folder / "errors.csv", _bytes(head, lines))
    write_whole(folder / "errors.dictionary.csv", dictionary_csv(ERRORS), force=True)
    return digests


def has_parquet() -> bool:
    """Tell whether Parquet can be written: pyarrow of the extra `archive` is installed."""
    try:
        import pyarrow.parquet  # noqa: F401, PLC0415 - of the extra `archive`
    except ImportError:
        return False
    return True


def has_difference() -> bool:
    """Tell whether the difference report can be written: jinja2 and matplotlib of the extra `report` are installed."""
    return all(importlib.util.find_spec(name) is not None for name in ("jinja2", "matplotlib"))


def _bytes(head: str, rows: Iterator[str]) -> Iterator[bytes]:
    yield head.encode()
    for text in rows:
        yield text.encode("utf-8", "backslashreplace")


def _write(path: Path, pieces: Iterator[bytes]) -> str:
    """Write a file piece by piece; gives its SHA-256."""
    whole = hashlib.sha256()

    def write(part: Path) -> None:
        with part.open("wb") as file:
            for piece in pieces:
                whole.update(piece)
                file.write(piece)

    write_whole_by(path, write, force=True)
    return whole.hexdigest()


def _parquet_writer(journal: Journal, name: str, columns: tuple[Column, ...]) -> Callable[[Path], None]:
    import pyarrow as pa  # noqa: PLC0415 - of the extra `archive`
    import pyarrow.parquet as pq  # noqa: PLC0415 - as above

    kinds = {
        "text": pa.string(),
        "number": pa.float64(),
        "whole number": pa.int64(),
        "true or false": pa.bool_(),
        "date": pa.date32(),
    }
    schema = pa.schema([(column.name, kinds[column.type]) for column in columns])

    def write(part: Path) -> None:
        rows = csv.reader(line for text in journal.rows(name) for line in text.splitlines(keepends=True))
        with pq.ParquetWriter(part, schema, compression="zstd") as writer:
            while some := list(islice(rows, _ROWS_AT_ONCE)):
                values = [
                    pa.array([_READ[column.type](text) for text in texts], kinds[column.type])
                    for column, texts in zip(columns, zip(*some, strict=True), strict=True)
                ]
                writer.write_table(pa.Table.from_arrays(values, schema=schema))

    return write


def _known(read: Callable[[str], Any]) -> Callable[[str], Any]:
    def value(written: str) -> Any:
        text = text_of(written)
        return None if text is None else read(text)

    return value


_READ: Final[dict[str, Callable[[str], Any]]] = {
    "text": text_of,
    "number": _known(float),
    "whole number": _known(lambda text: int(float(text))),
    "true or false": _known(lambda text: text == "true"),
    "date": _known(date.fromisoformat),
}
