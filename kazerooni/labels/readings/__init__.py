"""Readings in and out: `reading.json`, and tables of typed values."""

from kazerooni.labels.readings.document import READING_SCHEMA_VERSION, reading_from_json, reading_json
from kazerooni.labels.readings.draft import (
    DRAFT_DOCUMENT,
    DRAFT_LAYERS,
    DRAFT_SUFFIX,
    DRAFT_VERSION,
    deflated_slice,
    draft_file,
    proposed_draft,
)
from kazerooni.labels.readings.file import read_reading, reading_text, write_reading
from kazerooni.labels.readings.table import read_typed_table, typed_readings

__all__ = [
    "DRAFT_DOCUMENT",
    "DRAFT_LAYERS",
    "DRAFT_SUFFIX",
    "DRAFT_VERSION",
    "READING_SCHEMA_VERSION",
    "deflated_slice",
    "draft_file",
    "proposed_draft",
    "read_reading",
    "read_typed_table",
    "reading_from_json",
    "reading_json",
    "reading_text",
    "typed_readings",
    "write_reading",
]
