"""Whole: whether bytes are the object that was wanted, all of it."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.errors import InvalidDicomError
from pydicom.pixels.utils import get_expected_length

from kazerooni.errors import ObjectError
from kazerooni.pacs.server import Instance

_PIXELS: Final = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")


def check_whole(wanted: Instance, data: bytes) -> None:
    """Raise ObjectError unless the bytes are a DICOM file of that object, with as many pixels as its header says."""
    found = _read(io.BytesIO(data))
    if found is None:
        raise ObjectError(f"object {wanted.sop_uid}: the server sent what is no DICOM; see its log")
    uid = str(found.get("SOPInstanceUID", ""))  # pydicom gives nothing of a file that ends amid compressed pixels
    if uid and uid != wanted.sop_uid:
        raise ObjectError(f"object {wanted.sop_uid}: the server sent another object in its place; see its log")
    if not uid or not _has_all_pixels(found):
        raise ObjectError(f"object {wanted.sop_uid}: it is cut short; see whether the server's own is whole")


def is_whole(path: Path, sop_uid: str) -> bool:
    """Tell whether a file that is there already is that object, all of it."""
    if not path.is_file():
        return False
    found = _read(io.BytesIO(path.read_bytes()))
    return found is not None and str(found.get("SOPInstanceUID", "")) == sop_uid and _has_all_pixels(found)


def _read(file: io.BytesIO) -> Dataset | None:
    try:
        return dcmread(file)
    except (InvalidDicomError, EOFError, OSError, ValueError, AttributeError, KeyError, NotImplementedError):
        return None


def _has_all_pixels(found: Dataset) -> bool:
    """Compare the length of uncompressed pixels with what the header says; compressed ones end with a delimiter.

    pydicom leaves out an element that ends before its delimiter.
    """
    if "Rows" not in found or "Columns" not in found:
        return True
    pixels = next((found[name].value for name in _PIXELS if name in found), None)
    if not pixels:
        return False
    try:
        is_compressed = found.file_meta.TransferSyntaxUID.is_compressed
        return is_compressed or len(pixels) >= get_expected_length(found, unit="bytes")
    except (AttributeError, TypeError, ValueError):  # a header without sizes: the loader tells
        return True
