"""Typed table: a CSV table of typed values to Readings, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from kazerooni.errors import TableError
from kazerooni.labels.readings.book import ReadingBook
from kazerooni.labels.readings.cells import Problem, Row, read_bytes, rows_of, wrong_text
from kazerooni.labels.readings.rows import COLUMNS, REQUIRED, WHEN, RowReader, Statement
from kazerooni.labels.readings.words import plain, told
from kazerooni.model import Reading
from kazerooni.scoring import Scheme
from kazerooni.scoring.schemes import KAZEROONI

_SEPARATORS = (",", ";", "\t")
_PROBLEMS_TOLD = 20
# After so many the file is no table of this kind, and more of them would only fill the memory.
_MOST_PROBLEMS = 10_000
_MOST_ROWS = 200_000


def read_typed_table(path: str | os.PathLike[str], *, scheme: Scheme = KAZEROONI) -> tuple[Reading, ...]:
    """Read a table of typed values: one reading for each patient, date, series, study and reader, in order of mention.

    Columns in any order: patient, study_date or series_uid, reader, lobe, component, finding, percent, present, grade,
    state; may be: scheme, scheme_version, reason, study_uid. One row says one value, or one state without a value. An
    empty cell, or NA, says nothing. A file of UTF-8 text parted by commas, semicolons or tabs, as its first line is.

    scheme: of the grades in rows that name none.

    Raises TableError with every bad row, where any is: then nothing of the table is taken. Raises ReadingError where
    the file cannot be read at all. No message holds what stands in the column patient.
    """
    file = Path(path)
    data = read_bytes(file)
    book = ReadingBook()
    problems: list[Problem] = []
    for problem in _problems(data, book, scheme):
        problems.append(problem)
        if len(problems) == _MOST_PROBLEMS:
            break
    if problems:
        raise _table_error(file.name, problems)
    return book.readings(hashlib.sha256(data).hexdigest())


def _problems(data: bytes, book: ReadingBook, scheme: Scheme) -> Iterator[Problem]:
    """Read the rows of a table into a book, giving what is wrong on the way."""
    if (fault := wrong_text(data)) is not None:
        yield fault
        return
    separator = max(_SEPARATORS, key=lambda each: _known_columns(data, each))
    rows = rows_of(data, separator)
    header = next(rows)
    faults = (header,) if isinstance(header, Problem) else tuple(_wrong_columns(header))
    if faults or isinstance(header, Problem):
        yield from faults
        return
    columns = tuple(map(plain, header.cells))
    reader = RowReader(scheme, decimal_comma=separator == ";")
    count = 0
    for count, row in enumerate(rows, 1):
        if count > _MOST_ROWS:
            yield Problem(row.line, f"a table has {_MOST_ROWS} rows at most; divide it into several")
            return
        yield from (row,) if isinstance(row, Problem) else _take(row, columns, reader, book)
    if not count:
        yield Problem(header.line, "names the columns, but no row follows; a row for each value is wanted")


def _known_columns(data: bytes, separator: str) -> int:
    """Count the names of the first line that are known columns when it is parted so."""
    header = next(rows_of(data, separator))
    return 0 if isinstance(header, Problem) else sum(plain(name) in COLUMNS for name in header.cells)


def _wrong_columns(header: Row) -> Iterator[Problem]:
    names, line = [plain(name) for name in header.cells], header.line
    known = ", ".join(COLUMNS)
    if not set(names) & set(COLUMNS):  # perhaps a row of a patient, so not a word of it is told
        yield Problem(line, f"names no column that is known, parted by comma, semicolon or tab; known are: {known}")
        return
    for place, name in enumerate(names, 1):
        if not name:
            yield Problem(line, f"column {place} has no name; name it, or delete it; known are: {known}")
        elif name not in COLUMNS:
            yield Problem(line, f"is unknown; known are: {known}", told(header.cells[place - 1].strip()))
        elif name in names[: place - 1]:
            yield Problem(line, "is named twice; delete one", name)
    for name in REQUIRED:
        if name not in names:
            yield Problem(line, f"is missing; wanted are: {', '.join(REQUIRED)}, and {' or '.join(WHEN)}", name)
    if not set(names) & set(WHEN):
        yield Problem(line, "is missing, and so is series_uid; one of the two is wanted", WHEN[0])


def _take(row: Row, columns: Sequence[str], reader: RowReader, book: ReadingBook) -> Iterator[Problem]:
    """Take a row into the book, giving what is wrong with it."""
    found, wanted = len(row.cells), len(columns)
    if found != wanted:
        yield Problem(row.line, f"cells: found {found}, wanted {wanted}, one for each column")
        return
    said = reader.read(row.line, dict(zip(columns, row.cells, strict=True)))
    if not isinstance(said, Statement):
        yield from said
    elif (fault := book.add(said)) is not None:
        yield fault


def _table_error(name: str, problems: Sequence[Problem]) -> TableError:
    every = tuple(map(str, sorted(problems, key=lambda problem: problem.line)))
    count = len(every)
    at_least = "at least " if count == _MOST_PROBLEMS else ""
    more = [f"  and {count - _PROBLEMS_TOLD} more"] if count > _PROBLEMS_TOLD else []
    what = "1 problem" if count == 1 else f"{at_least}{count} problems"
    head = f"{name}: {what}, so nothing of the table was taken; correct the table and give it again"
    return TableError("\n".join((head, *(f"  {said}" for said in every[:_PROBLEMS_TOLD]), *more)), every)
