"""Label maps and readings in and out: files on one side, frozen values on the other."""

from kazerooni.labels.author import Author
from kazerooni.labels.conventions import CONVENTIONS
from kazerooni.labels.meaning import COLOURS
from kazerooni.labels.read import read_finding_map, read_lobe_map
from kazerooni.labels.readings import (
    DRAFT_DOCUMENT,
    DRAFT_LAYERS,
    DRAFT_SUFFIX,
    DRAFT_VERSION,
    READING_SCHEMA_VERSION,
    deflated_slice,
    draft_file,
    proposed_draft,
    read_reading,
    read_typed_table,
    reading_from_json,
    reading_json,
    reading_text,
    typed_readings,
    write_reading,
)
from kazerooni.labels.seg import SegContents, seg_contents
from kazerooni.labels.write import check_writable, write_map

__all__ = [
    "COLOURS",
    "CONVENTIONS",
    "DRAFT_DOCUMENT",
    "DRAFT_LAYERS",
    "DRAFT_SUFFIX",
    "DRAFT_VERSION",
    "READING_SCHEMA_VERSION",
    "Author",
    "SegContents",
    "check_writable",
    "deflated_slice",
    "draft_file",
    "proposed_draft",
    "read_finding_map",
    "read_lobe_map",
    "read_reading",
    "read_typed_table",
    "reading_from_json",
    "reading_json",
    "reading_text",
    "seg_contents",
    "typed_readings",
    "write_map",
    "write_reading",
]
