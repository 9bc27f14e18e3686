"""Sheet: a CSV text with its column names read; its rows come one by one, each with its line."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from kazerooni.tables.rows import Problem, Row, rows_of, wrong_text
from kazerooni.tables.words import plain, told

_SEPARATORS = (",", ";", "\t")
_MOST_ROWS = 200_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of text.

    line: on which its column names stand.
    headings: the column names as they are written. names: as they are compared (`plain`).
    separator: comma, semicolon or tab.
    """

    line: int
    headings: tuple[str, ...]
    names: tuple[str, ...]
    separator: str
    rows_after: Iterator[Row | Problem]

    @property
    def has_decimal_comma(self) -> bool:
        """Whether numbers may be written with a comma: where it does not part the cells."""
        return self.separator == ";"

    def rows(self, *, without: Collection[str] = ()) -> Iterator[tuple[int, dict[str, str]] | Problem]:
        """Give the line and the cells of each row, by name of column; a problem in place of a row that is none.

        without: names of columns whose cells are left out. To be asked once: the rows are read as they are given.
        """
        for count, row in enumerate(self.rows_after, 1):
            if count > _MOST_ROWS:
                yield Problem(row.line, f"a table has {_MOST_ROWS} rows at most; divide it into several")
                return
            if isinstance(row, Problem):
                yield row
            elif (found := len(row.cells)) != (wanted := len(self.names)):
                yield Problem(row.line, f"cells: found {found}, wanted {wanted}, one for each column")
            else:
                cells = dict(zip(self.names, row.cells, strict=True))
                yield row.line, {name: text for name, text in cells.items() if name not in without}


def open_sheet(data: bytes, known: Collection[str]) -> Sheet | Problem:
    """Read the column names of a CSV text, parted by comma, semicolon or tab: by which most names are known.

    known: names of columns, as `plain` gives them.
    """
    if (fault := wrong_text(data)) is not None:
        return fault
    separator = max(_SEPARATORS, key=lambda each: _known_columns(data, each, known))
    rows = rows_of(data, separator)
    header = next(rows)
    if isinstance(header, Problem):
        return header
    return Sheet(header.line, header.cells, tuple(map(plain, header.cells)), separator, rows)


def _known_columns(data: bytes, separator: str, known: Collection[str]) -> int:
    header = next(rows_of(data, separator))
    return 0 if isinstance(header, Problem) else sum(plain(name) in known for name in header.cells)


def wrong_columns(
    sheet: Sheet, known: Sequence[str], required: Sequence[str], *, wanted: str, without: Collection[str] = ()
) -> Iterator[Problem]:
    """Tell which columns have no name, are unknown, stand twice or are missing.

    wanted: the columns that there must be, in words. without: names of columns that nobody will read.
    """
    names, line, those = sheet.names, sheet.line, ", ".join(known)
    if not set(names) & set(known):  # perhaps a row of a patient, so not a word of it is told
        yield Problem(line, f"names no column that is known, parted by comma, semicolon or tab; known are: {those}")
        return
    for place, name in enumerate(names, 1):
        if not name:
            yield Problem(line, f"column {place} has no name; name it, or delete it; known are: {those}")
        elif name not in known and name not in without:
            yield Problem(line, f"is unknown; known are: {those}", told(sheet.headings[place - 1].strip()))
        elif name in names[: place - 1] and name not in without:
            yield Problem(line, "is named twice; delete one", name)
    for name in required:
        if name not in names:
            yield Problem(line, f"is missing; wanted are: {wanted}", name)
