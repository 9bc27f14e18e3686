"""Facts: what a course holds, as rows by table, and back.

A fact has a place: two facts at one place are one fact told twice, or they contradict each other. Content is JSON of
the values as `kazerooni.records` writes it; readings are `reading.json`, bit for bit.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from kazerooni.labels import reading_from_json, reading_json
from kazerooni.model import Event, LungFunction, Patient, Reading, Treatment
from kazerooni.records import (
    event_from_json,
    event_json,
    lung_function_from_json,
    lung_function_json,
    patient_from_json,
    patient_json,
    treatment_from_json,
    treatment_json,
)
from kazerooni.store.seal import canonical, plain

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fact:
    """A row to be written.

    place: by which it is known again in its table, beside the patient.
    values: of the columns of its table that a withdrawal empties.
    what: its name in messages.
    """

    kind: str
    place: tuple[str, ...]
    values: Values
    what: str


def measured(day: LungFunction) -> Fact:
    """Give a day's lung function as a row."""
    on = day.on.isoformat()
    return Fact(
        "lung_function",
        (on,),
        {"measured_on": on, "content": canonical(lung_function_json(day))},
        f"lung function of {on}",
    )


def treated(treatment: Treatment) -> Fact:
    """Give a treatment as a row; one drug is begun once a day."""
    drug, start = plain(treatment.drug), treatment.start.isoformat()
    values = {"drug": drug, "started_on": start, "content": canonical(treatment_json(treatment))}
    return Fact("treatments", (drug, start), values, f"{treatment.drug} from {start}")


def happened(event: Event) -> Fact:
    """Give an event as a row; one kind of event happens once a day."""
    kind, on = event.kind.value, event.on.isoformat()
    return Fact(
        "events",
        (kind, on),
        {"kind": kind, "happened_on": on, "content": canonical(event_json(event))},
        f"{kind} of {on}",
    )


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
        "technique": asdict(reading.technique),
    }
    uid = scan.series_uid
    return {"series_uid": None if uid is None else plain(uid), "content": canonical(content)}


def described(patient: Patient) -> Values:
    """Give what is recorded of a patient, by field; None or empty where nothing is."""
    return {name: value for name, value in patient_json(patient).items() if name != "pseudonym"}


def reading_of(content: str) -> Reading:
    """Make the reading again."""
    return reading_from_json(json.loads(content))


def patient_of(pseudonym: str, content: str | None) -> Patient:
    """Make the patient again; content: what was recorded, None where nothing was."""
    if content is None:
        return Patient(pseudonym=pseudonym)
    return patient_from_json({"pseudonym": pseudonym, **json.loads(content)})


def lung_function_of(content: str) -> LungFunction:
    """Make a day's lung function again."""
    return lung_function_from_json(json.loads(content))


def treatment_of(content: str) -> Treatment:
    """Make a treatment again."""
    return treatment_from_json(json.loads(content))


def event_of(content: str) -> Event:
    """Make an event again."""
    return event_from_json(json.loads(content))


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()
