"""Deflated data sets: unpacked piece by piece and only as far as is asked for; offsets count in the unpacked stream."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from kazerooni.dicom.sources import Source
from kazerooni.dicom.walk import walk_meta

_META_READ_BYTES: Final = 65536
_PIECE_BYTES: Final = 65536
_MOST_AT_ONCE: Final = 1 << 20


def inflate(source: Source, limit: int) -> Iterator[bytes]:
    """Unpack a deflated data set piece by piece, at most `limit` bytes; ends early where the stream is broken."""
    meta = walk_meta(source.read(0, _META_READ_BYTES))
    unpacker, left = zlib.decompressobj(-zlib.MAX_WBITS), limit
    with source.open() as file:
        file.seek(meta[1] if meta is not None else 0)
        while left > 0 and (piece := file.read(_PIECE_BYTES)):
            while piece and left > 0:
                try:
                    out = unpacker.decompress(piece, min(left, _MOST_AT_ONCE))
                except zlib.error:
                    return
                left -= len(out)
                yield out
                piece = unpacker.unconsumed_tail


@lru_cache(maxsize=1)
def inflated_size(source: Source, limit: int) -> int:
    """Give how many bytes a deflated data set unpacks to, counted up to `limit` and without keeping them.

    The last answer is kept: every frame of a file asks for it.
    """
    return sum(map(len, inflate(source, limit)))
