"""Write: courses as tables with their dictionaries and a folder of readings, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from kazerooni.errors import OutputError
from kazerooni.files import StrPath, write_folder_whole
from kazerooni.labels import write_reading
from kazerooni.model import Course
from kazerooni.records.columns import KINDS, Kind
from kazerooni.records.words import items_text
from kazerooni.tables import Value, csv_bytes, dictionary_csv

READINGS: Final = "readings"
"""The folder of readings, beside the tables."""

_VALUES: Final[Mapping[str, Callable[[Course], Sequence[Any]]]] = {
    "patients": lambda course: (course.patient,),
    "lung_function": lambda course: course.lung_function,
    "treatments": lambda course: course.treatments,
    "events": lambda course: course.events,
}
# Members of values that their column calls otherwise.
_CALLED: Final = {"pseudonym": "patient", "on": "date"}


def write_tables(courses: Iterable[Course], folder: StrPath) -> None:
    """Write courses into a new folder: four tables, each with its dictionary, and a reading.json for each reading.

    `read_records` gives the same courses back. No cell is run by a spreadsheet, numbers stand in full.

    Raises OutputError where the folder is there already or cannot be written, or a text holds what no table can (a NUL
    character, half a character); then the one JSON document holds it.
    """
    every = tuple(courses)
    tables = {name: _table(kind, every) for name, kind in KINDS.items()}

    def write(part: Path) -> None:
        for name, data in tables.items():
            (part / f"{name}.csv").write_bytes(data)
            (part / f"{name}.dictionary.csv").write_bytes(dictionary_csv(KINDS[name].columns))
        _write_readings(every, part / READINGS)

    write_folder_whole(Path(folder), write)


def _table(kind: Kind, courses: Iterable[Course]) -> bytes:
    return csv_bytes(kind.names, _rows(kind, courses))


def _rows(kind: Kind, courses: Iterable[Course]) -> Iterator[dict[str, Value]]:
    for course in courses:
        for value in _VALUES[kind.name](course):
            row: dict[str, Value] = {"patient": course.patient.pseudonym}
            for member in fields(value):
                column, found = _CALLED.get(member.name, member.name), getattr(value, member.name)
                row[column] = items_text(found) if isinstance(found, tuple) else found
                _refuse_unwritable(kind.name, column, row[column])
            yield row


def _refuse_unwritable(table: str, column: str, value: Value) -> None:
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= char <= "\udfff" for char in value)):
        raise OutputError(
            f"{table}.csv, column {column}: a text holds a NUL or half a character, which no table can; write the one "
            "JSON document instead, or correct the text"
        )


def _write_readings(courses: Iterable[Course], folder: Path) -> None:
    """Write the readings, numbered: their ids may differ in case alone, which some file systems do not tell apart."""
    readings = [reading for course in courses for reading in course.readings]
    folder.mkdir()
    for number, reading in enumerate(readings, 1):
        write_reading(reading, folder / f"{number:06d}-{reading.id}.json")
