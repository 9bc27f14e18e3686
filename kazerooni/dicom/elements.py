"""Elements: how a little-endian data set is laid out, and how to step over a sequence without knowing what is in it."""

from __future__ import annotations

from functools import cache
from struct import Struct
from typing import Final

from pydicom.datadict import dictionary_VR

from kazerooni.dicom.header import UNDEFINED_LENGTH
from kazerooni.dicom.layout import Value

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

# Sequences within sequences; real ones go three or four deep.
_DEEPEST: Final = 32

CHARACTER_SET: Final = swap(0x00080005)
CODE_STRING: Final = next(iter(_vrs("CS")))

_ITEM: Final = swap(0xFFFEE000)
_ITEM_END: Final = swap(0xFFFEE00D)
_SEQUENCE_END: Final = swap(0xFFFEE0DD)


class Stepper:
    """Steps over sequences of undefined length, noting every value that it steps over without looking at it."""

    def __init__(self, data: bytes, values: list[Value], *, implicit: bool) -> None:
        self._data, self._values, self._depth = data, values, 0
        self._element = self._implicit_element if implicit else self._explicit_element

    def sequence(self, position: int) -> int:
        """Give the end of a sequence of undefined length whose first item is at `position`."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise UnknownError
        while position + 8 <= len(self._data):
            tag, length = IMPLICIT(self._data, position)
            position += 8
            if tag == _SEQUENCE_END and not length:
                self._depth -= 1
                return position
            if tag != _ITEM:
                raise UnknownError
            position = self._item(position, None if length == UNDEFINED_LENGTH else position + length)
        raise ShortError(position + 8)

    def _item(self, position: int, end: int | None) -> int:
        """Give the end of an item by walking its elements: at `end`, or at its delimiter where that is None."""
        while position != end:
            if position + 12 > len(self._data):
                raise ShortError(position + 12)
            tag, length = IMPLICIT(self._data, position)
            if end is None:
                if tag == _ITEM_END and not length:
                    return position + 8
            elif position > end:
                raise UnknownError
            if tag & 0xFFFF in ODD_GROUPS:
                raise UnknownError
            position = self._element(position, tag, length)
        return position

    def _implicit_element(self, position: int, tag: int, length: int) -> int:
        if length == UNDEFINED_LENGTH:
            return self.implicit_sequence(position + 8, tag)
        return self._step_over(position + 8, length)

    def _explicit_element(self, position: int, tag: int, _: int) -> int:
        vr, length = EXPLICIT(self._data, position)[1:]
        if tag == CHARACTER_SET and vr != CODE_STRING:
            raise UnknownError
        if vr in SHORT_VRS:
            return self._step_over(position + 8, length)
        if vr not in LONG_VRS:
            raise UnknownError
        length = LENGTH(self._data, position + 8)[0]
        if length != UNDEFINED_LENGTH:
            return self._step_over(position + 12, length)
        if vr != SEQUENCE:
            raise UnknownError
        return self.sequence(position + 12)

    def _step_over(self, start: int, length: int) -> int:
        self._values.append((0, start, start + length))
        return start + length

    def implicit_sequence(self, position: int, tag: int) -> int:
        """Give the end of an implicit element of undefined length at `position`, if it is a sequence."""
        if position + 4 > len(self._data):
            raise ShortError(position + 4)
        known = _is_known_sequence(tag)
        if known is False or (known is None and LENGTH(self._data, position)[0] != _ITEM):
            raise UnknownError
        return self.sequence(position)


@cache
def _is_known_sequence(tag: int) -> bool | None:
    """Tell whether the dictionary of DICOM says that an element is a sequence; None where it does not know it."""
    try:
        return dictionary_VR(swap(tag)) == "SQ"
    except KeyError:
        return None
