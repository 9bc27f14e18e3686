"""Difference write: the difference report as files; scores stream through, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from kazerooni.files import check_new, write_all_whole, write_whole_by
from kazerooni.model import ScorePair
from kazerooni.report.difference_page import Collected, difference_html
from kazerooni.report.difference_tables import CROSS_TABLE, DIFFERENCE, Row, cross_table_rows, difference_rows
from kazerooni.scoring import difference_of
from kazerooni.tables import csv_bytes, dictionary_csv, write_csv

DIFFERENCE_FILES: Final = (
    "difference.csv",
    "difference.dictionary.csv",
    "crosstable.csv",
    "crosstable.dictionary.csv",
    "difference.html",
)
"""The files of a difference report."""


def write_difference(
    pairs: Iterable[ScorePair], folder: Path, *, program_version: str, broken_old: int = 0, force: bool = False
) -> tuple[Path, ...]:
    """Write the difference report of pairs of scores into a folder that is there.

    pairs: each is looked at once and not kept; the same pairs in the same order give the same bytes. Those of one
    reading stand together, so that readings can be counted.
    broken_old: how many old scores could not be read, and stand in no pair.
    force: take the place of files of these names.

    Gives the files. Raises OutputError where one is there already or cannot be written, or a library of the extra
    `report` is missing; what was new is then taken away again.
    """
    table, *others = (folder / name for name in DIFFERENCE_FILES)
    for path in others:
        check_new(path, force=force)
    is_new = not table.exists()
    collected = Collected()

    def write(part: Path) -> None:
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
            write_csv(out, [column.name for column in DIFFERENCE], _rows(pairs, collected))

    write_whole_by(table, write, force=force)
    try:
        made = (
            dictionary_csv(DIFFERENCE),
            csv_bytes([column.name for column in CROSS_TABLE], cross_table_rows(collected.sums)),
            dictionary_csv(CROSS_TABLE),
            difference_html(collected, program_version=program_version, broken_old=broken_old),
        )
        write_all_whole(dict(zip(others, made, strict=True)), force=force)
    except BaseException:
        if is_new:
            with suppress(OSError):
                table.unlink()
        raise
    return (table, *others)


def _rows(pairs: Iterable[ScorePair], collected: Collected) -> Iterator[Row]:
    for pair in pairs:
        found = difference_of(pair)
        collected.add(pair, found)
        yield from difference_rows(pair, found)
