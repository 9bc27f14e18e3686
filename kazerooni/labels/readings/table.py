"""Typed table: a CSV table of typed values to Readings, whole or not at all."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from pathlib import Path

from kazerooni.errors import TableError
from kazerooni.labels.readings.book import ReadingBook
from kazerooni.labels.readings.rows import COLUMNS, REQUIRED, WHEN, RowReader, Statement
from kazerooni.model import Reading
from kazerooni.scoring import Scheme
from kazerooni.scoring.schemes import KAZEROONI
from kazerooni.tables import Problem, Sheet, code_of, open_sheet, read_bytes, wrong_columns

_PROBLEMS_TOLD = 20
# After so many the file is no table of this kind, and more of them would only fill the memory.
_MOST_PROBLEMS = 10_000
_WANTED = f"{', '.join(REQUIRED)}, and {' or '.join(WHEN)}"


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
    readings, problems = typed_readings(read_bytes(file), scheme=scheme)
    if problems:
        raise _table_error(file.name, problems)
    return readings


def typed_readings(
    data: bytes,
    *,
    scheme: Scheme = KAZEROONI,
    patient_of: Callable[[str], str] = code_of,
    without: Collection[str] = (),
) -> tuple[tuple[Reading, ...], tuple[Problem, ...]]:
    """Give the readings of a table of typed values, or else everything that is wrong with it.

    patient_of: gives the code of a patient from what the table calls them; raises UnfitError.
    without: names of columns that are not read.
    """
    book = ReadingBook()
    problems = tuple(islice(_problems(data, book, scheme, patient_of, without), _MOST_PROBLEMS))
    if problems:
        return (), tuple(sorted(problems, key=lambda problem: problem.line))
    return book.readings(hashlib.sha256(data).hexdigest()), ()


def _problems(
    data: bytes, book: ReadingBook, scheme: Scheme, patient_of: Callable[[str], str], without: Collection[str]
) -> Iterator[Problem]:
    """Read the rows of a table into a book, giving what is wrong on the way."""
    sheet = open_sheet(data, COLUMNS)
    faults = (sheet,) if isinstance(sheet, Problem) else tuple(_wrong_columns(sheet, without))
    if faults or isinstance(sheet, Problem):
        yield from faults
        return
    reader = RowReader(scheme, decimal_comma=sheet.has_decimal_comma, patient_of=patient_of)
    is_empty = True
    for row in sheet.rows(without=without):
        is_empty = False
        yield from (row,) if isinstance(row, Problem) else _take(row, reader, book)
    if is_empty:
        yield Problem(sheet.line, "names the columns, but no row follows; a row for each value is wanted")


def _wrong_columns(sheet: Sheet, without: Collection[str]) -> Iterator[Problem]:
    yield from wrong_columns(sheet, COLUMNS, REQUIRED, wanted=_WANTED, without=without)
    if set(sheet.names) & set(COLUMNS) and not set(sheet.names) & set(WHEN):
        yield Problem(sheet.line, "is missing, and so is series_uid; one of the two is wanted", WHEN[0])


def _take(row: tuple[int, dict[str, str]], reader: RowReader, book: ReadingBook) -> Iterator[Problem]:
    """Take a row into the book, giving what is wrong with it."""
    line, cells = row
    said = reader.read(line, cells)
    if not isinstance(said, Statement):
        yield from said
    elif (fault := book.add(said)) is not None:
        yield fault


def _table_error(name: str, problems: Sequence[Problem]) -> TableError:
    every = tuple(map(str, problems))
    count = len(every)
    at_least = "at least " if count == _MOST_PROBLEMS else ""
    more = [f"  and {count - _PROBLEMS_TOLD} more"] if count > _PROBLEMS_TOLD else []
    what = "1 problem" if count == 1 else f"{at_least}{count} problems"
    head = f"{name}: {what}, so nothing of the table was taken; correct the table and give it again"
    return TableError("\n".join((head, *(f"  {said}" for said in every[:_PROBLEMS_TOLD]), *more)), every)
