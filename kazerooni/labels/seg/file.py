"""SEG file: the header of a DICOM segmentation and where its pixels lie; nothing is allocated on its word."""

from __future__ import annotations

import io
import mmap
import struct
import zlib
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, Final, Literal, cast

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.filereader import read_dataset

from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import LabelError
from kazerooni.labels.meaning import Concept
from kazerooni.labels.open import MapFile
from kazerooni.labels.seg.frames import FrameGroups, UnusualError, groups_from_bytes, groups_from_datasets, with_shared
from kazerooni.model.codes import Code

EXPLICIT: Final = "1.2.840.10008.1.2.1"
IMPLICIT: Final = "1.2.840.10008.1.2"
DEFLATED: Final = "1.2.840.10008.1.2.1.99"
_UNREAD: Final = {"", "1.2.840.10008.1.2.2"}  # big-endian bits have no agreed order
_CLASSES: Final = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}
_BITS: Final = {"BINARY": (1,), "LABELMAP": (8, 16)}
_PREAMBLE: Final = 132
_PIXEL_DATA: Final = 0x7FE00010
_PIXELS: Final = {0x7FE00008, 0x7FE00009, _PIXEL_DATA}
_SEGMENTS, _SHARED, _PER_FRAME = 0x00620002, 0x52009229, 0x52009230
_UNDEFINED: Final = 0xFFFFFFFF
_LONGEST_LABEL: Final = 64
# Far above any real file, far below what could hurt: items of a few bytes become objects of some hundreds.
_MOST_FRAMES: Final = 2**18
_LONGEST_SEGMENTS: Final = 2**22
# What pydicom raises on broken bytes.
BROKEN: Final = (
    *(ValueError, TypeError, LookupError, AttributeError, EOFError, NotImplementedError, RecursionError),
    *(ArithmeticError, AssertionError, OSError, MemoryError, struct.error, zlib.error, BytesLengthException),
    InvalidDicomError,
)


@dataclass(frozen=True, slots=True)
class SegSegment:
    """One segment of a SEG: its number, its label, its codes, and the program that made it without a person."""

    number: int
    label: str
    concept: Concept
    made_by: str = ""

    @property
    def told(self) -> str:
        """How it is told in a message: label and code."""
        return f"{self.label!r} ({self.concept.kind.scheme} {self.concept.kind.value})"


@dataclass(frozen=True, eq=False)
class SegFile:
    """What a SEG says of itself.

    kind: BINARY, one bit for every pixel and segment, or LABELMAP, one number for every pixel.
    frames: what the functional groups say of each frame, the shared ones included.
    padding: PixelPaddingValue, None where it is not said.
    pixels: the value of PixelData, from the buffer of the file.
    """

    name: str
    kind: Literal["BINARY", "LABELMAP"]
    syntax: str
    rows: int
    columns: int
    bits: int
    segments: tuple[SegSegment, ...]
    frames: tuple[FrameGroups, ...]
    frame_of_reference_uid: str
    padding: int | None
    pixels: memoryview = field(repr=False)


def open_seg(file: MapFile, *, most_bytes: int) -> SegFile:
    """Read all of a SEG but its pixels.

    most_bytes: to which pixels of a deflated file may unpack.

    Raises LabelError where the file is no BINARY or LABELMAP segmentation, or is damaged.
    """
    name = file.name
    if file.start(_PREAMBLE)[-4:] != b"DICM":
        raise LabelError(
            f"{name}: neither a DICOM file nor one of .nrrd, .nii, .nii.gz, .mha, .mhd; give a label map in one of "
            "these formats"
        )
    # Never closed by hand: arrays may still look into it; it goes with the last of them.
    mapped = file.mapped()
    with quiet_pydicom():
        try:
            buffer, start, dataset, syntax = _parse(name, mapped, most_bytes)
            return _understand(name, dataset, syntax, memoryview(buffer)[start:])
        except BROKEN as error:
            raise LabelError(
                f"{name}: broken DICOM ({type(error).__name__}); it is cut short or damaged, get the file again"
            ) from None


def _parse(name: str, mapped: mmap.mmap, most_bytes: int) -> tuple[mmap.mmap | bytes, int, Dataset, str]:
    """Parse the elements before the pixels; gives the buffer they lie in and where the pixels begin in it."""
    mapped.seek(_PREAMBLE)
    meta = read_dataset(cast("BinaryIO", mapped), False, True, stop_when=lambda tag, *_: int(tag) >> 16 != 2)  # noqa: FBT003
    syntax = str(meta.get("TransferSyntaxUID", ""))
    if syntax in _UNREAD:
        raise LabelError(
            f"{name}: transfer syntax {syntax or 'not said'} is not read; save it as explicit little endian"
        )
    if syntax != DEFLATED:
        dataset = read_dataset(cast("BinaryIO", mapped), syntax == IMPLICIT, True, stop_when=_at_pixels)  # noqa: FBT003
        return mapped, mapped.tell(), dataset, syntax
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    whole = inflater.decompress(mapped[mapped.tell() :], most_bytes)
    if inflater.unconsumed_tail:
        raise LabelError(f"{name}: unpacks to more than {most_bytes} bytes, far more than a map of this scan; refused")
    stream = io.BytesIO(whole)
    dataset = read_dataset(stream, False, True, stop_when=_at_pixels)  # noqa: FBT003 - pydicom's own signature
    return whole, stream.tell(), dataset, EXPLICIT


def _at_pixels(tag: int, *_: object) -> bool:
    return int(tag) in _PIXELS


def _understand(name: str, dataset: Dataset, syntax: str, pixels: memoryview) -> SegFile:
    """Check what kind of object it is, and decode what is wanted of it."""
    if str(dataset.get("SOPClassUID", "")) not in _CLASSES:
        raise LabelError(
            f"{name}: a DICOM object of modality {dataset.get('Modality', '') or 'unknown'}, no segmentation; give a "
            "DICOM SEG"
        )
    kind = str(dataset.get("SegmentationType", ""))
    if kind not in _BITS or int(dataset.BitsAllocated) not in _BITS[kind]:
        raise LabelError(
            f"{name}: a segmentation of type {kind or 'not said'} with {dataset.BitsAllocated} bits; BINARY or "
            "LABELMAP is wanted, save it with sharp borders, not as FRACTIONAL"
        )
    padding = dataset.get("PixelPaddingValue")
    return SegFile(
        name=name,
        kind=cast("Literal['BINARY', 'LABELMAP']", kind),
        syntax=syntax,
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        bits=int(dataset.BitsAllocated),
        segments=_segments(name, dataset),
        frames=_frames(name, dataset, implicit=syntax == IMPLICIT),
        frame_of_reference_uid=str(dataset.get("FrameOfReferenceUID", "") or ""),
        padding=padding if isinstance(padding, int) else None,
        pixels=_pixel_value(name, pixels, syntax),
    )


def _frames(name: str, dataset: Dataset, *, implicit: bool) -> tuple[FrameGroups, ...]:
    count = int(dataset.NumberOfFrames)
    if count > _MOST_FRAMES:
        raise LabelError(f"{name}: says {count} frames; no more than {_MOST_FRAMES} are read; save it again")
    shared = _groups(dataset, _SHARED, 1, implicit=implicit)
    frames = _groups(dataset, _PER_FRAME, count + 1, implicit=implicit)
    if len(frames) != count:
        described = "more" if len(frames) > count else len(frames)
        raise LabelError(f"{name}: says {count} frames and describes {described}; it is damaged, save it again")
    return tuple(with_shared(frame, shared[0]) for frame in frames) if shared else frames


def _groups(dataset: Dataset, tag: int, most: int, *, implicit: bool) -> tuple[FrameGroups, ...]:
    """Read the first functional groups, from their bytes where pydicom has left them unparsed."""
    if tag not in dataset:
        return ()
    element = _unparsed(dataset, tag)
    if element is not None:
        try:
            return tuple(islice(groups_from_bytes(element, implicit=implicit), most))
        except UnusualError:
            pass
    return tuple(islice(groups_from_datasets(dataset[tag].value), most))


def _unparsed(dataset: Dataset, tag: int) -> bytes | None:
    """Give the bytes of an element, None where it is not there or pydicom has parsed it already."""
    element = cast("RawDataElement | DataElement | None", dataset.get_item(tag)) if tag in dataset else None
    return element.value if isinstance(element, RawDataElement) else None


def _segments(name: str, dataset: Dataset) -> tuple[SegSegment, ...]:
    if len(_unparsed(dataset, _SEGMENTS) or b"") > _LONGEST_SEGMENTS:
        raise LabelError(f"{name}: its segments are described in more than {_LONGEST_SEGMENTS} bytes; save it again")
    segments = tuple(segment_of(item) for item in dataset.SegmentSequence)
    unusable = [segment.number for segment in segments if not 0 <= segment.number < 2**16]
    if unusable:
        raise LabelError(f"{name}: a segment has the number {unusable[0]}; it is damaged, save it again")
    return segments


def segment_of(item: Dataset) -> SegSegment:
    """Decode one item of the SegmentSequence; what it raises on damaged ones is among `BROKEN`."""
    (kind,) = item.SegmentedPropertyTypeCodeSequence[:1]
    modifiers = [
        *(kind.get("SegmentedPropertyTypeModifierCodeSequence") or ()),
        *(
            modifier
            for region in item.get("AnatomicRegionSequence") or ()
            for modifier in region.get("AnatomicRegionModifierSequence") or ()
        ),
    ]
    label = "".join(c for c in str(item.get("SegmentLabel", "")) if c.isprintable())[:_LONGEST_LABEL]
    concept = Concept(_code(kind), tuple(_code(code) for code in modifiers))
    is_automatic = item.get("SegmentAlgorithmType") == "AUTOMATIC"
    return SegSegment(
        int(item.SegmentNumber), label, concept, str(item.get("SegmentAlgorithmName", "")) if is_automatic else ""
    )


def _code(item: Dataset) -> Code:
    value = item.get("CodeValue") or item.get("LongCodeValue") or item.get("URNCodeValue") or ""
    return Code(str(item.get("CodingSchemeDesignator", "")), str(value), str(item.get("CodeMeaning", "")))


def _pixel_value(name: str, rest: memoryview, syntax: str) -> memoryview:
    """Give the value of the PixelData element that `rest` begins with; all that follows where its length is open."""
    tag = int.from_bytes(rest[:2], "little") << 16 | int.from_bytes(rest[2:4], "little")
    if tag != _PIXEL_DATA:
        raise LabelError(f"{name}: holds no PixelData, or pixels of another kind; it is cut short, get the file again")
    start = 8 if syntax == IMPLICIT or bytes(rest[4:6]) not in {b"OB", b"OW", b"UN"} else 12
    length = int.from_bytes(rest[start - 4 : start], "little")
    if length == _UNDEFINED:
        return rest[start:]
    if length > len(rest) - start:
        raise LabelError(f"{name}: ends before its pixels do; it is cut short, get the file again")
    return rest[start : start + length]
