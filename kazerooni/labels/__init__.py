"""Label maps and readings in and out: files on one side, frozen values on the other."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kazerooni.labels.author import Author, SegKind
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
from kazerooni.labels.seg_object import seg_object
from kazerooni.labels.sr import SrContent, is_dicom, read_sr
from kazerooni.labels.tracking import tracking_uid
from kazerooni.labels.write import check_writable, write_map

if TYPE_CHECKING:
    from kazerooni.labels.pdf_object import encapsulated_pdf
    from kazerooni.labels.sr import sr_bytes

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
    "SegKind",
    "SrContent",
    "check_writable",
    "deflated_slice",
    "draft_file",
    "encapsulated_pdf",
    "is_dicom",
    "proposed_draft",
    "read_finding_map",
    "read_lobe_map",
    "read_reading",
    "read_sr",
    "read_typed_table",
    "reading_from_json",
    "reading_json",
    "reading_text",
    "seg_contents",
    "seg_object",
    "sr_bytes",
    "tracking_uid",
    "typed_readings",
    "write_map",
    "write_reading",
]

_HOME_OF = {"encapsulated_pdf": "kazerooni.labels.pdf_object", "sr_bytes": "kazerooni.labels.sr"}


def __getattr__(name: str) -> Any:
    """Look up what makes DICOM objects when it is asked for: highdicom takes long to import."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
