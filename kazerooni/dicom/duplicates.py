"""Duplicates: pictures that claim the same position, and whether they are copies of one another.

The only place where finding series looks at pixels: at those of slices that claim the same position, a few bytes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.dicom.attributes import Frame
from kazerooni.dicom.header import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from kazerooni.dicom.pixels import PixelFaultError, frame_bytes, read_frame, trouble_of

_GLANCE_BYTES: Final = 2048
_PLAIN: Final = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE})


def find_copies(claims: Sequence[Sequence[Frame]]) -> list[Frame]:
    """List the pictures that are copies of an earlier one among those that claim the same position."""
    copies: list[Frame] = []
    for frames in claims:
        kept: list[Frame] = []
        for frame in frames:
            (copies if any(same_pixels(frame, other) for other in kept) else kept).append(frame)
    return copies


def same_pixels(a: Frame, b: Frame) -> bool:
    """Tell whether two pictures show the same values, however they are stored; False where one cannot be read."""
    if trouble_of(a) or trouble_of(b) or _differ_at_a_glance(a, b):
        return False
    try:
        return np.array_equal(_rescaled(a), _rescaled(b))
    except PixelFaultError:
        return False


def _rescaled(frame: Frame) -> NDArray[np.float64]:
    a = frame.attributes
    return read_frame(frame).astype(np.float64) * (1.0 if a.slope is None else a.slope) + (a.intercept or 0.0)


def _differ_at_a_glance(a: Frame, b: Frame) -> bool:
    """Compare some bytes from the middle of two pictures that are stored alike, uncompressed and without spare bits."""
    layouts = [(a.bits_allocated, a.bits_stored, a.signed, a.slope, a.intercept) for a in (a.attributes, b.attributes)]
    if layouts[0] != layouts[1] or layouts[0][0] != layouts[0][1] or {a.syntax, b.syntax} - _PLAIN:
        return False
    size = frame_bytes(a.attributes)
    glances = [f.source.read(f.pixels.offset + f.number * size + size // 2, _GLANCE_BYTES) for f in (a, b)]
    return glances[0] != glances[1]
