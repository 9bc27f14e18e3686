"""What is written of courses is read back as it was, from tables and from the one document."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings

from kazerooni import records
from kazerooni.errors import OutputError, ReadingError
from kazerooni.model import Course, Event, EventKind, LungFunction, Patient, Reading, ScanRef, Status, Treatment
from kazerooni.records import (
    KINDS,
    Head,
    course_from_json,
    course_json,
    read_book,
    read_records,
    write_book,
    write_tables,
)
from tests.records.strategies import TODAY, books

HEAD = Head(3, "0" * 63 + "a")
slow = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def same(one: tuple[Course, ...], two: tuple[Course, ...]) -> bool:
    """Tell whether courses say the same, bit for bit."""
    return [course_json(course) for course in one] == [course_json(course) for course in two]


@slow
@given(books)
def test_tables_are_read_back(courses: tuple[Course, ...]) -> None:
    """Four tables and a folder of readings give the courses back that they were written from, in their order."""
    with TemporaryDirectory() as folder:
        write_tables(courses, Path(folder, "book"))
        found = read_records([Path(folder, "book")], today=TODAY)
        assert (same(found.courses, courses), found.problems, found.told) == (True, (), ())
        assert found.taken == {
            "patients": len(courses),
            "readings": sum(len(course.readings) for course in courses),
            "lung_function": sum(len(course.lung_function) for course in courses),
            "treatments": sum(len(course.treatments) for course in courses),
            "events": sum(len(course.events) for course in courses),
        }


@slow
@given(books)
def test_the_document_is_read_back(courses: tuple[Course, ...]) -> None:
    """One JSON document gives the courses back, and the head of the chain; importing it finds nothing wrong."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "book.json")
        assert write_book(iter(courses), file, head=HEAD) == len(courses)
        book = read_book(file)
        assert (same(book.courses, courses), book.head) == (True, HEAD)
        found = read_records([file], today=TODAY)
        assert (same(found.courses, courses), found.problems) == (True, ())


def test_a_document_stands_on_lines_of_its_own_and_says_who_wrote_it(tmp_path: Path) -> None:
    """The document is JSON with its version, the program, no head where none was given, and a line for each patient."""
    courses = [Course(patient=Patient(pseudonym=code)) for code in ("P-1", "P-2")]
    write_book(courses, tmp_path / "book.json")
    text = (tmp_path / "book.json").read_text("utf-8")
    document = json.loads(text)
    assert (document["schema_version"], document["program"]["name"], document["head"]) == (1, "kazerooni", None)
    assert [line.startswith('{"patient": {"pseudonym": "P-') for line in text.splitlines()[1:3]] == [True, True]


def test_a_book_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Where writing breaks off in the middle, no file is left; one that is there is overwritten only when forced."""
    one = Course(patient=Patient(pseudonym="P-1"))

    def broken() -> Iterator[Course]:
        yield one
        raise ReadingError("the store is gone")

    with pytest.raises(ReadingError, match="the store is gone"):
        write_book(broken(), tmp_path / "book.json")
    assert not list(tmp_path.iterdir())
    write_book([one], tmp_path / "book.json")
    with pytest.raises(OutputError, match="is there already"):
        write_book([one], tmp_path / "book.json")
    assert write_book([one, Course(patient=Patient(pseudonym="P-2"))], tmp_path / "book.json", force=True) == 2
    assert len(read_book(tmp_path / "book.json").courses) == 2


def test_a_dictionary_lies_beside_each_table(tmp_path: Path) -> None:
    """Each table has the columns of its dictionary in the same order, and a unit stands with each measurement."""
    write_tables([Course(patient=Patient(pseudonym="P-1"))], tmp_path / "book")
    for name in KINDS:
        with (tmp_path / "book" / f"{name}.csv").open(newline="") as table:
            header = next(csv.reader(table))
        with (tmp_path / "book" / f"{name}.dictionary.csv").open(newline="") as dictionary:
            rows = list(csv.DictReader(dictionary))
        assert header == [row["name"] for row in rows]
        assert all(row["meaning"] != "NA" for row in rows)
        assert all(row["unit"] != "NA" for row in rows if row["type"] == "number")


def test_readings_whose_ids_differ_in_case_alone_are_both_kept(tmp_path: Path) -> None:
    """Files of readings are numbered, so that a file system that ignores case loses none."""
    readings = tuple(Reading(id=name, scan=ScanRef(patient="P-1"), status=Status.SIGNED) for name in ("R-a", "R-A"))
    write_tables([Course(patient=Patient(pseudonym="P-1"), readings=readings)], tmp_path / "book")
    assert len({path.name.lower() for path in (tmp_path / "book" / "readings").iterdir()}) == 2


@pytest.mark.parametrize("text", ["a\0b", "half \ud800"])
def test_a_text_that_no_table_holds_is_refused(tmp_path: Path, text: str) -> None:
    """A NUL or half a character is refused with its table and column before anything is written; a document has it."""
    course = Course(
        patient=Patient(pseudonym="P-1"), events=(Event(kind=EventKind.RELAPSE, on=date(2001, 2, 3), remarks=text),)
    )
    with pytest.raises(OutputError, match=r"events\.csv, column remarks"):
        write_tables([course], tmp_path / "book")
    assert not list(tmp_path.iterdir())
    write_book([course], tmp_path / "book.json")
    assert read_book(tmp_path / "book.json").courses[0].events[0].remarks == text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda d: d.update(schema_version=2), "schema_version 2; this program reads 1"),
        (lambda d: d.pop("schema_version"), "this is no score book"),
        (lambda d: d.pop("head"), "must contain"),
        (lambda d: d.update(head={"count": 1, "sha256": "xyz"}), "sha256"),
        (lambda d: d["patients"].append({}), r"patients\[1\]\.course must contain"),
        (lambda d: d["patients"].append(d["patients"][0]), r"patients\[1\]: this patient stands in it already"),
        (lambda d: d["patients"][0]["events"].append({"kind": "party"}), r"patients\[0\]\.events\[0\]: event must"),
        (lambda d: d["patients"][0]["patient"].update(sex="x"), r"patient\.sex must be one of"),
        (lambda d: d["patients"][0]["readings"].append({}), r"readings\[0\]: this is no reading"),
    ],
)
def test_a_damaged_book_is_told_with_the_place(tmp_path: Path, change: Callable[[Any], object], said: str) -> None:
    """What is wrong in a document is told with its place, what is wanted and the name of the file."""
    write_book([Course(patient=Patient(pseudonym="P-1"))], tmp_path / "book.json")
    document = json.loads((tmp_path / "book.json").read_text("utf-8"))
    change(document)
    (tmp_path / "book.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(ReadingError, match=said) as refused:
        read_book(tmp_path / "book.json")
    assert str(refused.value).startswith("book.json: ")


def test_what_calls_a_patient_is_never_repeated() -> None:
    """A number or a name in the place of a pseudonym, or a year of birth in that of the age, is told but not shown."""
    for member, value in (("pseudonym", 4711), ("pseudonym", "Doe, Jane"), ("age_at_onset_years", "1956-03-02"),
                          ("age_at_onset_years", 1956)):  # fmt: skip
        document = course_json(Course(patient=Patient(pseudonym="P-1")))
        document["patient"][member] = value
        with pytest.raises(ReadingError) as refused:
            course_from_json(document)
        assert str(value) not in str(refused.value)


def test_the_published_schema_holds_for_what_is_written(tmp_path: Path) -> None:
    """A book passes its JSON Schema under another validator, and one with an unknown member does not."""
    schema = json.loads((Path(records.__file__).with_name("book.schema.json")).read_text("utf-8"))
    course = Course(
        patient=Patient(pseudonym="P-1", serology=("anti-Jo-1",)),
        lung_function=(LungFunction(on=date(2001, 2, 3), fvc_l=2),),
        treatments=(Treatment(drug="prednisone", start=date(2001, 2, 3), dose=1, unit="mg/kg/day"),),
        events=(Event(kind=EventKind.OXYGEN, on=date(2001, 2, 3), oxygen_l_per_min=2),),
    )
    write_book([course], tmp_path / "book.json", head=HEAD)
    document = json.loads((tmp_path / "book.json").read_text("utf-8"))
    validator = jsonschema.Draft7Validator(schema)
    assert not list(validator.iter_errors(document))
    document["patients"][0]["patient"]["name"] = "Doe"
    assert len(list(validator.iter_errors(document))) == 1


def test_the_schema_of_the_book_knows_every_kind_of_event() -> None:
    """The JSON Schema of a score book lists the kinds of events that the model has, in their order."""
    schema = (Path(records.__file__).parent / "book.schema.json").read_text(encoding="utf-8")
    listed = re.search(r'"kind": \{\s*"enum": \[(.*?)\]', schema, re.DOTALL)
    assert listed is not None
    assert re.findall(r'"(\w+)"', listed.group(1)) == list(EventKind)
