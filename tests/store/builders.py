"""Courses for tests of the score book."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from kazerooni.labels import reading_text
from kazerooni.model import (
    Component,
    Course,
    Entry,
    Event,
    EventKind,
    Lobe,
    LungFunction,
    Patient,
    Reading,
    ScanRef,
    Sex,
    Status,
    Supersedes,
    Technique,
    Treatment,
    TypedValue,
    findings_of,
)
from kazerooni.records import course_json

WHEN = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
LOBES = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)


def typed(
    identifier: str,
    patient: str,
    *,
    percent: int = 10,
    on: date = date(2001, 3, 4),
    reader: str = "R1",
    status: Status = Status.SIGNED,
    supersedes: Supersedes | None = None,
) -> Reading:
    """Make a reading in which the first finding of each component has this percent in all five lobes."""
    return Reading(
        id=identifier,
        scan=ScanRef(patient=patient, study_uid=f"1.2.{on:%Y%m%d}", series_uid=f"1.2.{on:%Y%m%d}.1", study_date=on),
        technique=Technique(kernel="B60f", kernel_class="sharp", kvp=120.0, slice_thickness_mm=1.0),
        reader=reader,
        entries=tuple(
            Entry(lobe=lobe, component=c, values=(TypedValue(finding=findings_of(c)[0], percent=Decimal(percent)),))
            for lobe in LOBES
            for c in Component
        ),
        status=status,
        supersedes=supersedes,
    )


def course(patient: str = "P-1", *, visits: int = 2) -> Course:
    """Make a course of so many yearly visits, with lung function, a treatment and events."""
    return Course(
        patient=Patient(pseudonym=patient, sex=Sex.FEMALE, age_at_onset_years=51.5, serology=("anti-Jo-1",)),
        readings=tuple(
            typed(f"{patient}-{year}", patient, percent=10 * year % 100, on=date(2001 + year, 3, 4))
            for year in range(visits)
        ),
        lung_function=tuple(
            LungFunction(on=date(2001 + year, 3, 5), fvc_l=2.5 - year / 8, reference="GLI 2012")
            for year in range(visits)
        ),
        treatments=(Treatment(drug="prednisone", start=date(2001, 4, 1), dose=50.0, unit="mg/day"),),
        events=(
            Event(kind=EventKind.ONSET, on=date(2000, 12, 1)),
            Event(kind=EventKind.OXYGEN, on=date(2002, 1, 9), oxygen_l_per_min=2.0),
        ),
    )


def told(one: Course) -> list[str]:
    """Give all that a course says, to the last bit, so that two can be compared; order tells nothing."""
    parts = course_json(one)
    parts["readings"] = [reading_text(reading) for reading in one.readings]
    return sorted(
        f"{name}: {part!r}" for name, value in parts.items() for part in (value if isinstance(value, list) else [value])
    )
