"""Voxels: how many each segment of a SEG holds, counted in its bits without unpacking them."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tests.benchmarks.result import Index

# PixelData of explicit little endian: tag, VR, two bytes, length.
_PIXELS = b"\xe0\x7f\x10\x00OB\x00\x00"


def voxels_of(files: Sequence[Path]) -> Index:
    """Count all set bits of each file: equal where the segments are, whatever empty frames are left out."""
    found = {}
    for file in files:
        with file.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
            start = data.rfind(_PIXELS, 0, len(data)) + len(_PIXELS) + 4
            chunks = (np.frombuffer(data[at : at + 2**20], np.uint8) for at in range(start, len(data), 2**20))
            found[file.stem] = sum(int(np.bitwise_count(chunk).sum()) for chunk in chunks)
    return found
