"""`kazerooni schemes`: the scoring schemes, their edges and citations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.terminal import plain_table, print_json, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import RenderableType

    from kazerooni.scoring import Criterion, Scheme


def schemes(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="Show this scheme with its edges.")] = None,
    *,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Show the scoring schemes, or the edges of one.

    A total means nothing without its scheme: never compare totals of different schemes. Published schemes are kept by
    name and version for ever.

    \b
    Examples:
      kazerooni schemes
      kazerooni schemes kazerooni-mean
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.scoring import SCHEMES, find_scheme, schemes_json

        chosen = tuple(SCHEMES.values()) if name is None else (find_scheme(name),)
        if as_json:
            print_json(schemes_json(chosen))
        elif name is None:
            show(_overview(chosen))
        else:
            show(*_one(chosen[0]))


def _overview(chosen: tuple[Scheme, ...]) -> RenderableType:
    table = plain_table()
    for heading in (
        "Scheme",
        "Version",
        "Lobes",
        "Combined",
        "Total",
        "Alveolar by extent of",
        "Interstitial by extent of",
    ):
        table.add_column(heading)
    for scheme in chosen:
        table.add_row(
            scheme.name,
            str(scheme.version),
            str(len(scheme.regions)),
            scheme.combine,
            f"0-{scheme.maximum}",
            _measured(scheme.alveolar),
            _measured(scheme.interstitial),
        )
    return table


def _one(scheme: Scheme) -> Iterator[RenderableType]:
    from rich.text import Text

    yield Text(f"{scheme.name} {scheme.version}", style="bold")
    yield Text(scheme.citation)
    yield Text()
    yield Text(f"Lobes: {', '.join(_region(scheme))}.")
    yield Text(f"Grades of the lobes combined by their {scheme.combine}; total 0 to {scheme.maximum}.")
    for criterion in (scheme.alveolar, scheme.interstitial):
        yield Text()
        table = plain_table()
        table.add_column("Grade", justify="right")
        table.add_column(f"{criterion.component}: {_measured(criterion)}, share of the lobe")
        for grade, words in criterion.rows():
            table.add_row(str(grade), words)
        yield table


def _region(scheme: Scheme) -> Iterator[str]:
    for region in scheme.regions:
        others = [lobe.name for lobe in region.holds if lobe is not region.lobe]
        yield region.lobe.name + (f" with {', '.join(others)}" if others else "")


def _measured(criterion: Criterion) -> str:
    return " or ".join(finding.full_name for finding in criterion.measured)
