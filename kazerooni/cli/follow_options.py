"""Follow options: what the commands that follow a patient over time share."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_args

import typer

if TYPE_CHECKING:
    from kazerooni.model import Pooling

WINDOW_DAYS = 90  # that of kazerooni.scoring, which `--help` does not wait for

Baseline = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Count changes from this visit, not the first."),
]
Readers = Annotated[
    str,
    typer.Option(metavar="RULE", help="Several readers of a visit: each, mean, median or consensus."),
]
Consensus = Annotated[str | None, typer.Option(metavar="READER", help="The reader who stands for the consensus.")]
Use = Annotated[
    list[str] | None,
    typer.Option(metavar="ID", help="The reading to use where one reader has several of one date."),
]
CourseFiles = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE", readable=False, help="Lung function, treatments and events: tables, a folder or a book."
    ),
]
Window = Annotated[
    int, typer.Option(metavar="DAYS", min=0, help="How far from a visit, either side, lung function may lie.")
]
ReadersError = Annotated[
    bool,
    typer.Option(
        "--readers-error", help="Mark changes within the readers' own error, from scans of the book read twice."
    ),
]


def read_rule(readers: str, consensus: str | None) -> Pooling:
    """Read the rule for several readers; raises typer.BadParameter."""
    from kazerooni.model import Pooling

    rule = next((rule for rule in get_args(Pooling) if rule == readers), None)
    if rule is None:
        raise typer.BadParameter(f"{readers} is none of {', '.join(get_args(Pooling))}", param_hint="--readers")
    if (rule == "consensus") != (consensus is not None):
        raise typer.BadParameter("--readers consensus and --consensus READER go together", param_hint="--readers")
    return rule  # type: ignore[no-any-return]


def day_of(moment: datetime | None) -> date | None:
    """Give the day of a moment."""
    return None if moment is None else moment.date()
