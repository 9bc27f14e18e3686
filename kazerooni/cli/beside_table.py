"""Beside table: how `kazerooni timeline` shows lung function, doses and events beside the visits."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from kazerooni.cli.terminal import plain_table
from kazerooni.model import Beside, Dose, Event, NearTest, Timeline
from kazerooni.report import DIFFERENCES

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

_NOTHING = "-"


def beside_parts(line: Timeline) -> Iterator[RenderableType]:
    """Give what lies beside the visits; nothing where no course is known."""
    if line.course is None:
        return
    yield Text()
    yield Text(f"Lung function within {line.window_days} days of the visit, doses of the day")
    yield _table(line)
    for point in line.points:
        change = point.since_previous
        for one in () if change is None or change.lung is None else change.lung.differences:
            name = DIFFERENCES[one.what].lower()
            then = f"{one.earlier or 'not said'}, then {one.later or 'not said'}"
            yield Text(f"Tests of {change.since if change else ''} and {point.on}: not the same are {name} ({then})")
    yield from map(Text, _events(line))


def _table(line: Timeline) -> Table:
    table = plain_table()
    for heading in ("Visit", "FVC", "DLCO", "Equations", "Dose, mg/day"):
        table.add_column(heading)
    for point in line.points:
        if point.beside is not None:
            table.add_row(str(point.on), *_cells(point.beside))
    return table


def _cells(beside: Beside) -> tuple[str, ...]:
    tests = [near.test for near in (beside.fvc, beside.dlco) if near is not None]
    equations = dict.fromkeys(test.reference or "not said" for test in tests)
    return (
        _fvc(beside.fvc),
        _dlco(beside.dlco),
        "\n".join(equations) or _NOTHING,
        "\n".join(map(_dose, beside.doses)) or _NOTHING,
    )


def _fvc(near: NearTest | None) -> str:
    if near is None:
        return _NOTHING
    return "\n".join((_amounts(near.test.fvc_percent, near.test.fvc_l, " L"), _when(near)))


def _dlco(near: NearTest | None) -> str:
    if near is None:
        return _NOTHING
    test = near.test
    unit = [] if test.dlco is None or test.dlco_unit is None else [test.dlco_unit]
    corrected = ["Hb-corrected"] if test.is_hb_corrected else []
    return "\n".join((_amounts(test.dlco_percent, test.dlco, ""), *unit, _when(near), *corrected))


def _amounts(percent: float | None, amount: float | None, unit: str) -> str:
    said = [] if percent is None else [f"{percent:.4g} %"]
    return ", ".join(said if amount is None else [*said, f"{amount:.4g}{unit}"])


def _when(near: NearTest) -> str:
    return "that day" if not near.days else f"{near.test.on} {near.days:+d} d"


def _dose(dose: Dose) -> str:
    return f"{dose.drug} {'not known' if dose.mg_per_day is None else f'{dose.mg_per_day:g}'}"


def _events(line: Timeline) -> Iterator[str]:
    """Give the events up to each visit, and those after the last."""
    course = line.course
    if course is None or not course.events:
        return
    last = line.points[-1].on
    for point in line.points:
        if point.beside is not None and point.beside.events:
            yield f"Events up to {point.on}: {'; '.join(map(_event, point.beside.events))}"
    after = sorted((event for event in course.events if event.on > last), key=lambda event: (event.on, event.kind))
    if after:
        yield f"Events after {last}: {'; '.join(map(_event, after))}"


def _event(event: Event) -> str:
    litres = "" if event.oxygen_l_per_min is None else f" {event.oxygen_l_per_min:g} L/min"
    remarks = f" ({event.remarks})" if event.remarks else ""
    return f"{event.on} {event.kind.value.replace('_', ' ')}{litres}{remarks}"
