"""Facts: what a course holds, as rows by table, and back.

A fact has a place: two facts at one place are one fact told twice, or may contradict each other. Content is JSON of
the values as `kazerooni.records` writes it; readings are `reading.json`, bit for bit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from kazerooni.errors import ReadingError, StoreError
from kazerooni.labels import reading_from_json, reading_json
from kazerooni.model import Event, EventKind, LungFunction, Patient, Reading, Treatment
from kazerooni.records import (
    event_json,
    lung_function_json,
    patient_from_json,
    patient_json,
    treatment_json,
)
from kazerooni.store.seal import canonical, plain

Values = dict[str, Any]


_MEASURES = ("fvc_l", "fvc_percent", "fev1_l", "fev1_percent", "fev1_fvc_percent", "dlco", "dlco_percent")
_ONCE = (EventKind.ONSET, EventKind.DEATH)
DATES = {"lung_function": "on", "treatments": "start", "events": "on"}
"""The member of the content by which facts are in order, by table."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A row to be written.

    values: of the columns of its table that a withdrawal empties. said: its content. what: its name in messages.
    """

    kind: str
    values: Values
    said: Values
    what: str


def measured(day: LungFunction) -> Fact:
    """Give a day's lung function as a row."""
    said, on = lung_function_json(day), day.on.isoformat()
    values = {"measured_on": on, "content": canonical(said)}
    return Fact("lung_function", values, said, f"lung function of {on}")


def treated(treatment: Treatment) -> Fact:
    """Give a treatment as a row."""
    said, start = treatment_json(treatment), treatment.start.isoformat()
    values = {"drug": plain(treatment.drug), "started_on": start, "content": canonical(said)}
    return Fact("treatments", values, said, f"{treatment.drug} from {start}")


def happened(event: Event) -> Fact:
    """Give an event as a row."""
    said, on = event_json(event), event.on.isoformat()
    values = {"kind": event.kind.value, "happened_on": on, "content": canonical(said)}
    return Fact("events", values, said, f"{event.kind.value} of {on}")


def place_of(kind: str, said: Values) -> tuple[str, ...]:
    """Give what two facts of a patient that speak of the same thing have in common.

    A drug is begun once a day; an event happens once a day, and onset and death once.
    """
    if kind == "treatments":
        return said["drug"].strip().lower(), said["start"]
    if kind == "events":
        return said["kind"], "" if said["kind"] in _ONCE else said["on"]
    return (said["on"],)


def contradicts(kind: str, older: Values, newer: Values) -> bool:
    """Tell whether of two facts at one place only one can hold; a day may have two rows of other measurements."""
    if kind == "lung_function":
        pairs = [(older[name], newer[name]) for name in _MEASURES]
        return any(None not in pair and pair[0] != pair[1] for pair in pairs)
    return older != newer


def holding(kind: str, contents: Iterable[str]) -> list[Values]:
    """Give the facts of a patient that hold, by date: a later row took the place of those that it contradicts."""
    held: dict[tuple[str, ...], list[Values]] = {}
    for content in contents:
        said: Values = json.loads(content)
        there = held.setdefault(place_of(kind, said), [])
        there[:] = [*(older for older in there if not contradicts(kind, older, said)), said]
    return sorted((said for those in held.values() for said in those), key=lambda said: str(said[DATES[kind]]))


def read_by(reading: Reading) -> Values:
    """Give the columns of a reading but its series, which is numbered when it is written."""
    return {
        "reading": reading.id,
        "reader": None if reading.reader is None else plain(reading.reader),
        "study_date": _day(reading.scan.study_date),
        "supersedes": None if reading.supersedes is None else reading.supersedes.reading,
        "content": canonical(reading_json(reading)),
    }


def studied(reading: Reading) -> Values:
    """Give the columns of the study that a reading is of."""
    uid = reading.scan.study_uid
    return {"study_uid": None if uid is None else plain(uid), "study_date": _day(reading.scan.study_date)}


def scanned(reading: Reading) -> Values:
    """Give the columns of the series that a reading is of, but its study."""
    scan = reading.scan
    content = {
        "frame_of_reference_uid": scan.frame_of_reference_uid,
        "slices": len(scan.sop_uids) or None,
        "technique": {name: getattr(reading.technique, name) for name in reading.technique.__dataclass_fields__},
    }
    uid = scan.series_uid
    return {"series_uid": None if uid is None else plain(uid), "content": canonical(content)}


def described(patient: Patient) -> Values:
    """Give what is recorded of a patient, by field; None or empty where nothing is."""
    return {name: value for name, value in patient_json(patient).items() if name != "pseudonym"}


def reading_of(content: str) -> Reading:
    """Make the reading again; raises StoreError where the content is damaged."""
    try:
        return reading_from_json(json.loads(content))
    except (ReadingError, TypeError, ValueError):
        raise StoreError("a reading in the book is damaged; `kazerooni store audit` names the row") from None


def patient_of(pseudonym: str, content: str | None) -> Patient:
    """Make the patient again; content: what was recorded, None where nothing was."""
    if content is None:
        return Patient(pseudonym=pseudonym)
    return patient_from_json({"pseudonym": pseudonym, **json.loads(content)})


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
