"""Score table: how `kazerooni score` shows a score to a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.text import Text

from kazerooni.cli.notices import notice_lines
from kazerooni.cli.terminal import plain_table, show
from kazerooni.model import ComponentScore, LobeScore, Score, State

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from kazerooni.dicom import Series
    from kazerooni.workflow import Case

_NOTHING = "-"
_DISCLAIMER = "For research and decision support; not a medical device."
# Above this percent of reticulation in a lobe the fibrosis variant is told beside the score.
_FIBROTIC_PERCENT = 5


def series_line(series: Series) -> str:
    """Say which series was taken."""
    part = f":{series.part}" if series.parts > 1 else ""
    return f"Series {series.series_uid}{part}: {series.slices} slices, {series.acquisition}, {series.sampling}."


def show_case(case: Case) -> None:
    """Print the grades and percents of every lobe, the totals, the notices of the scan and what a score is not."""
    score = case.score
    parts: list[RenderableType] = [_table(score), Text(), *_totals(score)]
    notices = tuple(dict.fromkeys((*case.volume.notices, *score.notices)))
    if notices:
        parts.extend((Text(), *notice_lines(notices)))
    show(*parts, Text(), Text(_DISCLAIMER))


def _table(score: Score) -> Table:
    table = plain_table()
    table.add_column("Lobe")
    for heading in (
        "Ground\nglass %",
        "Consoli-\ndation %",
        "Alveolar\ngrade",
        "Septal\n%",
        "Reticu-\nlation %",
        "Honey-\ncombing %",
        "Interst.\ngrade",
    ):
        table.add_column(heading, justify="right")
    table.add_column("Remarks", ratio=1)
    for lobe in score.lobes:
        table.add_row(*_row(lobe))
    return table


def _row(lobe: LobeScore) -> tuple[str, ...]:
    found = lobe.findings
    return (
        lobe.lobe.name,
        percent(found.ground_glass),
        percent(found.consolidation),
        _grade(lobe.alveolar),
        percent(found.septal),
        percent(found.reticulation),
        percent(found.honeycombing),
        _grade(lobe.interstitial),
        ", ".join(_remarks(lobe)),
    )


def percent(value: float | None) -> str:
    """Write a percent with one decimal, so that rounding never carries it onto an edge of a scheme.

    >>> [percent(p) for p in (None, 0, 0.01, 24.97, 25, 25.02, 33.3333)]
    ['-', '0', '<0.1', '<25.0', '25.0', '>25.0', '33.3']
    """
    if value is None:
        return _NOTHING
    rounded = round(value, 1)
    if value == 0:
        return "0"
    if rounded == 0:
        return "<0.1"
    beside = "" if rounded % 5 or rounded == value else "<" if value < rounded else ">"
    return f"{beside}{rounded:.1f}"


def _grade(component: ComponentScore) -> str:
    if component.state in (None, State.ASSESSED):
        return _NOTHING if component.grade is None else str(component.grade)
    return component.state.value.replace("_", " ")


def _remarks(lobe: LobeScore) -> Iterator[str]:
    if lobe.findings.traction_bronchiectasis:
        yield "traction bronchiectasis"
    for name, component in (("alveolar", lobe.alveolar), ("interstitial", lobe.interstitial)):
        if component.trace:
            yield f"{name} trace"
        if component.on_edge:
            yield f"{name} on an edge"
        if component.low is not None and component.high is not None:
            yield f"{name} {percent(component.low)} to {percent(component.high)} % by sampling"
    yield from (flag.replace("-", " ") for flag in lobe.flags)


def _totals(score: Score) -> Iterator[Text]:
    totals = score.totals
    half = totals.maximum / 2
    alveolar = f"alveolar {_of(totals.alveolar, half)}"
    interstitial = f"interstitial {_of(totals.interstitial, half)}"
    total = f"total {_of(totals.total, totals.maximum)}"
    yield Text(f"{alveolar}, {interstitial}, {total} ({score.scheme} {score.scheme_version})", style="bold")
    yield from (Text(line) for line in _beside(score))


def _beside(score: Score) -> Iterator[str]:
    """Say what else the reader of the total must know (score.md, "Schemes are data")."""
    totals = score.totals
    if totals.low is not None and totals.high is not None:
        yield f"Total from {totals.low:g} to {totals.high:g} by the intervals of the lobes."
    if totals.without_traces is not None and totals.without_traces != totals.total:
        yield f"Total without traces: {totals.without_traces:g}."
    if totals.without_consolidation is not None and any(lobe.findings.consolidation for lobe in score.lobes):
        yield f"Alveolar sum without consolidation: {totals.without_consolidation:g}."
    reticulation = max((lobe.findings.reticulation or 0 for lobe in score.lobes), default=0)
    if totals.fibrosis_variant is not None and reticulation > _FIBROTIC_PERCENT:
        yield f"Interstitial sum with reticulation graded by extent (kazerooni-fibrosis): {totals.fibrosis_variant:g}."
    if totals.total is None:
        lacking = ", ".join(f"{component} {lobe.name}" for lobe, component in score.missing())
        yield f"A sum is refused while a grade is missing: {lacking}."


def _of(amount: float | None, maximum: float) -> str:
    return f"refused (of {maximum:g})" if amount is None else f"{amount:g} of {maximum:g}"
