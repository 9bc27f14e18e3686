"""Builders of label map files whose every byte is known: NRRD written by hand, not by the library that reads them."""

from __future__ import annotations

import gzip
import struct
import zlib
from pathlib import Path
from typing import Any

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


def steps_of(geometry: Geometry) -> NDArray[np.float64]:
    """Give the LPS steps along x, y, z of labels (slice, row, column) on an even, upright geometry; (axis, 3)."""
    return np.stack(
        [
            geometry.row_direction * geometry.pixel_spacing_mm[1],
            geometry.column_direction * geometry.pixel_spacing_mm[0],
            geometry.normal * (geometry.usual_gap_mm or 1.0),
        ]
    )


NIFTI_TYPES = {
    "uint8": 2, "int16": 4, "int32": 8, "float32": 16, "float64": 64, "int8": 256, "uint16": 512, "uint32": 768,
    "int64": 1024, "uint64": 1280,
}  # fmt: skip


def write_nifti(path: Path, labels: NDArray[np.generic], geometry: Geometry, **changed: Any) -> Path:
    """Write labels (slice, row, column) as NIfTI-1, or version 2 with `version=2`; `changed` are header fields."""
    affine = np.column_stack([steps_of(geometry).T, geometry.origin_mm]) * np.array([[-1.0], [-1.0], [1.0]])
    fields: dict[str, Any] = {
        "version": 1, "end": "<", "dim": (3, *labels.shape[::-1], 1, 1, 1, 1),
        "pixdim": (1.0, *np.linalg.norm(affine[:, :3], axis=0), 0, 0, 0, 0), "datatype": NIFTI_TYPES[labels.dtype.name],
        "slope": 1.0, "intercept": 0.0, "units": 2, "qform_code": 0, "sform_code": 1, "quaternion": (0, 0, 0),
        "offset": (0, 0, 0), "rows": tuple(affine.ravel()), "magic": None, "vox_offset": None, "data": None,
    } | changed  # fmt: skip
    header = _nifti_1(fields) if fields["version"] == 1 else _nifti_2(fields)
    body = np.ascontiguousarray(labels, labels.dtype.newbyteorder(fields["end"])).tobytes()
    whole = header + (body if fields["data"] is None else fields["data"])
    path.write_bytes(gzip.compress(whole) if path.name.endswith(".gz") else whole)
    return path


def _nifti_1(f: dict[str, Any]) -> bytes:
    form = f["end"] + "i10s18sihcc8h3f4h8f3fhcc4f2i80s24s2h3f3f12f16s4s"
    return struct.pack(
        form, 348, b"", b"", 0, 0, b"r", b"\0", *f["dim"], 0, 0, 0, 0, f["datatype"], 8, 0, *f["pixdim"],
        float(f["vox_offset"] or 352), f["slope"], f["intercept"], 0, b"\0", bytes([f["units"]]), 0, 0, 0, 0, 0, 0, b"",
        b"", f["qform_code"], f["sform_code"], *f["quaternion"], *f["offset"], *f["rows"], b"", f["magic"] or b"n+1\0",
    ) + bytes(4)  # fmt: skip


def _nifti_2(f: dict[str, Any]) -> bytes:
    form = f["end"] + "i8s2h8q3d8dq2d4d2q80s24s2i3d3d12d3i16sc15s"
    return struct.pack(
        form, 540, b"n+2\0\r\n\x1a\n", f["datatype"], 8, *f["dim"], 0, 0, 0, *f["pixdim"], 544, f["slope"],
        f["intercept"], 0, 0, 0, 0, 0, 0, b"", b"", f["qform_code"], f["sform_code"], *f["quaternion"], *f["offset"],
        *f["rows"], 0, f["units"], 0, b"", b"\0", b"",
    ) + bytes(4)  # fmt: skip


META_TYPES = {
    "uint8": "MET_UCHAR", "int8": "MET_CHAR", "uint16": "MET_USHORT", "int16": "MET_SHORT", "uint32": "MET_UINT",
    "int32": "MET_INT", "uint64": "MET_ULONG_LONG", "int64": "MET_LONG_LONG", "float32": "MET_FLOAT",
    "float64": "MET_DOUBLE",
}  # fmt: skip


def write_meta(
    path: Path, labels: NDArray[np.generic], geometry: Geometry, *, packed: bool = False, **changed: str | None
) -> Path:
    """Write labels (slice, row, column) as MetaImage; `changed` are header fields, None drops one."""
    steps = steps_of(geometry)
    lengths = np.linalg.norm(steps, axis=1)
    fields: dict[str, str | None] = {
        "ObjectType": "Image",
        "NDims": "3",
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False",
        "CompressedData": str(packed),
        "TransformMatrix": spaced((steps / lengths[:, None]).ravel()),
        "Offset": spaced(geometry.origin_mm),
        "ElementSpacing": spaced(lengths),
        "DimSize": " ".join(map(str, labels.shape[::-1])),
        "ElementType": META_TYPES[labels.dtype.name],
    }
    fields.update(changed)
    fields["ElementDataFile"] = fields.pop("ElementDataFile", "LOCAL")
    body = np.ascontiguousarray(labels).tobytes()
    header = "".join(f"{key} = {value}\n" for key, value in fields.items() if value is not None)
    path.write_bytes(header.encode() + (zlib.compress(body) if packed else body))
    return path


def spaced(numbers: NDArray[np.float64]) -> str:
    """Write numbers with spaces between, without losing a digit."""
    return " ".join(map(repr, numbers.tolist()))
