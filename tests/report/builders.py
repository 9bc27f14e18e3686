"""Builders of cases and timelines for reports, over the readings of `tests.scoring.builders`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from kazerooni.model import Case, Reading, ScanRef, Technique, Timeline
from kazerooni.report import Report
from kazerooni.scoring import score, timeline
from tests.scoring.builders import Marks, reading_of, whole_lungs

VERSION = "9.8.7"
TECHNIQUE = Technique(
    manufacturer="SIEMENS",
    kernel="B70f",
    kernel_class="sharp",
    kvp=140.0,
    slice_thickness_mm=1.25,
    slice_gap_mm=10.0,
    patient_position="HFS",
    coverage_mm=251.0,
    acquisition="sequential",
)


def case_of(on: date, *, reader: str | None = "R1", technique: Technique = TECHNIQUE, **lobes: Marks) -> Case:
    """Build a painted case of a visit from the marks of its lobes (voxels of 1000 a slice)."""
    scan = ScanRef(patient="P-ABCDEF", series_uid=f"1.2.{on.year}", study_date=on)
    reading = replace(
        reading_of(whole_lungs(**lobes)), id=f"R-{on.year}", scan=scan, technique=technique, reader=reader
    )
    return scored(reading)


def scored(reading: Reading, scheme: str = "kazerooni", *, partial: bool = False) -> Case:
    """Grade a reading into a case."""
    return Case(reading=reading, score=score(reading, scheme, partial=partial))


def line_of(*cases: Case, scheme: str = "kazerooni") -> Timeline:
    """Follow the readings of cases."""
    return timeline([case.reading for case in cases], scheme)


def texts_of(value: object) -> Iterator[str]:
    """Give every text of a report's views; not what it was made from."""
    if isinstance(value, str):
        yield str(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif dataclasses.is_dataclass(value) and not isinstance(value, (Case, Timeline, type)):
        for field in dataclasses.fields(value):
            yield from texts_of(getattr(value, field.name))


def lobe_named(report: Report, code: str) -> Any:
    """Give the view of a lobe."""
    return next(lobe for lobe in report.lobes if lobe.code == code)
