"""Encapsulated pixels: where the compressed bytes of every frame lie, without reading them."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import BinaryIO, NamedTuple

from kazerooni.dicom.header import PixelElement
from kazerooni.dicom.sources import Source

_ITEM = b"\xfe\xff\x00\xe0"
_SEQUENCE_END = b"\xfe\xff\xdd\xe0"
# How the first bytes of a JPEG, JPEG-LS or JPEG 2000 stream look.
_STREAM_STARTS = (b"\xff\xd8\xff", b"\xff\x4f\xff\x51", b"\x00\x00\x00\x0cjP  ")


class TruncatedError(Exception):
    """The file ends before its pixels do, or the items of its pixels make no sense. Never leaves `kazerooni.dicom`."""


class Fragment(NamedTuple):
    """One item of encapsulated PixelData: place of its tag among the items, offset of its bytes in the file, length."""

    place: int
    offset: int
    length: int


@lru_cache(maxsize=16)
def frame_fragments(source: Source, pixels: PixelElement, frames: int) -> list[list[Fragment]]:
    """Give for each frame the fragments that hold it. Raises TruncatedError."""
    with source.open() as file:
        offsets, fragments = _items(file, pixels.offset, source.size)
        if frames == 1:
            return [fragments]
        if len(fragments) == frames:
            return [[fragment] for fragment in fragments]
        if len(offsets) == frames:
            return _cut(fragments, offsets)
        starts = [f.place for f in fragments if _starts_stream(file, f)]
        if len(starts) == frames:
            return _cut(fragments, starts)
    raise TruncatedError(
        f"{frames} frames are announced, {len(fragments)} fragments are there and no usable offset table"
    )


def _items(file: BinaryIO, start: int, size: int) -> tuple[list[int], list[Fragment]]:
    """List the basic offset table and the fragments by hopping from item to item."""
    table = _item_length(file, start, size)
    if table is None:
        raise TruncatedError("the file ends before its first frame")
    offsets_raw = file.read(table)
    offsets = [int.from_bytes(offsets_raw[i : i + 4], "little") for i in range(0, table, 4)]
    first = position = start + 8 + table
    fragments: list[Fragment] = []
    while (length := _item_length(file, position, size)) is not None:
        fragments.append(Fragment(position - first, position + 8, length))
        position += 8 + length
    if not fragments:
        raise TruncatedError("there is no frame among the encapsulated pixels")
    return offsets, fragments


def _item_length(file: BinaryIO, position: int, size: int) -> int | None:
    """Give the length of the item at `position`; None at the end of the sequence."""
    file.seek(position)
    head = file.read(8)
    if head[:4] == _SEQUENCE_END:
        return None
    length = int.from_bytes(head[4:], "little")
    if len(head) < 8 or head[:4] != _ITEM or position + 8 + length > size:
        raise TruncatedError(f"the file ends after {size} bytes, inside its compressed pixels")
    return length


def _cut(fragments: list[Fragment], starts: list[int]) -> list[list[Fragment]]:
    bounds = [*starts, fragments[-1].place + 1]
    frames = [[f for f in fragments if low <= f.place < high] for low, high in pairwise(bounds)]
    if bounds[0] != 0 or not all(frames):
        raise TruncatedError("the offset table of the compressed pixels does not fit its fragments")
    return frames


def _starts_stream(file: BinaryIO, fragment: Fragment) -> bool:
    file.seek(fragment.offset)
    return file.read(12).startswith(_STREAM_STARTS)
