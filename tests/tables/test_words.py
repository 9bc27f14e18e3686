"""What is written into a cell is read back as it was, and what a person types as it was meant."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.records.words import items_of, items_text
from kazerooni.tables import Problem, cell, csv_bytes, open_sheet, text_of

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1)
names = st.text("ab;\\ \n'=", min_size=1).filter(lambda text: bool(text.strip()))


@given(texts)
def test_a_cell_gives_its_text_back(text: str) -> None:
    """Every text that is written into a cell comes back; no cell is run by a spreadsheet or taken for NA."""
    written = cell(text)
    assert text_of(written) == text
    assert not written.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@given(st.lists(texts, min_size=1, max_size=3))
def test_a_row_gives_its_texts_back(row: list[str]) -> None:
    """Texts with separators, quotes and line ends come back through a table, as Python's own reader sees them too."""
    columns = [f"c{place}" for place in range(len(row))]
    data = csv_bytes(columns, [dict(zip(columns, row, strict=True))])
    sheet = open_sheet(data, columns)
    assert not isinstance(sheet, Problem)
    ((line, cells),) = (found for found in sheet.rows() if not isinstance(found, Problem))
    assert line == 2
    assert [text_of(cells[name]) for name in columns] == row
    peer = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    assert [text_of(written) for written in peer[1]] == row


@given(st.lists(names, max_size=4))
def test_names_in_one_cell_are_read_back(those: list[str]) -> None:
    """Names with semicolons, backslashes and blanks at their ends come back out of one cell."""
    assert items_of(text_of(cell(items_text(those))) or "") == tuple(those)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("a;b", ("a", "b")), (" a ; ; b; ", ("a", "b")), ("", ()), ("anti-Jo-1", ("anti-Jo-1",)), ("a\\", ("a\\",))],
)
def test_names_may_be_typed_by_hand(typed: str, meant: tuple[str, ...]) -> None:
    """Blanks around semicolons and empty names between them say nothing."""
    assert items_of(typed) == meant
