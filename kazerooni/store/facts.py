"""Facts: what a course holds, as rows by table, and back.

A fact has a place: two facts at one place are one fact told twice, or they contradict each other. Content is JSON of
the values as `kazerooni.model` names them; readings are `reading.json`, bit for bit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

from kazerooni.labels import reading_from_json, reading_json
from kazerooni.model import Event, EventKind, LungFunction, Onset, Patient, Reading, Sex, Treatment
from kazerooni.store.seal import canonical, plain

Values = dict[str, Any]
_Kind = TypeVar("_Kind", Sex, Onset)


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
    return Fact("lung_function", (on,), {"measured_on": on, "content": _content(day)}, f"lung function of {on}")


def treated(treatment: Treatment) -> Fact:
    """Give a treatment as a row; one drug is begun once a day."""
    drug, start = plain(treatment.drug), treatment.start.isoformat()
    values = {"drug": drug, "started_on": start, "content": _content(treatment)}
    return Fact("treatments", (drug, start), values, f"{treatment.drug} from {start}")


def happened(event: Event) -> Fact:
    """Give an event as a row; one kind of event happens once a day."""
    kind, on = event.kind.value, event.on.isoformat()
    return Fact("events", (kind, on), {"kind": kind, "happened_on": on, "content": _content(event)}, f"{kind} of {on}")


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
    return {
        "sex": None if patient.sex is None else patient.sex.value,
        "age_at_onset_years": patient.age_at_onset_years,
        "serology": list(patient.serology),
        "pattern": patient.pattern,
        "onset": None if patient.onset is None else patient.onset.value,
        "recorded_by": patient.recorded_by,
    }


def reading_of(content: str) -> Reading:
    """Make the reading again."""
    return reading_from_json(json.loads(content))


def patient_of(pseudonym: str, content: str | None) -> Patient:
    """Make the patient again; content: what was recorded, None where nothing was."""
    said = json.loads(content) if content is not None else {}
    return Patient(
        pseudonym=pseudonym,
        sex=_maybe(Sex, said.get("sex")),
        age_at_onset_years=said.get("age_at_onset_years"),
        serology=tuple(said.get("serology", ())),
        pattern=said.get("pattern"),
        onset=_maybe(Onset, said.get("onset")),
        recorded_by=said.get("recorded_by"),
    )


def lung_function_of(content: str) -> LungFunction:
    """Make a day's lung function again."""
    return LungFunction(**_dated(content, "on"))


def treatment_of(content: str) -> Treatment:
    """Make a treatment again."""
    return Treatment(**_dated(content, "start", "end"))


def event_of(content: str) -> Event:
    """Make an event again."""
    said = _dated(content, "on")
    return Event(**{**said, "kind": EventKind(said["kind"])})


def _content(value: LungFunction | Treatment | Event) -> str:
    return canonical(dict(_plain_members(value)))


def _plain_members(value: LungFunction | Treatment | Event) -> Iterator[tuple[str, object]]:
    for name in value.__dataclass_fields__:
        member = getattr(value, name)
        yield name, member.isoformat() if isinstance(member, date) else member


def _dated(content: str, *names: str) -> Values:
    said: Values = json.loads(content)
    return {**said, **{name: date.fromisoformat(said[name]) for name in names if said[name] is not None}}


def _day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def _maybe(kind: type[_Kind], said: Any) -> _Kind | None:
    return None if said is None else kind(said)
