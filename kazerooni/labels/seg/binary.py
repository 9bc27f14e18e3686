"""Binary frames: a BINARY SEG encoded slice by slice, from a header that highdicom made for one of them.

A dataset of a few thousand frames is slow to build and to write, and an array with a plane for every segment is many
times the map. What differs from frame to frame is little: here it is put into bytes that pydicom encoded once a slice,
and the bits are packed as they are written.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset

from kazerooni.dicom import Series
from kazerooni.labels.seg.sources import decimal, name_objects, name_source, position_of

_BITS = 8
# PS3.5, 7.1.2: tag, VR, two bytes reserved and a length of four bytes; an item has no VR.
_LONG = struct.Struct("<HH2sHI")
_ITEM = struct.Struct("<HHI")
_INDEX = struct.Struct("<II")
_NUMBER = struct.Struct("<H")


def binary_head(seg: Dataset, series: Series) -> bytes:
    """Encode a SEG up to its pixels: segment after segment, and in each slice after slice.

    seg: made for one slice, with all of its segments; it is used up.
    """
    groups = _groups(seg, series)
    seg.NumberOfFrames = len(seg.SegmentSequence) * len(series.frames)
    _say_spacing(seg, series)
    name_objects(seg, series)
    del seg.PerFrameFunctionalGroupsSequence, seg.PixelData
    stream = BytesIO()
    pydicom.dcmwrite(stream, seg, enforce_file_format=True)
    return stream.getvalue() + _LONG.pack(0x5200, 0x9230, b"SQ", 0, len(groups)) + groups


def _say_spacing(seg: Dataset, series: Series) -> None:
    """Say the gap of evenly spaced slices, and none of others."""
    geometry = series.geometry
    assert geometry is not None
    measures = seg.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    if geometry.is_even and geometry.usual_gap_mm is not None:
        measures.SpacingBetweenSlices = decimal(geometry.usual_gap_mm)
    elif "SpacingBetweenSlices" in measures:
        del measures.SpacingBetweenSlices


def _groups(seg: Dataset, series: Series) -> bytes:
    """Encode the functional groups of all frames; in each, the value that differs stands at the end of its sequence."""
    geometry = series.geometry
    assert geometry is not None
    first = seg.PerFrameFunctionalGroupsSequence[0]
    sources, places = [], []
    for index in range(len(series.frames)):
        name_source(first.DerivationImageSequence[0].SourceImageSequence[0], series, index)
        first.PlanePositionSequence[0].ImagePositionPatient = position_of(geometry, index)
        sources.append(_encoded(first, "DerivationImageSequence"))
        places.append(_encoded(first, "PlanePositionSequence"))
    content = _encoded(first, "FrameContentSequence")[: -_INDEX.size]
    identity = _encoded(first, "SegmentIdentificationSequence")[: -_NUMBER.size]
    items = []
    for segment in range(1, len(seg.SegmentSequence) + 1):
        tail = identity + _NUMBER.pack(segment)
        for index, (source, place) in enumerate(zip(sources, places, strict=True), 1):
            item = source + content + _INDEX.pack(segment, index) + place + tail
            items.append(_ITEM.pack(0xFFFE, 0xE000, len(item)) + item)
    return b"".join(items)


def _encoded(groups: Dataset, keyword: str) -> bytes:
    one = Dataset()
    one[keyword] = groups[keyword]
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_dataset(stream, one)
    return stream.getvalue()


def binary_pixels(labels: NDArray[np.uint8], segments: int) -> Iterator[bytes]:
    """Encode the pixels of labels (slice, row, column) in the order of the frames of `binary_head`.

    Bit follows on bit without a gap between frames (PS3.5, 8.1.1): eight of them end on a whole byte.
    """
    packed = -(-labels.size * segments // _BITS)
    yield _LONG.pack(0x7FE0, 0x0010, b"OB", 0, packed + packed % 2)
    planes = labels.reshape(len(labels), -1)
    frames = [(segment, index) for segment in range(1, segments + 1) for index in range(len(planes))]
    step = 1 if planes.shape[1] % _BITS == 0 else _BITS
    for start in range(0, len(frames), step):
        marked = [planes[index] == segment for segment, index in frames[start : start + step]]
        yield np.packbits(marked[0] if step == 1 else np.concatenate(marked), bitorder="little").tobytes()
    yield bytes(packed % 2)
