"""Change sheet: the page of a report that tells what changed since another visit, as blocks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kazerooni.model import Component
from kazerooni.report import captions as say
from kazerooni.report.blocks import Block, Cell, Column, Facts, Heading, Prose, Section, Table, named, words
from kazerooni.report.view import ChangeView, DifferenceView, MoveView

_ARROW: Final = "\N{RIGHTWARDS ARROW}"
# Beside each other: what changed of the sums.
_MOST_TOTALS: Final = 3
# How a component of a lobe moved; below the points stand the edges that it crossed.
_OF_A_MOVE: Final = ((say.GRADE, 8), (say.CHANGE, 6), (say.EXTENT_PERCENT, 10), (say.CHANGE_POINTS, 14))


def change_page(change: ChangeView) -> Section:
    """Give the page that tells what changed since one other visit."""
    return Section(heading=f"{say.CHANGE_SINCE} {change.kind}: {change.since}", blocks=tuple(_changed(change)))


def _changed(change: ChangeView) -> Iterator[Block]:
    yield Facts(facts=change.totals, columns=_MOST_TOTALS)
    yield Prose(change.verdict if change.is_interpretable else f"{change.headline}. {change.verdict}")
    if change.still:
        yield Prose(change.still)
    if change.hidden:
        yield Heading(say.HIDDEN)
        yield Prose(say.HIDDEN_INTRO, "soft")
        yield from map(Prose, change.hidden)
    if change.differences:
        yield Heading(say.DIFFERS)
        yield differing(say.DIFFERS_CAPTION, change.differences)
    yield Heading(say.BY_LOBE)
    yield Table(
        caption=f"{say.BY_LOBE_CAPTION}{'' if change.is_interpretable else f' {say.NOT_BETWEEN_READERS}'}",
        columns=(
            Column(heading=say.LOBE, width=12, is_text=True),
            *(Column(heading=h, group=one.capitalize(), width=w) for one in Component for h, w in _OF_A_MOVE),
        ),
        rows=tuple(
            (named(row.code, row.name), *(cell for move in row.moves for cell in _moved(move))) for row in change.lobes
        ),
    )


def _moved(move: MoveView) -> Iterator[Cell]:
    yield Cell(parts=(move.grade_before, _ARROW, move.grade_now))
    yield words(move.grade_change)
    yield words(f"{move.percent_before} {_ARROW} {move.percent_now}")
    yield Cell(parts=(move.percent_change,), below=(move.edge,) if move.edge else ())


def differing(caption: str, rows: tuple[DifferenceView, ...]) -> Table:
    """Give the table of what two visits have otherwise, then and now; what stands out is shaded."""
    return Table(
        caption=caption,
        columns=tuple(Column(heading=one, width=1, is_text=True) for one in (say.WHAT, say.THEN, say.NOW)),
        rows=tuple((words(one.label), words(one.before), words(one.now)) for one in rows),
        marked=tuple(number for number, one in enumerate(rows) if one.stands_out),
    )
