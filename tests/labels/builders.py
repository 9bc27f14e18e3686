"""Builders of label map files whose every byte is known: NRRD written by hand, not by the library that reads them."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Geometry

NRRD_TYPES = {
    "uint8": "uchar", "int8": "signed char", "uint16": "ushort", "int16": "short", "int32": "int", "uint32": "uint",
    "int64": "longlong", "uint64": "ulonglong", "float32": "float", "float64": "double",
}  # fmt: skip


def vector(values: NDArray[np.float64]) -> str:
    """Write a vector as NRRD does, without losing a digit."""
    return "(" + ",".join(repr(float(value)) for value in values) + ")"


def fields_of(labels: NDArray[np.generic], geometry: Geometry, **changed: str | None) -> dict[str, str]:
    """Give the header of labels (slice, row, column) on a geometry; None drops a field, another value replaces it."""
    steps = (
        geometry.row_direction * geometry.pixel_spacing_mm[1],
        geometry.column_direction * geometry.pixel_spacing_mm[0],
        geometry.normal * (geometry.usual_gap_mm or 1.0),
    )
    fields: dict[str, str | None] = {
        "type": NRRD_TYPES[labels.dtype.name],
        "dimension": "3",
        "space": "left-posterior-superior",
        "sizes": " ".join(map(str, labels.shape[::-1])),
        "space directions": " ".join(map(vector, steps)),
        "kinds": "domain domain domain",
        "endian": "little",
        "encoding": "raw",
        "space origin": vector(geometry.origin_mm),
    }
    fields.update({name.replace("_", " "): value for name, value in changed.items()})
    return {name: value for name, value in fields.items() if value is not None}


def write_nrrd(
    path: Path, labels: NDArray[np.generic], geometry: Geometry, *, data: bytes | None = None, **changed: str | None
) -> Path:
    """Write labels (slice, row, column) as NRRD; `changed` are header fields, `data` other bytes than the labels'."""
    fields = fields_of(labels, geometry, **changed)
    header = "NRRD0004\n" + "".join(f"{name}: {value}\n" for name, value in fields.items()) + "\n"
    body = np.ascontiguousarray(labels).tobytes() if data is None else data
    path.write_bytes(header.encode() + (gzip.compress(body) if fields["encoding"] == "gzip" else body))
    return path


def lungs(shape: tuple[int, int, int] = (12, 16, 20)) -> NDArray[np.uint8]:
    """Build five lobes of an axial, supine scan: right lobes in the left half of the picture, slices from foot to head.

    Each lower lobe lies behind and below its oblique fissure, the middle lobe below the upper one.
    """
    slices, rows, columns = shape
    labels = np.zeros(shape, np.uint8)
    for s in range(slices):
        for r in range(rows):
            height, depth = s / slices, r / rows
            is_lower = depth > height
            right = 3 if is_lower else (1 if height > 0.5 else 2)
            labels[s, r, 1 : columns // 2 - 1] = right
            labels[s, r, columns // 2 + 1 : -1] = 5 if is_lower else 4
    return labels
