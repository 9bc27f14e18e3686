"""Workflow: the few use cases that command line, plugin and archive share, in the steps a radiologist names."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kazerooni.workflow.kept import series_of
from kazerooni.workflow.objects import OBJECTS, dicom_objects, write_objects
from kazerooni.workflow.reading import measure
from kazerooni.workflow.readings import (
    Failure,
    find_reading,
    follow,
    head_of_book,
    is_in_book,
    read_course,
    score_reading,
    score_readings,
    score_table,
)
from kazerooni.workflow.results import report_visits, score_document, timeline_document, write_tables
from kazerooni.workflow.scans import MapFiles, score_scan
from kazerooni.workflow.source import LobeSource
from kazerooni.workflow.visits import Visits, gather_visits

if TYPE_CHECKING:
    from kazerooni.workflow.agreement import Gathered, agree, agreement_document, gather_readings, write_agreement
    from kazerooni.workflow.book import cohort_of_book, follow_patient, readers_error_of, readings_of_book
    from kazerooni.workflow.cohort import CohortInput, cohort_document, cohort_of_courses, gather_cohort, write_cohort
    from kazerooni.workflow.cohort_series import DatedSums, series_from_scores
    from kazerooni.workflow.lobes import (
        SegmentedScan,
        left_out,
        segment_scan,
        segmentation_document,
        state_entries,
        write_lobes,
        write_preview,
    )

__all__ = [
    "OBJECTS",
    "CohortInput",
    "DatedSums",
    "Failure",
    "Gathered",
    "LobeSource",
    "MapFiles",
    "SegmentedScan",
    "Visits",
    "agree",
    "agreement_document",
    "cohort_document",
    "cohort_of_book",
    "cohort_of_courses",
    "dicom_objects",
    "find_reading",
    "follow",
    "follow_patient",
    "gather_cohort",
    "gather_readings",
    "gather_visits",
    "head_of_book",
    "is_in_book",
    "left_out",
    "measure",
    "read_course",
    "readers_error_of",
    "readings_of_book",
    "report_visits",
    "score_document",
    "score_reading",
    "score_readings",
    "score_scan",
    "score_table",
    "segment_scan",
    "segmentation_document",
    "series_from_scores",
    "series_of",
    "state_entries",
    "timeline_document",
    "write_agreement",
    "write_cohort",
    "write_lobes",
    "write_objects",
    "write_preview",
    "write_tables",
]

_HOME_OF = {
    **dict.fromkeys(("Gathered", "agree", "agreement_document", "gather_readings", "write_agreement"), "agreement"),
    **dict.fromkeys(("CohortInput", "cohort_document", "cohort_of_courses", "gather_cohort", "write_cohort"), "cohort"),
    **dict.fromkeys(("cohort_of_book", "follow_patient", "readers_error_of", "readings_of_book"), "book"),
    **dict.fromkeys(("DatedSums", "series_from_scores"), "cohort_series"),
}


def __getattr__(name: str) -> Any:
    """Look up what finds lobes, or does statistics, when it is asked for (PEP 562): a score does not wait for it."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"kazerooni.workflow.{_HOME_OF.get(name, 'lobes')}"), name)
