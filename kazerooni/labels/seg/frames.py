"""Frames of a DICOM SEG: what the functional groups say of each.

They are read from their bytes or, where those are laid out unusually, by pydicom.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from pydicom.dataset import Dataset

Source = tuple[str, int | None]
"""SOP instance UID and frame number of a source picture; no frame number where it has one frame only."""

_SEGMENT_ID, _SEGMENT = 0x0062000A, 0x0062000B
_DERIVATION, _SOURCES, _UID, _FRAME_NUMBER = 0x00089124, 0x00082112, 0x00081155, 0x00081160
_PLANE, _POSITION = 0x00209113, 0x00200032
_TURN, _ORIENTATION = 0x00209116, 0x00200037
_MEASURES, _SPACING = 0x00289110, 0x00280030
_OUTER: Final = frozenset({_SEGMENT_ID, _DERIVATION, _PLANE, _TURN, _MEASURES})
_LEAVES: Final = frozenset({_SEGMENT, _UID, _FRAME_NUMBER, _POSITION, _ORIENTATION, _SPACING})
_SEQUENCES: Final = _OUTER | {_SOURCES}
_WANTED: Final = _LEAVES | {_SOURCES}
_MOST_LAYOUTS: Final = 16  # of items of one length

_ITEM: Final = b"\xfe\xff\x00\xe0"
_UNDEFINED: Final = 0xFFFFFFFF
_LONG_VRS: Final = frozenset(
    {b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"}
)


class UnusualError(Exception):
    """The bytes are not laid out as nearly all are; pydicom reads them. Never leaves `kazerooni.labels`."""


@dataclass(slots=True)
class FrameGroups:
    """What the functional groups of one frame say; None or empty where they do not.

    segment: ReferencedSegmentNumber. sources: the pictures it was drawn on. position, orientation, spacing: raw decimal
    strings of ImagePositionPatient, ImageOrientationPatient, PixelSpacing.
    """

    segment: int | None = None
    sources: list[Source] = field(default_factory=list)
    position: bytes = b""
    orientation: bytes = b""
    spacing: bytes = b""


def with_shared(frame: FrameGroups, shared: FrameGroups) -> FrameGroups:
    """Give what is said of a frame by itself and, where that is silent, of all frames."""
    return FrameGroups(
        frame.segment if frame.segment is not None else shared.segment,
        frame.sources or shared.sources,
        frame.position or shared.position,
        frame.orientation or shared.orientation,
        frame.spacing or shared.spacing,
    )


def groups_from_bytes(value: bytes, *, implicit: bool) -> Iterator[FrameGroups]:
    """Read the items of a functional groups sequence from its value, little-endian.

    Raises UnusualError for undefined lengths, and lengths that do not fit.
    """
    layouts: dict[int, list[_Layout]] = {}
    for start, end in _items(value, 0, len(value)):
        alike = layouts.setdefault(end - start, [])
        layout = next((one for one in alike if one.fits(value, start)), None)
        if layout is None:
            layout = _layout_of(value, start, end, implicit=implicit)
            del alike[_MOST_LAYOUTS - 1 :]
            alike.insert(0, layout)
        groups = FrameGroups()
        for tag, first, last in layout.values:
            _keep(tag, value[start + first : start + last], groups)
        yield groups


class _Layout(NamedTuple):
    """How an item is laid out, which thousands of frames share.

    heads: all its bytes but the values of elements, with their offsets. values: tags of what is wanted, with the
    offsets of its beginning and end.
    """

    heads: tuple[tuple[int, bytes], ...]
    values: tuple[tuple[int, int, int], ...]

    def fits(self, value: bytes, start: int) -> bool:
        """Tell whether an item of the same length that begins there is laid out so."""
        return all(value.startswith(head, start + offset) for offset, head in self.heads)


def _layout_of(value: bytes, start: int, end: int, *, implicit: bool) -> _Layout:
    spans: list[tuple[int, int, int]] = []
    _collect(value, start, end, spans, implicit=implicit)
    edges = [start, *(edge for _, first, last in spans for edge in (first, last)), end]
    heads = [(first - start, value[first:last]) for first, last in zip(edges[::2], edges[1::2], strict=True)]
    wanted = [(tag, first - start, last - start) for tag, first, last in spans if tag in _WANTED]
    return _Layout(tuple(heads), tuple(wanted))


def _items(value: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        if value[start : start + 4] != _ITEM or start + 8 > end:
            raise UnusualError
        length = int.from_bytes(value[start + 4 : start + 8], "little")
        start += 8
        if length > end - start:
            raise UnusualError
        yield start, start + length
        start += length


def _collect(value: bytes, start: int, end: int, spans: list[tuple[int, int, int]], *, implicit: bool) -> None:
    """List the values between two offsets by tag, beginning and end, those in sequences of interest too.

    An item of the source pictures stands in the list as an empty value of its sequence.
    """
    while start < end:
        if start + 8 > end:
            raise UnusualError
        group, element = struct.unpack_from("<HH", value, start)
        tag = group << 16 | element
        vr = value[start + 4 : start + 6]
        if implicit:
            length = int.from_bytes(value[start + 4 : start + 8], "little")
            start += 8
        elif vr in _LONG_VRS:
            length = int.from_bytes(value[start + 8 : start + 12], "little")
            start += 12
        else:
            length = int.from_bytes(value[start + 6 : start + 8], "little")
            start += 8
        if length > end - start:  # an undefined length too
            raise UnusualError
        if tag in _SEQUENCES:
            for first, last in _items(value, start, start + length):
                if tag == _SOURCES:
                    spans.append((tag, first, first))
                _collect(value, first, last, spans, implicit=implicit)
        else:
            spans.append((tag, start, start + length))
        start += length


def _keep(tag: int, raw: bytes, groups: FrameGroups) -> None:
    if tag == _SOURCES:
        groups.sources.append(("", None))
    elif tag == _SEGMENT:
        groups.segment = int.from_bytes(raw, "little")
    elif tag == _UID and groups.sources:
        groups.sources[-1] = (raw.rstrip(b"\0 ").decode("latin-1"), groups.sources[-1][1])
    elif tag == _FRAME_NUMBER and groups.sources:
        try:
            numbers = [int(number) for number in raw.rstrip(b"\0 ").split(b"\\")]
        except ValueError:
            raise UnusualError from None
        uid = groups.sources.pop()[0]
        groups.sources += [(uid, number) for number in numbers]
    elif tag == _POSITION:
        groups.position = raw
    elif tag == _ORIENTATION:
        groups.orientation = raw
    elif tag == _SPACING:
        groups.spacing = raw


def groups_from_datasets(items: Sequence[Dataset]) -> Iterator[FrameGroups]:
    """Read the same from items that pydicom has parsed."""
    for item in items:
        groups = FrameGroups()
        for identification in item.get("SegmentIdentificationSequence") or ():
            groups.segment = int(identification.ReferencedSegmentNumber)
        for derivation in item.get("DerivationImageSequence") or ():
            for source in derivation.get("SourceImageSequence") or ():
                uid, numbers = str(source.get("ReferencedSOPInstanceUID", "")), source.get("ReferencedFrameNumber")
                several = numbers if isinstance(numbers, list) or hasattr(numbers, "__iter__") else [numbers]
                groups.sources += [(uid, None if number is None else int(number)) for number in several]
        groups.position = _text(item, "PlanePositionSequence", "ImagePositionPatient")
        groups.orientation = _text(item, "PlaneOrientationSequence", "ImageOrientationPatient")
        groups.spacing = _text(item, "PixelMeasuresSequence", "PixelSpacing")
        yield groups


def _text(item: Dataset, sequence: str, keyword: str) -> bytes:
    inner = item.get(sequence)
    value = inner[0].get(keyword) if inner else None
    return b"" if value is None else "\\".join(str(number) for number in value).encode()
