"""Row cells: the cells of one row that say something, read one by one; what is unfit is gathered, never raised."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypeVar

from kazerooni.tables.rows import Problem
from kazerooni.tables.words import UnfitError, told

LONGEST_CELL: Final = 500
"""Characters that a cell may have, where its column says nothing else."""
# What stands there may be a name, or a birth date typed into the wrong column, which belong in no message.
_SECRET = frozenset({"patient", "age_at_onset_years"})

T = TypeVar("T")


class RowCells:
    """The cells of a row that say something, by column, and what is wrong with them."""

    def __init__(self, line: int, cells: Mapping[str, str]) -> None:
        self.line = line
        self.problems: list[Problem] = []
        self._cells = cells

    def holds(self, column: str) -> bool:
        """Tell whether the cell says something."""
        return column in self._cells

    def refuse(self, column: str, said: str) -> None:
        """Keep a problem of the row."""
        self.problems.append(Problem(self.line, said, column))

    def read(self, column: str, parse: Callable[[str], T], *, longest: int = LONGEST_CELL) -> T | None:
        """Parse a cell; None where it says nothing, or something unfit, which is kept as a problem.

        parse: raises UnfitError. longest: characters that the cell may have.
        """
        text = self._cells.get(column)
        if text is None:
            return None
        found = "" if column in _SECRET else f"found {told(text)}, "
        if len(text) > longest:
            self.refuse(column, f"{found}{longest} characters at most are wanted")
            return None
        try:
            return parse(text)
        except UnfitError as unfit:
            self.refuse(column, f"{found}{unfit}")
            return None
