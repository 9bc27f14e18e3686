"""NIfTI: what the header of a .nii or .nii.gz file says (https://nifti.nimh.nih.gov, versions 1 and 2)."""

from __future__ import annotations

import struct
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.grid import FileGrid
from kazerooni.labels.images.image import ImageFile, Packing, check_size, unpacked_start
from kazerooni.labels.open import MapFile

_TYPES: Final = {
    2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8",
}  # fmt: skip
_MILLIMETRES: Final = (0, 2)  # 0: not said, which every program takes for millimetres
# Two places are one within this share of the smallest voxel spacing, on every corner.
_AGREE: Final = 0.1
_HEADER: Final = 540  # bytes of version 2, the longer one
_LONGEST_HEADER: Final = 2**24  # extensions included


class _Header(NamedTuple):
    """The fields of a header that matter, of either version."""

    end: str
    dim: tuple[int, ...]
    datatype: int
    pixdim: tuple[float, ...]
    vox_offset: float
    slope: float
    intercept: float
    units: int
    qform_code: int
    sform_code: int
    quaternion: tuple[float, ...]
    offset: tuple[float, ...]
    rows: tuple[float, ...]


def read_nifti(file: MapFile, shape: tuple[int, int, int]) -> ImageFile:
    """Read the header of a NIfTI file.

    shape: (slices, rows, columns) of the scan; the axes of the file may stand in another order.

    Raises LabelError where the file is no NIfTI of one file, holds several volumes, other sizes, scaled numbers, or two
    places in the patient that contradict each other.
    """
    name = file.name
    packed = file.start(2) == b"\x1f\x8b"
    header = _parse(name, unpacked_start(file, _HEADER) if packed else file.start(_HEADER))
    size = _size(name, header, shape)
    kind = _TYPES.get(header.datatype)
    if kind is None:
        raise LabelError(f"{name}: its voxels are of NIfTI type {header.datatype}; whole numbers are wanted")
    if header.slope not in (0.0, 1.0) or (header.slope == 1.0 and header.intercept != 0.0):
        raise LabelError(
            f"{name}: its numbers are scaled (slope {header.slope:g}, intercept {header.intercept:g}); labels as they "
            "are stored are wanted, save it again as a label map"
        )
    if not (348 <= header.vox_offset < _LONGEST_HEADER and header.vox_offset.is_integer()):
        raise LabelError(f"{name}: its data cannot begin at byte {header.vox_offset:g}; it is damaged, save it again")
    grid, unplaced = _grid(name, header, size)
    start_of_data = int(header.vox_offset)
    offset, skip = (0, start_of_data) if packed else (start_of_data, 0)
    packing: Packing = "gzip" if packed else "raw"
    dtype = np.dtype(header.end + kind)
    return ImageFile(name, size, dtype, file.stream, offset, packing, grid, unplaced, skip=skip)


def _parse(name: str, start: bytes) -> _Header:
    for end in "<>":
        version = int.from_bytes(start[:4], "little" if end == "<" else "big")
        if version == 348 and len(start) >= 348:
            return _parse_1(name, start, end)
        if version == 540 and len(start) >= 540 and start[4:8] == b"n+2\0":
            return _parse_2(start, end)
    raise LabelError(f"{name}: the file does not begin like a NIfTI file; give a label map saved as .nii or .nii.gz")


def _parse_1(name: str, start: bytes, end: str) -> _Header:
    if start[344:348] != b"n+1\0":
        raise LabelError(f"{name}: an Analyze file or one half of a pair of files; save it as one .nii or .nii.gz file")

    def get(form: str, offset: int) -> tuple[float, ...]:
        return struct.unpack_from(end + form, start, offset)

    dim = struct.unpack_from(f"{end}8h", start, 40)
    (datatype,) = struct.unpack_from(f"{end}h", start, 70)
    qform, sform = struct.unpack_from(f"{end}2h", start, 252)
    offset, slope, intercept = get("3f", 108)
    return _Header(
        end, dim, datatype, get("8f", 76), offset, slope, intercept, start[123], qform, sform, get("3f", 256),
        get("3f", 268), get("12f", 280),
    )  # fmt: skip


def _parse_2(start: bytes, end: str) -> _Header:
    def get(form: str, offset: int) -> tuple[float, ...]:
        return struct.unpack_from(end + form, start, offset)

    dim = struct.unpack_from(f"{end}8q", start, 16)
    (datatype,) = struct.unpack_from(f"{end}h", start, 12)
    (vox_offset,) = struct.unpack_from(f"{end}q", start, 168)
    slope, intercept = get("2d", 176)
    qform, sform = struct.unpack_from(f"{end}2i", start, 344)
    (units,) = struct.unpack_from(f"{end}i", start, 500)
    return _Header(
        end, dim, datatype, get("8d", 104), float(vox_offset), slope, intercept, units, qform, sform,
        get("3d", 352), get("3d", 376), get("12d", 400),
    )  # fmt: skip


def _size(name: str, header: _Header, shape: tuple[int, int, int]) -> tuple[int, int, int]:
    axes = header.dim[0]
    more = header.dim[4 : axes + 1]
    if not 3 <= axes <= 7 or any(count != 1 for count in more):
        volumes = " x ".join(map(str, more)) if 3 <= axes <= 7 else "no"
        raise LabelError(f"{name}: {axes} dimensions, {volumes} volumes; one volume of 3 dimensions is wanted")
    check_size(name, header.dim[1:4], shape)
    return header.dim[1], header.dim[2], header.dim[3]


def _grid(name: str, header: _Header, size: tuple[int, int, int]) -> tuple[FileGrid | None, str]:
    """Give the grid of a file in LPS (NIfTI writes RAS), or None and the reason."""
    places = [make(header) for code, make in ((header.sform_code, _sform), (header.qform_code, _qform)) if code > 0]
    if not places:
        return None, (
            f"{name}: neither its qform nor its sform says where it lies (both codes are 0); save it with its place in "
            "the patient, or take it by index: an array of equal shape in the order of the slices"
        )
    if header.units & 7 not in _MILLIMETRES:
        return None, f"{name}: its lengths are not in millimetres; save it in millimetres"
    if not all(bool(np.all(np.isfinite(place))) for place in places):
        return None, f"{name}: its place in the patient is no number; save it again"
    grids = [FileGrid(size, place[:, 3] * (-1, -1, 1), place[:, :3].T * (-1, -1, 1)) for place in places]
    if len(grids) == 2:
        _check_agreement(name, *grids)
    return grids[0], ""


def _check_agreement(name: str, sform: FileGrid, qform: FileGrid) -> None:
    off = float(np.abs(sform.corners_mm() - qform.corners_mm()).max())
    if off > _AGREE * float(np.linalg.norm(sform.steps_mm, axis=1).min()):
        raise LabelError(
            f"{name}: its qform and sform place it {off:.2f} mm apart and both claim to be right; save it "
            "with one place in the patient"
        )


def _sform(header: _Header) -> NDArray[np.float64]:
    return np.array(header.rows, np.float64).reshape(3, 4)


def _qform(header: _Header) -> NDArray[np.float64]:
    """Give the affine of a quaternion (nifti1.h, method 2)."""
    b, c, d = (float(part) for part in header.quaternion)
    a = np.sqrt(max(0.0, 1.0 - (b * b + c * c + d * d)))
    turn = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    steps = np.array(header.pixdim[1:4], np.float64)
    if header.pixdim[0] < 0:
        steps[2] *= -1
    return np.column_stack([turn * steps, header.offset])
