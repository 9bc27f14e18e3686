"""Book: one JSON document of some patients, written whole or not at all, read back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from kazerooni.errors import ReadingError
from kazerooni.files import StrPath, write_whole_by
from kazerooni.model import Course
from kazerooni.records.document import Document, check_frame, course_from_json, course_json
from kazerooni.strict_json import check_version, read_json
from kazerooni.version import __version__

BOOK_SCHEMA_VERSION = 1
WANTED = "a whole score book"
# 100,000 typed readings take about 300 MB.
LARGEST_BYTES = 2**31


@dataclass(frozen=True, slots=True)
class Head:
    """The end of an audit chain: how many rows it has, and the SHA-256 of the last in hexadecimal digits."""

    count: int
    sha256: str


class Book(NamedTuple):
    """What a score book file holds; head is None where no store wrote it."""

    courses: tuple[Course, ...]
    head: Head | None
    program_version: str


def write_book(courses: Iterable[Course], path: StrPath, *, head: Head | None = None, force: bool = False) -> int:
    """Write courses as one JSON document, whole or not at all; a patient at a time is in memory. Gives their number.

    courses: each patient once. head: of the audit chain, where a store writes. force: overwrite a file that is there.

    Raises OutputError where it cannot be written, or would overwrite.
    """
    frame = {
        "schema_version": BOOK_SCHEMA_VERSION,
        "program": {"name": "kazerooni", "version": __version__},
        "head": None if head is None else asdict(head),
    }
    written = 0

    def write(part: Path) -> None:
        nonlocal written
        # A lone surrogate, as of a reader whose sign is no Unicode, is written as JSON escapes it.
        with part.open("w", encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(json.dumps(frame)[:-1] + ', "patients": [')
            for written, course in enumerate(courses, 1):
                file.write("\n" if written == 1 else ",\n")
                file.write(json.dumps(course_json(course), ensure_ascii=False, allow_nan=False))
            file.write("\n]}\n")

    write_whole_by(Path(path), write, force=force)
    return written


def read_book(path: StrPath) -> Book:
    """Read a score book file.

    Raises ReadingError, naming the patient by number and the place, where it cannot be read or is none, or a patient
    stands twice.
    """
    file = Path(path)
    try:
        document = read_json(file, largest_bytes=LARGEST_BYTES, wanted=WANTED, error=ReadingError)
        return _book(document)
    except ReadingError as error:
        raise ReadingError(f"{file.name}: {error}") from None


def book_frame(document: object) -> tuple[list[object], Head | None, str]:
    """Give the patients of a book, none of them read yet, its head and the version of the program that wrote it.

    Raises ReadingError where the document is no book, or of another version.
    """
    check_version(document, BOOK_SCHEMA_VERSION, what="score book", file=WANTED, error=ReadingError)
    frame: Document = check_frame(document)
    head = frame["head"]
    found = None if head is None else Head(int(head["count"]), head["sha256"])
    return frame["patients"], found, frame["program"]["version"]


def _book(document: object) -> Book:
    patients, head, version = book_frame(document)
    courses: dict[str, Course] = {}
    for index, patient in enumerate(patients):
        place = f"patients[{index}]"
        try:
            course = course_from_json(patient)
        except ReadingError as error:
            raise ReadingError(f"{place}.{error}") from None
        if course.patient.pseudonym in courses:
            raise ReadingError(f"{place}: this patient stands in it already; put what is known into one place")
        courses[course.patient.pseudonym] = course
    return Book(tuple(courses.values()), head, version)
