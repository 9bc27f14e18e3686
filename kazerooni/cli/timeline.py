"""`kazerooni timeline`: the scores of one patient over time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

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
from kazerooni.cli.options import Force, Json, Log, Verbose
from kazerooni.cli.store_options import Where
from kazerooni.cli.terminal import print_json, say
from kazerooni.errors import ReadingError

if TYPE_CHECKING:
    from kazerooni.model import Timeline

_ANSWERS = {"yes": True, "no": False}


def timeline(
    readings: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATIENT|READING...", readable=False, help="A patient of the score book, or kept readings of one."
        ),
    ],
    *,
    scheme: Annotated[str, typer.Option(metavar="NAME", help="The scheme to grade by.")] = "kazerooni",
    baseline: Baseline = None,
    partial: Annotated[
        bool, typer.Option("--partial", help="Sum the lobes that are graded, and say how many they are.")
    ] = False,
    readers: Readers = "each",
    consensus: Consensus = None,
    use: Use = None,
    course: CourseFiles = None,
    window: Window = WINDOW_DAYS,
    criteria: Annotated[
        bool, typer.Option("--criteria", help="Judge each visit by the criteria for progression, and show every input.")
    ] = False,
    readers_error: ReadersError = False,
    where: Where = None,
    said: Annotated[
        list[str] | None,
        typer.Option(metavar="FACT=yes|no", help="What a person says for the criteria, as fibrosis_on_ct=yes."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the scores over time: .svg, .png or .pdf.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Follow the scores of one patient over time.

    Totals and grades by visit, what changed since the visit before, the baseline and the best, and what makes two
    visits not comparable: technique, lung volume, reader. A grade can stand still while the percent falls, so both are
    shown. Beside them lung function, doses and events, where they are given.

    A patient is named by the pseudonym in the score book, which holds all of it (kazerooni store).

    \b
    Examples:
      kazerooni timeline 1999.json 2000.json 2009.json
      kazerooni timeline P-3KXQ7M2ZB4 --readers-error
      kazerooni timeline 1999.json 2000.json --course lung_function.csv --criteria --said fibrosis_on_ct=yes
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.cli.criteria_table import criteria_parts
        from kazerooni.cli.timeline_table import show_timeline
        from kazerooni.scoring import judge_all
        from kazerooni.workflow import follow, is_in_book, timeline_document

        if said and not criteria:
            raise typer.BadParameter("what is said is for --criteria; give that too", param_hint="--said")
        options: dict[str, Any] = {
            "scheme": scheme,
            "partial": partial,
            "baseline": day_of(baseline),
            "pooling": read_rule(readers, consensus),
            "consensus": consensus,
            "window_days": window,
            "use": use or (),
        }
        if len(readings) == 1 and is_in_book(readings[0]):
            if course:
                raise typer.BadParameter("the book tells of the patient; import what it lacks", param_hint="--course")
            line = _from_book(str(readings[0]), where, with_readers_error=readers_error, **options)
        elif readers_error or where is not None:
            raise typer.BadParameter("goes with a patient of the score book", param_hint="--store, --readers-error")
        else:
            line = follow(readings, course=course or (), **options)
        judgements = judge_all(line, _facts(said or ())) if criteria else None
        if plot is not None:
            _draw(line, plot, force=force)
        if as_json:
            print_json(timeline_document(line, judgements=judgements))
        else:
            show_timeline(line, more=criteria_parts(judgements) if judgements else ())


def _from_book(patient: str, where: str | None, *, with_readers_error: bool, **options: Any) -> Timeline:
    from kazerooni.store import open_store
    from kazerooni.workflow import follow_patient

    with open_store(where) as book:
        line = follow_patient(book, patient, with_readers_error=with_readers_error, **options)
    if with_readers_error and line.readers_error is None:
        say("The book holds no scan that was read more than once, so the readers' own error is not known.")
    return line


def _facts(said: Sequence[str]) -> dict[str, bool]:
    from kazerooni.scoring import FACTS

    facts = {}
    for one in said:
        fact, _, answer = one.partition("=")
        if fact not in FACTS or answer not in _ANSWERS:
            wanted = f"FACT=yes or FACT=no is wanted, FACT one of {', '.join(FACTS)}"
            raise typer.BadParameter(f"{one}: {wanted}", param_hint="--said")
        facts[fact] = _ANSWERS[answer]
    return facts


def _draw(line: Timeline, plot: Path, *, force: bool) -> None:
    from kazerooni.files import write_whole
    from kazerooni.report import Picture, timeline_plot

    kind = next((kind for kind in get_args(Picture) if plot.suffix.lower() == f".{kind}"), None)
    if kind is None:
        ends = ", ".join(f".{kind}" for kind in get_args(Picture))
        raise typer.BadParameter(f"{plot.name} ends with none of {ends}", param_hint="--plot")
    totals = [case.score.totals for point in line.points for case in point.readings]
    if all(amount is None for sums in totals for amount in (sums.alveolar, sums.interstitial)):
        raise ReadingError("no visit has a sum to draw: grades are missing; --partial sums those that there are")
    write_whole(plot, timeline_plot(line, kind=kind), force=force)
