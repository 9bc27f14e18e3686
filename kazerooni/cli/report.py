"""`kazerooni report`: the report of a kept reading, with the earlier visits of the patient beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Force, Log, Verbose
from kazerooni.cli.store_options import Where
from kazerooni.cli.terminal import say


def report(
    readings: Annotated[
        list[Path],
        typer.Argument(
            metavar="READING...", readable=False, help="Kept readings of one patient, files or ids in the score book."
        ),
    ],
    *,
    formats: Annotated[
        str, typer.Option("--format", metavar="NAMES", help="html, csv, json, redcap, with commas between.")
    ] = "html",
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="The folder to write into.")] = Path(),
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    partial: Annotated[
        bool, typer.Option("--partial", help="Sum the lobes that are graded, and say how many they are.")
    ] = False,
    where: Where = None,
    force: Force = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Write the report of the latest reading, with the earlier ones as its timeline.

    A page for any browser that prints on A4, tables, or JSON. The page of a kept reading has no pictures of the scan;
    `kazerooni score --report` writes one with the most involved slice of each lobe.

    \b
    Example:
      kazerooni report 1999.json 2000.json 2009.json --format html,csv --out reports
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.workflow import head_of_book, report_visits, score_reading

        chosen = _formats(formats)
        cases = [score_reading(path, scheme=scheme, partial=partial, book=where) for path in readings]
        head = head_of_book(readings, book=where)
        files = report_visits(cases, out, formats=chosen, partial=partial, force=force, book_head=head)
        say_written(files)


def say_written(files: tuple[Path, ...]) -> None:
    """Tell which files were written."""
    say(f"Written: {', '.join(path.name for path in files)}.")


def _formats(words: str) -> list[str]:
    from kazerooni.report import WRITERS

    names = [word.strip().lower() for word in words.split(",") if word.strip()]
    unknown = [name for name in names if name not in WRITERS]
    if unknown or not names:
        found = ", ".join(unknown) or "none"
        raise typer.BadParameter(f"found {found}; there are {', '.join(WRITERS)}", param_hint="--format")
    return names
