"""Checks: what is wrong with an entry for itself, and what entries say against each other."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import fields
from datetime import date

from kazerooni.errors import SchemeError
from kazerooni.labels import reading_json
from kazerooni.model import Event, EventKind, LungFunction, Patient, Reading, Status, Treatment
from kazerooni.records.found import Entry, Fault, Value
from kazerooni.records.limits import (
    MEASURED,
    Doubt,
    before_birth,
    dates_of,
    doubts_of_date,
    doubts_of_event,
    doubts_of_lung_function,
    doubts_of_treatment,
)
from kazerooni.scoring import find_scheme

_DRAFT = "is a draft, which a score book does not keep; sign it where it was read, or write its status as signed"
_BOTH = "neither is taken; correct one, or delete it"
_ONCE = (EventKind.ONSET, EventKind.DEATH)


def faults_of(entry: Entry, today: date) -> Iterator[Fault]:
    """Tell what is wrong with an entry for itself.

    today: by the user's clock.
    """
    for column, said in _doubts(entry, today):
        yield Fault(entry.where, said, column)


def _doubts(entry: Entry, today: date) -> Iterator[Doubt]:
    value = entry.value
    if isinstance(value, LungFunction):
        yield from doubts_of_lung_function(value)
    elif isinstance(value, Treatment):
        yield from doubts_of_treatment(value)
    elif isinstance(value, Event):
        yield from doubts_of_event(value)
    elif isinstance(value, Reading):
        yield from _doubts_of_reading(value)
    if not isinstance(value, Patient):
        for column, day in dates_of(value):
            yield from doubts_of_date(column, day, today)


def _doubts_of_reading(reading: Reading) -> Iterator[Doubt]:
    if reading.status is not Status.SIGNED:
        yield Doubt("status", _DRAFT)
    schemes = {typed.scheme for entry in reading.entries for typed in entry.values if typed.scheme is not None}
    for ref in sorted(schemes):
        try:
            find_scheme(ref.name, ref.version)
        except SchemeError as error:
            yield Doubt("scheme", str(error))


def contradictions(entries: Sequence[Entry]) -> Iterator[tuple[Fault, tuple[Entry, ...]]]:
    """Tell what stands twice or is said in two ways, with the entries that are not to be taken because of it."""
    seen: dict[Hashable, list[Entry]] = {}
    for entry in entries:
        earlier = seen.setdefault(_slot(entry), [])
        for other in earlier:
            said, column, left_out = _against(other, entry)
            if said:
                yield Fault(entry.where, said, column), left_out
                break
        earlier.append(entry)


def _slot(entry: Entry) -> Hashable:
    """Give what two entries that speak of the same thing have in common."""
    value = entry.value
    if isinstance(value, Reading):
        return "reading", value.id
    if isinstance(value, LungFunction):
        return entry.patient, "lung function", value.on
    if isinstance(value, Treatment):
        return entry.patient, "treatment", value.drug.strip().lower(), value.start
    if isinstance(value, Event):
        return entry.patient, "event", value.kind, None if value.kind in _ONCE else value.on
    return entry.patient, "patient"


def _against(other: Entry, entry: Entry) -> tuple[str, str, tuple[Entry, ...]]:
    """Tell how two entries of one slot do not fit: in words, of which column, and which of them is not to be taken."""
    one, two = other.value, entry.value
    there = f"{other.where}"
    if isinstance(one, Reading) and isinstance(two, Reading):
        if reading_json(one) == reading_json(two):
            return f"the same reading, {two.id}, stands in {there} already; give it once", "", (entry,)
        return f"another reading of the id {two.id} stands in {there}; {_BOTH}", "", (other, entry)
    if one == two:
        return f"says the same as {there}; delete one of the two", "", (entry,)
    differing = next(_differing(one, two), None)
    if differing is None:
        return "", "", ()
    column = "date" if differing == "on" else differing
    what = "this patient" if isinstance(two, Patient) else "the same day" if column != "date" else "it"
    return f"says of {what} otherwise than {there}; {_BOTH}", column, (other, entry)


def _differing(one: Value, two: Value) -> Iterator[str]:
    """Give what two values of one slot say differently; a day may have two rows of other measurements."""
    for name in (field.name for field in fields(two)):
        here, there = getattr(two, name), getattr(one, name)
        if here != there and (not isinstance(two, LungFunction) or (name in MEASURED and None not in {here, there})):
            yield name


def out_of_life(entries: Sequence[Entry]) -> Iterator[tuple[Fault, tuple[Entry, ...]]]:
    """Tell what is dated before a patient's birth, where it can be known, or after death."""
    events: dict[str, list[Event]] = {}
    patients: dict[str, Patient] = {}
    for entry in entries:
        if isinstance(entry.value, Event):
            events.setdefault(entry.patient, []).append(entry.value)
        elif isinstance(entry.value, Patient):
            patients[entry.patient] = entry.value
    dead = {who: e.on for who, those in events.items() for e in those if e.kind is EventKind.DEATH}
    unborn = {who: before_birth(patient, tuple(events.get(who, ()))) for who, patient in patients.items()}
    for entry in entries:
        if isinstance(entry.value, Patient):
            continue
        for column, day in dates_of(entry.value):
            death, birth = dead.get(entry.patient), unborn.get(entry.patient)
            if death is not None and day > death and not column.startswith("session."):
                said = f"found {day}, after the death of the patient on {death}; correct one"
                yield Fault(entry.where, said, column), (entry,)
            if birth is not None and day <= birth:
                said = (
                    f"found {day}, before the patient was born, by the age at onset and the day of onset; correct one"
                )
                yield Fault(entry.where, said, column), (entry,)
