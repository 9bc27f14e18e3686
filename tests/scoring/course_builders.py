"""Builders of visits and courses whose every number is known by construction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from kazerooni.model import Course, Event, EventKind, LungFunction, Patient, Reading, ScanRef, Technique
from tests.scoring.builders import reading_of, whole_lungs

TECHNIQUE = Technique(manufacturer="SIEMENS", kernel_class="sharp", kvp=120.0, slice_thickness_mm=1.0)
# Ground glass of the right upper lobe, in per mille, that gives a grade (score.md, "Edges").
OF_GRADE = (0, 40, 240, 300, 600, 800)


def visit(on: date, grade: int, *, reader: str | None = "R1", name: str = "", series_uid: str | None = None) -> Reading:
    """Give a reading whose total is that alveolar grade of the right upper lobe."""
    marked = OF_GRADE[grade]
    made = reading_of(whole_lungs(RUL={(1, 0): marked, (0, 0): 1000 - marked}))
    scan = ScanRef(patient="P-1", study_date=on, series_uid=series_uid)
    return replace(made, id=name or f"{reader}-{on}", scan=scan, reader=reader, technique=TECHNIQUE)


def lung_of(on: date, fvc: float | None = None, dlco: float | None = None, **more: Any) -> LungFunction:
    """Give a test in percent predicted, of GLI 2012 and corrected for haemoglobin unless told otherwise."""
    given: dict[str, Any] = {"reference": "GLI 2012", "is_hb_corrected": True, **more}
    return LungFunction(on=on, fvc_percent=fvc, dlco_percent=dlco, **given)


def event(kind: EventKind, on: date) -> Event:
    """Give an event."""
    return Event(kind=kind, on=on)


def course(*tests: LungFunction, **more: Any) -> Course:
    """Give a course of the patient of `visit`."""
    return Course(patient=Patient(pseudonym="P-1"), lung_function=tests, **more)
