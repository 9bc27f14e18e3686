"""Cells: what the table of the score dock shows of a row, and what a text typed into it means. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Finding, Lobe, Origin, State, findings_of
from napari_kazerooni.beside import BesideCell
from napari_kazerooni.commands import Commands
from napari_kazerooni.dock import DockRow
from napari_kazerooni.prior_column import cell_words, percent_words


class What(StrEnum):
    """What a column shows, beside the columns of findings."""

    GRADE = "grade"
    INTERVAL = "interval"
    EDGE = "edge"
    PRIOR = "prior"
    STATE = "state"


Column = Finding | What
_HEADS: Final[Mapping[Column, tuple[str, str]]] = {
    Finding.GROUND_GLASS: ("GGO", "Ground glass, % of the lobe"),
    Finding.CONSOLIDATION: ("Cons.", "Consolidation, % of the lobe"),
    Finding.SEPTAL: ("Sept.", "Septal thickening, % of the lobe; + is there, - is not"),
    Finding.RETICULATION: ("Retic.", "Reticulation, % of the lobe; + is there, - is not"),
    Finding.HONEYCOMBING: ("HC", "Honeycombing, % of the lobe; + is there, - is not"),
    Finding.TRACTION_BRONCHIECTASIS: ("Tract.", "Traction bronchiectasis in this lobe: + seen, - not seen"),
    What.GRADE: ("Grade", "The grade under the scheme; it can be typed, too"),
    What.INTERVAL: ("95 %", "95 % interval of the percent, from the sampling by slices alone"),
    What.EDGE: ("Edge", "Points to the nearest edge of a grade, where under 1"),
    What.PRIOR: ("Prior", "Grade of the visit beside, and the change since then"),
    What.STATE: (
        "State",
        "0: nothing found in this lobe. n and a reason: not assessable. a: lobe absent. t, p: typed or painted counts",
    ),
}
# "not covered" is the longest of the usual reasons; a longer one stands in the tip.
_LONGEST_REASON: Final = 11
_TYPED_TIP: Final = "typed"
_PAINTED_TIP: Final = "painted"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows. is_typed: shown in italics. warns: wants a look. tip: said when the mouse rests on it."""

    text: str = ""
    tip: str = ""
    is_typed: bool = False
    warns: bool = False
    can_type: bool = False


def columns_of(component: Component) -> tuple[Column, ...]:
    """Give the columns of the table of a component."""
    ticked = (Finding.TRACTION_BRONCHIECTASIS,) if component is Component.INTERSTITIAL else ()
    painted = (finding for finding in findings_of(component) if finding.label is not None)
    return (*painted, *ticked, *What)


def head(column: Column) -> tuple[str, str]:
    """Give the words over a column, and what they mean."""
    return _HEADS[column]


def cell(row: DockRow, column: Column, prior: BesideCell | None = None) -> Cell:
    """Give what a cell shows of a row."""
    if isinstance(column, Finding):
        return _finding(row, column)
    if column is What.GRADE:
        return _grade(row)
    if column is What.STATE:
        return _state(row)
    if column is What.INTERVAL:
        return _interval(row)
    if column is What.EDGE:
        return Cell("" if row.to_edge is None else f"{row.to_edge:.1f}", "points to the edge of a grade", warns=True)
    return _prior(prior)


def _finding(row: DockRow, finding: Finding) -> Cell:
    typed = row.origin is Origin.TYPED
    how = _TYPED_TIP if typed else _PAINTED_TIP
    if finding is Finding.TRACTION_BRONCHIECTASIS:
        return Cell(_tick(row.traction), f"{finding.full_name}: a tick", is_typed=True, can_type=True)
    trace = next((trace for trace in row.traces if trace.finding is finding), None)
    percent = row.percents[finding]
    text = _tick(row.present[finding]) if percent is None else _percent(percent)
    if trace is not None:
        words = f"a trace of {trace.voxels} pixels: does it count, or is it a spill? Asked before signing"
        return Cell(f"{text} ?", words, is_typed=typed, warns=True, can_type=True)
    return Cell(text, f"{finding.full_name}, {how}" if text else "", is_typed=typed, can_type=True)


def _grade(row: DockRow) -> Cell:
    text = "/".join(map(str, row.grades))
    typed = row.origin is Origin.TYPED
    tip = (_TYPED_TIP if typed else _PAINTED_TIP) if text else ""
    if row.on_edge and len(row.grades) > 1:
        tip = f"the percent lies on an edge, it could mean grade {' or '.join(map(str, row.grades))}"
    if row.painted_grade is not None:
        text, tip = f"{text} ({row.painted_grade})", f"{text} is typed; the marks give {row.painted_grade}"
    return Cell(text, tip, is_typed=typed, warns=row.on_edge or row.conflict is not None, can_type=True)


def _state(row: DockRow) -> Cell:
    if row.conflict is not None:
        return Cell("conflict", row.conflict.message, warns=True, can_type=True)
    if row.state is State.ABSENT:
        return Cell("absent", "the lobe is absent", is_typed=True, can_type=True)
    if row.state is State.NOT_ASSESSABLE:
        return Cell(_short(row.reason), f"not assessable: {row.reason}", is_typed=True, warns=True, can_type=True)
    if row.state is None or row.origin is None:
        return Cell("not read", "nothing was painted or said here yet", can_type=True)
    return Cell(row.origin.value, is_typed=row.origin is Origin.TYPED, can_type=True)


def _short(reason: str) -> str:
    return f"n: {reason}" if len(reason) <= _LONGEST_REASON else "not ass."


def _prior(prior: BesideCell | None) -> Cell:
    if prior is None or prior.grade is None:
        return Cell()
    return Cell(cell_words(prior), f"the grade then, and the change since; the extent then: {percent_words(prior)}")


def _interval(row: DockRow) -> Cell:
    """Give an interval by its ends in whole percents, or, where these are the same, by half its width, rounded up."""
    low, high = row.low, row.high
    if low is None or high is None:
        return Cell()
    ends = f"{low:.0f}\N{EN DASH}{high:.0f}"
    tip = f"{low:.1f}\N{EN DASH}{high:.1f} % of the lobe, from the sampling by slices alone"
    if f"{low:.0f}" != f"{high:.0f}":
        return Cell(ends, tip)
    return Cell(f"\N{PLUS-MINUS SIGN}{math.ceil((high - low) * 5) / 10:.1f}", tip)


def _percent(percent: float) -> str:
    return f"{percent:.1f}".removesuffix(".0")


def _tick(seen: bool | None) -> str:  # noqa: FBT001 - a third value: nothing said
    return "" if seen is None else "+" if seen else "\N{EN DASH}"


# --- Typing -----------------------------------------------------------------------------------------------------------

_YES, _NO = ("+", "y", "yes", "j", "ja"), ("-", "\N{EN DASH}", "no", "n", "nein")


def enter(say: Commands, lobe: Lobe, component: Component, column: Column, text: str) -> None:
    """Do what a text means that was typed into a cell; an empty one takes back what was said there.

    Raises ReadingError where it means nothing, or cannot be said.
    """
    typed = text.strip().removesuffix("%").strip().lower()
    if column is Finding.TRACTION_BRONCHIECTASIS:
        say.tick_traction(lobe, seen=_ticked(typed))
    elif column is What.STATE:
        _enter_state(say, lobe, component, text.strip())
    elif not typed:
        say.clear(lobe, component)
    elif column is What.GRADE:
        if not typed.isdecimal():
            raise ReadingError(f"{text!r:.40} is no grade; type a whole number")
        say.type_grade(lobe, component, int(typed))
    elif isinstance(column, Finding):
        if typed in _YES or typed in _NO:
            say.type_present(lobe, column, present=typed in _YES)
        else:
            say.type_percent(lobe, component, typed, column)


def _ticked(typed: str) -> bool | None:
    if typed and typed not in _YES and typed not in _NO:
        raise ReadingError(f"{typed!r:.40}: type + where it is seen, - where it is not, nothing where nobody looked")
    return None if not typed else typed in _YES


def _enter_state(say: Commands, lobe: Lobe, component: Component, text: str) -> None:
    letter, _, reason = text.partition(" ")
    match letter.lower():
        case "":
            say.clear(lobe, component)
        case "0":
            say.nothing_found(lobe)
        case "a":
            say.set_state(lobe, component, State.ABSENT)
        case "n" if reason.strip():
            say.set_state(lobe, component, State.NOT_ASSESSABLE, reason.strip())
        case "n":
            raise ReadingError("why is it not assessable? Type n and a reason, as in: n motion")
        case "t" | "p" as keep:
            say.settle(lobe, component, keep="typed" if keep == "t" else "painted")
        case _:
            raise ReadingError(f"{text!r:.40} is no state; type 0, a, n and a reason, t or p")
