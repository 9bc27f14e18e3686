"""Duplicates: pictures that claim the same position, and whether they are copies of one another.

The only place where finding series looks at pixels: at those of slices that claim the same position, a few bytes first.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from contextlib import suppress
from typing import Final

import numpy as np

from kazerooni.dicom.attributes import Frame
from kazerooni.dicom.header import EXPLICIT_LITTLE, IMPLICIT_LITTLE
from kazerooni.dicom.pixels import PixelFaultError, frame_bytes, read_frame, trouble_of

_GLANCE_BYTES: Final = 2048
_PLAIN: Final = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE})


def find_copies(claims: Iterable[Sequence[Frame]]) -> list[Frame]:
    """List the pictures that show the same values as an earlier one that claims the same position.

    However they are stored; one that cannot be read is no copy. Pictures that differ at a glance are not read whole.
    """
    copies: list[Frame] = []
    for frames in claims:
        alike: defaultdict[Hashable, list[Frame]] = defaultdict(list)
        for frame in frames:
            with suppress(OSError):
                if trouble_of(frame) is None:
                    alike[_glance(frame)].append(frame)
        odd = alike.pop(None, [])
        for group in [[*odd, *group] for group in alike.values()] or [odd]:
            copies += _copies_among(group)
    return list({id(frame): frame for frame in copies}.values())


def _copies_among(frames: Sequence[Frame]) -> list[Frame]:
    seen: set[bytes] = set()
    copies = []
    for frame in frames if len(frames) > 1 else ():
        try:
            digest = _digest(frame)
        except PixelFaultError:
            continue
        if digest in seen:
            copies.append(frame)
        seen.add(digest)
    return copies


def _digest(frame: Frame) -> bytes:
    slope, intercept = frame.attributes.rescale
    return hashlib.sha256((read_frame(frame).astype(np.float64) * slope + intercept).tobytes()).digest()


def _glance(frame: Frame) -> Hashable:
    """Give some bytes from the middle of a picture; None where other bytes could stand for the same values."""
    a = frame.attributes
    if frame.syntax not in _PLAIN or a.bits_allocated != a.bits_stored:
        return None
    size = frame_bytes(a)
    middle = frame.source.read(frame.pixels.offset + frame.number * size + size // 2, _GLANCE_BYTES)
    return a.bits_stored, a.signed, a.slope, a.intercept, middle
