"""Result: what the programs give that are measured, so that it can be compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

# Series UID -> number of its files; or label -> number of its voxels.
Index = dict[str, int]

# The twelve attributes that tell series apart and lay out their slices.
ATTRIBUTES = {
    "Modality": (0x0008, 0x0060),
    "SOPInstanceUID": (0x0008, 0x0018),
    "PatientID": (0x0010, 0x0020),
    "SliceThickness": (0x0018, 0x0050),
    "StudyInstanceUID": (0x0020, 0x000D),
    "SeriesInstanceUID": (0x0020, 0x000E),
    "InstanceNumber": (0x0020, 0x0013),
    "ImagePositionPatient": (0x0020, 0x0032),
    "ImageOrientationPatient": (0x0020, 0x0037),
    "Rows": (0x0028, 0x0010),
    "Columns": (0x0028, 0x0011),
    "PixelSpacing": (0x0028, 0x0030),
}


class Scan(NamedTuple):
    """HU (slice, row, column), slices ascending from the feet; distances in mm in the same order.

    values: an array, or anything that gives one slice after another.
    owner: what must live as long as the values, where they are a view.
    """

    values: Iterable[Any]
    spacing_mm: Iterable[float]
    owner: Any = None


def digest_of(result: Scan | Index) -> str:
    """Give a digest that equal results share: of values and spacing, or of series and the numbers of their files."""
    if isinstance(result, dict):
        return hashlib.sha256(json.dumps(sorted(result.items())).encode()).hexdigest()[:16]
    digest = hashlib.sha256(repr([round(float(mm), 3) for mm in result.spacing_mm]).encode())
    for plane in result.values:
        whole = np.ascontiguousarray(plane, np.int16)
        if not np.array_equal(whole, plane):
            raise ValueError("values that are no whole HU")
        digest.update(repr(whole.shape).encode())
        digest.update(whole.data)
    return digest.hexdigest()[:16]
