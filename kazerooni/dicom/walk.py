"""The fast way to read a header: one walk over the elements of a file up to PixelData, picking the wanted ones.

It knows explicit and implicit little-endian with a preamble and file meta, sequences of defined and undefined length.
Whatever else it meets (an odd VR, big-endian, deflated, a length that leaves the file) ends the walk with None, and the file
is read the plain way. Where it gives a header, the plain way gives the same one: a property test holds them equal.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

from kazerooni.dicom import tags
from kazerooni.dicom.header import EXPLICIT_LITTLE, IMPLICIT_LITTLE, UNDEFINED_LENGTH, Header, PixelElement
from kazerooni.dicom.sources import Source

# Most headers of CT slices end within this many bytes; a longer one is fetched in further steps.
FIRST_READ_BYTES: Final = 6144
LONGEST_HEADER_BYTES: Final = 4 * 1024**2

_META_START: Final = 132
_EXPLICIT = Struct("<IHH").unpack_from  # tag with its halves swapped, VR, length
_IMPLICIT = Struct("<II").unpack_from
_LENGTH = Struct("<I").unpack_from


def _swap(tag: int) -> int:
    """Give a tag as the one little-endian number that its four bytes make."""
    return (tag & 0xFFFF) << 16 | tag >> 16


def _vr(*names: str) -> frozenset[int]:
    return frozenset(int.from_bytes(name.encode(), "little") for name in names)


_SHORT_VRS: Final = _vr(
    *("AE", "AS", "AT", "CS", "DA", "DS", "DT", "FL", "FD", "IS", "LO", "LT", "PN", "SH", "SL", "SS", "ST", "TM", "UI", "UL", "US")
)
_LONG_VRS: Final = _vr("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV")
_SEQUENCE: Final = next(iter(_vr("SQ")))
_BYTES_OR_WORDS: Final = _vr("OB", "OW")
_WANTED: Final = {_swap(tag): tag for tag in tags.WANTED}
_PIXEL_DATA: Final = _swap(tags.PIXEL_DATA)
_OTHER_PIXEL_DATA: Final = frozenset(_swap(tag) for tag in tags.ANY_PIXEL_DATA - {tags.PIXEL_DATA})
_GROUP_OF_ITEMS: Final = 0xFFFE
_ITEM: Final = _swap(0xFFFEE000)
_ITEM_END: Final = _swap(0xFFFEE00D)
_SEQUENCE_END: Final = _swap(0xFFFEE0DD)
_SYNTAX: Final = _swap(0x00020010)
# The first element of a data set must look like the syntax that the file meta names.
_CAPITALS: Final = range(0x41, 0x5B)


class _UnknownError(Exception):
    """The walk met something that it does not know."""


class _ShortError(Exception):
    """The walk needs bytes beyond those at hand, up to `end`."""

    def __init__(self, end: int) -> None:
        self.end = end


def walk(source: Source) -> Header | None:
    """Read the header of a file by walking its elements; None where the plain way must decide."""
    size = source.size
    data = source.read(0, FIRST_READ_BYTES)
    if data[128:_META_START] != b"DICM":
        return None
    while True:
        try:
            header = _walk(data, size)
            if tags.SOP_CLASS_UID not in header.raw:
                return None
            if tags.CHARACTER_SET in header.raw:
                header.raw[tags.CHARACTER_SET] = header.raw[tags.CHARACTER_SET].rstrip(b" \0")
            return header
        except _ShortError as short:
            if short.end > min(size, LONGEST_HEADER_BYTES) or len(data) >= size:
                return None
            data = source.read(0, max(4 * len(data), short.end + FIRST_READ_BYTES))
        except _UnknownError:
            return None


def walk_meta(data: bytes) -> tuple[str, int] | None:
    """Give the transfer syntax that the file meta names and the offset at which the data set starts."""
    try:
        return _walk_meta(data)
    except (_UnknownError, _ShortError):
        return None


def _walk(data: bytes, size: int) -> Header:
    syntax, position = _walk_meta(data)
    if syntax == IMPLICIT_LITTLE:
        return _walk_implicit(data, position, size, syntax)
    if syntax == EXPLICIT_LITTLE or syntax in _ENCAPSULATED:
        return _walk_explicit(data, position, size, syntax)
    raise _UnknownError


# The encapsulated syntaxes of the standard are explicit little-endian; listed, so that an unknown one is read plainly.
_ENCAPSULATED: Final = frozenset(
    f"1.2.840.10008.1.2.{tail}"
    for tail in ("4.50", "4.51", "4.57", "4.70", "4.80", "4.81", "4.90", "4.91", "4.201", "4.202", "4.203", "5")
)


def _walk_meta(data: bytes) -> tuple[str, int]:
    position, available, syntax = _META_START, len(data), ""
    while position + 12 <= available:
        tag, vr, length = _EXPLICIT(data, position)
        if tag & 0xFFFF != 2:
            return syntax, position
        if vr in _SHORT_VRS:
            value = position + 8
        elif vr in _LONG_VRS and vr != _SEQUENCE:
            length, value = _LENGTH(data, position + 8)[0], position + 12
        else:
            raise _UnknownError
        if length == UNDEFINED_LENGTH:
            raise _UnknownError
        position = value + length
        if tag == _SYNTAX and position <= available:
            syntax = data[value:position].decode("ascii", "replace").rstrip("\0 ")
    raise _ShortError(position + 12)


def _walk_explicit(data: bytes, position: int, size: int, syntax: str) -> Header:
    raw: dict[int, bytes] = {}
    available = len(data)
    while position + 12 <= available:
        tag, vr, length = _EXPLICIT(data, position)
        if vr in _SHORT_VRS:
            value = position + 8
        elif vr in _LONG_VRS:
            length, value = _LENGTH(data, position + 8)[0], position + 12
            if tag == _PIXEL_DATA:
                if vr not in _BYTES_OR_WORDS:
                    raise _UnknownError
                return Header(raw, syntax, PixelElement(value, length))
            if length == UNDEFINED_LENGTH:
                if vr != _SEQUENCE or tag in _WANTED:
                    raise _UnknownError
                position = _skip_sequence(data, value)
                continue
        else:
            raise _UnknownError
        position = value + length
        if position > available:
            if position > size:
                raise _UnknownError
            raise _ShortError(position)
        if tag in _WANTED:
            raw[_WANTED[tag]] = data[value:position]
            if vr == _SEQUENCE:
                raise _UnknownError
        elif tag in _OTHER_PIXEL_DATA or not tag & 0xFFFF:
            raise _UnknownError
    return _without_pixels(raw, syntax, position, available, size)


def _walk_implicit(data: bytes, position: int, size: int, syntax: str) -> Header:
    raw: dict[int, bytes] = {}
    available = len(data)
    if position + 6 > available:
        raise _ShortError(position + 6)
    if data[position + 4] in _CAPITALS and data[position + 5] in _CAPITALS:
        raise _UnknownError
    while position + 8 <= available:
        tag, length = _IMPLICIT(data, position)
        if tag == _PIXEL_DATA:
            return Header(raw, syntax, PixelElement(position + 8, length))
        if length == UNDEFINED_LENGTH or tag & 0xFFFF == _GROUP_OF_ITEMS:
            raise _UnknownError
        value = position + 8
        position = value + length
        if position > available:
            if position > size:
                raise _UnknownError
            raise _ShortError(position)
        if tag in _WANTED:
            raw[_WANTED[tag]] = data[value:position]
            if _WANTED[tag] in tags.FUNCTIONAL_GROUPS:
                raise _UnknownError
        elif tag in _OTHER_PIXEL_DATA or not tag & 0xFFFF:
            raise _UnknownError
    return _without_pixels(raw, syntax, position, available, size)


def _without_pixels(raw: dict[int, bytes], syntax: str, position: int, available: int, size: int) -> Header:
    if available < size:
        raise _ShortError(position + 12)
    if position != size or not raw:
        raise _UnknownError
    return Header(raw, syntax, None)


def _skip_sequence(data: bytes, position: int) -> int:
    """Give the end of a sequence of undefined length that starts at `position`."""
    available = len(data)
    while position + 8 <= available:
        tag, length = _IMPLICIT(data, position)
        position += 8
        if tag == _SEQUENCE_END:
            return position
        if tag != _ITEM:
            raise _UnknownError
        position = _skip_item(data, position, None if length == UNDEFINED_LENGTH else position + length)
    raise _ShortError(position + 8)


def _skip_item(data: bytes, position: int, end: int | None) -> int:
    """Give the end of an item by walking its elements: at `end`, or at its delimiter where its length is undefined."""
    available = len(data)
    while position != end:
        if position + 12 > available:
            raise _ShortError(position + 12)
        tag, vr, length = _EXPLICIT(data, position)
        if tag == _ITEM_END and end is None:
            return position + 8
        if end is not None and position > end:
            raise _UnknownError
        if vr in _SHORT_VRS:
            position += 8 + length
        elif vr in _LONG_VRS:
            length = _LENGTH(data, position + 8)[0]
            position += 12
            if length == UNDEFINED_LENGTH:
                if vr != _SEQUENCE:
                    raise _UnknownError
                position = _skip_sequence(data, position)
            else:
                position += length
        else:
            raise _UnknownError
    return position
