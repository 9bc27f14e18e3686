"""The fast way to read a header: one walk over the elements of a file up to PixelData, picking the wanted ones.

It knows explicit and implicit little-endian with a preamble and file meta, sequences of defined and undefined length.
Whatever else it meets (an odd VR, big-endian, deflated, a length that leaves the file) ends the walk with None, and
the file is read the plain way. Where it gives a header, the plain way gives the same one: a property test holds them
equal.
"""

from __future__ import annotations

from typing import Final

from kazerooni.dicom import tags
from kazerooni.dicom.elements import (
    BYTES_OR_WORDS,
    CHARACTER_SET,
    CODE_STRING,
    EXPLICIT,
    IMPLICIT,
    LENGTH,
    LONG_VRS,
    ODD_GROUPS,
    SEQUENCE,
    SHORT_VRS,
    ShortError,
    Stepper,
    UnknownError,
    swap,
)
from kazerooni.dicom.header import EXPLICIT_LITTLE, IMPLICIT_LITTLE, UNDEFINED_LENGTH, Header, PixelElement
from kazerooni.dicom.layout import Layouts, Value
from kazerooni.dicom.sources import Source

# Most headers of CT slices end within this many bytes; a longer one is fetched in further steps.
FIRST_READ_BYTES: Final = 8192
LONGEST_HEADER_BYTES: Final = 4 * 1024**2

_PREAMBLE: Final = 128
_META_START: Final = 132
_WANTED: Final = {swap(tag): tag for tag in tags.WANTED - tags.FUNCTIONAL_GROUPS}
_PIXEL_DATA: Final = swap(tags.PIXEL_DATA)
# Elements at which the plain way does more than step over them.
_REFUSED: Final = frozenset(map(swap, tags.ANY_PIXEL_DATA | tags.FUNCTIONAL_GROUPS))
_GROUP_LENGTH: Final = swap(0x00020000)
_UID, _UNSIGNED = (int.from_bytes(vr, "little") for vr in (b"UI", b"UL"))
_SYNTAX: Final = swap(0x00020010)
# The first element of a data set must look like the syntax that the file meta names.
_CAPITALS: Final = range(0x41, 0x5B)


def walk(source: Source, layouts: Layouts | None = None) -> Header | None:
    """Read the header of a file by walking its elements; None where the plain way must decide.

    Where the file has one of the `layouts`, nothing is walked; a new layout is added to them.
    """
    size = source.size
    data = source.read(0, FIRST_READ_BYTES)
    if data[_PREAMBLE:_META_START] != b"DICM":
        return None
    if layouts is not None and (header := layouts.header(data)) is not None:
        return _settled(header)
    while True:
        try:
            values: list[Value] = [(0, 0, _PREAMBLE)]
            header = _walk(data, size, values)
            if layouts is not None and len(data) <= FIRST_READ_BYTES:  # what lies beyond is never held against one
                layouts.remember(data, header, values)
            return _settled(header)
        except ShortError as short:
            if short.end > min(size, LONGEST_HEADER_BYTES) or len(data) >= size:
                return None
            data = source.read(0, max(4 * len(data), short.end + FIRST_READ_BYTES))
        except UnknownError:
            return None


def _settled(header: Header) -> Header | None:
    """Give a header whose character set is without padding; None where the plain way does more than step over it."""
    if tags.SOP_CLASS_UID not in header.raw:
        return None
    if tags.CHARACTER_SET in header.raw:
        header.raw[tags.CHARACTER_SET] = header.raw[tags.CHARACTER_SET].rstrip(b" \0")
    return None if b"\0" in header.raw.get(tags.CHARACTER_SET, b"") else header


def walk_meta(data: bytes) -> tuple[str, int] | None:
    """Give the transfer syntax that the file meta names and the offset at which the data set starts."""
    try:
        return _walk_meta(data, [])
    except (UnknownError, ShortError):
        return None


def _walk(data: bytes, size: int, values: list[Value]) -> Header:
    syntax, position = _walk_meta(data, values)
    if syntax == IMPLICIT_LITTLE:
        return _walk_implicit(data, position, size, syntax, values)
    if syntax == EXPLICIT_LITTLE or syntax in _ENCAPSULATED:
        return _walk_explicit(data, position, size, syntax, values)
    raise UnknownError


# The encapsulated syntaxes of the standard are explicit little-endian; listed, so that an unknown one is read plainly.
_ENCAPSULATED: Final = frozenset(
    f"1.2.840.10008.1.2.{tail}"
    for tail in ("4.50", "4.51", "4.57", "4.70", "4.80", "4.81", "4.90", "4.91", "4.201", "4.202", "4.203", "5")
)


def _walk_meta(data: bytes, values: list[Value]) -> tuple[str, int]:
    position, available, syntax = _META_START, len(data), ""
    while position + 12 <= available:
        tag, vr, length = EXPLICIT(data, position)
        if tag & 0xFFFF != 2:
            return syntax, position
        if vr in SHORT_VRS:
            value = position + 8
        elif vr in LONG_VRS and vr != SEQUENCE:
            length, value = LENGTH(data, position + 8)[0], position + 12
        else:
            raise UnknownError
        if length == UNDEFINED_LENGTH:
            raise UnknownError
        position = value + length
        if (tag == _SYNTAX and vr != _UID) or (tag == _GROUP_LENGTH and (vr, length) != (_UNSIGNED, 4)):
            raise UnknownError
        if tag == _SYNTAX and position <= available:
            syntax = data[value:position].decode("ascii", "replace").rstrip("\0 ")
        else:
            values.append((0, value, position))
    raise ShortError(position + 12)


def _walk_explicit(data: bytes, position: int, size: int, syntax: str, values: list[Value]) -> Header:  # noqa: C901, PLR0912 - the hot loop
    raw: dict[int, bytes] = {}
    available = len(data)
    while position + 12 <= available:
        tag, vr, length = EXPLICIT(data, position)
        if vr in SHORT_VRS:
            value = position + 8
        elif vr in LONG_VRS:
            length, value = LENGTH(data, position + 8)[0], position + 12
            if tag == _PIXEL_DATA:
                if vr not in BYTES_OR_WORDS:
                    raise UnknownError
                return Header(raw, syntax, PixelElement(value, length))
            if length == UNDEFINED_LENGTH:
                if vr != SEQUENCE or tag in _WANTED or tag in _REFUSED or tag & 0xFFFF in ODD_GROUPS:
                    raise UnknownError
                position = Stepper(data, values, implicit=False).sequence(value)
                continue
        else:
            raise UnknownError
        position = value + length
        if position > available:
            if position > size:
                raise UnknownError
            raise ShortError(position)
        values.append((_WANTED.get(tag, 0), value, position))
        if tag in _WANTED:
            raw[_WANTED[tag]] = data[value:position]
            if vr == SEQUENCE or (tag == CHARACTER_SET and vr != CODE_STRING):
                raise UnknownError
        elif tag in _REFUSED or tag & 0xFFFF in ODD_GROUPS:
            raise UnknownError
    return _without_pixels(raw, syntax, position, available, size)


def _walk_implicit(data: bytes, position: int, size: int, syntax: str, values: list[Value]) -> Header:  # noqa: C901 - the hot loop
    raw: dict[int, bytes] = {}
    available = len(data)
    if position + 6 > available:
        raise ShortError(position + 6)
    if data[position + 4] in _CAPITALS and data[position + 5] in _CAPITALS:
        raise UnknownError
    while position + 8 <= available:
        tag, length = IMPLICIT(data, position)
        if tag == _PIXEL_DATA:
            return Header(raw, syntax, PixelElement(position + 8, length))
        if length == UNDEFINED_LENGTH:
            if tag in _WANTED or tag in _REFUSED or tag & 0xFFFF in ODD_GROUPS:
                raise UnknownError
            position = Stepper(data, values, implicit=True).implicit_sequence(position + 8, tag)
            continue
        value = position + 8
        position = value + length
        if position > available:
            if position > size:
                raise UnknownError
            raise ShortError(position)
        values.append((_WANTED.get(tag, 0), value, position))
        if tag in _WANTED:
            raw[_WANTED[tag]] = data[value:position]
        elif tag in _REFUSED or tag & 0xFFFF in ODD_GROUPS:
            raise UnknownError
    return _without_pixels(raw, syntax, position, available, size)


def _without_pixels(raw: dict[int, bytes], syntax: str, position: int, available: int, size: int) -> Header:
    if available < size:
        raise ShortError(position + 12)
    if position != size or not raw:
        raise UnknownError
    return Header(raw, syntax, None)
