"""`kazerooni agree`: agreement between readers, and of a reader with themselves."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import CASE_FAILED, edge
from kazerooni.cli.options import Force, Json, Log, Verbose
from kazerooni.cli.store_options import Where
from kazerooni.cli.terminal import print_json, say
from kazerooni.errors import ReadingError

if TYPE_CHECKING:
    from kazerooni.workflow import Gathered

_HIGHEST_SEED = 2**32 - 1


def agree(
    readings: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[READING...]", readable=False, help="Kept readings, folders of them, or CSV tables."),
    ] = None,
    *,
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, max=_HIGHEST_SEED, help="Seed of the resampled intervals.")
    ] = None,
    where: Where = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Write tables and plots into this folder.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Tell how far readers agree with each other, and a reader with themselves.

    Readings are of one scan where they have its series UID, or patient and study date where a typed one names no
    series. Every two readers are compared: weighted kappa of the grades of each lobe, intraclass correlation, bias and
    limits of agreement of the sums. So are the first and second readings of one reader of the same scans. More than
    two readers also get Krippendorff's alpha. The smallest detectable change says what a change must pass.

    Without a READING, those of the score book are compared (kazerooni store).

    Superseded readings are left out, and so are drafts of who signed a reading of the scan; that is told, and which
    readings are missing. A grade that is missing is never zero.

    \b
    Examples:
      kazerooni agree readings/
      kazerooni agree first.csv again.csv --out agreement
      kazerooni agree --store book.sqlite
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.cli.agree_table import show_agreement
        from kazerooni.stats import SEED
        from kazerooni.workflow import agree as compare
        from kazerooni.workflow import agreement_document, gather_readings, write_agreement

        if readings and where is not None:
            raise typer.BadParameter("readings come from files or from the book; give one", param_hint="--store")
        gathered = gather_readings(readings, scheme=scheme) if readings else _from_book(where)
        if not gathered.readings:
            whys = [failure.why for failure in gathered.failures] or ["the score book holds no reading; import some"]
            raise ReadingError("\n".join(("nothing to compare:", *whys)))
        found, ungraded = compare(gathered.readings, scheme=scheme, seed=SEED if seed is None else seed)
        failures = (*gathered.failures, *ungraded)
        if out is not None:
            files = write_agreement(found, out, force=force)
            say(f"Written: {len(files)} files in {out.name}.")
        if as_json:
            print_json(agreement_document(found, inputs=gathered.inputs, failures=failures))
        else:
            show_agreement(found)
        if failures:
            say(f"{len(failures)} could not be used:")
            for failure in failures:
                say(f"  {failure.why}")
            raise typer.Exit(CASE_FAILED)


def _from_book(where: str | None) -> Gathered:
    from kazerooni.store import open_store
    from kazerooni.workflow import readings_of_book

    with open_store(where) as book:
        return readings_of_book(book)
