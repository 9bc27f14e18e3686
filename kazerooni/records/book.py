"""Book: one JSON document of some patients, written whole or not at all, read back as it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

from kazerooni.errors import ReadingError
from kazerooni.files import StrPath, write_whole_by
from kazerooni.json_stream import JsonStream
from kazerooni.model import Course
from kazerooni.records.document import check_frame, course_from_json, course_json
from kazerooni.strict_json import check_version
from kazerooni.version import __version__

BOOK_SCHEMA_VERSION = 1
WANTED = "a whole score book"
PATIENTS = "patients"


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
    reader = BookReader(path)
    courses = tuple(reader)
    return Book(courses, reader.head, reader.program_version)


class BookReader:
    """Reads a score book file patient by patient: iterate over it once. One patient at a time is in memory.

    head, program_version: of the file, once the last patient has been given.

    Iterating raises ReadingError as `read_book` does; what came before it has been given already.
    """

    def __init__(self, path: StrPath) -> None:
        self._file = Path(path)
        self._stream = open_stream(self._file)
        self.head: Head | None = None
        self.program_version = ""

    def __iter__(self) -> Iterator[Course]:
        """Give the courses."""
        try:
            yield from self._courses()
        except ReadingError as error:
            raise ReadingError(f"{self._file.name}: {error}") from None

    def _courses(self) -> Iterator[Course]:
        seen: set[str] = set()
        for index, patient in enumerate(self._stream):
            check_start(self._stream)
            place = f"patients[{index}]"
            try:
                course = course_from_json(patient)
            except ReadingError as error:
                raise ReadingError(f"{place}.{error}") from None
            if course.patient.pseudonym in seen:
                raise ReadingError(f"{place}: this patient stands in it already; put what is known into one place")
            seen.add(course.patient.pseudonym)
            yield course
        self.head, self.program_version = head_of(self._stream)


def open_stream(file: Path) -> JsonStream:
    """Open a JSON document that may be a score book; its patients are given one by one."""
    return JsonStream(file, PATIENTS, wanted=WANTED, error=ReadingError)


def check_start(stream: JsonStream) -> None:
    """Refuse a book of another version as soon as it is known, before its patients are held against this one.

    Raises ReadingError.
    """
    if "schema_version" in stream.frame:
        check_version(stream.frame, BOOK_SCHEMA_VERSION, what="score book", file=WANTED, error=ReadingError)


def head_of(stream: JsonStream) -> tuple[Head | None, str]:
    """Give the head of a book that has been read to its end, and the version of the program that wrote it.

    Raises ReadingError where what stands around its patients is not that of a book.
    """
    check_version(stream.frame, BOOK_SCHEMA_VERSION, what="score book", file=WANTED, error=ReadingError)
    frame = check_frame(stream.frame)
    head = frame["head"]
    return None if head is None else Head(int(head["count"]), head["sha256"]), frame["program"]["version"]
