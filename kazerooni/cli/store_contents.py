"""`kazerooni store list | score`: what the score book holds, and its scores under a scheme."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.store_options import By, Where, writer
from kazerooni.cli.terminal import plain_table, print_json, progress, say, show

if TYPE_CHECKING:
    from kazerooni.scoring import Scheme
    from kazerooni.store import Store

LIST_SCHEMA_VERSION = 1


def list_patients(*, where: Where = None, as_json: Json = False, verbose: Verbose = False, log: Log = None) -> None:
    """List the patients of the book, with their readings and dates.

    \b
    Example:
      kazerooni store list
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.store import open_store

        with open_store(where) as book:
            found = book.holdings()
        if as_json:
            patients = [
                {
                    "patient": one.patient,
                    "readings": one.readings,
                    "first": str(one.first or "") or None,
                    "last": str(one.last or "") or None,
                }
                for one in found
            ]
            print_json({"schema_version": LIST_SCHEMA_VERSION, "patients": patients})
            return
        table = plain_table()
        for name in ("patient", "readings", "first scan", "last scan"):
            table.add_column(name, justify="right" if name == "readings" else "left")
        for one in found:
            table.add_row(one.patient, str(one.readings), str(one.first or "-"), str(one.last or "-"))
        show(table)
        say(f"{len(found)} patients.")


def score_book(
    *,
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    where: Where = None,
    by: By = None,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Grade the readings of the book under a scheme, beside the scores of other schemes; cohorts are made from these.

    What is graded under it already is left alone, so this goes on where it was interrupted.

    \b
    Example:
      kazerooni store score --scheme kazerooni-fibrosis
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.scoring import find_scheme
        from kazerooni.store import open_store

        chosen, who = find_scheme(scheme), writer(by)
        with open_store(where) as book:
            made = grade_book(book, chosen, who=who, when=datetime.now(UTC))
            head = book.head()
        say(f"Graded under {chosen.name} {chosen.version}: {made} readings. Head: {head}")


def grade_book(book: Store, scheme: Scheme, *, who: str, when: datetime) -> int:
    """Grade what is not graded under a scheme yet, with progress on a terminal; give how many scores were made."""
    total = book.unscored(scheme)
    with progress("Scoring") as tell:
        return book.score_with(
            scheme, who=who, when=when, tell=None if tell is None else lambda made: tell(made, total)
        )
