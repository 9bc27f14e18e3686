"""`kazerooni report`: the report of a kept reading, with the earlier visits of the patient beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.follow_options import (
    WINDOW_DAYS,
    Baseline,
    Consensus,
    CourseFiles,
    Readers,
    ReadersError,
    Use,
    Window,
    day_of,
    read_rule,
)
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
            metavar="PATIENT|READING...",
            readable=False,
            help="Kept readings of one patient, files or ids in the score book, or a patient of it.",
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
        list[Path] | None,
        typer.Option(
            "--scan", metavar="PATH", readable=False, help="Scans of the readings, for --maps and --identify."
        ),
    ] = None,
    maps: Annotated[
        list[Path] | None,
        typer.Option("--maps", metavar="PATH", readable=False, help="Label maps of the readings, or folders of them."),
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Lay the latest visit and the one before side by side.")
    ] = False,
    baseline: Baseline = None,
    readers: Readers = "each",
    consensus: Consensus = None,
    use: Use = None,
    course: CourseFiles = None,
    window: Window = WINDOW_DAYS,
    readers_error: ReadersError = False,
    where: Where = None,
    force: Force = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Write the report of the latest reading, with the earlier ones as its timeline.

    A page for any browser, a PDF (tagged, for archives: PDF/UA-1 and PDF/A-2a) on A4 or Letter, tables, or JSON. With
    --scan and --maps the most involved slice of each lobe is shown, beside the same level at the visit before where
    that scan is there too; scans are found by their series, maps by their digest, both as the readings hold them.

    A patient, or readings, of the score book bring lung function, treatment and events; for files --course names them.

    Pages name the patient by the pseudonym. With --identify they show name and birth date besides, read from --scan at
    that moment, which must hold the series of the latest reading; no table, JSON, log or file name shows them, and
    nothing keeps them.

    \b
    Examples:
      kazerooni report 1999.json 2000.json 2009.json --format html,pdf,csv --out reports
      kazerooni report 1999.json 2000.json --scan /scans --maps maps/1999 --maps maps/2000
      kazerooni report 2000.json 2009.json --compare --course lung_function.csv
      kazerooni report P-3KXQ7M2ZB4 --readers-error
      kazerooni report 2009.json --format pdf --paper letter --scan /scans/visit-3 --identify
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        chosen, sheet = read_formats(formats), read_paper(paper)
        _check_scan(scan, maps, identify=identify)
        if identify:
            check_identify(chosen)
        from kazerooni.workflow import gather_visits, head_of_book, report_visits

        visits = gather_visits(
            readings,
            scheme=scheme,
            partial=partial,
            course=course or (),
            with_readers_error=readers_error,
            book=where,
            baseline=day_of(baseline),
            pooling=read_rule(readers, consensus),
            consensus=consensus,
            window_days=window,
            use=use or (),
        )
        files = report_visits(
            visits.cases,
            out,
            formats=chosen,
            partial=partial,
            force=force,
            book_head=head_of_book(readings, book=where),
            paper=sheet,
            identify_by=scan if identify else None,
            line=visits.line,
            compare=compare,
            scans=scan or (),
            maps=maps or (),
        )
        say_written(files, named=identify)


def _check_scan(scan: list[Path] | None, maps: list[Path] | None, *, identify: bool) -> None:
    """Refuse scans that nothing would be taken from, and what cannot be had without them."""
    if scan and not maps and not identify:
        raise typer.BadParameter(
            "slices are shown with the marks on them, so --maps is wanted too; or --identify, for the name",
            param_hint="--scan",
        )
    if not scan and (maps or identify):
        raise typer.BadParameter("the scan of the reading is wanted: give --scan too", param_hint="--maps, --identify")
