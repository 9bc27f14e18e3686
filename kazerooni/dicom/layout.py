"""Layouts: where the values of a header lie, remembered from file to file.

The slices of a series are written by one program: nearly all have the same elements at the same places, and only
values differ. What a walk finds depends on no byte of the values that it steps over; so a file that agrees with an
earlier one in all the other bytes has its values at the same places, and need not be walked.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from kazerooni.dicom.header import Header, PixelElement

# As many as a series has in practice, while its lengths differ (a position of one digit more, a longer UID).
_MOST_LAYOUTS: Final = 8
_TAIL_BYTES: Final = 8


# Where a value lies in a file: its tag, 0 where it is not wanted, its start and its end.
Value = tuple[int, int, int]


class Layout(NamedTuple):
    """Where everything lies up to the pixels.

    fixed: the bytes before the pixels that are no value, as one number, and `mask` the number that picks them.
    tail: the last of them, which tell most other layouts apart at a glance.
    """

    mask: int
    fixed: int
    tail: bytes
    wanted: tuple[Value, ...]
    syntax: str
    pixels: PixelElement

    def fits(self, data: bytes) -> bool:
        """Tell whether a file that begins with `data` has this layout."""
        end = self.pixels.offset
        return (
            data[end - _TAIL_BYTES : end] == self.tail
            and int.from_bytes(data[:end], "little") & self.mask == self.fixed
        )

    def header(self, data: bytes) -> Header:
        """Read the header of a file that has this layout."""
        return Header({tag: data[start:end] for tag, start, end in self.wanted}, self.syntax, self.pixels)


class Layouts:
    """The layouts of the files that were read last."""

    def __init__(self) -> None:
        self._recent: list[Layout] = []

    def header(self, data: bytes) -> Header | None:
        """Read the header of a file that begins with `data`, if it has a layout that is known."""
        for place, layout in enumerate(self._recent):
            if layout.fits(data):
                if place:
                    self._recent.insert(0, self._recent.pop(place))
                return layout.header(data)
        return None

    def remember(self, data: bytes, header: Header, values: list[Value]) -> None:
        """Remember where a walk over `data` found its values: all that it stepped over without looking at them."""
        if header.pixels is None:
            return
        end = header.pixels.offset
        picked = bytearray(b"\xff") * end
        for _, start, stop in values:
            picked[start:stop] = bytes(stop - start)
        mask = int.from_bytes(picked, "little")
        fixed = int.from_bytes(data[:end], "little") & mask
        wanted = tuple(value for value in values if value[0])
        layout = Layout(mask, fixed, data[end - _TAIL_BYTES : end], wanted, header.syntax, header.pixels)
        self._recent = [layout, *self._recent[: _MOST_LAYOUTS - 1]]
