"""Pixels: from the bytes of one frame to its stored values, in every transfer syntax.

What is checked before anything is allocated: that the file is long enough, that it does not hold another picture size
than Rows x Columns say, that the picture is of a size that a CT can have, that a decoder for its syntax is there.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import config
from pydicom.uid import UID

from kazerooni.dicom.attributes import Attributes, Frame
from kazerooni.dicom.deflated import inflate, inflated_size
from kazerooni.dicom.encapsulated import Fragment, TruncatedError, frame_fragments
from kazerooni.dicom.header import DEFLATED, EXPLICIT_BIG, EXPLICIT_LITTLE, NATIVE, UNDEFINED_LENGTH
from kazerooni.dicom.sources import MemberSource, MemorySource
from kazerooni.errors import PixelError

Stored = NDArray[np.uint8] | NDArray[np.int16] | NDArray[np.uint16] | NDArray[np.int32] | NDArray[np.uint32]

LARGEST_SIDE: Final = 8192  # CT pictures have 256 to 2048 rows; beyond this the header lies

RLE: Final = "1.2.840.10008.1.2.5"
_MOST_OF_RLE: Final = 64  # two bytes stand for 128 at the most
_STREAM_START_BYTES: Final = 4096
# No picture larger than this compresses more than so many times; smaller blank ones do.
_LARGE_PICTURE: Final = 2048 * 2048
_MOST_COMPRESSED: Final = 1000
LOSSY: Final = frozenset(f"1.2.840.10008.1.2.4.{tail}" for tail in ("50", "51", "53", "55", "81", "91", "203"))
# Transfer syntax -> decoder of imagecodecs.
DECODERS: Final[Mapping[str, str]] = {
    "1.2.840.10008.1.2.4.50": "jpeg",
    "1.2.840.10008.1.2.4.51": "jpeg",
    "1.2.840.10008.1.2.4.53": "jpeg",
    "1.2.840.10008.1.2.4.55": "jpeg",
    "1.2.840.10008.1.2.4.57": "jpeg",
    "1.2.840.10008.1.2.4.70": "jpeg",
    "1.2.840.10008.1.2.4.80": "jpegls",
    "1.2.840.10008.1.2.4.81": "jpegls",
    "1.2.840.10008.1.2.4.90": "jpeg2k",
    "1.2.840.10008.1.2.4.91": "jpeg2k",
    # OpenJPEG reads high-throughput JPEG 2000 too; the decoder `htj2k` hands out half a picture of a damaged stream.
    "1.2.840.10008.1.2.4.201": "jpeg2k",
    "1.2.840.10008.1.2.4.202": "jpeg2k",
    "1.2.840.10008.1.2.4.203": "jpeg2k",
    RLE: "dicomrle",
}


# Markers that start a frame of JPEG (SOF, without DHT, JPG and DAC) and of JPEG-LS.
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC} | {0xF7}


class Trouble(NamedTuple):
    """What is wrong with the pixels of a frame: the code of its notice, a sentence, and whether they cannot be used."""

    code: str
    sentence: str
    fatal: bool = True


def frame_bytes(a: Attributes) -> int:
    """Give the number of bytes of one uncompressed frame."""
    return ((a.rows or 0) * (a.columns or 0) * a.samples * a.bits_allocated + 7) // 8


def trouble_of(frame: Frame) -> Trouble | None:
    """Tell why the pixels of a frame cannot be read, without reading them; None where nothing is wrong."""
    a = frame.attributes
    rows, columns = a.rows or 0, a.columns or 0
    if not (0 < rows <= LARGEST_SIDE and 0 < columns <= LARGEST_SIDE):
        return Trouble(
            "size-mismatch", f"Rows x Columns is {rows} x {columns}; from 1 to {LARGEST_SIDE} each is wanted"
        )
    if frame.frames != frame.described:
        return Trouble(
            "size-mismatch",
            f"NumberOfFrames is {frame.frames}, the file describes {frame.described}: which is right cannot be known",
        )
    if a.bits_allocated not in (8, 16, 32) or not 0 < a.bits_stored <= a.high_bit + 1 <= a.bits_allocated:
        return Trouble(
            "undecodable",
            f"BitsAllocated {a.bits_allocated}, BitsStored {a.bits_stored}, HighBit {a.high_bit} make no pixel of a CT",
        )
    try:
        return _trouble_of_native(frame) if frame.syntax in NATIVE else _trouble_of_encapsulated(frame)
    except TruncatedError as error:
        return Trouble("truncated", str(error))
    except OSError as error:
        return Trouble("undecodable", f"the file cannot be read: {error.strerror}")


def _trouble_of_native(frame: Frame) -> Trouble | None:
    length, offset = frame.pixels.length, frame.pixels.offset
    if length == UNDEFINED_LENGTH:
        return Trouble(
            "undecodable", f"transfer syntax {_syntax_named(frame)} has plain pixels, the file has compressed ones"
        )
    wanted = frame_bytes(frame.attributes) * frame.frames
    size = inflated_size(frame.source, offset + wanted) if frame.syntax == DEFLATED else frame.source.size
    there = min(length, size - offset)
    a = frame.attributes
    picture = f"{frame.frames} x " if frame.frames > 1 else ""
    picture += f"{a.rows} x {a.columns} pixels of {a.bits_allocated} bits"
    if there < wanted:
        return Trouble("truncated", f"{picture} need {wanted} bytes of PixelData, {max(there, 0)} are there")
    if length > wanted + 1:
        less_than_a_row = length - wanted < wanted // (frame.frames * (a.rows or 1))
        sentence = f"{picture} need {wanted} bytes of PixelData, the file announces {length}"
        if less_than_a_row:
            return Trouble("size-mismatch", f"{sentence}; the surplus at the end is left out", fatal=False)
        return Trouble("size-mismatch", f"{sentence}: which of them is right cannot be known")
    return None


def _trouble_of_encapsulated(frame: Frame) -> Trouble | None:
    if frame.pixels.length != UNDEFINED_LENGTH:
        return Trouble(
            "undecodable", f"transfer syntax {_syntax_named(frame)} wants compressed pixels, the file has plain ones"
        )
    codec = DECODERS.get(frame.syntax)
    if codec is None:
        return Trouble(
            "undecodable",
            f"transfer syntax {_syntax_named(frame)} is not one that can be decoded here; "
            "have the archive send the series uncompressed or as JPEG lossless",
        )
    if not _has(codec):
        return Trouble("undecodable", f"the decoder {codec} is missing; pip install --upgrade imagecodecs")
    return _trouble_of_stream(frame, frame_fragments(frame.source, frame.pixels, frame.frames)[frame.number])


def _syntax_named(frame: Frame) -> str:
    if not frame.syntax:
        return "(not given)"
    name = UID(frame.syntax, validation_mode=config.IGNORE).name
    return frame.syntax if name == frame.syntax else f"{name} ({frame.syntax})"


def _trouble_of_stream(frame: Frame, fragments: list[Fragment]) -> Trouble | None:
    """Compare what a compressed frame announces, or could at the most unpack to, with Rows x Columns."""
    a = frame.attributes
    shape = a.rows or 0, a.columns or 0
    if frame.syntax == RLE:
        most = _MOST_OF_RLE * sum(fragment.length for fragment in fragments)
        return (
            None if frame_bytes(a) <= most else Trouble("truncated", f"its run lengths unpack to at most {most} bytes")
        )
    length = sum(fragment.length for fragment in fragments)
    if shape[0] * shape[1] > _LARGE_PICTURE and shape[0] * shape[1] > _MOST_COMPRESSED * length:
        return Trouble("size-mismatch", f"Rows x Columns are {shape}, and {length} bytes cannot hold such a picture")
    found = stream_shape(frame.source.read(fragments[0].offset, min(fragments[0].length, _STREAM_START_BYTES)))
    if found is not None and found != shape:
        return Trouble("size-mismatch", f"the compressed picture is {found}, Rows x Columns say {shape}")
    return None


def _has(codec: str) -> bool:
    return bool(getattr(imagecodecs, codec.upper()).available)


def read_frame(frame: Frame, target: NDArray[np.int16] | None = None) -> Stored:
    """Read the stored values of one frame, (rows, columns); signed or unsigned as its header says, junk bits removed.

    A compressed frame is unpacked into the memory of `target` where its decoder can.

    Raises PixelFaultError, with the reason.
    """
    a = frame.attributes
    shape = a.rows or 0, a.columns or 0
    if a.samples != 1:
        raise PixelFaultError(f"SamplesPerPixel is {a.samples}; a picture of a CT has 1")
    try:
        if frame.syntax not in NATIVE:
            return clean(_decode(frame, shape, target), a)
        values = np.frombuffer(_native_bytes(frame), _dtype(a, big=frame.syntax == EXPLICIT_BIG)).reshape(shape)
        return clean(values.astype(values.dtype.newbyteorder("=")), a)
    except TruncatedError as error:
        raise PixelFaultError(str(error)) from error
    except OSError as error:
        raise PixelFaultError(f"the file cannot be read: {error.strerror}") from error


def read_frame_into(frame: Frame, target: NDArray[np.int16]) -> Stored:
    """Read a frame as `read_frame` does, straight into `target` (rows, columns) where its bytes allow it.

    Gives the stored values: a view of `target`, or an array of its own where the frame is byte-swapped, deflated, not
    of 16 bits, or its decoder wants that.
    """
    a = frame.attributes
    if a.bits_allocated != 16 or sys.byteorder == "big" or frame.syntax in {EXPLICIT_BIG, DEFLATED}:
        return read_frame(frame)
    if frame.syntax not in NATIVE:
        return read_frame(frame, target)
    size = frame_bytes(a)
    try:
        done = frame.source.read_into(frame.pixels.offset + frame.number * size, target.data.cast("B"))
    except OSError as error:
        raise PixelFaultError(f"the file cannot be read: {error.strerror}") from error
    if done != size:
        raise PixelFaultError(f"{size} bytes are wanted, {done} are there; has the file changed?")
    return clean(target.view(_dtype(a, big=False)), a)


class PixelFaultError(Exception):
    """The pixels of a frame cannot be decoded. Never leaves `kazerooni.dicom`."""


def unpack_multiframe(frames: Sequence[Frame]) -> list[Frame]:
    """Hold files of several frames in memory that would have to be unpacked once for each: deflated, or in a zip.

    Raises PixelError where such a file cannot be read.
    """
    held: dict[int, tuple[MemorySource, str]] = {}
    for frame in frames:
        packed = frame.syntax == DEFLATED or isinstance(frame.source, MemberSource)
        if frame.frames > 1 and packed and id(frame.source) not in held:
            held[id(frame.source)] = _unpack(frame)
    return [
        frame._replace(source=held[id(frame.source)][0], syntax=held[id(frame.source)][1])
        if id(frame.source) in held
        else frame
        for frame in frames
    ]


def _unpack(frame: Frame) -> tuple[MemorySource, str]:
    source = frame.source
    try:
        if frame.syntax != DEFLATED:
            return MemorySource(source.read(0, source.size), source.name), frame.syntax
        end = frame.pixels.offset + frame_bytes(frame.attributes) * frame.frames
        return MemorySource(b"".join(inflate(source, end)), source.name), EXPLICIT_LITTLE
    except OSError as error:
        raise PixelError(f"a file of {frame.frames} frames cannot be read: {error.strerror}") from error


def _native_bytes(frame: Frame) -> bytes:
    size = frame_bytes(frame.attributes)
    offset = frame.pixels.offset + frame.number * size
    if frame.syntax == DEFLATED:
        data = b"".join(inflate(frame.source, offset + size))[offset:]
    else:
        data = frame.source.read(offset, size)
    if len(data) != size:
        raise PixelFaultError(f"{size} bytes are wanted, {len(data)} are there; has the file changed?")
    return data


def _dtype(a: Attributes, *, big: bool) -> np.dtype[Any]:
    return np.dtype(f"{'>' if big else '<'}{'i' if a.signed else 'u'}{a.bits_allocated // 8}")


def _decode(frame: Frame, shape: tuple[int, int], target: NDArray[np.int16] | None) -> Stored:
    fragments = frame_fragments(frame.source, frame.pixels, frame.frames)[frame.number]
    data = b"".join(frame.source.read(f.offset, f.length) for f in fragments)
    if len(data) != sum(f.length for f in fragments):
        raise PixelFaultError("its compressed bytes are not all there; has the file changed?")
    a = frame.attributes
    codec = DECODERS[frame.syntax]
    if codec != "dicomrle" and (found := stream_shape(data)) != shape:
        raise PixelFaultError(f"the compressed picture is {found}, Rows x Columns say {shape}")
    try:
        decoded = _decode_rle(data, a) if codec == "dicomrle" else _decode_stream(codec, data, target)
    except (RuntimeError, ValueError) as error:
        raise PixelFaultError(f"the {codec} decoder says: {error}") from error
    if decoded.shape != shape:
        raise PixelFaultError(f"the decoded picture is {decoded.shape}, Rows x Columns say {shape}")
    return _as_stored(decoded, a)


def _decode_stream(codec: str, data: bytes, target: NDArray[np.int16] | None) -> NDArray[Any]:
    decode = getattr(imagecodecs, f"{codec}_decode")
    if target is not None:
        try:
            return decode(data, out=target.view(np.uint16))  # type: ignore[no-any-return]
        except ValueError:  # the stream is of other values: signed, or of 8 bits
            pass
    return decode(data)  # type: ignore[no-any-return]


def _decode_rle(data: bytes, a: Attributes) -> NDArray[Any]:
    dtype = _dtype(a, big=False)
    decoded = imagecodecs.dicomrle_decode(data, dtype, out=bytearray(frame_bytes(a)))
    return np.frombuffer(decoded, dtype).reshape(a.rows or 0, a.columns or 0)


def stream_shape(data: bytes) -> tuple[int, int] | None:
    """Give the (rows, columns) that a JPEG, JPEG-LS or JPEG 2000 stream announces; None where it announces nothing."""
    start = data.find(b"\xff\x4f\xff\x51", 0, 4096)
    if start >= 0:  # the SIZ marker right after the start of a JPEG 2000 code stream
        right, bottom, left, top = struct.unpack_from(">4I", data.ljust(start + 24, b"\0"), start + 8)
        return bottom - top, right - left
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        marker, length = data[position + 1], int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _START_OF_FRAME:
            return struct.unpack_from(">2H", data, position + 5)
        position += 1 if marker == 0xFF else 2 + length
    return None


def _as_stored(decoded: NDArray[Any], a: Attributes) -> Stored:
    """Read decoded values with the width and sign of the header, whatever the compressed stream says of itself."""
    wanted = _dtype(a, big=False)
    if decoded.dtype.itemsize > wanted.itemsize or decoded.dtype.kind not in "iu":
        raise PixelFaultError(f"the decoded values are {decoded.dtype}, BitsAllocated is {a.bits_allocated}")
    if decoded.dtype.itemsize == wanted.itemsize:
        return decoded.view(wanted)
    return decoded.astype(wanted)


def stored_range(a: Attributes) -> tuple[int, int]:
    """Give the least and the largest value that the stored bits can hold."""
    if a.signed:
        return -(1 << a.bits_stored - 1), (1 << a.bits_stored - 1) - 1
    return 0, (1 << a.bits_stored) - 1


def clean(values: NDArray[Any], a: Attributes) -> Stored:
    """Remove what lies outside the stored bits and extend the sign; the array is changed in place."""
    below = a.high_bit + 1 - a.bits_stored
    above = a.bits_allocated - a.high_bit - 1
    least, most = stored_range(a)
    if below or (above and (values.max() > most or (a.signed and values.min() < least))):
        np.left_shift(values, above, out=values)
        np.right_shift(values, above + below, out=values)
    return values
