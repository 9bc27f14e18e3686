"""Label maps and readings in and out: files on one side, frozen values on the other."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kazerooni.labels.author import Author, SegKind
from kazerooni.labels.conventions import CONVENTIONS
from kazerooni.labels.meaning import COLOURS
from kazerooni.labels.read import read_finding_map, read_lobe_map
from kazerooni.labels.readings import (
    READING_SCHEMA_VERSION,
    read_reading,
    read_typed_table,
    reading_from_json,
    reading_json,
    reading_text,
    typed_readings,
    write_reading,
)
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
    "READING_SCHEMA_VERSION",
    "Author",
    "SegKind",
    "SrContent",
    "check_writable",
    "encapsulated_pdf",
    "is_dicom",
    "read_finding_map",
    "read_lobe_map",
    "read_reading",
    "read_sr",
    "read_typed_table",
    "reading_from_json",
    "reading_json",
    "reading_text",
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
