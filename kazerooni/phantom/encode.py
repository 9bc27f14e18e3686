"""Encode: the pixels of a dataset in every transfer syntax that CT is kept in."""

from __future__ import annotations

import copy
import struct
from typing import TYPE_CHECKING, Literal

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.encaps import encapsulate, encapsulate_extended

from kazerooni.phantom.pixels import even, stored_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydicom.dataset import Dataset

Frame = NDArray[np.integer]
OffsetTable = Literal["basic", "empty", "extended"]

NATIVE_SYNTAXES = (
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
    uid.DeflatedExplicitVRLittleEndian,
)
# Largest difference of a stored value that the near-lossless JPEG-LS stream may show.
NEAR_LOSSLESS_DIFFERENCE = 2
_JPEG_QUALITY = 100
# Close to the truth (a few stored values) whatever the range of the pixels.
_J2K_PSNR_DB_PER_BIT = 5.8
_RLE_HEADER_NUMBERS = 16


def encode(dataset: Dataset, syntax: str, *, fragments: int = 1, offset_table: OffsetTable = "basic") -> Dataset:
    """Copy a native little endian dataset into a transfer syntax: pixels, lossy attributes and file meta.

    fragments: into how many fragments each compressed frame is cut.
    offset_table: a filled basic offset table, an empty one, or an empty one with the extended table, for which the
        standard wants one fragment a frame.

    Raises ValueError where the syntax is unknown or cannot hold such pixels, or the table not the fragments.
    """
    encoded = copy.deepcopy(dataset)
    encoded.file_meta.TransferSyntaxUID = uid.UID(syntax)
    if syntax in NATIVE_SYNTAXES:
        if syntax == uid.ExplicitVRBigEndian:
            encoded.PixelData = even(stored_of(dataset).byteswap().tobytes())
        return encoded
    if syntax not in ENCODERS:
        known = ", ".join([*NATIVE_SYNTAXES, *ENCODERS])
        raise ValueError(f"transfer syntax {syntax} cannot be written; these can: {known}")
    frames = _encode_frames(dataset, syntax)
    _encapsulate(encoded, frames, fragments, offset_table)
    if syntax in LOSSY_METHODS:
        _declare_loss(encoded, LOSSY_METHODS[syntax], len(dataset.PixelData) / sum(map(len, frames)))
    return encoded


def _encode_frames(dataset: Dataset, syntax: str) -> list[bytes]:
    stored = stored_of(dataset)
    frames = stored if "NumberOfFrames" in dataset else stored[np.newaxis]
    return [ENCODERS[syntax](np.ascontiguousarray(frame), dataset.BitsStored) for frame in frames]


def _encapsulate(encoded: Dataset, frames: list[bytes], fragments: int, offset_table: OffsetTable) -> None:
    frames = [even(frame) for frame in frames]
    if offset_table == "extended" and fragments != 1:
        raise ValueError(f"{fragments} fragments a frame: the extended offset table wants one")
    if offset_table == "extended":
        pixels, offsets, lengths = encapsulate_extended(frames)
        encoded.PixelData, encoded.ExtendedOffsetTable, encoded.ExtendedOffsetTableLengths = pixels, offsets, lengths
    else:
        encoded.PixelData = encapsulate(frames, fragments, has_bot=offset_table == "basic")
    encoded["PixelData"].VR = "OB"
    encoded["PixelData"].is_undefined_length = True


def _declare_loss(encoded: Dataset, method: str, ratio: float) -> None:
    encoded.LossyImageCompression = "01"
    encoded.LossyImageCompressionMethod = method
    encoded.LossyImageCompressionRatio = f"{ratio:.3f}"


def _rle(frame: Frame, _bits: int) -> bytes:
    """Encode as PS3.5 annex G: byte planes, most significant first, each row packed by itself."""
    samples = frame if frame.ndim == 3 else frame[..., np.newaxis]
    planes = samples.astype(samples.dtype.newbyteorder(">")).view(np.uint8)
    segments = [_pack_rows(np.ascontiguousarray(planes[..., index])) for index in range(planes.shape[-1])]
    offsets, position = [], 4 * _RLE_HEADER_NUMBERS
    for segment in segments:
        offsets.append(position)
        position += len(segment)
    numbers = [len(segments), *offsets, *[0] * (_RLE_HEADER_NUMBERS - 1 - len(offsets))]
    return struct.pack(f"<{_RLE_HEADER_NUMBERS}L", *numbers) + b"".join(segments)


def _pack_rows(plane: NDArray[np.uint8]) -> bytes:
    return even(b"".join(bytes(imagecodecs.packbits_encode(row.tobytes())) for row in plane))


def _jpeg_lossless(predictor: int) -> Callable[[Frame, int], bytes]:
    def encode_frame(frame: Frame, bits: int) -> bytes:
        words = _as_words(frame, bits)
        return bytes(imagecodecs.jpeg8_encode(words, lossless=True, predictor=predictor, bitspersample=bits))

    return encode_frame


def _jpeg(bits_wanted: int) -> Callable[[Frame, int], bytes]:
    def encode_frame(frame: Frame, bits: int) -> bytes:
        if bits != bits_wanted or frame.dtype.kind != "u":
            raise ValueError(f"this JPEG syntax holds unsigned {bits_wanted} bit pixels; {frame.dtype} of {bits} given")
        return bytes(imagecodecs.jpeg8_encode(frame, level=_JPEG_QUALITY, bitspersample=bits))

    return encode_frame


def _jpeg_ls(difference: int) -> Callable[[Frame, int], bytes]:
    def encode_frame(frame: Frame, _bits: int) -> bytes:
        # JPEG-LS knows no sign: the two's complement is kept as it is, in the whole word.
        return bytes(imagecodecs.jpegls_encode(_as_words(frame, 8 * frame.itemsize), level=difference))

    return encode_frame


def _jpeg_2000(frame: Frame, bits: int) -> bytes:
    return bytes(imagecodecs.jpeg2k_encode(frame, codecformat="J2K", level=0, reversible=True, bitspersample=bits))


def _jpeg_2000_lossy(frame: Frame, bits: int) -> bytes:
    psnr = round(bits * _J2K_PSNR_DB_PER_BIT)
    return bytes(imagecodecs.jpeg2k_encode(frame, codecformat="J2K", level=psnr, reversible=False, bitspersample=bits))


def _htj2k(frame: Frame, _bits: int) -> bytes:
    return bytes(imagecodecs.htj2k_encode(frame, reversible=True))


def _as_words(frame: Frame, bits: int) -> Frame:
    """Give the two's complement of the stored values in the lowest `bits`, as unsigned numbers."""
    unsigned = frame.view(np.dtype(f"u{frame.itemsize}"))
    return np.ascontiguousarray(unsigned & ((1 << bits) - 1))


ENCODERS: Mapping[str, Callable[[Frame, int], bytes]] = {
    uid.RLELossless: _rle,
    uid.JPEGLosslessSV1: _jpeg_lossless(1),
    uid.JPEGLossless: _jpeg_lossless(4),
    uid.JPEGLSLossless: _jpeg_ls(0),
    uid.JPEGLSNearLossless: _jpeg_ls(NEAR_LOSSLESS_DIFFERENCE),
    uid.JPEG2000Lossless: _jpeg_2000,
    uid.JPEG2000: _jpeg_2000_lossy,
    uid.HTJ2KLossless: _htj2k,
    uid.JPEGBaseline8Bit: _jpeg(8),
    uid.JPEGExtended12Bit: _jpeg(12),
}
# LossyImageCompressionMethod (PS3.3, C.7.6.1.1.5.1).
LOSSY_METHODS: Mapping[str, str] = {
    uid.JPEGLSNearLossless: "ISO_14495_1",
    uid.JPEG2000: "ISO_15444_1",
    uid.JPEGBaseline8Bit: "ISO_10918_1",
    uid.JPEGExtended12Bit: "ISO_10918_1",
}
LOSSLESS_SYNTAXES = (*NATIVE_SYNTAXES, *(syntax for syntax in ENCODERS if syntax not in LOSSY_METHODS))
