"""The plain way to read a header: pydicom, for whatever `walk.py` does not know.

Lenient: no preamble, no file meta, big-endian, deflated, wrong VRs, undefined lengths. Memory is bounded: a length
that the file cannot hold reserves nothing, a deflated stream is unpacked only as far as the header reaches.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import BinaryIO, Final, Literal, cast

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.filereader import read_dataset, read_partial
from pydicom.multival import MultiValue

from kazerooni.dicom import tags
from kazerooni.dicom.deflated import inflate
from kazerooni.dicom.header import (
    DEFLATED,
    EXPLICIT_BIG,
    EXPLICIT_LITTLE,
    IMPLICIT_LITTLE,
    Header,
    NotDicomError,
    PixelElement,
)
from kazerooni.dicom.multiframe import frame_attributes
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.dicom.sources import Source
from kazerooni.dicom.walk import LONGEST_HEADER_BYTES, walk_meta

_PREAMBLE: Final = 128
_LFS: Final = b"version https://git-lfs"
_META_READ_BYTES: Final = 65536
_MOST_ELEMENTS: Final = 100_000
# A header may unpack to this many times its file, and to some megabytes in any case.
_MOST_UNPACKED: Final = 20
_UNPACKED_IN_ANY_CASE: Final = 4 * 1024**2


def read_plainly(source: Source, *, frames: bool = True) -> Header:
    """Read the header of a file with pydicom.

    frames: whether the groups of each frame are read too, which takes a third of a second for a thousand.

    Raises NotDicomError for anything that is no DICOM object, OSError.
    """
    start = source.read(0, _META_READ_BYTES)
    _refuse_other_things(start)
    meta = walk_meta(start) if start[_PREAMBLE : _PREAMBLE + 4] == b"DICM" else None
    if meta is None and DEFLATED.encode() in start:
        raise NotDicomError("broken DICOM: deflated, and its file meta cannot be read")
    if meta is not None and start[meta[1] : meta[1] + 2] == b"\0\0":
        raise NotDicomError("broken DICOM: zeros follow its file meta; get the file again")
    with quiet_pydicom():
        try:
            if meta is not None and meta[0] == DEFLATED:
                return _read_deflated(source, frames=frames)
            with source.open() as file:
                try:
                    return _parse_file(file, source.size, frames=frames)
                except (
                    TypeError,
                    ValueError,
                ):  # pydicom cannot read on past a character set that it does not understand
                    return _parse_file(_without_character_set(source), source.size, frames=frames)
        except OSError:
            raise
        except Exception as error:  # the edge of the batch loop: pydicom raises nearly anything on broken bytes
            raise NotDicomError(f"broken DICOM: {type(error).__name__} while reading its header") from error


def _refuse_other_things(start: bytes) -> None:
    if not start:
        raise NotDicomError("empty file")
    if start.startswith(_LFS):
        raise NotDicomError("a Git LFS pointer, not the file itself; get it with `git lfs pull`")
    if start[_PREAMBLE : _PREAMBLE + 4] == b"DICM":
        return
    # Without a preamble a data set starts with group 0002 or 0008, in either byte order.
    if start[:2] not in (b"\x02\x00", b"\x08\x00", b"\x00\x08", b"\x00\x02") or len(start) < 8:
        raise NotDicomError("not DICOM")


def _parse_file(file: BinaryIO, size: int, *, frames: bool) -> Header:
    bounded = cast("BinaryIO", _Bounded(file, size))
    dataset = read_partial(bounded, stop_when=_Stop(), force=True)
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", ""))
    implicit, little = dataset.original_encoding
    if not syntax:
        syntax = IMPLICIT_LITTLE if implicit else EXPLICIT_LITTLE if little else EXPLICIT_BIG
    return _header(dataset, bounded, syntax, frames=frames)


def _without_character_set(source: Source) -> BinaryIO:
    """Give the head of a file with its SpecificCharacterSet blanked: text is then read as Latin-1."""
    head = bytearray(source.read(0, LONGEST_HEADER_BYTES))
    for tag in (b"\x08\x00\x05\x00", b"\x00\x08\x00\x05"):
        start = head.find(tag)
        if start >= 0:
            vr, short = head[start + 4 : start + 6], head[start + 6 : start + 8]
            explicit = vr.isalpha() and vr.isupper()
            length = max(short) if explicit else int.from_bytes(head[start + 4 : start + 8], "little")
            head[start + 4 : start + 6] = b"CS" if explicit else vr
            end = min(start + 8 + length, len(head))
            head[start + 8 : end] = b" " * (end - start - 8)
            return io.BytesIO(head)
    raise ValueError("no character set to blank")


def _read_deflated(source: Source, *, frames: bool) -> Header:
    """Read the header of a deflated data set; offsets count in the inflated stream."""
    limit = 256 * 1024
    most = max(_MOST_UNPACKED * source.size, _UNPACKED_IN_ANY_CASE)
    while True:
        inflated = io.BytesIO(b"".join(inflate(source, limit)))
        size = len(inflated.getbuffer())
        dataset = read_dataset(inflated, is_implicit_VR=False, is_little_endian=True, stop_when=_Stop())
        header = _header(dataset, inflated, DEFLATED, frames=frames)
        if header.pixels is not None or size < limit or limit >= most:
            return header
        limit = min(limit * 8, most)


class _Stop:
    """Tells pydicom where to stop: at the pixels, at zeros (a failed copy), after more elements than a header has."""

    def __init__(self) -> None:
        self._elements = 0

    def __call__(self, tag: int, *_: object) -> bool:
        self._elements += 1
        return int(tag) in tags.ANY_PIXEL_DATA or int(tag) >> 16 == 0 or self._elements > _MOST_ELEMENTS


def _header(dataset: Dataset, file: BinaryIO, syntax: str, *, frames: bool) -> Header:
    end = file.tell()
    big = syntax == EXPLICIT_BIG
    elements = {
        int(tag): cast("RawDataElement | DataElement", dataset.get_item(tag, keep_deferred=True))
        for tag in list(dataset.keys())
    }
    found = {tag: _raw_value(elements[tag], tag, big=big) for tag in tags.WANTED if tag in elements}
    raw = {tag: value for tag, value in found.items() if value is not None}
    if tags.SOP_CLASS_UID not in raw and (named := _sop_class_of_meta(dataset)):
        raw[tags.SOP_CLASS_UID] = named.encode("ascii", "replace")
    implicit = next((e.is_implicit_VR for e in elements.values() if isinstance(e, RawDataElement)), False)
    pixels = _pixel_element(file, end, big=big, implicit=implicit)
    per_frame = elements.get(tags.PER_FRAME_GROUPS)
    is_told = frames and per_frame is not None and per_frame.VR in {"SQ", None}
    of_frames = frame_attributes(dataset) if is_told else None
    return Header(raw, syntax, pixels, of_frames, cut_short=pixels is None and _is_cut_short(elements.values()))


def _sop_class_of_meta(dataset: Dataset) -> str:
    return str(dataset.file_meta.get("MediaStorageSOPClassUID", "")) if isinstance(dataset, FileDataset) else ""


def _raw_value(element: RawDataElement | DataElement, tag: int, *, big: bool) -> bytes | None:
    """Give the bytes of an element, numbers little-endian; None for a sequence."""
    if element.VR == "SQ":
        return None
    if isinstance(element, DataElement):  # pydicom has decoded it already: an empty value or the character set
        value = element.value or ""
        return ("\\".join(value) if isinstance(value, MultiValue | list) else str(value)).encode("latin-1", "replace")
    stored = bytes(element.value or b"")
    if tag == tags.CHARACTER_SET:
        return stored.rstrip(b" \0")
    if big and tag in tags.WORDS:
        return b"".join(stored[i : i + 2][::-1] for i in range(0, len(stored), 2))
    return stored[::-1] if big and tag in tags.DOUBLES else stored


def _pixel_element(file: BinaryIO, position: int, *, big: bool, implicit: bool) -> PixelElement | None:
    """Give where the value of PixelData lies, if that is the element at `position`."""
    file.seek(position)
    start = file.read(12)
    order: Literal["big", "little"] = "big" if big else "little"
    group, element = (int.from_bytes(start[i : i + 2], order) for i in (0, 2))
    if len(start) < 8 or group << 16 | element != tags.PIXEL_DATA:
        return None
    if not implicit and start[4:6] in (b"OB", b"OW", b"UN"):
        return PixelElement(position + 12, int.from_bytes(start[8:12], order))
    return PixelElement(position + 8, int.from_bytes(start[4:8], order))


def _is_cut_short(elements: Iterable[RawDataElement | DataElement]) -> bool:
    """Tell whether the last element of a data set says that it is longer than the file."""
    raw = (element for element in elements if isinstance(element, RawDataElement))
    last = max(raw, key=lambda element: element.value_tell, default=None)
    return last is not None and last.length != len(last.value or b"")


class _Bounded:
    """A file for pydicom that reserves no memory for a length that the file cannot hold."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file, self._size = file, size
        self.seek, self.tell = file.seek, file.tell

    def read(self, length: int = -1) -> bytes:
        left = max(self._size - self._file.tell(), 0)
        return self._file.read(left if length < 0 else min(length, left))
