"""`kazerooni timeline`: the scores of one patient over time."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Force, Json, Log, Verbose
from kazerooni.cli.terminal import print_json
from kazerooni.errors import ReadingError

if TYPE_CHECKING:
    from kazerooni.model import Timeline


def timeline(
    readings: Annotated[
        list[Path], typer.Argument(metavar="READING...", readable=False, help="Kept readings of one patient.")
    ],
    *,
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    baseline: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Count changes from this visit, not the first."),
    ] = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Sum the lobes that are graded, and say how many they are.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the scores over time: .svg, .png or .pdf.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Follow the scores of one patient over time.

    Totals and grades by visit, what changed since the visit before and since the baseline, and what makes two visits
    not comparable: technique, lung volume, reader. A grade can stand still while the percent falls, so both are shown.

    \b
    Example:
      kazerooni timeline 1999.json 2000.json 2009.json
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.cli.timeline_table import show_timeline
        from kazerooni.workflow import follow, timeline_document

        line = follow(readings, scheme=scheme, partial=partial, baseline=_day(baseline))
        if plot is not None:
            _draw(line, plot, force=force)
        if as_json:
            print_json(timeline_document(line))
        else:
            show_timeline(line)


def _draw(line: Timeline, plot: Path, *, force: bool) -> None:
    from kazerooni.files import write_whole
    from kazerooni.report import Picture, timeline_plot

    kind = next((kind for kind in get_args(Picture) if plot.suffix.lower() == f".{kind}"), None)
    if kind is None:
        ends = ", ".join(f".{kind}" for kind in get_args(Picture))
        raise typer.BadParameter(f"{plot.name} ends with none of {ends}", param_hint="--plot")
    totals = [point.score.totals for point in line.points]
    if all(amount is None for sums in totals for amount in (sums.alveolar, sums.interstitial)):
        raise ReadingError("no visit has a sum to draw: grades are missing; --partial sums those that there are")
    write_whole(plot, timeline_plot(line, kind=kind), force=force)


def _day(moment: datetime | None) -> date | None:
    return None if moment is None else moment.date()
