"""`kazerooni store import | export`: between files and the score book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kazerooni.cli.edge import CASE_FAILED, UNUSABLE, edge
from kazerooni.cli.options import Force, Json, Log, Verbose
from kazerooni.cli.store_contents import grade_book
from kazerooni.cli.store_options import By, Key, Where, key_of, writer
from kazerooni.cli.terminal import print_json, progress, say
from kazerooni.errors import ReadingError

if TYPE_CHECKING:
    from kazerooni.model import Course
    from kazerooni.records import Pseudonymise, Records
    from kazerooni.store import Added, Store

IMPORT_SCHEMA_VERSION = 1


def import_records(
    paths: Annotated[
        list[Path], typer.Argument(metavar="PATH...", readable=False, help="Folders, tables, readings, one book.json.")
    ],
    *,
    where: Where = None,
    partial: Annotated[bool, typer.Option("--partial", help="Take what is good, and list what is not.")] = False,
    correct: Annotated[
        bool, typer.Option("--correct", help="Measurements and descriptions take the place of contradicting ones.")
    ] = False,
    readmit: Annotated[bool, typer.Option("--readmit", help="Take patients who were withdrawn, too.")] = False,
    pseudonymise: Annotated[
        bool, typer.Option("--pseudonymise", help="Make pseudonyms of ids; leave out names and birth dates.")
    ] = False,
    key: Key = None,
    by: By = None,
    as_json: Json = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Add readings and courses to the book: all of them, or nothing where any of them is bad.

    Every row is checked, and all bad rows are told at once, with line and column. What the book holds already is
    counted and not written again; what contradicts it is refused and named. Drafts stay outside.

    \b
    Example:
      kazerooni store import readings/ patients.csv lung_function.csv
    """  # noqa: D301 - typer keeps the lines of a paragraph that starts with a backspace
    with edge(verbose=verbose, log=log):
        from kazerooni.records import Pseudonymise
        from kazerooni.scoring.schemes import KAZEROONI
        from kazerooni.store import open_store

        who, now = writer(by), datetime.now(UTC)
        with open_store(where) as book:
            hidden = Pseudonymise(key_of(key)) if pseudonymise else None
            records = _read(paths, now.astimezone().date(), partial=partial, pseudonymise=hidden)
            with progress("Adding patients") as tell:
                total = len(records.courses)
                added = book.add(
                    records.courses,
                    who=who,
                    when=now,
                    partial=partial,
                    correct=correct,
                    readmit=readmit,
                    tell=None if tell is None else lambda done: tell(done, total),
                )
            scores = grade_book(book, KAZEROONI, who=who, when=now)
            head = book.head()
        if as_json:
            print_json(_import_json(added, scores, records, str(head)))
        else:
            _tell(added, scores, str(head))
        if records.problems or added.problems:
            raise typer.Exit(CASE_FAILED)


def _read(paths: list[Path], today: date, *, partial: bool, pseudonymise: Pseudonymise | None) -> Records:
    """Read what is to be imported, and tell what is wrong with it; ends here where that forbids to take anything."""
    from kazerooni.records import read_records

    records = read_records(paths, today=today, partial=partial, pseudonymise=pseudonymise)
    for line in records.told:
        say(line)
    if records.problems:
        say(records.problems_text())
        if not partial:
            raise typer.Exit(UNUSABLE)
    elif not records.courses:
        raise ReadingError(
            "nothing to import: no table of patients, lung function, treatments, events or typed values, no "
            "reading.json and no book.json was found; give those, or a folder that holds some"
        )
    return records


def _tell(added: Added, scores: int, head: str) -> None:
    for problem in added.problems:
        say(f"Left out: {problem}")
    say(f"Added: {_counts({**added.added, 'scores': scores}) or 'nothing'}.")
    if added.same:
        say(f"There already: {_counts(dict(added.same))}.")
    say(f"Head: {head}")


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind.replace('_', ' ')}" for kind, count in counts.items() if count)


def _import_json(added: Added, scores: int, records: Records, head: str) -> dict[str, object]:
    return {
        "schema_version": IMPORT_SCHEMA_VERSION,
        "added": {**added.added, "scores": scores},
        "same": dict(added.same),
        "problems": [*map(str, records.problems), *added.problems],
        "told": list(records.told),
        "head": head,
    }


def export_book(
    out: Annotated[
        Path,
        typer.Argument(metavar="OUT", readable=False, help="A file .json, or a new folder for tables and readings."),
    ],
    *,
    patients: Annotated[
        list[str] | None, typer.Option("--patient", metavar="PSEUDONYM", help="Of this patient only; may be repeated.")
    ] = None,
    where: Where = None,
    shift: Annotated[
        bool, typer.Option("--shift-dates", help="Move each patient's dates by some weeks; put others for UIDs.")
    ] = False,
    key: Key = None,
    force: Force = False,
    verbose: Verbose = False,
    log: Log = None,
) -> None:
    """Write what the book holds, to the last bit: one JSON document, or tables with a folder of readings.

    `kazerooni store import` takes either again. The head of the audit is printed, and stands in the JSON document.

    \b
    Example:
      kazerooni store export book.json
    """  # noqa: D301
    with edge(verbose=verbose, log=log):
        from kazerooni.records import Head, write_book, write_tables
        from kazerooni.store import open_store

        with open_store(where) as book:
            head = book.head()
            names = list(dict.fromkeys(patients)) if patients else list(book.patients())
            courses = _courses(book, names, key_of(key) if shift else None)
            if out.suffix.lower() == ".json":
                write_book(courses, out, head=Head(head.count, head.sha256), force=force)
            else:
                write_tables(courses, out)
        say(f"Written: {out.name}, {len(names)} patients. Head: {head}")


def _courses(book: Store, names: list[str], key: bytes | None) -> Iterator[Course]:
    """Give the courses, one at a time, with other dates and UIDs where there is a key to shift by."""
    from kazerooni.records import replace_uids, shift_dates

    with progress("Writing patients") as tell:
        for done, name in enumerate(names, 1):
            course = book.course(name)
            yield from (course,) if key is None else replace_uids(shift_dates([course], key), key)
            if tell is not None:
                tell(done, len(names))
