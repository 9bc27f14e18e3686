"""Workflow: the few use cases that command line, plugin and archive share, in the steps a radiologist names."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kazerooni.workflow.reading import measure
from kazerooni.workflow.readings import Failure, follow, read_course, score_reading, score_readings, score_table
from kazerooni.workflow.results import report_visits, score_document, timeline_document, write_tables
from kazerooni.workflow.scans import MapFiles, score_scan
from kazerooni.workflow.source import LobeSource

if TYPE_CHECKING:
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
    "Failure",
    "LobeSource",
    "MapFiles",
    "SegmentedScan",
    "follow",
    "left_out",
    "measure",
    "read_course",
    "report_visits",
    "score_document",
    "score_reading",
    "score_readings",
    "score_scan",
    "score_table",
    "segment_scan",
    "segmentation_document",
    "state_entries",
    "timeline_document",
    "write_lobes",
    "write_preview",
    "write_tables",
]


def __getattr__(name: str) -> Any:
    """Look up what finds lobes when it is asked for (PEP 562): a score from maps does not wait for its imports."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("kazerooni.workflow.lobes"), name)
