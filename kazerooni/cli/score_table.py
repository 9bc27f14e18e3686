"""Score table: how `kazerooni score` shows a score to a person."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from kazerooni.cli.notices import notice_lines
from kazerooni.cli.terminal import plain_table, show
from kazerooni.model import Component, ComponentScore, Finding, LobeScore, Reading, Score, State
from kazerooni.report import in_full, percent
from kazerooni.scoring import Scheme, find_scheme

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

    from kazerooni.dicom import Series
    from kazerooni.model import Case

_NOTHING = "-"
# Flags that tell nothing of a lobe that is not true of all.
_OF_THE_SCAN = {"not-hrct", "thick-slices"}
# Percents this close to an edge (in points) are shown in full: rounded, they would seem to lie on it.
_NEAR_AN_EDGE = 0.1
DISCLAIMER = "For research and decision support; not a medical device."


def series_line(series: Series, rivals: Sequence[Series]) -> str:
    """Say which series was taken, and of how many that are fit to score in its study."""
    part = f":{series.part}" if series.parts > 1 else ""
    line = f"Series {series.series_uid}{part}: {series.slices} slices, {series.acquisition}, {series.sampling}."
    if len(rivals) > 1:
        line += f" Rank {series.rank} of {len(rivals)} fit to score in its study: {', '.join(series.reasons[1:])}."
    return line


def show_cases(cases: Sequence[Case]) -> None:
    """Print, for each case, the grades and percents of every lobe, the totals and the notices."""
    parts: list[RenderableType] = []
    for case in cases:
        score = case.score
        if len(cases) > 1:
            parts.extend((Text(_heading(case.reading), style="bold"), Text()))
        parts.extend((_table(score), *_remarks(score), Text(), *_totals(score), *_intervals(score), Text()))
        if case.notices:
            parts.extend((*notice_lines(case.notices), Text()))
    show(*parts, Text(DISCLAIMER))


def _heading(reading: Reading) -> str:
    scan = reading.scan
    said = {"patient": scan.patient, "study of": scan.study_date, "series": scan.series_uid, "reader": reading.reader}
    words = (f"{name} {value}" for name, value in said.items() if value is not None)
    return f"Reading {reading.id}: {', '.join(words)}"


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
    alveolar, interstitial = scheme.alveolar.inner_edges, scheme.interstitial.inner_edges
    return (
        lobe.lobe.name,
        _extent(lobe, Finding.GROUND_GLASS, alveolar),
        _extent(lobe, Finding.CONSOLIDATION, alveolar),
        _grade(lobe.alveolar),
        _extent(lobe, Finding.SEPTAL, interstitial),
        _extent(lobe, Finding.RETICULATION, interstitial),
        _extent(lobe, Finding.HONEYCOMBING, interstitial),
        _grade(lobe.interstitial),
    )


def _extent(lobe: LobeScore, finding: Finding, edges: Collection[int]) -> str:
    value = dict(lobe.findings)[finding]
    if value is None and dict(lobe.present)[finding]:
        return "present"
    return percent(value, edges)


def _grade(component: ComponentScore) -> str:
    if component.state in (None, State.ASSESSED):
        return _NOTHING if component.grade is None else str(component.grade)
    return component.state.value.replace("_", " ")


def _remarks(score: Score) -> Iterator[Text]:
    """Give a line for each lobe of which there is more to say; what holds for all of them is told by a notice."""
    scheme = find_scheme(score.scheme, score.scheme_version)
    common = set.intersection(*(set(lobe.flags) for lobe in score.lobes)) | _OF_THE_SCAN
    for lobe in score.lobes:
        said = [*_said_of(lobe, scheme), *(flag for flag in lobe.flags if flag not in common)]
        if said:
            yield Text(f"{lobe.lobe.name}   {', '.join(said)}")


def _said_of(lobe: LobeScore, scheme: Scheme) -> Iterator[str]:
    if lobe.findings.traction_bronchiectasis:
        yield "traction bronchiectasis"
    for component in Component:
        graded = lobe.component(component)
        if graded.trace:
            yield f"{component} trace"
        if graded.percent is not None and graded.to_edge and graded.to_edge < _NEAR_AN_EDGE:
            exact = in_full(graded.percent, scheme.criterion(component).inner_edges)
            yield f"{component} {exact} %, {graded.to_edge:.2g} from an edge"
        if graded.on_edge:
            yield f"{component} on an edge"


def _totals(score: Score) -> Iterator[Text]:
    scheme, totals = find_scheme(score.scheme, score.scheme_version), score.totals
    sums = (
        f"alveolar {_of(totals.alveolar, scheme.highest(Component.ALVEOLAR))}",
        f"interstitial {_of(totals.interstitial, scheme.highest(Component.INTERSTITIAL))}",
        f"total {_of(totals.total, totals.maximum)}",
    )
    alone = [
        c for c, amount in zip(Component, (totals.alveolar, totals.interstitial), strict=True) if amount is not None
    ]
    of_one = f" ({alone[0]} alone)" if len(alone) == 1 and totals.total is not None else ""
    stands_on = f"{of_one}, on {totals.lobes} of {len(score.lobes)} lobes" if score.is_partial else ""
    yield Text(f"{', '.join(sums)}{stands_on} ({score.scheme} {score.scheme_version})", style="bold")
    if totals.low is not None and totals.high is not None:
        yield Text(
            f"Total from {totals.low:g} to {totals.high:g} by the owner of the edges that typed percents lie on."
        )


def _intervals(score: Score) -> Iterator[Text]:
    """Give one line with the intervals of all lobes."""
    parts = []
    for component in Component:
        graded = ((lobe.lobe.name, lobe.component(component)) for lobe in score.lobes)
        known = [f"{name} {c.low:.1f}-{c.high:.1f}" for name, c in graded if c.low is not None and c.high is not None]
        if known:
            parts.append(f"{component} {', '.join(known)} %")
    if parts:
        yield Text(f"95 % intervals, by sampling alone and not reader error: {'; '.join(parts)}")


def _of(amount: float | None, maximum: float) -> str:
    return f"refused (of {maximum:g})" if amount is None else f"{amount:g} of {maximum:g}"
