"""Tables of text: CSV in, with the line of every row; CSV out, with no cell that a spreadsheet would run."""

from kazerooni.tables.cells import NA, Value, cell, csv_bytes, csv_line, text_of, write_csv
from kazerooni.tables.columns import Column, dictionary_csv
from kazerooni.tables.row_cells import LONGEST_CELL, RowCells
from kazerooni.tables.rows import Problem, read_bytes
from kazerooni.tables.sheet import Sheet, open_sheet, wrong_columns
from kazerooni.tables.words import UnfitError, code_of, day_of, one_of, plain, sign_of, told, uid_of, whole_of

__all__ = [
    "LONGEST_CELL",
    "NA",
    "Column",
    "Problem",
    "RowCells",
    "Sheet",
    "UnfitError",
    "Value",
    "cell",
    "code_of",
    "csv_bytes",
    "csv_line",
    "day_of",
    "dictionary_csv",
    "one_of",
    "open_sheet",
    "plain",
    "read_bytes",
    "sign_of",
    "text_of",
    "told",
    "uid_of",
    "whole_of",
    "write_csv",
    "wrong_columns",
]
