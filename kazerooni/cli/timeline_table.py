"""Timeline table: how `kazerooni timeline` shows the visits of a patient to a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from kazerooni.cli.beside_table import beside_parts
from kazerooni.cli.score_table import DISCLAIMER
from kazerooni.cli.terminal import plain_table, show
from kazerooni.model import Case, Change, Component, Difference, LobeValue, Timeline, TimePoint
from kazerooni.report import DIFFERENCES, percent
from kazerooni.scoring import find_scheme

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_NOTHING = "-"
_DOUBT = "*"
_WITHIN_ERROR = "~"
_NOT_INTERPRETABLE = f"; {_DOUBT} different readers: the change cannot be interpreted"


def show_timeline(line: Timeline, *, more: Iterable[RenderableType] = ()) -> None:
    """Print the totals by visit, the percents and grades of every lobe, what lies beside, and what is not comparable.

    more: printed before the last line.
    """
    named = "" if line.patient is None else f"Patient {line.patient}, "
    count = f"{len(line.points)} visit{'s' if len(line.points) > 1 else ''}"
    head = f"{named}{count}, scheme {line.scheme} {line.scheme_version}, total 0 to {line.maximum:g}"
    parts: list[RenderableType] = [Text(head, style="bold"), Text(), totals_table(line)]
    parts.extend(map(Text, _legend(line)))
    for component in Component:
        parts.extend((Text(), Text(f"{component.capitalize()}: percent and grade"), _lobes_table(line, component)))
    parts.extend(beside_parts(line))
    told = list(_not_comparable(line))
    if told:
        parts.extend((Text(), *told))
    show(*parts, *more, Text(), Text(DISCLAIMER))


def totals_table(line: Timeline) -> Table:
    """Give the sums of every visit and how the total changed: a row a reader, and one of the pooled value."""
    table = plain_table()
    table.add_column("Visit")
    table.add_column("Reader")
    for heading in ("Alveolar", "Interst.", "Total", "Since visit\nbefore", "Since\nbaseline", "Since\nbest"):
        table.add_column(heading, justify="right")
    for point in line.points:
        changes = (point.since_previous, point.since_baseline, point.since_best)
        if len(point.readings) == 1:
            table.add_row(str(point.on), *_sums(point.readings[0]), *map(_total_change, changes))
            continue
        for i, case in enumerate(point.readings):
            reader = case.reading.reader
            table.add_row(str(point.on) if not i else "", *_sums(case), *(_of_reader(c, reader) for c in changes))
        if point.sums is not None:
            pooled = (_number(point.sums.alveolar), _number(point.sums.interstitial), _number(point.sums.total))
            table.add_row("", line.pooling, *pooled, *map(_total_change, changes))
    return table


def _sums(case: Case) -> tuple[str, ...]:
    totals = case.score.totals
    return (
        case.reading.reader or _NOTHING,
        _number(totals.alveolar),
        _number(totals.interstitial),
        _number(totals.total) + _on_lobes(case),
    )


def _legend(line: Timeline) -> Iterator[str]:
    """Say the rules that the changes were counted by, where there is more than one visit or reader."""
    if len(line.points) > 1:
        yield "Best: the lowest total of the visits before, by the same readers on the same lobes."
    if any(len(point.readings) > 1 for point in line.points):
        words = {
            "each": "each for themselves; there is no pooled number (--readers mean, median or consensus)",
            "mean": "the mean of their sums, grades and percents",
            "median": "the median of each sum, grade and percent; medians need not add up",
            "consensus": f"{line.consensus} stands for all",
        }
        yield f"Several readers: {words[line.pooling]}."
    repeats = [case.reading.id for point in line.points for case in point.repeats]
    if repeats:
        yield f"Repeats by one reader, kept and not counted: {', '.join(repeats)}."
    error = line.readers_error
    if error is not None and error.total.smallest is not None:
        yield (
            f"{_WITHIN_ERROR} within the readers' own error: smallest detectable change of the total "
            f"{error.total.smallest:.3g} ({error.kind} readers, {error.total.repeats} repeats)."
        )


def _lobes_table(line: Timeline, component: Component) -> Table:
    scheme = find_scheme(line.scheme, line.scheme_version)
    edges = scheme.criterion(component).inner_edges
    several = any(len(point.readings) > 1 for point in line.points)
    table = plain_table()
    table.add_column("Visit")
    if several:
        table.add_column("Reader")
    for region in scheme.regions:
        table.add_column(region.lobe.name, justify="right")

    def add(first: str, reader: str, values: Iterable[tuple[float | None, float | None]]) -> None:
        cells = (f"{percent(extent, edges)} ({_number(grade)})" for extent, grade in values)
        table.add_row(first, *((reader,) if several else ()), *cells)

    for point in line.points:
        for i, case in enumerate(point.readings):
            graded = (lobe.component(component) for lobe in case.score.lobes)
            values = ((one.percent, one.grade) for one in graded)
            add(str(point.on) if not i else "", case.reading.reader or _NOTHING, values)
        if len(point.readings) > 1 and point.sums is not None:
            add("", line.pooling, ((one.percent, one.grade) for one in _values(point.sums.lobes, component)))
    return table


def _values(lobes: Iterable[LobeValue], component: Component) -> list[LobeValue]:
    return [one for one in lobes if one.component is component]


def _not_comparable(line: Timeline) -> Iterator[Text]:
    """Say what the visits differ in, each against the one before, the baseline and the best."""
    for point in line.points:
        known = (point.since_previous, point.since_baseline, point.since_best)
        changes = {change.since: change for change in known if change is not None}
        for change in changes.values():
            if change.differences:
                what = ", ".join(map(words, change.differences))
                doubt = "" if change.is_interpretable else _NOT_INTERPRETABLE
                yield Text(f"{change.since} to {_day(point)}: not the same are {what}{doubt}")


def words(difference: Difference) -> str:
    """Say a difference with both its sides."""
    name = DIFFERENCES[difference.what].lower()
    return f"{name} ({difference.earlier or 'not said'}, then {difference.later or 'not said'})"


def _day(point: TimePoint) -> str:
    return point.on.isoformat()


def _on_lobes(case: Case) -> str:
    """Say on how many lobes a partial total stands."""
    lobes, graded = len(case.score.lobes), case.score.totals.lobes
    return f" ({graded} of {lobes} lobes)" if case.score.is_partial and graded < lobes else ""


def _of_reader(change: Change | None, reader: str | None) -> str:
    """Give the change of one of several readers, who read both visits."""
    own = None if change is None else next((one for one in change.readers if one.reader == reader), None)
    return _NOTHING if own is None else "refused" if own.total is None else f"{own.total:+g}"


def _total_change(change: Change | None) -> str:
    if change is None:
        return _NOTHING
    if not change.is_interpretable:
        return _DOUBT
    if change.total is None:
        return _NOTHING if change.readers else "refused"
    return f"{change.total:+g}{_WITHIN_ERROR if change.is_beyond_error is False else ''}"


def _number(amount: float | None) -> str:
    return _NOTHING if amount is None else f"{round(amount, 2):g}"
