"""Report: the table for people, on the terminal and in the docs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from kazerooni.version import __version__
from tests.accuracy.overlap import LOBES, LUNGS
from tests.accuracy.run import Row

DOCUMENT: Final = Path(__file__).resolve().parents[2] / "docs" / "explanations" / "lobe-accuracy.md"
_BEGIN, _END = "<!-- accuracy: begin, written by `make accuracy` -->", "<!-- accuracy: end -->"


def print_rows(rows: Sequence[Row]) -> None:
    """Print the tables of lobes and of lungs."""
    console = Console(width=None if sys.stdout.isatty() else 140)
    for parts in (LOBES, LUNGS):
        chosen = [row for row in rows if row.case.parts == parts]
        if not chosen:
            continue
        table = Table(title="Dice: the worst of all seeds (the median)", title_justify="left")
        for heading in _headings(parts):
            table.add_column(heading)
        for row in chosen:
            table.add_row(*_cells(row), style=None if row.is_reached else "bold")
        console.print(table)


def write_document(rows: Sequence[Row], command: str, path: Path = DOCUMENT) -> None:
    """Write the tables into the docs, between two marks.

    Raises ValueError where the marks are missing.
    """
    text = path.read_text(encoding="utf-8")
    if _BEGIN not in text or _END not in text:
        raise ValueError(f"{path.name}: the marks {_BEGIN} and {_END} are wanted around the tables; add them")
    before, after = text.split(_BEGIN)[0], text.split(_END)[1]
    path.write_text(f"{before}{_BEGIN}\n{markdown_of(rows, command)}\n{_END}{after}", encoding="utf-8")


def markdown_of(rows: Sequence[Row], command: str) -> str:
    """Give the tables of lobes and of lungs as Markdown, with what made them."""
    lines = [f"Measured on {date.today().isoformat()} with kazerooni {__version__}: `{command}`.", ""]  # noqa: DTZ011 - the day of whoever measures
    for parts in (LOBES, LUNGS):
        chosen = [row for row in rows if row.case.parts == parts]
        if chosen:
            headings = _headings(parts)
            lines += [_line(headings), _line(["---"] * len(headings)), *(_line(_cells(row)) for row in chosen), ""]
    return "\n".join(lines).rstrip()


def _headings(parts: Sequence[str]) -> list[str]:
    return ["case", "wanted", *parts, "reached"]


def _cells(row: Row) -> list[str]:
    parts = row.case.parts
    if row.is_skipped:
        return [row.case.title, str(row.case.wanted), *["-"] * len(parts), "skipped: no real scans"]
    reached = "yes" if row.is_reached else "no"
    if row.case.wanted.mean is not None:
        reached += f", mean {_shown(row.worst_mean)}"
    return [row.case.title, str(row.case.wanted), *(_cell(row, part) for part in parts), reached]


def _cell(row: Row, part: str) -> str:
    worst, middle = row.worst(part), row.median(part)
    if worst is None or middle is None:
        return "-"
    return _shown(worst) if len(row.dices) == 1 else f"{_shown(worst)} ({_shown(middle)})"


def _shown(dice: float) -> str:
    """Round downwards: what is shown as reached is reached."""
    return f"{int(dice * 1000) / 1000:.3f}"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
