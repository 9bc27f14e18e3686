"""Damage: the bytes of a file, spoilt. Every function takes the bytes of a DICOM file and gives others.

Meant for explicit VR little endian files as `to_bytes` writes them, unless said otherwise.
"""

from __future__ import annotations

import hashlib
import struct
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
import pydicom
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.tag import Tag
from pydicom.uid import UID, JPEG2000Lossless

from kazerooni.phantom.pixels import stored_of
from kazerooni.phantom.write import to_bytes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pydicom.dataset import Dataset

_PREAMBLE = 128
_PREFIX = b"DICM"
# The group length (0002,0000) stands first: 8 bytes of header, 4 of value.
_META_START = _PREAMBLE + len(_PREFIX)
_GROUP_LENGTH_SIZE = 12
_PIXEL_DATA = struct.pack("<HH", 0x7FE0, 0x0010)
_LFS_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {size}\n"


def alter_file(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Put a file's bytes through a function of this module."""
    path.write_bytes(change(path.read_bytes()))


def drop_preamble(data: bytes) -> bytes:
    """Begin the file with its file meta: no preamble, no "DICM" (dicom.md: no preamble)."""
    return data[_META_START:]


def drop_file_meta(data: bytes) -> bytes:
    """Begin the file with its dataset (dicom.md: no file meta). Any syntax but deflated."""
    return data[_body_start(data) :]


def truncate_header(data: bytes) -> bytes:
    """Cut the file off amid its header (dicom.md: truncated files)."""
    return data[: (_body_start(data) + _pixel_element(data)) // 2]


def truncate_pixels(data: bytes, *, keep: float = 0.5) -> bytes:
    """Cut the file off amid its pixels, native or not; `keep` is the share of them that stays (dicom.md: truncated)."""
    start = _pixel_value(data)
    return data[: start + int((len(data) - start) * keep)]


def drop_last_fragment(data: bytes) -> bytes:
    """Leave the last fragment and the sequence's end out of an encapsulated file (dicom.md: truncated files)."""
    position, last = _pixel_value(data), 0
    while data[position : position + 4] == struct.pack("<HH", 0xFFFE, 0xE000):
        last = position
        position += 8 + struct.unpack_from("<L", data, position + 4)[0]
    return data[:last]


def lie(data: bytes, **values: object) -> bytes:
    """Write other values by keyword beside the same pixels (dicom.md: lying files, giant dimensions).

    For instance `lie(data, Rows=65535, Columns=65535)` or `lie(data, NumberOfFrames=2**31 - 1)`. Any syntax.
    """
    dataset = pydicom.dcmread(BytesIO(data))
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    stream = BytesIO()
    pydicom.dcmwrite(stream, dataset)
    return stream.getvalue()


def lie_about_pixel_length(data: bytes, length: int) -> bytes:
    """Write another length into the header of native PixelData (dicom.md: lying files)."""
    start = _pixel_value(data)
    return data[: start - 4] + struct.pack("<L", length) + data[start:]


def lie_about_length(data: bytes, keyword: str, length: int) -> bytes:
    """Write another length for an element of the main dataset with a short header (dicom.md: lying files)."""
    start = _element(data, keyword)
    return data[: start + 6] + struct.pack("<H", length) + data[start + 8 :]


def spoil_vr(data: bytes, keyword: str = "Manufacturer", vr: bytes = b"ZZ") -> bytes:
    """Write two other letters as the VR of an element of the main dataset (dicom.md: invalid VR)."""
    start = _element(data, keyword)
    return data[: start + 4] + vr + data[start + 6 :]


def claim_syntax(data: bytes, syntax: str) -> bytes:
    """Name another transfer syntax, known or not, in the file meta (dicom.md: a missing decoder is named)."""
    meta = pydicom.dcmread(BytesIO(data), stop_before_pixels=True).file_meta
    meta.TransferSyntaxUID = UID(syntax)
    stream = DicomBytesIO()
    stream.is_little_endian, stream.is_implicit_VR = True, False
    write_file_meta_info(stream, meta)
    return data[:_META_START] + stream.getvalue() + data[_body_start(data) :]


def mistake_sign(dataset: Dataset, *, syntax: str = JPEG2000Lossless) -> bytes:
    """Give a file of signed pixels whose codestream says unsigned (dicom.md: J2K and JPEG-LS sign mismatches).

    The codestream holds the two's complement in BitsStored bits, as encoders do that know no sign; a reader that trusts
    PixelRepresentation finds the true values.
    """
    twin = pydicom.dcmread(BytesIO(to_bytes(dataset)))
    words = stored_of(dataset).astype(np.int64) & ((1 << dataset.BitsStored) - 1)
    twin.PixelRepresentation = 0
    twin.PixelData = words.astype(f"<u{dataset.BitsAllocated // 8}").tobytes()
    return lie(to_bytes(twin, syntax=syntax), PixelRepresentation=1)


def mutate(data: bytes, *, count: int = 10, seed: int = 0) -> bytes:
    """Put random values in `count` random bytes (dicom.md: never fatal)."""
    changed = np.frombuffer(data, np.uint8).copy()
    random = np.random.default_rng(seed)
    changed[random.integers(0, changed.size, count)] = random.integers(0, 256, count, np.uint8)
    return changed.tobytes()


def lfs_pointer(data: bytes) -> bytes:
    """Give the Git LFS pointer that stands for a file (dicom.md: Git LFS pointers named .dcm). Any bytes."""
    return _LFS_POINTER.format(digest=hashlib.sha256(data).hexdigest(), size=len(data)).encode()


def huge_text(*, megabytes: int = 8) -> bytes:
    """Give a long text that is no DICOM (dicom.md: README among the slices)."""
    line = b"This is a log and no picture.\n"
    return line * (megabytes * 1_000_000 // len(line))


def _body_start(data: bytes) -> int:
    length: int = struct.unpack_from("<L", data, _META_START + 8)[0]
    return _META_START + _GROUP_LENGTH_SIZE + length


def _pixel_element(data: bytes) -> int:
    """Find the PixelData of the main dataset: the last in the file, as icons stand before it."""
    ends = [data.rfind(_PIXEL_DATA + vr + b"\0\0") for vr in (b"OW", b"OB")]
    if max(ends) < 0:
        raise ValueError("no PixelData in explicit VR little endian was found")
    return max(ends)


def _pixel_value(data: bytes) -> int:
    return _pixel_element(data) + 12


def _element(data: bytes, keyword: str) -> int:
    tag = Tag(keyword)
    start = data.find(struct.pack("<HH", tag.group, tag.element), _body_start(data))
    if start < 0:
        raise ValueError(f"{keyword} was not found in the file")
    return start
