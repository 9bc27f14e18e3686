"""Read a DICOM SEG onto the slices of a scan: segments by their codes, frames by the pictures they were drawn on."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import numpy as np
from imagecodecs import PackbitsError, packbits_decode
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.meaning import part_of
from kazerooni.labels.open import MapFile
from kazerooni.labels.overlaps import Layers
from kazerooni.labels.place import Place
from kazerooni.labels.seg.bind import OUTSIDE_SCAN, Binding, bind
from kazerooni.labels.seg.file import EXPLICIT, IMPLICIT, SegFile, open_seg
from kazerooni.labels.wanted import LOBES, Part, Wanted, not_named
from kazerooni.model import Notice

Planes = Iterator[tuple[int, slice, NDArray[np.uint8]]]
"""Frame numbers, from 0, with the rows of the frame that hold all of its marks, and the labels of these rows."""

_SEGMENTS_TOLD: Final = 12
_UNDESCRIBED: Final = 255
_RLE: Final = "1.2.840.10008.1.2.5"
_RLE_HEADER, _LONGEST_RUN = 64, 128
_ITEM: Final = b"\xfe\xff\x00\xe0"
_BYTE: Final = 8
# Programs that find lobes, by the name that stands in a SEG.
_LOBE_FINDERS: Final = {"kazerooni", "lungmask", "TotalSegmentator"}
# A deflated file may unpack to a header and so many bytes a voxel of the scan.
_DEFLATED_HEADER, _DEFLATED_PER_VOXEL = 64 * 2**20, 4


def read_seg(file: MapFile, place: Place, wanted: Wanted) -> tuple[NDArray[np.uint8], tuple[Notice, ...], str]:
    """Read the wanted segments of a SEG as labels (slice, row, column), with what is to be told, and its digest.

    A slice without a frame is unmarked, a segment without a frame is empty.

    Raises LabelError.
    """
    slices, rows, columns = place.geometry.shape
    most = _DEFLATED_HEADER + _DEFLATED_PER_VOXEL * slices * rows * columns
    seg = open_seg(file, most_bytes=most)
    with ThreadPoolExecutor(1) as beside:  # from here on the file itself is read for its digest alone
        digest = beside.submit(file.digest)
        labels, notices = _read_labels(seg, place, wanted)
        file.check_unchanged()  # the digest may have been ready long before
        return labels, notices, digest.result()


def _read_labels(seg: SegFile, place: Place, wanted: Wanted) -> tuple[NDArray[np.uint8], tuple[Notice, ...]]:
    parts = _wanted_segments(seg, wanted)
    notices = (*not_named(wanted, set(parts.values())), *_proposed(seg, wanted))
    binding = bind(seg, place)
    labels, told = _fill(seg, binding, place, wanted, {number: wanted.labels[part] for number, part in parts.items()})
    return labels, notices + told


def _proposed(seg: SegFile, wanted: Wanted) -> Iterator[Notice]:
    """Tell of lobes that a program found and no person had a hand in, as the SEG says itself."""
    makers = {segment.made_by for segment in seg.segments}
    if wanted is LOBES and len(makers) == 1 and makers <= _LOBE_FINDERS:
        message = f"the lobe map says that {makers.pop()} found the lobes and no person had a hand in it; check them"
        yield Notice("lobes-proposed", "warning", message)


def _wanted_segments(seg: SegFile, wanted: Wanted) -> dict[int, Part]:
    """Give the wanted parts by the numbers of their segments."""
    parts = {segment.number: part_of(segment.concept) for segment in seg.segments}
    if len(parts) < len(seg.segments):
        raise LabelError(f"{seg.name}: two segments have one number; it is damaged, save it again")
    fitting = {number: part for number, part in parts.items() if part is not None and part in wanted.labels}
    if not fitting:
        told = [segment.told for segment in seg.segments]
        listed = ", ".join(told[:_SEGMENTS_TOLD]) + (", ..." if len(told) > _SEGMENTS_TOLD else "")
        raise LabelError(
            f"{seg.name}: no segment is coded as one of the {wanted.what} ({wanted.names}); it holds {listed}; code "
            "the segments (docs: how-to, label maps)"
        )
    twice = [part for part, count in Counter(fitting.values()).items() if count > 1]
    if twice and not wanted.may_overlap:
        raise LabelError(f"{seg.name}: several segments are coded as {twice[0].full_name}; keep one")
    return fitting


def _fill(
    seg: SegFile, binding: Binding, place: Place, wanted: Wanted, labels: Mapping[int, int]
) -> tuple[NDArray[np.uint8], tuple[Notice, ...]]:
    """Lay the marked pixels of all frames on their slices."""
    whole = np.zeros(place.geometry.shape, np.uint8)
    layers = Layers(wanted)
    astray = 0
    _check_once(seg, binding, labels)
    # Slice by slice: one stays in the processor's cache until all of its segments lie on it.
    order = np.argsort(binding.slices, kind="stable").tolist()
    begun = OUTSIDE_SCAN
    for index, rows, plane in marked_planes(seg, labels, order):
        slice_index = int(binding.slices[index])
        if slice_index == OUTSIDE_SCAN:
            astray += 1
            continue
        under = binding.turn.undo(whole[slice_index])[rows]
        if slice_index == begun:
            layers.lay(under, plane)
        else:
            under[...] = plane
            begun = slice_index
    _check_astray(seg, binding, place, astray)
    return whole, binding.notices + layers.settle(seg.name)


def _check_once(seg: SegFile, binding: Binding, labels: Mapping[int, int]) -> None:
    """Refuse two frames of one segment on one slice: nothing says which of them is meant."""
    claims = Counter(
        (frame.segment if seg.kind == "BINARY" else None, int(at))
        for frame, at in zip(seg.frames, binding.slices, strict=True)
        if at != OUTSIDE_SCAN and (seg.kind == "LABELMAP" or frame.segment in labels)
    )
    for (_, at), count in claims.items():
        if count > 1:
            raise LabelError(f"{seg.name}: {count} frames of one segment claim slice {at + 1}; keep one")


def _check_astray(seg: SegFile, binding: Binding, place: Place, marked: int) -> None:
    """Refuse a map with marks that belong to no slice of the scan, or without a frame that does."""
    astray = int((binding.slices == OUTSIDE_SCAN).sum())
    if not marked and (astray < len(seg.frames) or not astray):
        return
    known = set(place.sop_uids)
    named = [frame.sources for frame in seg.frames]
    foreign = sum(bool(sources) and all(uid not in known for uid, _ in sources) for sources in named)
    if foreign and place.sop_uids:
        why = (
            f"{foreign} of {len(named)} frames reference instances that are not in the scan, and do not lie on its "
            "slices in the same frame of reference: a map of another series"
        )
    else:
        why = f"{astray} of {len(named)} frames, {marked} of them marked, lie on no slice of the scan"
    raise LabelError(f"{seg.name}: {why}; give the map of this series")


def marked_planes(seg: SegFile, labels: Mapping[int, int], order: Sequence[int] | None = None) -> Planes:
    """Yield the frames on which a segment of `labels` is marked, as the labels that they give, in the file's turn.

    labels: the label of each segment by its number; other segments are passed over.
    order: of the frames of a BINARY; those of a LABELMAP, and all others, come as they are stored.

    Raises LabelError.
    """
    if seg.kind == "LABELMAP":
        return _labelmap_planes(seg, labels)
    return _binary_planes(seg, labels, range(len(seg.frames)) if order is None else order)


def _binary_planes(seg: SegFile, labels: Mapping[int, int], order: Sequence[int]) -> Planes:
    """Yield the marked frames of the wanted segments, as the labels they give; unmarked ones are passed over."""
    if seg.syntax not in {EXPLICIT, IMPLICIT}:
        raise LabelError(f"{seg.name}: its bits are compressed ({seg.syntax}); save it uncompressed")
    size = seg.rows * seg.columns
    bits = np.frombuffer(seg.pixels, np.uint8)
    _check_length(seg, (len(seg.frames) * size + 7) // 8)
    for index in order:
        number = seg.frames[index].segment
        label = None if number is None else labels.get(number)
        if label is None:
            continue
        start = index * size
        rows = _marked_rows(bits[start // _BYTE : -(-(start + size) // _BYTE)], start % _BYTE, seg.rows, seg.columns)
        first, end = start + rows.start * seg.columns, start + rows.stop * seg.columns
        packed = bits[first // _BYTE : -(-end // _BYTE)]
        plane = np.unpackbits(packed, bitorder="little")[first % _BYTE :][: end - first]
        if plane.size and (size % _BYTE == 0 or plane.any()):  # a byte may belong to two frames
            plane *= label
            yield index, rows, plane.reshape(-1, seg.columns)
    del bits


def _marked_rows(packed: NDArray[np.uint8], skipped: int, rows: int, columns: int) -> slice:
    """Give the rows of a frame between whose bytes all marked ones lie; none where no byte is marked.

    skipped: bits of the first byte that are of the frame before.
    """
    units = packed.view(np.uint64) if packed.size % _BYTE == 0 else packed
    marked = np.flatnonzero(units != 0)
    if not marked.size:
        return slice(0, 0)
    width = _BYTE * units.itemsize
    first, end = width * int(marked[0]) - skipped, width * (int(marked[-1]) + 1) - skipped
    return slice(max(0, first) // columns, min(rows, -(-end // columns)))


def _labelmap_planes(seg: SegFile, labels: Mapping[int, int]) -> Planes:
    """Yield the marked frames of a label map, its numbers turned into labels."""
    table = np.full(65536, _UNDESCRIBED, np.uint8)
    table[0] = 0
    if seg.padding is not None:
        table[seg.padding & 0xFFFF] = 0
    for segment in seg.segments:
        table[segment.number] = labels.get(segment.number, 0)
    for index, stored in enumerate(_stored_frames(seg)):
        plane = table[stored]
        if plane.max() == _UNDESCRIBED:
            found = int(stored[plane == _UNDESCRIBED].min())
            raise LabelError(f"{seg.name}: frame {index + 1} holds number {found}, which no segment has; save it again")
        if plane.any():
            yield index, slice(0, seg.rows), plane


def _stored_frames(seg: SegFile) -> Iterator[NDArray[np.unsignedinteger]]:
    size = seg.rows * seg.columns
    dtype: np.dtype[np.unsignedinteger] = np.dtype(f"<u{seg.bits // 8}")
    if seg.syntax in {EXPLICIT, IMPLICIT}:
        _check_length(seg, len(seg.frames) * size * dtype.itemsize)
        for index in range(len(seg.frames)):
            yield np.frombuffer(seg.pixels, dtype, size, index * size * dtype.itemsize).reshape(seg.rows, seg.columns)
        return
    if seg.syntax != _RLE:
        raise LabelError(f"{seg.name}: transfer syntax {seg.syntax} is not read; save it uncompressed or as RLE")
    for packed in _packed_frames(seg):
        yield _unpacked(seg.name, packed, size, dtype).reshape(seg.rows, seg.columns)


def _packed_frames(seg: SegFile) -> Iterator[memoryview]:
    """Yield the items after the offset table: RLE packs a frame into one (PS3.5, A.4.2)."""
    start = 0
    for number in range(len(seg.frames) + 1):
        length = int.from_bytes(seg.pixels[start + 4 : start + 8], "little")
        start += 8
        if bytes(seg.pixels[start - 8 : start - 4]) != _ITEM or length > len(seg.pixels) - start:
            raise LabelError(f"{seg.name}: ends before its pixels do; it is cut short, get the file again")
        if number:
            yield seg.pixels[start : start + length]
        start += length
    if bytes(seg.pixels[start : start + 4]) == _ITEM:
        raise LabelError(f"{seg.name}: holds more packed pixels than frames; it is damaged, save it uncompressed")


def _unpacked(
    name: str, packed: memoryview, size: int, dtype: np.dtype[np.unsignedinteger]
) -> NDArray[np.unsignedinteger]:
    """Unpack an RLE frame (PS3.5, annex G): the high bytes of all pixels, then the low ones."""
    count, *offsets = struct.unpack_from("<16I", packed) if len(packed) >= _RLE_HEADER else (0,)
    ends = [*offsets[1:count], len(packed)]
    if count != dtype.itemsize or not all(
        _RLE_HEADER <= a <= b <= len(packed) for a, b in zip(offsets, ends, strict=False)
    ):
        raise LabelError(f"{name}: a frame is not packed as RLE says; it is damaged, get the file again")
    planes = np.zeros((size, count), np.uint8)
    for k, (start, end) in enumerate(zip(offsets, ends, strict=False)):
        planes[:, count - 1 - k] = _unpacked_plane(name, packed[start:end], size)
    return planes.view(dtype)


def _unpacked_plane(name: str, packed: memoryview, size: int) -> NDArray[np.uint8]:
    """Unpack the bytes of a plane, and no more than one run beyond them."""
    try:
        plane = np.frombuffer(packbits_decode(bytes(packed), out=size + _LONGEST_RUN), np.uint8)
    except PackbitsError:
        raise LabelError(f"{name}: a frame is not packed as RLE says; it is damaged, get the file again") from None
    if plane.size < size:
        raise LabelError(f"{name}: a frame ends before its pixels do; it is damaged, get the file again")
    return plane[:size]


def _check_length(seg: SegFile, wanted: int) -> None:
    if len(seg.pixels) < wanted:
        raise LabelError(f"{seg.name}: ends before its pixels do; it is cut short, get the file again")
