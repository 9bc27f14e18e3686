"""Book document: a Course as JSON values and back, without loss. Its shape is `book.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from datetime import date
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from kazerooni.errors import ReadingError
from kazerooni.labels import reading_from_json, reading_json
from kazerooni.model import Course, Event, EventKind, LungFunction, Onset, Patient, Sex, Treatment
from kazerooni.strict_json import checked

_SCHEMA = Path(__file__).with_name("book.schema.json")
_FILE = "a score book"

Document = dict[str, Any]
T = TypeVar("T")


def course_json(course: Course) -> Document:
    """Give all that is known of a patient as JSON values; `course_from_json` gives the same back, bit for bit."""
    return {
        "patient": patient_json(course.patient),
        "readings": [reading_json(reading) for reading in course.readings],
        "lung_function": [lung_function_json(one) for one in course.lung_function],
        "treatments": [treatment_json(one) for one in course.treatments],
        "events": [event_json(one) for one in course.events],
    }


def patient_json(patient: Patient) -> Document:
    """Give a patient as JSON values."""
    return _members(patient)


def lung_function_json(one: LungFunction) -> Document:
    """Give one day's lung function as JSON values."""
    return _members(one)


def treatment_json(one: Treatment) -> Document:
    """Give a treatment as JSON values."""
    return _members(one)


def event_json(one: Event) -> Document:
    """Give an event as JSON values."""
    return _members(one)


def course_from_json(document: object) -> Course:
    """Make a course of JSON values.

    Raises ReadingError, naming the place, what was found and what is wanted, where they are none.
    """
    parts = parts_of(document)
    made: dict[str, list[Any]] = {name: [] for name in PARTS}
    for place, name, part in parts:
        with_place = _named(place, PARTS[name])
        made[name].append(with_place(part))
    return Course(patient=made.pop("patient")[0], **{name: tuple(values) for name, values in made.items()})


def patient_from_json(document: object) -> Patient:
    """Make a patient of JSON values; raises ReadingError where they are none."""
    found = _checked(document, "patient")
    sex, onset = found["sex"], found["onset"]
    return Patient(
        **{
            **found,
            "sex": None if sex is None else Sex(sex),
            "onset": None if onset is None else Onset(onset),
            "serology": tuple(found["serology"]),
        }
    )


def lung_function_from_json(document: object) -> LungFunction:
    """Make one day's lung function of JSON values; raises ReadingError where they are none."""
    found = _checked(document, "lung_function")
    return LungFunction(**{**found, "on": _day(found["on"])})


def treatment_from_json(document: object) -> Treatment:
    """Make a treatment of JSON values; raises ReadingError where they are none."""
    found = _checked(document, "treatment")
    end = found["end"]
    return Treatment(**{**found, "start": _day(found["start"]), "end": None if end is None else _day(end)})


def event_from_json(document: object) -> Event:
    """Make an event of JSON values; raises ReadingError where they are none."""
    found = _checked(document, "event")
    return Event(**{**found, "kind": EventKind(found["kind"]), "on": _day(found["on"])})


PARTS: Mapping[str, Callable[[object], Any]] = {
    "patient": patient_from_json,
    "readings": reading_from_json,
    "lung_function": lung_function_from_json,
    "treatments": treatment_from_json,
    "events": event_from_json,
}
"""What a course is made of, and how each part is read, by its name in the document."""


def parts_of(document: object) -> Iterator[tuple[str, str, object]]:
    """Give the parts of a course, none of them read yet: its place in the document, its name in PARTS, its values.

    Raises ReadingError where the document is no course.
    """
    found = _checked(document, "course", is_shell=True)
    yield "patient", "patient", found["patient"]
    for name in PARTS:
        if name != "patient":
            yield from ((f"{name}[{index}]", name, part) for index, part in enumerate(found[name]))


def check_frame(document: object) -> Document:
    """Hold what is around the patients of a book against the schema, and give the whole.

    Raises ReadingError.
    """
    return checked(document, _shell(None), what="score book", file=_FILE, error=ReadingError)


def _named(place: str, read: Callable[[object], T]) -> Callable[[object], T]:
    def named(part: object) -> T:
        try:
            return read(part)
        except ReadingError as error:
            raise ReadingError(f"{place}: {error}") from None

    return named


def _members(value: Any) -> Document:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ReadingError(f"found {text!r:.60}; a day of the calendar is wanted, as year-month-day") from None


def _checked(document: object, kind: str, *, is_shell: bool = False) -> Document:
    schema = _shell(kind) if is_shell else _whole(kind)
    return checked(document, schema, what=kind.replace("_", " "), file=_FILE, error=ReadingError)


@cache
def _schema() -> Document:
    schema: Document = json.loads(_SCHEMA.read_text("utf-8"))
    return schema


@cache
def _whole(kind: str) -> str:
    return json.dumps(_schema()["definitions"][kind])


@cache
def _shell(kind: str | None) -> str:
    """Give the schema of a course, or of the book, without that of the parts inside, which are read one by one."""
    schema = _schema() if kind is None else _schema()["definitions"][kind]
    loose = {
        name: {} if "$ref" in wanted else {k: v for k, v in wanted.items() if k != "items"}
        for name, wanted in schema["properties"].items()
    }
    return json.dumps({**schema, "properties": loose})
