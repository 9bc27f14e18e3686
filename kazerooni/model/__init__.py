"""Frozen values: what a scan, a label map, a reading and a score are. No files, no clocks, no logs."""

from kazerooni.model.anatomy import OUTSIDE, UNMARKED, Component, Finding, Lobe, Side, State, findings_of, highest_label
from kazerooni.model.geometry import Geometry, Sampling, plane_normal
from kazerooni.model.maps import FindingMap, LobeMap, corners_mm, is_on_grid
from kazerooni.model.notice import Notice, Severity
from kazerooni.model.reading import InputDigest, LobeEntry, Reading
from kazerooni.model.scan import Acquisition, KernelClass, ScanRef, Technique, Volume
from kazerooni.model.score import (
    ComponentScore,
    FindingPercents,
    LobeScore,
    Score,
    Totals,
    VolumeWeighted,
    incomplete_message,
)
from kazerooni.model.tally import LABELS_SHAPE, Tally

__all__ = [
    "LABELS_SHAPE",
    "OUTSIDE",
    "UNMARKED",
    "Acquisition",
    "Component",
    "ComponentScore",
    "Finding",
    "FindingMap",
    "FindingPercents",
    "Geometry",
    "InputDigest",
    "KernelClass",
    "Lobe",
    "LobeEntry",
    "LobeMap",
    "LobeScore",
    "Notice",
    "Reading",
    "Sampling",
    "ScanRef",
    "Score",
    "Severity",
    "Side",
    "State",
    "Tally",
    "Technique",
    "Totals",
    "Volume",
    "VolumeWeighted",
    "corners_mm",
    "findings_of",
    "highest_label",
    "incomplete_message",
    "is_on_grid",
    "plane_normal",
]
