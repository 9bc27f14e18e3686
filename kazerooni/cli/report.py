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
        str, typer.Option("--format", metavar="NAMES", help="html, csv, json, sr, seg, with commas between.")
    ] = "html",
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="The folder to write into.")] = Path(),
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    partial: Annotated[
        bool, typer.Option("--partial", help="Sum the lobes that are graded, and say how many they are.")
    ] = False,
    scan: Annotated[
        Path | None,
        typer.Option("--scan", metavar="PATH", readable=False, help="The scan of the latest reading, for sr and seg."),
    ] = None,
    where: Where = None,
    force: Force = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Write the report of the latest reading, with the earlier ones as its timeline.

    A page for any browser that prints on A4, tables, or JSON. The page of a kept reading has no pictures of the scan;
    `kazerooni score --report` writes one with the most involved slice of each lobe.

    For a PACS: sr, the score as a structured report that holds the whole reading, and seg, its maps as segmentations;
    the files that they were read from must lie beside the reading, unchanged. Both carry the patient and study of the
    scan, from --scan.

    \b
    Examples:
      kazerooni report 1999.json 2000.json 2009.json --format html,csv --out reports
      kazerooni report 2009.json --format sr,seg --scan /scans/visit-3 --out for-the-pacs
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.workflow import head_of_book, report_visits, score_reading

        chosen = _formats(formats)
        _check_scan(chosen, scan)
        cases = [score_reading(path, scheme=scheme, partial=partial, book=where) for path in readings]
        head = head_of_book(readings, book=where)
        files = report_visits(
            cases,
            out,
            formats=chosen,
            partial=partial,
            force=force,
            book_head=head,
            scan=scan,
            beside={path.parent for path in readings if path.exists()},
        )
        say_written(files)


def say_written(files: tuple[Path, ...]) -> None:
    """Tell which files were written."""
    say(f"Written: {', '.join(path.name for path in files)}.")


def _formats(words: str) -> list[str]:
    from kazerooni.report import WRITERS
    from kazerooni.workflow import OBJECTS

    known = (*WRITERS, *OBJECTS)
    names = [word.strip().lower() for word in words.split(",") if word.strip()]
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        found = ", ".join(unknown) or "none"
        raise typer.BadParameter(f"found {found}; there are {', '.join(known)}", param_hint="--format")
    return names


def _check_scan(formats: list[str], scan: Path | None) -> None:
    """Refuse DICOM objects without a scan, and a scan that nothing is taken from."""
    from kazerooni.workflow import OBJECTS

    objects = [name for name in formats if name in OBJECTS]
    if objects and scan is None:
        raise typer.BadParameter(
            f"{', '.join(objects)} carry patient and study of the scan; give the scan of the latest reading",
            param_hint="--scan",
        )
    if scan is not None and not objects:
        raise typer.BadParameter("only sr and seg are made from the scan; choose one of them", param_hint="--format")
