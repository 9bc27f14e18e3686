"""Rows: from the bytes of a CSV file to rows of cells, each with the line on which it starts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kazerooni.errors import ReadingError

# A table of a thousand readings takes two megabytes.
_LARGEST_BYTES = 2**26
# Below the limit of the csv module, so that a quote that is never closed is told as what it is.
_LONGEST_ROW = 100_000
_REMEDY = "save the table as CSV UTF-8 and give that file"
_OTHER_FILES = {
    b"PK\x03\x04": "a spreadsheet (.xlsx, .ods) or another zip",
    b"\xd0\xcf\x11\xe0": "a spreadsheet (.xls)",
    b"\xff\xfe": "UTF-16 text",
    b"\xfe\xff": "UTF-16 text",
}


class Problem(NamedTuple):
    """What is wrong on a line, as an editor counts them from 1; in which column, where it is one."""

    line: int
    said: str
    column: str = ""

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"line {self.line}{column}: {self.said}"


class Row(NamedTuple):
    """The cells of a row, and the line on which it starts."""

    line: int
    cells: tuple[str, ...]


def read_bytes(path: Path) -> bytes:
    """Read a file that may be a table of text.

    Raises ReadingError where it cannot be read, is too large, is empty, or is a file of another kind.
    """
    if path.is_dir():
        raise ReadingError(f"{path.name}: is a folder; give a table of typed values, a CSV file")
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST_BYTES + 1)
    except OSError as error:
        raise ReadingError(f"{path.name}: cannot be read ({error.strerror}); give a CSV file") from None
    if len(data) > _LARGEST_BYTES:
        largest = _LARGEST_BYTES // 2**20
        raise ReadingError(f"{path.name}: is larger than {largest} MB; divide it into several tables")
    for start, kind in _OTHER_FILES.items():
        if data.startswith(start):
            raise ReadingError(f"{path.name}: is {kind}, a table of UTF-8 text is wanted; {_REMEDY}")
    if not data.removeprefix(b"\xef\xbb\xbf").strip():
        raise ReadingError(f"{path.name}: is empty; a line of column names and a row for each value are wanted")
    return data


def wrong_text(data: bytes) -> Problem | None:
    """Tell where bytes are no UTF-8 text; None where they are."""
    if (nul := data.find(b"\0")) >= 0:
        return Problem(_line_at(data, nul), f"holds a NUL character, as UTF-16 text and damaged files do; {_REMEDY}")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return Problem(_line_at(data, error.start), f"is not UTF-8 text (Latin-1 or another encoding); {_REMEDY}")
    return None


def _line_at(data: bytes, place: int) -> int:
    before = data[:place]
    return 1 + before.count(b"\n") + before.count(b"\r") - before.count(b"\r\n")


def rows_of(data: bytes, separator: str) -> Iterator[Row | Problem]:
    """Give the rows of UTF-8 text that are not blank, one after the other; a problem in place of one that is none."""
    lines = _Lines(data)
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        line = lines.start_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLongError:
            longest = f"{_LONGEST_ROW:,} characters".replace(",", " ")
            yield Problem(line, f"the row that starts here passes {longest}; a quote may not be closed; close it")
            return
        except csv.Error:
            yield Problem(line, _wrong_quotes(is_over=lines.is_over))
            continue
        if any(cell.strip() for cell in cells):
            yield Row(line, tuple(cells))


def _wrong_quotes(*, is_over: bool) -> str:
    if is_over:
        return "a quote is opened in the row that starts here and never closed; close it"
    return 'a quote (") ends in the middle of a cell; write the cell without quotes, or double the quotes inside it'


class _TooLongError(Exception):
    """A row is longer than any row of a table."""


class _Lines:
    """The lines of a text, counted; the text is never whole in memory, nor is a row beyond measure."""

    def __init__(self, data: bytes) -> None:
        self._text = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig", newline="")
        self._read = 0
        self._room = _LONGEST_ROW
        self.is_over = False

    def start_row(self) -> int:
        """Give the number of the next line, on which a row starts."""
        self._room = _LONGEST_ROW
        return self._read + 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(self._room + 1)
        self._room -= len(line)
        if self._room < 0:
            raise _TooLongError
        if not line:
            self.is_over = True
            raise StopIteration
        self._read += 1
        return line
