"""Cells: how values are written into a CSV table, so that every program reads back what was meant and runs nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TextIO

NA: Final = "NA"
"""What was not assessed, is not known, or has no place in its row; never zero."""

Value = str | int | float | Decimal | bool | date | Enum | None

# What a spreadsheet takes for the start of a formula, in full width too, and what it drops before looking.
_STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_APOSTROPHE: Final = "'"
# Most text of a table stands in many rows one after the other.
_KEPT: Final = 256


def cell(value: Value) -> str:
    """Write a value: numbers in full precision, dates as ISO, yes and no as true and false, None as NA.

    A Decimal is written without an exponent. Text that a spreadsheet would run as a formula, that reads NA, that begins
    with an apostrophe, or that has blanks at an end is written after an apostrophe; taking one leading apostrophe away
    gives every text back.

    >>> [cell(v) for v in (None, 0.1, -3, True, date(2003, 5, 14), "=1+1", "NA", "R1")]
    ['NA', '0.1', '-3', 'true', '2003-05-14', "'=1+1", "'NA", 'R1']
    """
    write = _WRITERS.get(type(value))
    return _other(value) if write is None else write(value)


def _other(value: Value) -> str:
    """Write a value of a kind that has subclasses, of which most values of a table are none."""
    if isinstance(value, Enum):
        return _named(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else repr(value)


def _text(value: str) -> str:
    return _safe(value) if value else NA


@lru_cache(_KEPT)
def _named(value: Enum) -> str:
    return str(value.value) or NA


@lru_cache(_KEPT)
def _safe(value: str) -> str:
    text = value.replace("\0", "\N{REPLACEMENT CHARACTER}")  # many programs end a file there
    return f"{_APOSTROPHE}{text}" if _needs_apostrophe(text) else text


# By the kind of a value itself, as asking for every kind in turn takes most of the time of a table.
_WRITERS: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: NA,
    str: _text,
    bool: lambda value: "true" if value else "false",
    int: repr,
    float: repr,
}


def text_of(written: str) -> str | None:
    """Give the text that a cell holds, as `cell` wrote it or a person typed it; None where it says nothing.

    >>> [text_of(t) for t in ("'=1+1", "'NA", " R1 ", "NA", "na", " ", "' padded ")]
    ['=1+1', 'NA', 'R1', None, None, None, ' padded ']
    """
    if written.startswith(_APOSTROPHE):
        return written[1:]
    text = written.strip()
    return None if not text or text.upper() == NA else text


def _needs_apostrophe(text: str) -> bool:
    """Tell whether a text would be run, or read back as another: blanks at its ends are taken for typing."""
    return text.upper() == NA or text != text.strip() or text.startswith((*_STARTS_FORMULA, _APOSTROPHE))


def csv_bytes(columns: Sequence[str], rows: Iterable[Mapping[str, Value]], *, missing: str = NA) -> bytes:
    """Write a table as RFC 4180 has it: UTF-8, a line of names, lines ended by CR LF, quotes where they are needed.

    missing: what stands where there is no value.
    """
    out = io.StringIO(newline="")
    write_csv(out, columns, rows, missing=missing)
    return out.getvalue().encode("utf-8", "backslashreplace")


def write_csv(out: TextIO, columns: Sequence[str], rows: Iterable[Mapping[str, Value]], *, missing: str = NA) -> None:
    """Write the table of `csv_bytes` row by row, so that it is never whole in memory.

    out: opened with newline="" and the errors of UTF-8 as "backslashreplace".
    """
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        values = map(row.__getitem__, columns)
        writer.writerow([cell(value) if value or value == 0 else missing for value in values])


def csv_line(values: Iterable[Value]) -> str:
    """Write one line of a table, with its end, where lines are made apart from each other.

    >>> csv_line(["a, b", None, 1.5]).rstrip()
    '"a, b",NA,1.5'
    """
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([cell(value) for value in values])
    return out.getvalue()
