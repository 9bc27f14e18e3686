"""Tables and JSON of what a PACS holds; patients as pseudonyms unless names are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kazerooni.cli.terminal import plain_table, printable, show

if TYPE_CHECKING:
    from kazerooni.pacs import FoundSeries, FoundStudy


def show_studies(studies: Sequence[FoundStudy], *, identify: bool) -> None:
    """Show a line for each study, and below the table its UID on a line of its own, whole, to be copied."""
    table = plain_table()
    for head in ("", "Date", "Patient", *(("Id", "Name") if identify else ()), "Kinds", "Series", "Objects", "Study"):
        table.add_column(head, overflow="fold", no_wrap=head in ("Date", "Patient"))
    for row, study in enumerate(studies, 1):
        names = (study.patient_id, study.patient_name) if identify else ()
        cells = (
            str(row),
            study.date.isoformat() if study.date else "-",
            study.patient or "-",
            *names,
            ", ".join(study.modalities) or "-",
            _count(study.series),
            _count(study.instances),
            study.description or "-",
        )
        table.add_row(*map(printable, cells))
    show(table, "", *(printable(f"{row}  Study {study.uid}") for row, study in enumerate(studies, 1)), "")


def show_series(series: Sequence[FoundSeries]) -> None:
    """Show a line for each series of a study, and their UIDs below."""
    table = plain_table()
    for head in ("No.", "Kind", "Objects", "Series"):
        table.add_column(head, overflow="fold")
    for one in series:
        table.add_row(
            *map(printable, (_count(one.number), one.modality or "-", _count(one.instances), one.description or "-"))
        )
    show(table, "", *(printable(f"{_count(one.number)}  Series {one.uid}") for one in series))


def _count(number: int | None) -> str:
    return "-" if number is None else str(number)


def study_json(study: FoundStudy, series: Sequence[FoundSeries] | None, *, identify: bool) -> dict[str, object]:
    """Give a study as `find --json` prints it; series is null where they were not asked for."""
    names = {"patient_id": study.patient_id, "patient_name": study.patient_name} if identify else {}
    return {
        "patient": study.patient,
        **names,
        "study_uid": study.uid,
        "study_date": study.date.isoformat() if study.date else None,
        "modalities": list(study.modalities),
        "description": study.description or None,
        "series_count": study.series,
        "objects": study.instances,
        "series": None if series is None else [series_json(one) for one in series],
    }


def series_json(series: FoundSeries) -> dict[str, object]:
    """Give a series as `find --json` prints it."""
    return {
        "series_uid": series.uid,
        "modality": series.modality or None,
        "number": series.number,
        "description": series.description or None,
        "objects": series.instances,
    }
