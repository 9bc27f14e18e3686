"""Write label maps as image files: NRRD, segmentations of 3D Slicer, NIfTI, MetaImage. The same map, the same bytes."""

from __future__ import annotations

import gzip
import struct
import zlib
from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.labels.segments import Described, described
from kazerooni.labels.wanted import Wanted
from kazerooni.model import Geometry
from kazerooni.model.codes import Code

_LEVEL: Final = 5

Writer = Callable[[NDArray[np.uint8], Geometry, Wanted], bytes]


def nrrd_bytes(labels: NDArray[np.uint8], geometry: Geometry, _: Wanted) -> bytes:
    """Give the NRRD file of labels (slice, row, column), gzipped, in LPS."""
    return _nrrd(labels, geometry, {})


def seg_nrrd_bytes(labels: NDArray[np.uint8], geometry: Geometry, wanted: Wanted) -> bytes:
    """Give the segmentation of 3D Slicer: the same, with names, colours and codes of every segment."""
    pairs = {"Segmentation_MasterRepresentation": "Binary labelmap", "Segmentation_ReferenceImageExtentOffset": "0 0 0"}
    for index, segment in enumerate(described(wanted)):
        pairs.update({f"Segment{index}_{key}": value for key, value in _slicer_pairs(segment, labels).items()})
    return _nrrd(labels, geometry, pairs)


def nifti_bytes(labels: NDArray[np.uint8], geometry: Geometry, _: Wanted) -> bytes:
    """Give the NIfTI-1 file of labels (slice, row, column), in RAS by its sform; no qform is given beside it."""
    steps, origin = _steps_mm(geometry), geometry.origin_mm
    affine = np.column_stack([steps.T, origin]) * np.array([[-1], [-1], [1]])
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into("<8h", header, 40, 3, *labels.shape[::-1], 1, 1, 1, 1)
    struct.pack_into("<2h", header, 70, 2, 8)
    struct.pack_into("<8f", header, 76, 1.0, *np.linalg.norm(steps, axis=1), 0, 0, 0, 0)
    struct.pack_into("<3f", header, 108, 352.0, 1.0, 0.0)
    header[123] = 2  # millimetres
    struct.pack_into("<2h", header, 252, 0, 1)  # qform: none; sform: scanner
    struct.pack_into("<12f", header, 280, *affine.ravel())
    header[344:348] = b"n+1\0"
    return bytes(header) + labels.tobytes()


def nifti_gz_bytes(labels: NDArray[np.uint8], geometry: Geometry, wanted: Wanted) -> bytes:
    """Give the gzipped NIfTI file."""
    return gzip.compress(nifti_bytes(labels, geometry, wanted), _LEVEL, mtime=0)


def metaimage_bytes(labels: NDArray[np.uint8], geometry: Geometry, _: Wanted) -> bytes:
    """Give the MetaImage file of labels (slice, row, column), compressed, in LPS."""
    steps = _steps_mm(geometry)
    lengths = np.linalg.norm(steps, axis=1)
    data = zlib.compress(labels.data, _LEVEL)
    fields = {
        "ObjectType": "Image",
        "NDims": "3",
        "BinaryData": "True",
        "BinaryDataByteOrderMSB": "False",
        "CompressedData": "True",
        "CompressedDataSize": str(len(data)),
        "TransformMatrix": _numbers((steps / lengths[:, None]).ravel()),
        "Offset": _numbers(geometry.origin_mm),
        "CenterOfRotation": "0 0 0",
        "ElementSpacing": _numbers(lengths),
        "DimSize": " ".join(map(str, labels.shape[::-1])),
        "ElementType": "MET_UCHAR",
        "ElementDataFile": "LOCAL",
    }
    return "".join(f"{key} = {value}\n" for key, value in fields.items()).encode() + data


WRITERS: Final[Mapping[str, Writer]] = {
    ".seg.nrrd": seg_nrrd_bytes,
    ".nrrd": nrrd_bytes,
    ".nii.gz": nifti_gz_bytes,
    ".nii": nifti_bytes,
    ".mha": metaimage_bytes,
}
"""Image formats by the end of the name, longer ends first."""


def _steps_mm(geometry: Geometry) -> NDArray[np.float64]:
    """Give the LPS step along x, y, z of a stored array; float64 (axis, 3). The slices must be even and upright."""
    rows_mm, columns_mm = geometry.pixel_spacing_mm
    count = geometry.shape[0]
    if count > 1:
        across = (geometry.origins_mm[-1] - geometry.origins_mm[0]) / (count - 1)
        across = geometry.normal * float(across @ geometry.normal)
    else:
        across = geometry.normal * (geometry.slice_thickness_mm or 1.0)
    return np.stack([geometry.row_direction * columns_mm, geometry.column_direction * rows_mm, across])


def _nrrd(labels: NDArray[np.uint8], geometry: Geometry, pairs: Mapping[str, str]) -> bytes:
    fields = {
        "type": "uint8",
        "dimension": "3",
        "space": "left-posterior-superior",
        "sizes": " ".join(map(str, labels.shape[::-1])),
        "space directions": " ".join(map(_vector, _steps_mm(geometry))),
        "kinds": "domain domain domain",
        "encoding": "gzip",
        "space origin": _vector(geometry.origin_mm),
    }
    header = "NRRD0004\n" + "".join(f"{key}: {value}\n" for key, value in fields.items())
    header += "".join(f"{key}:={value}\n" for key, value in pairs.items()) + "\n"
    return header.encode() + gzip.compress(labels.data, _LEVEL, mtime=0)


def _slicer_pairs(segment: Described, labels: NDArray[np.uint8]) -> dict[str, str]:
    slices, rows, columns = labels.shape
    kind, category = segment.kind, segment.category
    side = f"~{_triple(segment.side)}" if segment.side is not None else "~^^"
    entry = f"Segmentation category and type - DICOM master list~{_triple(category)}~{_triple(kind)}{side}"
    entry += "~Anatomic codes - DICOM master list~^^~^^"
    return {
        "ID": f"Segment_{segment.number}",
        "Name": segment.name,
        "NameAutoGenerated": "0",
        "Color": " ".join(f"{part / 255:.6g}" for part in segment.colour),
        "ColorAutoGenerated": "0",
        "Extent": f"0 {columns - 1} 0 {rows - 1} 0 {slices - 1}",
        "LabelValue": str(segment.number),
        "Layer": "0",
        "Tags": f"TerminologyEntry:{entry}|",
    }


def _triple(code: Code) -> str:
    return f"{code.scheme}^{code.value}^{code.meaning}"


def _vector(numbers: NDArray[np.float64]) -> str:
    return f"({','.join(repr(float(number)) for number in numbers)})"


def _numbers(numbers: NDArray[np.float64]) -> str:
    return " ".join(repr(float(number)) for number in numbers)
