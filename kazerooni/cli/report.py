"""`kazerooni report`: the report of a kept reading, with the earlier visits of the patient beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Force, Log, Verbose
from kazerooni.cli.report_options import (
    Formats,
    Identify,
    PaperName,
    check_identify,
    read_formats,
    read_paper,
    say_written,
)
from kazerooni.cli.store_options import Where


def report(
    readings: Annotated[
        list[Path],
        typer.Argument(
            metavar="READING...", readable=False, help="Kept readings of one patient, files or ids in the score book."
        ),
    ],
    *,
    formats: Formats = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="The folder to write into.")] = Path(),
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    partial: Annotated[
        bool, typer.Option("--partial", help="Sum the lobes that are graded, and say how many they are.")
    ] = False,
    paper: PaperName = None,
    identify: Identify = False,
    scan: Annotated[
        Path | None,
        typer.Option("--scan", metavar="PATH", readable=False, help="The scan of the latest reading, for --identify."),
    ] = None,
    where: Where = None,
    force: Force = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Write the report of the latest reading, with the earlier ones as its timeline.

    A page for any browser, a PDF (tagged, for archives: PDF/UA-1 and PDF/A-2a) on A4 or Letter, tables, or JSON. The
    pages of a kept reading have no pictures of the scan; `kazerooni score --report` writes them with the most involved
    slice of each lobe.

    Pages name the patient by the pseudonym. With --identify they show name and birth date besides, read from --scan at
    that moment, which must hold the series of the latest reading; no table, JSON, log or file name shows them, and
    nothing keeps them.

    \b
    Examples:
      kazerooni report 1999.json 2000.json 2009.json --format html,pdf,csv --out reports
      kazerooni report 2009.json --format pdf --paper letter --scan /scans/visit-3 --identify
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        chosen, sheet = read_formats(formats), read_paper(paper)
        if identify != (scan is not None):
            raise typer.BadParameter(
                "--scan is read for the name alone, and the name from the scan alone; give both, or neither",
                param_hint="--identify, --scan",
            )
        if identify:
            check_identify(chosen)
        from kazerooni.workflow import head_of_book, report_visits, score_reading

        cases = [score_reading(path, scheme=scheme, partial=partial, book=where) for path in readings]
        files = report_visits(
            cases,
            out,
            formats=chosen,
            partial=partial,
            force=force,
            book_head=head_of_book(readings, book=where),
            paper=sheet,
            identify_by=scan,
        )
        say_written(files, named=identify)
