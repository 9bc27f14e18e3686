"""Prior column: the score of another visit as words beside the rows of the score dock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kazerooni.model import Reading
from kazerooni.report import DIFFERENCES
from napari_kazerooni.beside import Beside, BesideCell, beside
from napari_kazerooni.said import Place
from napari_kazerooni.session import ReadingSession

UNKNOWN: Final = "\N{EN DASH}"
_MINUS: Final = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorColumn:
    """What the score dock shows of another visit.

    heading: its date. cells: the grade and its change, by lobe and component. tips: percents and their change.
    total: with its change. notes: what makes the two not comparable, one sentence each. beside: all of it as values.
    """

    heading: str
    cells: Mapping[Place, str]
    tips: Mapping[Place, str]
    total: str
    notes: tuple[str, ...]
    beside: Beside


def column_of(session: ReadingSession, other: Reading) -> PriorColumn:
    """Put the score of another visit beside a reading, and note that it was shown.

    Raises ReadingError as `beside.beside` does.
    """
    found = beside(session, other)
    on = other.scan.study_date
    return PriorColumn(
        heading=on.isoformat() if on else "other visit",
        cells={place: cell_words(cell) for place, cell in found.cells.items()},
        tips={place: percent_words(cell) for place, cell in found.cells.items()},
        total=f"{_plain(found.total)} {change_words(found.total_change)}".strip(),
        notes=_notes(found, other),
        beside=found,
    )


def cell_words(cell: BesideCell) -> str:
    """Give a grade then and its change, now less then."""
    grade = UNKNOWN if cell.grade is None else str(cell.grade)
    return f"{grade} {change_words(cell.grade_change)}".strip()


def percent_words(cell: BesideCell) -> str:
    """Give the percent then and its change in points."""
    if cell.percent is None:
        return "no percent"
    change = "" if cell.percent_change is None else f", {change_words(cell.percent_change)[1:-1]} points since"
    return f"{_plain(cell.percent)} %{change}"


def change_words(change: float | None) -> str:
    """Give a change in parentheses with its sign; nothing where it is not known."""
    if change is None:
        return ""
    if change == 0:
        return "(\N{PLUS-MINUS SIGN}0)"
    return f"({'+' if change > 0 else _MINUS}{_plain(abs(change))})"


def _plain(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f}".removesuffix(".0")


def _notes(found: Beside, other: Reading) -> tuple[str, ...]:
    notes = []
    if not found.is_interpretable:
        notes.append("Changes are not interpretable: another person read that visit, or it is not known who did.")
    notes += [
        f"{DIFFERENCES[one.what]}: {one.earlier or 'not said'} then, {one.later or 'not said'} now"
        for one in found.differences
    ]
    if other.scan.study_date is None:
        notes.append("That visit has no date.")
    return tuple(notes)
