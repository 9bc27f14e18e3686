"""Columns: what each column of a table holds; a table's dictionary and its docs are made from them."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields
from typing import Literal

from kazerooni.tables.cells import csv_bytes


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    type: of its values. unit: of its numbers, empty where there is none. values: what may stand there.
    """

    name: str
    type: Literal["text", "number", "whole number", "true or false", "date"]
    unit: str
    meaning: str
    values: str


def dictionary_csv(columns: tuple[Column, ...]) -> bytes:
    """Write the dictionary of a table as a table."""
    names = [field.name for field in fields(Column)]
    return csv_bytes(names, (dict(zip(names, astuple(column), strict=True)) for column in columns))
