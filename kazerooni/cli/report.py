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
from kazerooni.cli.options import Deidentify, Force, Log, Verbose
from kazerooni.cli.report_options import (
    FormatsAndObjects,
    Identify,
    PaperName,
    Scans,
    check_deidentify,
    check_scan,
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
    formats: FormatsAndObjects = None,
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="The folder to write into.")] = Path(),
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    partial: Annotated[
        bool, typer.Option("--partial", help="Sum the lobes that are graded, and say how many they are.")
    ] = False,
    paper: PaperName = None,
    identify: Identify = False,
    scan: Scans = None,
    deidentify: Deidentify = False,
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

    For a PACS: sr, the score as a structured report that holds the whole reading; seg, its maps as segmentations, where
    the files that they were read from lie beside the reading, unchanged; epdf, the PDF as an object. They carry the
    patient and study of the scan, from --scan. With --deidentify they are of nobody instead, for a trial: the
    pseudonym, moved dates, other UIDs, no word that a person wrote, the page of this visit alone (PS3.15 E).

    \b
    Examples:
      kazerooni report 1999.json 2000.json 2009.json --format html,pdf,csv --out reports
      kazerooni report 1999.json 2000.json --scan /scans --maps maps/1999 --maps maps/2000
      kazerooni report 2000.json 2009.json --compare --course lung_function.csv
      kazerooni report P-3KXQ7M2ZB4 --readers-error
      kazerooni report 2009.json --format pdf --paper letter --scan /scans/visit-3 --identify
      kazerooni report 2009.json --format sr,seg --scan /scans/visit-3 --out for-the-pacs
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        chosen, sheet = read_formats(formats, objects=True), read_paper(paper)
        check_scan(chosen, scan, maps, identify=identify)
        check_deidentify(chosen, is_asked=deidentify, identify=identify)
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
            identify=identify,
            line=visits.line,
            compare=compare,
            scans=scan or (),
            maps=maps or (),
            beside={path.parent for path in readings if path.exists()},
            deidentify=deidentify,
        )
        say_written(files, named=identify)
