"""Results: the documents, tables, reports and maps that a case leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kazerooni.files import StrPath, make_folder, write_all_whole
from kazerooni.model import Case, Judgement, Timeline
from kazerooni.report import LONG, WIDE, Paper, long_csv, report_of, wide_csv, write_report
from kazerooni.scoring import find_scheme, score_json, timeline, timeline_json
from kazerooni.tables import dictionary_csv
from kazerooni.version import __version__
from kazerooni.workflow.source import person_of


def score_document(case: Case) -> dict[str, object]:
    """Give the JSON document of `kazerooni score --json`."""
    return score_json(case.score, case.reading, program_version=__version__, notices=case.notices)


def timeline_document(line: Timeline, *, judgements: Sequence[Judgement] | None = None) -> dict[str, object]:
    """Give the JSON document of `kazerooni timeline --json`; with what the criteria say where they were asked."""
    return timeline_json(line, program_version=__version__, judgements=judgements)


def report_visits(
    cases: Sequence[Case],
    folder: StrPath,
    *,
    formats: Sequence[str] = ("html",),
    partial: bool = False,
    force: bool = False,
    book_head: str | None = None,
    paper: Paper = "a4",
    identify_by: StrPath | None = None,
) -> tuple[Path, ...]:
    """Write the report of the latest of some cases of one patient under one scheme, with all of them as its timeline.

    formats: names of `kazerooni.report.WRITERS`. book_head: of the score book that readings were taken from.
    paper: what pages are laid out for. identify_by: the scan of the latest case; name and birth date are then read from
    it and printed on the pages, and kept nowhere. None prints the pseudonym alone.

    Gives the files. Raises ReadingError where they make no timeline, OutputError where a file cannot be written or is
    there already (unless `force`), ScanError where the scan to identify by is not that of the reading.
    """
    latest, line = cases[-1], None
    if len(cases) > 1:
        scheme = find_scheme(latest.score.scheme, latest.score.scheme_version)
        line = timeline([case.reading for case in cases], scheme, partial=partial)
        latest = next(case for case in cases if case.reading.id == line.points[-1].reading.id)
    made = report_of(
        latest,
        timeline=line,
        program_version=__version__,
        book_head=book_head,
        person=None if identify_by is None else person_of(latest.reading, identify_by),
        paper=paper,
    )
    make_folder(Path(folder))
    return write_report(made, formats, Path(folder), force=force)


def write_tables(cases: Sequence[Case], folder: StrPath, *, force: bool = False) -> tuple[Path, ...]:
    """Write the long and the wide table of some cases, each with its data dictionary; gives the files.

    Raises OutputError where a file cannot be written or is there already (unless `force`).
    """
    made = {
        "long.csv": long_csv(cases, program_version=__version__),
        "long.dictionary.csv": dictionary_csv(LONG),
        "wide.csv": wide_csv(cases, program_version=__version__),
        "wide.dictionary.csv": dictionary_csv(WIDE),
    }
    files = {Path(folder) / name: data for name, data in made.items()}
    write_all_whole(files, force=force)
    return tuple(files)
