"""Image: a label map as an image file holds it, an array of numbers with a place in the patient."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import BinaryIO, Final, Literal

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.grid import FileGrid
from kazerooni.labels.open import MapFile

Packing = Literal["raw", "gzip", "zlib"]

_CHUNK_BYTES: Final = 2**22


@dataclass(frozen=True, eq=False)
class ImageFile:
    """What the header of an image file says; nothing of its voxels is read yet.

    size: voxels along the axes, fastest first: x, y, z, which are column, row, slice where nothing was turned.
    layers: numbers that every voxel holds, stored next to each other (1 but for segmentations of 3D Slicer).
    grid: where it lies in the patient; None where it does not say, with the reason in `unplaced`.
    data: the open file that holds the voxels, from `offset` on, and after `skip` more bytes once unpacked.
    header: names in lower case, of formats that have them.
    """

    name: str
    size: tuple[int, int, int]
    dtype: np.dtype[np.generic]
    data: BinaryIO
    offset: int
    packing: Packing
    grid: FileGrid | None
    unplaced: str = ""
    layers: int = 1
    skip: int = 0
    header: dict[str, str] = field(default_factory=dict)

    def read(self, translate: Callable[[NDArray[np.generic]], NDArray[np.uint8]]) -> NDArray[np.uint8]:
        """Read the voxels through `translate`, piece by piece; uint8 (x, y, z), a view of an array stored z first.

        A file with layers is translated as (voxels, layers) to one number a voxel. Only that array is ever held whole.

        Raises LabelError where the data is shorter or longer than the header says, or damaged.
        """
        labels = np.empty(prod(self.size), np.uint8)
        step = self.dtype.itemsize * self.layers
        done = 0
        for piece in self._pieces(labels.size * step, step):
            values = np.frombuffer(piece, self.dtype)
            count = values.size // self.layers
            labels[done : done + count] = translate(values if self.layers == 1 else values.reshape(count, self.layers))
            done += count
        return labels.reshape(self.size[::-1]).transpose()

    def _pieces(self, wanted: int, step: int) -> Iterator[bytes]:
        length = _CHUNK_BYTES // step * step
        self.data.seek(self.offset)
        read = self.data.read if self.packing == "raw" else _Inflated(self.data).read
        try:
            read(self.skip)
            for start in range(0, wanted, length):
                piece = read(min(length, wanted - start))
                if len(piece) != min(length, wanted - start):
                    raise self._damaged("it ends before its data does")
                yield piece
            if read(1):
                raise self._damaged("it holds more data than its header says")
        except (zlib.error, OSError, EOFError):
            raise self._damaged("it is cut short or damaged") from None

    def _damaged(self, what: str) -> LabelError:
        return LabelError(f"{self.name}: its data, encoding {self.packing}, cannot be decoded: {what}; save it again")


class _Inflated:
    """A gzip or zlib stream, unpacked no further than it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._zlib = zlib.decompressobj(47)
        self._packed = b""

    def read(self, length: int) -> bytes:
        """Read up to `length` unpacked bytes; raises EOFError where the stream ends before its own end."""
        parts: list[bytes] = []
        while length:
            if self._zlib.eof and not self._next_member():
                break
            self._packed = self._packed or self._file.read(2**16)
            if not self._packed:
                raise EOFError
            part = self._zlib.decompress(self._packed, length)
            self._packed = self._zlib.unconsumed_tail
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _next_member(self) -> bool:
        """Go on with a gzip member that follows, as parallel packers write them."""
        rest = self._zlib.unused_data or self._packed
        rest += self._file.read(2) if len(rest) < 2 else b""
        if rest[:2] != b"\x1f\x8b":
            return False
        self._zlib, self._packed = zlib.decompressobj(47), rest
        return True


def check_size(name: str, size: tuple[int, ...], shape: tuple[int, int, int]) -> None:
    """Refuse a file whose axes, in whatever order, are not as long as those of the scan.

    Raises LabelError, before anything of such a size is read.
    """
    if sorted(size) != sorted(shape):
        raise LabelError(
            f"{name}: {' x '.join(map(str, size)) or 'no'} voxels; the scan has {shape[2]} x {shape[1]} x {shape[0]} "
            "(columns x rows x slices); give the map of this scan"
        )


def unpacked_start(file: MapFile, length: int) -> bytes:
    """Unpack the first bytes of a gzip file; fewer where there are no more.

    Raises LabelError.
    """
    file.stream.seek(0)
    try:
        return _Inflated(file.stream).read(length)
    except (EOFError, zlib.error):
        raise LabelError(f"{file.name}: is cut short or damaged inside its header; save it again") from None
