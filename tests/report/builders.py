"""Builders of cases and timelines for reports, over the readings of `tests.scoring.builders`."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from kazerooni.model import (
    Case,
    Course,
    Event,
    EventKind,
    LungFunction,
    Patient,
    Reading,
    ScanRef,
    Technique,
    Timeline,
    Treatment,
)
from kazerooni.report import Report, report_of
from kazerooni.scoring import score, timeline
from tests.scoring.builders import Marks, reading_of, whole_lungs

VERSION = "9.8.7"
FIRST, SECOND = date(1999, 3, 2), date(2000, 3, 14)
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


def two_readers(**rule: Any) -> Report:
    """Give the report of the last of two visits, each read by two readers: R1 sees it fall, R2 sees no change."""
    cases = [
        case_of(FIRST, RUL={(1, 0): 600, (0, 0): 400}),
        case_of(SECOND, RUL={(1, 0): 100, (0, 0): 900}),
        case_of(FIRST, reader="R2", RUL={(1, 0): 300, (0, 0): 700}),
        case_of(SECOND, reader="R2", RUL={(1, 0): 300, (0, 0): 700}),
    ]
    readings = [replace(case.reading, id=f"{case.reading.id}-{case.reading.reader}") for case in cases]
    case = replace(cases[1], reading=readings[1])
    return report_of(case, timeline=timeline(readings, **rule), program_version=VERSION)


def followed(**words: str) -> Report:
    """Give the report of the last of two visits with lung function, treatment and an event beside them."""
    cases = [case_of(FIRST, RUL={(1, 0): 600, (0, 0): 400}), case_of(SECOND, RUL={(1, 0): 100, (0, 0): 900})]
    drug, remarks = words.get("drug", "prednisone"), words.get("remarks", "")
    course = Course(
        patient=Patient(pseudonym="P-ABCDEF"),
        lung_function=(
            LungFunction(on=FIRST, fvc_l=2.0, fvc_percent=60.0, dlco_percent=40.0, reference=words.get("reference")),
            LungFunction(on=date(2000, 3, 20), fvc_l=2.5, fvc_percent=75.0, dlco_percent=52.0),
        ),
        treatments=(Treatment(drug=drug, start=FIRST, end=None, dose=20.0, unit="mg/day"),),
        events=(Event(kind=EventKind.RELAPSE, on=date(1999, 5, 1), remarks=remarks),),
    )
    line = timeline([case.reading for case in cases], course=course)
    return report_of(cases[1], timeline=line, program_version=VERSION)
