"""App: the commands by name, and what `kazerooni` itself answers."""

from __future__ import annotations

import logging
import sys
import warnings
from io import TextIOWrapper
from typing import Annotated

import typer

from kazerooni.cli.agree import agree
from kazerooni.cli.cohort import cohort
from kazerooni.cli.demo import demo
from kazerooni.cli.inspect import inspect
from kazerooni.cli.open import open_room
from kazerooni.cli.pacs import pacs
from kazerooni.cli.report import report
from kazerooni.cli.rescore import rescore
from kazerooni.cli.schemes import schemes
from kazerooni.cli.score import score
from kazerooni.cli.segment import segment
from kazerooni.cli.store import store
from kazerooni.cli.timeline import timeline
from kazerooni.version import __version__

app = typer.Typer(
    name="kazerooni",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for command in (agree, cohort, demo, inspect, report, rescore, schemes, score, segment, timeline):
    app.command()(command)
app.add_typer(store)
app.add_typer(pacs)
app.command("open")(open_room)  # a function of that name would hide Python's own


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - typer hands the flag over by position
    if wanted:
        typer.echo(f"kazerooni {__version__}")
        raise typer.Exit


@app.callback()
def kazerooni(
    *,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and leave.")
    ] = False,
) -> None:
    """Score interstitial lung disease on HRCT by the Kazerooni score.

    For research and decision support; not a medical device.

    \b
    Example:
      kazerooni inspect /scans/visit-1
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace


def main() -> None:
    """Run the command line; leaves with an exit status.

    Warnings and log lines of libraries are held back, as they quote headers, and those may name the patient.
    """
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    logging.getLogger().addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app()
