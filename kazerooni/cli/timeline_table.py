"""Timeline table: how `kazerooni timeline` shows the visits of a patient to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from kazerooni.cli.score_table import DISCLAIMER
from kazerooni.cli.terminal import plain_table, show
from kazerooni.model import Change, Component, Difference, Timeline, TimePoint
from kazerooni.report import DIFFERENCES, percent
from kazerooni.scoring import find_scheme

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_NOTHING = "-"
_DOUBT = "*"
_NOT_INTERPRETABLE = f"; {_DOUBT} different readers: the change cannot be interpreted"


def show_timeline(line: Timeline) -> None:
    """Print the totals by visit, the percents and grades of every lobe, and what is not comparable."""
    named = "" if line.patient is None else f"Patient {line.patient}, "
    count = f"{len(line.points)} visit{'s' if len(line.points) > 1 else ''}"
    head = f"{named}{count}, scheme {line.scheme} {line.scheme_version}, total 0 to {line.maximum:g}"
    parts: list[RenderableType] = [Text(head, style="bold"), Text(), totals_table(line)]
    for component in Component:
        parts.extend((Text(), Text(f"{component.capitalize()}: percent and grade"), _lobes_table(line, component)))
    told = list(_not_comparable(line))
    if told:
        parts.extend((Text(), *told))
    show(*parts, Text(), Text(DISCLAIMER))


def totals_table(line: Timeline) -> Table:
    """Give the sums of every visit and how the total changed."""
    table = plain_table()
    table.add_column("Visit")
    table.add_column("Reader")
    for heading in ("Alveolar", "Interst.", "Total", "Since visit\nbefore", "Since\nbaseline"):
        table.add_column(heading, justify="right")
    for point in line.points:
        totals = point.score.totals
        table.add_row(
            str(point.on),
            point.reading.reader or _NOTHING,
            _number(totals.alveolar),
            _number(totals.interstitial),
            _number(totals.total) + _on_lobes(point),
            _total_change(point.since_previous),
            _total_change(point.since_baseline),
        )
    return table


def _lobes_table(line: Timeline, component: Component) -> Table:
    scheme = find_scheme(line.scheme, line.scheme_version)
    edges = scheme.criterion(component).inner_edges
    table = plain_table()
    table.add_column("Visit")
    for region in scheme.regions:
        table.add_column(region.lobe.name, justify="right")
    for point in line.points:
        graded = (lobe.component(component) for lobe in point.score.lobes)
        cells = (f"{percent(g.percent, edges)} ({_number(g.grade)})" for g in graded)
        table.add_row(str(point.on), *cells)
    return table


def _not_comparable(line: Timeline) -> Iterator[Text]:
    """Say what the visits differ in, each against the one before and the baseline."""
    for point in line.points:
        changes = {
            change.since: change for change in (point.since_previous, point.since_baseline) if change is not None
        }
        for change in changes.values():
            if change.differences:
                what = ", ".join(map(_words, change.differences))
                doubt = (
                    "" if change.is_interpretable else f"; {_DOUBT} different readers: the change cannot be interpreted"
                )
                yield Text(f"{change.since} to {_day(point)}: not the same are {what}{doubt}")


def _words(difference: Difference) -> str:
    name = DIFFERENCES[difference.what].lower()
    return f"{name} ({difference.earlier or 'not said'}, then {difference.later or 'not said'})"


def _day(point: TimePoint) -> str:
    return point.on.isoformat()


def _on_lobes(point: TimePoint) -> str:
    """Say on how many lobes a partial total stands."""
    lobes, graded = len(point.score.lobes), point.score.totals.lobes
    return f" ({graded} of {lobes} lobes)" if point.score.is_partial and graded < lobes else ""


def _total_change(change: Change | None) -> str:
    if change is None:
        return _NOTHING
    if change.total is None:
        return "refused"
    return f"{change.total:+g}" if change.is_interpretable else _DOUBT


def _number(amount: float | None) -> str:
    return _NOTHING if amount is None else f"{amount:g}"
