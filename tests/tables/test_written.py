"""Every table that the program writes goes through the cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import kazerooni
from kazerooni.tables import Value, csv_bytes, text_of

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def test_tables_are_written_in_one_place() -> None:
    """No module but that of the cells writes CSV: what is defused there is defused in every table."""
    root = Path(kazerooni.__file__).parent
    writing = re.compile(r"csv\.(?:writer|DictWriter)|\.to_csv\(|savetxt\(")
    found = [
        path.relative_to(root).as_posix() for path in root.rglob("*.py") if writing.search(path.read_text("utf-8"))
    ]
    assert found == ["tables/cells.py"]


def _row(value: Value, missing: str) -> str:
    (row,) = csv.DictReader(io.StringIO(csv_bytes(["x"], [{"x": value}], missing=missing).decode(), newline=""))
    return row["x"]


@pytest.mark.parametrize("missing", ["NA", ""])
@pytest.mark.parametrize("start", STARTS)
def test_no_cell_starts_a_formula(start: str, missing: str) -> None:
    """Text that begins as a formula does is written after an apostrophe, in tables of either kind of missing."""
    assert _row(f"{start}1+1", missing) == f"'{start}1+1"


@pytest.mark.parametrize("number", [-1, -0.5, -1e-300, -0.0])
def test_negative_numbers_stay_numbers(number: float) -> None:
    """A negative number is no formula: it is written as it is, and is read back to the last bit."""
    assert repr(float(_row(number, "NA"))) == repr(float(number))


@given(text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20))
def test_every_text_is_read_back(text: str) -> None:
    """Any text that is written is read back equal, quotes, line ends and apostrophes too."""
    assert text_of(_row(text, "NA")) == text
