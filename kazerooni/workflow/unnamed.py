"""Unnamed: the DICOM objects of a report without the person, and the report that their page is made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kazerooni.dicom import Series, deidentified_file
from kazerooni.identity import keyed_digest, user_key
from kazerooni.model import Case, Course, Patient, Reading
from kazerooni.records import replace_uids, shift_dates
from kazerooni.report import Paper, Report, report_of, report_pdf
from kazerooni.version import __version__

_PAGE = ".pdf.dcm"


def unnamed_report(case: Case, series: Series, *, paper: Paper = "a4") -> Report:
    """Give the report of one reading alone, of nobody: dates moved, UIDs and ids replaced, no word that a person wrote.

    Dates move by the weeks by which those of the patient's objects do (`kazerooni.dicom.deidentified`), which follow
    from the user's key and the pseudonym of the series. The slices of the scan stay; earlier visits are left out.

    Raises ScanError where the key is unfit, ReadingError where a date is before the calendar then.
    """
    reading = _unnamed(case.reading, series.patient or "", user_key().key)
    return report_of(replace(case, reading=reading), program_version=__version__, paper=paper)


def unnamed_objects(made: Mapping[str, bytes], page: Report) -> dict[str, bytes]:
    """De-identify the objects of a report (PS3.15); `page` is what the PDF is laid out from, where one is among them.

    Raises OutputError.
    """
    key = user_key().key
    return {
        ending: deidentified_file(data, key, document=report_pdf(page) if ending == _PAGE else None)
        for ending, data in made.items()
    }


def _unnamed(reading: Reading, patient: str, key: bytes) -> Reading:
    said = replace(reading, scan=replace(reading.scan, patient=patient))
    (course,) = replace_uids(shift_dates([Course(patient=Patient(pseudonym=patient), readings=(said,))], key), key)
    (moved,) = course.readings
    return replace(
        moved,
        reader="R-" + keyed_digest(f"person\0{moved.reader}", key) if moved.reader else moved.reader,
        remarks="",
        pattern=None if moved.pattern is None else replace(moved.pattern, by=None),
        supersedes=None if moved.supersedes is None else replace(moved.supersedes, reason="removed"),
    )
