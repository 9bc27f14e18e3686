"""Tables: what a run leaves behind, written from its journal row by row, each file whole or not at all."""

from __future__ import annotations

import hashlib
import importlib.util
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from kazerooni.archive.journal import Journal
from kazerooni.archive.sums import DRAFT_SUMS, REPORT_SUMS
from kazerooni.files import digest_of, write_whole, write_whole_by
from kazerooni.report import LONG, WIDE
from kazerooni.tables import NA, Column, csv_line, dictionary_csv

_TABLES: Final = {"long": LONG, "wide": WIDE}
_END: Final = "\r\n"
# Rows of a group of Parquet, as CSV. Of every column of every group the writer remembers some kilobytes to the end of
# the file, so that many small groups take much memory; and so does one large one.
_BYTES_AT_ONCE: Final = 2_000_000

ERRORS: Final = (
    Column("task", "text", "", "id of the task that failed", ""),
    Column("kind", "text", "", "what it was made from", "reading, book, maps, draft, score"),
    Column("study_uid", "text", "", "StudyInstanceUID", "UID; NA where it is not known"),
    Column("series_uid", "text", "", "SeriesInstanceUID", "UID; NA where it is not known"),
    Column("reading", "text", "", "id of the reading", "NA where there is none"),
    Column("file_number", "whole number", "", "number of its first file in the index, which is private", "from 1"),
    Column("member_number", "whole number", "", "number of the document in that index", "NA where it lies in no zip"),
    Column("cause", "text", "", "what ended the task", "error, crash, time, memory"),
    Column("error", "text", "", "kind of the error", "NA where the process died"),
    Column("why", "text", "", "why, and what to do", ""),
    Column("attempts", "whole number", "", "how often it was tried", "1, 2"),
)
"""The columns of errors.csv."""


def write_tables(journal: Journal, folder: Path) -> dict[str, str]:
    """Write the tables of what was planned, with their dictionaries, over those of an earlier run.

    Parquet files stand beside the CSV where pyarrow is installed (`has_parquet`); where reports or drafts were made,
    their sums stand in a file, too (`sums.REPORT_SUMS`, `sums.DRAFT_SUMS`).

    Gives the SHA-256 of each table, and of the files of sums, by its name. Raises OutputError.
    """
    digests: dict[str, str] = {}
    for name, columns in _TABLES.items():
        head = ",".join(column.name for column in columns) + _END
        digests[f"{name}.csv"] = _write(folder / f"{name}.csv", _bytes(head, journal.rows(name)))
        write_whole(folder / f"{name}.dictionary.csv", dictionary_csv(columns), force=True)
        if has_parquet():
            parquet = folder / f"{name}.parquet"
            write_whole_by(parquet, _parquet_writer(journal, name, columns), force=True)
            digests[parquet.name] = digest_of(parquet)
    lines = (csv_line([*row[:5], row.number or None, row.member or None, *row[7:]]) for row in journal.failed())
    head = ",".join(column.name for column in ERRORS) + _END
    digests["errors.csv"] = _write(folder / "errors.csv", _bytes(head, lines))
    write_whole(folder / "errors.dictionary.csv", dictionary_csv(ERRORS), force=True)
    for name, are_drafts in ((REPORT_SUMS, False), (DRAFT_SUMS, True)):
        if any(journal.sums(drafts=are_drafts)):
            digests[name] = _write(folder / name, _bytes("", journal.sums(drafts=are_drafts)))
        else:
            (folder / name).unlink(missing_ok=True)
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
        # Statistics would let a reader pass over groups, of which there are few, and double what is remembered of each.
        with pq.ParquetWriter(part, schema, compression="zstd", write_statistics=False) as writer:
            for some in _joined(_bytes("", journal.rows(name))):
                writer.write_table(_read_back(some, schema))
                pa.default_memory_pool().release_unused()  # it would hold on to what the largest group took

    return write


def _joined(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Join pieces into ones of a size; none is empty."""
    some: list[bytes] = []
    size = 0
    for piece in pieces:
        some.append(piece)
        size += len(piece)
        if size >= _BYTES_AT_ONCE:
            yield b"".join(some)
            some, size = [], 0
    if size:
        yield b"".join(some)


def _read_back(rows: bytes, schema: Any) -> Any:
    """Read rows of a table, as CSV without a head, into an Arrow table: the values that `cell` wrote, NA as null."""
    import pyarrow as pa  # noqa: PLC0415 - of the extra `archive`
    import pyarrow.compute as pc  # noqa: PLC0415 - as above
    import pyarrow.csv  # noqa: PLC0415 - as above

    # A whole number may stand as 3.0; every one is small enough for a float.
    types = {field.name: pa.float64() if pa.types.is_integer(field.type) else field.type for field in schema}
    table = pyarrow.csv.read_csv(
        io.BytesIO(rows),
        pyarrow.csv.ReadOptions(use_threads=False, column_names=schema.names, block_size=len(rows) + 1),
        pyarrow.csv.ParseOptions(newlines_in_values=True),
        pyarrow.csv.ConvertOptions(
            column_types=types, null_values=[NA], strings_can_be_null=True, true_values=["true"], false_values=["false"]
        ),
    )
    unmarked = [
        pc.replace_substring_regex(column, "^'", "") if pa.types.is_string(column.type) else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(unmarked, schema.names).cast(schema)
