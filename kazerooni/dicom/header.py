"""Header: what is read of one DICOM file before its pixels, by either way of reading it (`walk.py`, `plain.py`)."""

from __future__ import annotations

from typing import NamedTuple

EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED})

UNDEFINED_LENGTH = 0xFFFFFFFF


class PixelElement(NamedTuple):
    """Where PixelData lies.

    offset: of its value in the file; in the inflated stream for the deflated syntax.
    length: of its value; UNDEFINED_LENGTH for encapsulated frames.
    """

    offset: int
    length: int


class Header(NamedTuple):
    """What one file says before its pixels.

    raw: bytes of the attributes of `tags.WANTED` that are present; two-byte numbers little-endian, whatever the file.
    syntax: transfer syntax UID, "" where the file names none and none can be told.
    pixels: None where the file has no PixelData.
    frames: of an enhanced multi-frame object, per frame the attributes that its functional groups give; None otherwise.
    cut_short: whether the file ends inside an element before its pixels.
    """

    raw: dict[int, bytes]
    syntax: str
    pixels: PixelElement | None
    frames: tuple[dict[int, bytes], ...] | None = None
    cut_short: bool = False


class NotDicomError(Exception):
    """The bytes are no DICOM object; the message says what they look like. Never leaves `kazerooni.dicom`."""
