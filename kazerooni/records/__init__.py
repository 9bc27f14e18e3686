"""Records: what a score book holds, as files; one JSON document, or tables for statistics, lossless both ways.

* `read_records(paths, today=...)` takes tables, readings and books from files and folders, checks every row, and gives
  `Records`: courses, and all problems at once.
* `write_tables(courses, folder)` and `write_book(courses, path)` write what `read_records` gives back; `read_book` also
  gives the head of the audit chain that a store wrote, and `BookReader` a patient at a time.
* `course_json` and `course_from_json`, with those of each part, are the JSON values in between.
* `shift_dates` and `replace_uids` make an export from which no true date is told.
* `Pseudonymise(key)` lets `read_records` take tables that still call patients by an id.
* `KINDS` has the columns of the tables, as data.
"""

from kazerooni.identity import shift_of
from kazerooni.records.book import BOOK_SCHEMA_VERSION, Book, BookReader, Head, read_book, write_book
from kazerooni.records.columns import EVENTS, KINDS, LUNG_FUNCTION, PATIENTS, TREATMENTS, Kind
from kazerooni.records.dates import shift_dates
from kazerooni.records.document import (
    course_from_json,
    course_json,
    event_from_json,
    event_json,
    lung_function_from_json,
    lung_function_json,
    patient_from_json,
    patient_json,
    treatment_from_json,
    treatment_json,
)
from kazerooni.records.found import Fault, Where
from kazerooni.records.gather import Records, read_records
from kazerooni.records.pseudonyms import Pseudonymise
from kazerooni.records.uids import replace_uids
from kazerooni.records.write import READINGS, write_tables

__all__ = [
    "BOOK_SCHEMA_VERSION",
    "EVENTS",
    "KINDS",
    "LUNG_FUNCTION",
    "PATIENTS",
    "READINGS",
    "TREATMENTS",
    "Book",
    "BookReader",
    "Fault",
    "Head",
    "Kind",
    "Pseudonymise",
    "Records",
    "Where",
    "course_from_json",
    "course_json",
    "event_from_json",
    "event_json",
    "lung_function_from_json",
    "lung_function_json",
    "patient_from_json",
    "patient_json",
    "read_book",
    "read_records",
    "replace_uids",
    "shift_dates",
    "shift_of",
    "treatment_from_json",
    "treatment_json",
    "write_book",
    "write_tables",
]
