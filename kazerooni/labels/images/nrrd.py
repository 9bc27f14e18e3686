"""NRRD: what an NRRD file says of itself, read as text; its data is never followed into another file."""

from __future__ import annotations

import re
from typing import Final

import numpy as np

from kazerooni.errors import LabelError
from kazerooni.labels.grid import FileGrid
from kazerooni.labels.images.image import ImageFile, Packing, check_size
from kazerooni.labels.images.slicer import is_segmentation
from kazerooni.labels.open import MapFile

# Far above any real header, far below what could hurt.
_LONGEST_HEADER: Final = 2**16
_LONGEST_KEY: Final = 40  # as it is told
_MAGIC: Final = b"NRRD000"
# A line may end at any of these; any of them could hide a field from a parser that does not know it.
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_FIELD: Final = re.compile(r"([^:]+)(: |:=)(.*)")
# Pairs of a program's own (`:=`) whose names could be taken for those of fields say nothing of the file; those that
# name segments hold an underscore, which no field does.
_OWN: Final = re.compile(r"\w*_\w*")

# Signs of x and y that turn a patient space into LPS; any other space would be a guess.
_SPACES: Final = {
    **dict.fromkeys(("left-posterior-superior", "lps"), (1, 1, 1)),
    **dict.fromkeys(("right-anterior-superior", "ras"), (-1, -1, 1)),
    **dict.fromkeys(("left-anterior-superior", "las"), (1, -1, 1)),
}
_TYPES: Final = {
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"), "u8"),
    **dict.fromkeys(
        ("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"), "i8"
    ),
    "float": "f4",
    "double": "f8",
}
_PACKINGS: Final[dict[str, Packing]] = {"raw": "raw", "gzip": "gzip", "gz": "gzip"}
_ENDS: Final = {"little": "<", "big": ">"}
_IN_SPACE: Final = {"domain", "space", "???", "none", ""}


def read_nrrd(file: MapFile, shape: tuple[int, int, int]) -> ImageFile:
    """Read the header of an NRRD file.

    shape: (slices, rows, columns) of the scan; the axes of the file may stand in another order. A segmentation of 3D
    Slicer may be smaller and may hold several layers.

    Raises LabelError where the file is no NRRD, points at another file for its data, is of another size, or holds
    something else than numbers; a .seg.nrrd also where it names no segments.
    """
    name = file.name
    header, offset = _header(file)
    if name.lower().endswith(".seg.nrrd") and not is_segmentation(header):
        raise LabelError(f"{name}: names no segments, as a .seg.nrrd does; if its numbers are ours, rename it .nrrd")
    if "data file" in header or "datafile" in header:
        raise LabelError(f"{name}: the header points at another file for its data; save both in one .nrrd file")
    if any(header.get(skip, "0") != "0" for skip in ("line skip", "lineskip", "byte skip", "byteskip")):
        raise LabelError(f"{name}: its data does not follow its header; save it again as one .nrrd file")
    size, layers = _size(name, header, shape)
    dtype, packing = _encoding(name, header)
    grid, unplaced = _grid(name, header, size, layered=header.get("dimension") == "4")
    return ImageFile(name, size, dtype, file.stream, offset, packing, grid, unplaced, layers=layers, header=header)


def _header(file: MapFile) -> tuple[dict[str, str], int]:
    """Read the fields and key/value pairs of a header, names in lower case, and where the data begins."""
    name = file.name
    head = file.start(_LONGEST_HEADER)
    if not head.startswith(_MAGIC):
        raise LabelError(f"{name}: the file does not begin like an NRRD file; give a label map saved as .nrrd")
    lines: list[str] = []
    start = 0
    for end in _LINE_END.finditer(head):
        line = head[start : end.start()].decode("latin-1")
        start = end.end()
        if not line:
            break
        lines.append(line)
    else:
        raise LabelError(f"{name}: the header has no end within {len(head)} bytes; it is damaged, save it again")
    return _fields(name, lines), start


def _fields(name: str, lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in lines:
        field = None if line.startswith("#") else _FIELD.match(line)
        if field is None:
            continue
        key = field[1].strip().lower()
        if field[2] == ":=" and not _OWN.fullmatch(key):
            continue
        if key in found:
            raise LabelError(f"{name}: its header says {key[:_LONGEST_KEY]!r} twice; it is damaged, save it again")
        found[key] = field[3].strip()
    return found


def _size(name: str, header: dict[str, str], shape: tuple[int, int, int]) -> tuple[tuple[int, int, int], int]:
    """Give the voxels along the axes in space, and the layers."""
    words = header.get("sizes", "").split()
    sizes = [int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0 for word in words]
    slicer = is_segmentation(header)
    if header.get("dimension") == "4" and slicer and len(sizes) == 4 and 0 < sizes[0] <= 1024:
        layers, *sizes = sizes
    elif header.get("dimension") == "3":
        layers = 1
    else:
        raise LabelError(f"{name}: {header.get('dimension', 'no')} dimensions; 3 are wanted, one label a voxel")
    if slicer and len(sizes) == 3 and min(sizes) > 0 and all(a <= b for a, b in zip(sorted(sizes), sorted(shape))):  # noqa: B905
        return (sizes[0], sizes[1], sizes[2]), layers
    check_size(name, tuple(sizes), shape)
    return (sizes[0], sizes[1], sizes[2]), layers


def _encoding(name: str, header: dict[str, str]) -> tuple[np.dtype[np.generic], Packing]:
    kinds = header.get("kinds", "").lower().split()[-3:]
    kind = _TYPES.get(header.get("type", "").lower())
    if kind is None or not _IN_SPACE.issuperset(kinds):
        raise LabelError(
            f"{name}: its header cannot be understood; three axes in space and one whole number a voxel are wanted, "
            "save it as a label map"
        )
    packing = _PACKINGS.get(header.get("encoding", "").lower())
    if packing is None:
        raise LabelError(
            f"{name}: its data, encoding {header.get('encoding')}, cannot be decoded; raw or gzip is wanted; save it "
            "again"
        )
    end = _ENDS.get(header.get("endian", "").lower(), "" if kind[1] == "1" else None)
    if end is None:
        raise LabelError(f"{name}: its header does not say which byte comes first; save it again with its endian")
    return np.dtype(end + kind), packing


def _grid(
    name: str, header: dict[str, str], size: tuple[int, int, int], *, layered: bool
) -> tuple[FileGrid | None, str]:
    """Give the grid of a file in LPS, or None and the reason."""
    signs = _SPACES.get(header.get("space", "").lower())
    if signs is None:
        return None, (
            f"{name}: its space is {header.get('space', 'not said')}; left-posterior-superior or "
            "right-anterior-superior is wanted; save it with its place in the patient"
        )
    directions = _vectors(header.get("space directions", ""))
    origin = _vectors(header.get("space origin", ""))
    if layered and directions[:1] == [None]:
        del directions[0]
    if len(directions) != 3 or len(origin) != 1 or None in directions or None in origin:
        return None, (f"{name}: its space directions or origin are not said; save it with its place in the patient")
    steps = np.array(directions, np.float64) * signs
    return FileGrid(size, np.array(origin[0], np.float64) * signs, steps), ""


def _vectors(text: str) -> list[tuple[float, ...] | None]:
    """Read vectors like `(1,0,0) none (0,0,1)`; None for what is no vector of three finite numbers."""
    found: list[tuple[float, ...] | None] = []
    for word in re.findall(r"\([^)]*\)|[^\s()]+", text):
        try:
            vector = tuple(float(number) for number in word.strip("()").split(","))
        except ValueError:
            vector = ()
        found.append(vector if len(vector) == 3 and bool(np.all(np.isfinite(vector))) else None)
    return found
