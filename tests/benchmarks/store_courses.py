"""Courses of typed readings for the benchmarks of the score book."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from kazerooni.model import (
    Component,
    Course,
    Entry,
    Lobe,
    LungFunction,
    Patient,
    Reading,
    ScanRef,
    Status,
    Technique,
    TypedValue,
    findings_of,
)

_LOBES = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
_START = date(2000, 1, 1)
COUNT = "readings.txt"
EACH = 100
SCORED_PATIENTS = 1000
SCORED_VISITS = 3


def courses(name: str, patients: int, visits: int) -> Iterator[Course]:
    """Make so many patients of so many visits, a month apart."""
    for number in range(patients):
        patient = f"P-{name}-{number}"
        yield Course(
            patient=Patient(pseudonym=patient),
            readings=tuple(_reading(patient, visit) for visit in range(visits)),
            lung_function=(LungFunction(on=_START, fvc_l=2.5),),
        )


def count_in(folder: str) -> int:
    """Give how many readings a folder of data asks for."""
    return int((Path(folder) / COUNT).read_text())


def _reading(patient: str, visit: int) -> Reading:
    on = _START + timedelta(days=30 * visit)
    return Reading(
        id=f"{patient}-{visit}",
        scan=ScanRef(patient=patient, study_uid=f"1.2.{visit}", series_uid=f"1.2.{visit}.1", study_date=on),
        technique=Technique(kernel="B60f", kernel_class="sharp", kvp=120.0, slice_thickness_mm=1.0),
        reader="R1",
        entries=tuple(
            Entry(
                lobe=lobe,
                component=component,
                values=(TypedValue(finding=findings_of(component)[0], percent=Decimal(visit % 90)),),
            )
            for lobe in _LOBES
            for component in Component
        ),
        status=Status.SIGNED,
    )
