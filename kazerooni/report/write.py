"""Write: the formats of a report, and how their files come to stand in a folder: all of them, or none."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from kazerooni.errors import OutputError
from kazerooni.files import stem_of, write_all_whole
from kazerooni.report.content import Report
from kazerooni.report.dictionary import LONG, WIDE
from kazerooni.report.html import report_html
from kazerooni.report.pdf import report_pdf
from kazerooni.report.redcap import redcap_csv, redcap_dictionary_csv
from kazerooni.report.tables import long_csv, wide_csv
from kazerooni.scoring import score_json
from kazerooni.tables import dictionary_csv

Writer = Callable[[Report], Mapping[str, bytes]]
"""Gives the files of one format: their bytes by what follows the name of the reading in their names."""


def _html(report: Report) -> Mapping[str, bytes]:
    return {".html": report_html(report)}


def _pdf(report: Report) -> Mapping[str, bytes]:
    return {".pdf": report_pdf(report)}


def _csv(report: Report) -> Mapping[str, bytes]:
    return {
        ".long.csv": long_csv([report.case], program_version=report.program_version),
        ".long.dictionary.csv": dictionary_csv(LONG),
        ".wide.csv": wide_csv([report.case], program_version=report.program_version),
        ".wide.dictionary.csv": dictionary_csv(WIDE),
    }


def _json(report: Report) -> Mapping[str, bytes]:
    case = report.case
    document = score_json(case.score, case.reading, program_version=report.program_version, notices=case.notices)
    if report.book_head is not None:
        document["book_head"] = report.book_head
    text = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
    return {".score.json": f"{text}\n".encode("utf-8", "backslashreplace")}


def _redcap(report: Report) -> Mapping[str, bytes]:
    return {
        ".redcap.csv": redcap_csv([report.case], program_version=report.program_version),
        ".redcap.dictionary.csv": redcap_dictionary_csv(),
    }


WRITERS: dict[str, Writer] = {"html": _html, "pdf": _pdf, "csv": _csv, "json": _json, "redcap": _redcap}
"""The formats by name."""

PAGES: frozenset[str] = frozenset({"html", "pdf"})
"""The formats that are read by people: the only ones that name a patient, where that was asked for."""


def write_report(
    report: Report,
    formats: Iterable[str],
    folder: Path,
    *,
    force: bool = False,
    also: Mapping[str, bytes] | None = None,
) -> tuple[Path, ...]:
    """Write a report in some formats into a folder; its files are named after the reading and say nothing of a person.

    force: take the place of files of these names. also: files made elsewhere, by what follows the name of the reading
    in theirs, to be written with the others.

    Gives the files in the order of the formats. Raises OutputError for a format that is unknown, a file that is there
    already, a library that is missing or a file that cannot be written; what was new is then taken away again.
    """
    made = {
        folder / f"{stem_of(report.case.reading.id)}{ending}": data
        for name in dict.fromkeys(formats)
        for ending, data in _writer(name)(report).items()
    }
    made |= {folder / f"{report.case.reading.id}{ending}": data for ending, data in (also or {}).items()}
    write_all_whole(made, force=force)
    return tuple(made)


def _writer(name: str) -> Writer:
    if name not in WRITERS:
        raise OutputError(f"format {name!r} is unknown; choose of {', '.join(WRITERS)}")
    return WRITERS[name]
