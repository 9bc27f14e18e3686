"""Elements: how a little-endian data set is laid out, and how to step over a sequence without knowing what is in it."""

from __future__ import annotations

from functools import cache
from struct import Struct
from typing import Final

from pydicom.datadict import dictionary_VR

from kazerooni.dicom.header import UNDEFINED_LENGTH

EXPLICIT = Struct("<IHH").unpack_from  # tag with its halves swapped, VR, length
IMPLICIT = Struct("<II").unpack_from  # tag with its halves swapped, length
LENGTH = Struct("<I").unpack_from


class UnknownError(Exception):
    """The walk met something that it does not know."""


class ShortError(Exception):
    """The walk needs bytes beyond those at hand, up to `end`."""

    def __init__(self, end: int) -> None:
        super().__init__(end)
        self.end = end


def swap(tag: int) -> int:
    """Give a tag as the one little-endian number that its four bytes make, or the tag of such a number."""
    return (tag & 0xFFFF) << 16 | tag >> 16


def _vrs(names: str) -> frozenset[int]:
    return frozenset(int.from_bytes(name.encode(), "little") for name in names.split())


SHORT_VRS: Final = _vrs("AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US")  # length in two bytes
LONG_VRS: Final = _vrs("OB OD OF OL OV OW SQ SV UC UN UR UT UV")  # length in four, after two spare ones
SEQUENCE: Final = next(iter(_vrs("SQ")))
BYTES_OR_WORDS: Final = _vrs("OB OW")

# Commands and items have no place among the elements of a data set.
ODD_GROUPS: Final = frozenset({0x0000, 0xFFFE})

_ITEM: Final = swap(0xFFFEE000)
_ITEM_END: Final = swap(0xFFFEE00D)
_SEQUENCE_END: Final = swap(0xFFFEE0DD)


def skip_sequence(data: bytes, position: int, *, implicit: bool) -> int:
    """Give the end of a sequence of undefined length whose first item is at `position`."""
    available = len(data)
    while position + 8 <= available:
        tag, length = IMPLICIT(data, position)
        position += 8
        if tag == _SEQUENCE_END:
            return position
        if tag != _ITEM:
            raise UnknownError
        position = _skip_item(
            data, position, None if length == UNDEFINED_LENGTH else position + length, implicit=implicit
        )
    raise ShortError(position + 8)


def _skip_item(data: bytes, position: int, end: int | None, *, implicit: bool) -> int:
    """Give the end of an item by walking its elements: at `end`, or at its delimiter where its length is undefined."""
    available = len(data)
    while position != end:
        if position + 12 > available:
            raise ShortError(position + 12)
        tag, length = IMPLICIT(data, position)
        if end is None:
            if tag == _ITEM_END:
                return position + 8
        elif position > end:
            raise UnknownError
        if tag & 0xFFFF in ODD_GROUPS:
            raise UnknownError
        position = _skip_implicit(data, position, tag, length) if implicit else _skip_explicit(data, position)
    return position


def _skip_implicit(data: bytes, position: int, tag: int, length: int) -> int:
    if length == UNDEFINED_LENGTH:
        return skip_implicit_sequence(data, position + 8, tag)
    return position + 8 + length


def _skip_explicit(data: bytes, position: int) -> int:
    _, vr, length = EXPLICIT(data, position)
    if vr in SHORT_VRS:
        return position + 8 + int(length)
    if vr not in LONG_VRS:
        raise UnknownError
    length = LENGTH(data, position + 8)[0]
    if length != UNDEFINED_LENGTH:
        return position + 12 + int(length)
    if vr != SEQUENCE:
        raise UnknownError
    return skip_sequence(data, position + 12, implicit=False)


def skip_implicit_sequence(data: bytes, position: int, tag: int) -> int:
    """Give the end of an implicit element of undefined length at `position`, if it is a sequence."""
    if position + 4 > len(data):
        raise ShortError(position + 4)
    known = _is_known_sequence(tag)
    if known is False or (known is None and LENGTH(data, position)[0] != _ITEM):
        raise UnknownError
    return skip_sequence(data, position, implicit=True)


@cache
def _is_known_sequence(tag: int) -> bool | None:
    """Tell whether the dictionary of DICOM says that an element is a sequence; None where it does not know it."""
    try:
        return dictionary_VR(swap(tag)) == "SQ"
    except KeyError:
        return None
