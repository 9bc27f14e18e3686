"""`kazerooni cohort`: patients followed over time, with the source study's tables and figures."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import edge
from kazerooni.cli.options import Json, Log, Verbose
from kazerooni.cli.store_options import Where
from kazerooni.cli.terminal import print_json, say

if TYPE_CHECKING:
    from kazerooni.workflow import CohortInput


class Index(StrEnum):
    """What months are counted from."""

    TREATMENT_START = "treatment_start"
    ONSET = "onset"
    FIRST = "first"


class Zeros(StrEnum):
    """What becomes of pairs without a change."""

    WILCOX = "wilcox"
    PRATT = "pratt"


class By(StrEnum):
    """How patients are also shown apart."""

    PATTERN = "pattern"


class Quartiles(StrEnum):
    """The rules of quartiles by their numbers in R."""

    TYPE1 = "type1"
    TYPE2 = "type2"
    TYPE3 = "type3"
    TYPE4 = "type4"
    TYPE5 = "type5"
    TYPE6 = "type6"
    TYPE7 = "type7"
    TYPE8 = "type8"
    TYPE9 = "type9"


def cohort(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH...]", readable=False, help="Tables, readings, or folders of them."),
    ] = None,
    *,
    index: Annotated[Index, typer.Option(help="Count months from this event.")] = Index.TREATMENT_START,
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    quartiles: Annotated[Quartiles, typer.Option(help="Rule of the quartiles, by its number in R.")] = Quartiles.TYPE7,
    zeros: Annotated[Zeros, typer.Option(help="Pairs without a change are dropped before ranking, or after.")] = (
        Zeros.WILCOX
    ),
    holm: Annotated[bool, typer.Option("--holm", help="Also adjust the p-values for their number.")] = False,
    by: Annotated[By | None, typer.Option(help="Also show the patients of each pattern.")] = None,
    where: Where = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Write tables and figures into a new folder.")
    ] = None,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Follow the patients of a study: scores, lung function and prednisone over time, tested in pairs.

    PATHs are tables of patients, lung function, treatments, events and typed values, folders of kept readings, or one
    table with totals. Time points are baseline (the last value in 3 months before the index event), 6, 12 and 24
    months (the nearest value in the window) and the last value after 12 months. Shown are n, mean, SD, median and
    quartiles, and baseline against 12 months and 12 months against last: paired t test, Wilcoxon signed-rank test,
    and who is missing and why. Drafts and superseded readings never count, totals of two schemes never mix.

    Without a PATH, the patients are those of the score book (kazerooni store).

    \b
    Examples:
      kazerooni cohort sample_scans/cohort --by pattern --out cohort
      kazerooni cohort --store book.sqlite --holm
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.cli.cohort_table import show_cohort
        from kazerooni.scoring import find_scheme
        from kazerooni.stats import CohortRules
        from kazerooni.stats import cohort as followed
        from kazerooni.workflow import cohort_document, gather_cohort, write_cohort

        chosen = find_scheme(scheme)
        # today by the user's own calendar, in which the dates of the tables stand
        today = datetime.now().astimezone().date()
        if paths and where is not None:
            raise typer.BadParameter("a cohort comes from files or from the book; give one", param_hint="--store")
        given = (
            gather_cohort(paths, today=today, scheme=scheme, index=index.value)
            if paths
            else _from_book(where, scheme, index)
        )
        rules = CohortRules(
            scheme=chosen.name,
            scheme_version=chosen.version,
            maximum=chosen.maximum,
            index=index.value,
            quartiles=quartiles.value,
            zeros=zeros.value,
            with_holm=holm,
            by_pattern=by is not None,
        )
        found = followed(given.series, rules)
        if out is not None:
            files = write_cohort(found, given, out)
            say(f"Written: {len(files)} files in {out.name}.")
        if as_json:
            print_json(cohort_document(found, given))
        else:
            show_cohort(found)
        for sentence in given.told:
            say(sentence)


def _from_book(where: str | None, scheme: str, index: Index) -> CohortInput:
    from kazerooni.store import open_store
    from kazerooni.workflow import cohort_of_book

    with open_store(where) as book:
        return cohort_of_book(book, scheme=scheme, index=index.value)
