"""Score table: how `kazerooni score` shows a score to a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from kazerooni.cli.notices import notice_lines
from kazerooni.cli.terminal import plain_table, show
from kazerooni.model import Component, ComponentScore, LobeScore, Score, State
from kazerooni.scoring import Scheme, find_scheme

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from kazerooni.dicom import Series
    from kazerooni.workflow import Case

_NOTHING = "-"
# Percents this close to an edge (in points) are shown in full: rounded, they would seem to lie on it.
_NEAR_AN_EDGE = 0.1
_DISCLAIMER = "For research and decision support; not a medical device."


def series_line(series: Series, rivals: Sequence[Series]) -> str:
    """Say which series was taken, and of how many that are fit to score in its study."""
    part = f":{series.part}" if series.parts > 1 else ""
    line = f"Series {series.series_uid}{part}: {series.slices} slices, {series.acquisition}, {series.sampling}."
    if len(rivals) > 1:
        line += f" Rank {series.rank} of {len(rivals)} fit to score in its study: {', '.join(series.reasons[1:])}."
    return line


def show_case(case: Case) -> None:
    """Print the grades and percents of every lobe, the totals, the notices of the scan and what a score is not."""
    score = case.score
    parts: list[RenderableType] = [_table(score), *_remarks(score), Text(), *_totals(score)]
    if case.notices:
        parts.extend((Text(), *notice_lines(case.notices)))
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
    scheme = find_scheme(score.scheme, score.scheme_version)
    for lobe in score.lobes:
        table.add_row(*_row(lobe, scheme))
    return table


def _row(lobe: LobeScore, scheme: Scheme) -> tuple[str, ...]:
    found, alveolar, interstitial = lobe.findings, scheme.alveolar.inner_edges, scheme.interstitial.inner_edges
    return (
        lobe.lobe.name,
        percent(found.ground_glass, alveolar),
        percent(found.consolidation, alveolar),
        _grade(lobe.alveolar),
        percent(found.septal, interstitial),
        percent(found.reticulation, interstitial),
        percent(found.honeycombing, interstitial),
        _grade(lobe.interstitial),
    )


def percent(value: float | None, edges: Collection[int]) -> str:
    """Write a percent with one decimal, so that rounding never carries it onto an edge of a scheme.

    >>> [percent(p, edges=(25, 50)) for p in (None, 0, 0.01, 24.97, 25, 25.02, 29.99)]
    ['-', '0', '<0.1', '<25.0', '25.0', '>25.0', '30.0']
    """
    if value is None:
        return _NOTHING
    rounded = round(value, 1)
    if value == 0:
        return "0"
    if rounded == 0:
        return "<0.1"
    moved = rounded in edges and rounded != value
    return f"{('<' if value < rounded else '>') if moved else ''}{rounded:.1f}"


def _grade(component: ComponentScore) -> str:
    if component.state in (None, State.ASSESSED):
        return _NOTHING if component.grade is None else str(component.grade)
    return component.state.value.replace("_", " ")


def _remarks(score: Score) -> Iterator[Text]:
    """Give a line for each lobe of which there is more to say; what holds for all of them is told by a notice."""
    common = set.intersection(*(set(lobe.flags) for lobe in score.lobes))
    for lobe in score.lobes:
        said = [*_said_of(lobe), *(flag for flag in lobe.flags if flag not in common)]
        if said:
            yield Text(f"{lobe.lobe.name}   {', '.join(said)}")


def _said_of(lobe: LobeScore) -> Iterator[str]:
    if lobe.findings.traction_bronchiectasis:
        yield "traction bronchiectasis"
    for component in Component:
        graded = lobe.component(component)
        if graded.trace:
            yield f"{component} trace"
        if graded.percent is not None and graded.to_edge and graded.to_edge < _NEAR_AN_EDGE:
            yield f"{component} {graded.percent:.3f} %, {graded.to_edge:.3f} from an edge"
        if graded.on_edge:
            yield f"{component} on an edge"
        if graded.low is not None and graded.high is not None:
            yield f"{component} {graded.low:.1f} to {graded.high:.1f} % by sampling"


def _totals(score: Score) -> Iterator[Text]:
    scheme, totals = find_scheme(score.scheme, score.scheme_version), score.totals
    regions = len(scheme.regions)
    sums = (
        f"alveolar {_of(totals.alveolar, regions * scheme.alveolar.highest_grade)}",
        f"interstitial {_of(totals.interstitial, regions * scheme.interstitial.highest_grade)}",
        f"total {_of(totals.total, totals.maximum)}",
    )
    yield Text(f"{', '.join(sums)} ({score.scheme} {score.scheme_version})", style="bold")
    if totals.low is not None and totals.high is not None:
        yield Text(f"Total from {totals.low:g} to {totals.high:g} by the intervals of the lobes.")


def _of(amount: float | None, maximum: float) -> str:
    return f"refused (of {maximum:g})" if amount is None else f"{amount:g} of {maximum:g}"
