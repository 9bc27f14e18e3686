"""MetaImage: what the header of a .mha or .mhd file says; data in another file only where that is a plain sibling."""

from __future__ import annotations

import re
from typing import BinaryIO, Final

import numpy as np

from kazerooni.errors import LabelError
from kazerooni.labels.grid import FileGrid
from kazerooni.labels.images.image import ImageFile, Packing, check_size
from kazerooni.labels.open import MapFile

_LONGEST_HEADER: Final = 2**16
_TYPES: Final = {
    "MET_UCHAR": "u1", "MET_CHAR": "i1", "MET_USHORT": "u2", "MET_SHORT": "i2", "MET_UINT": "u4", "MET_INT": "i4",
    "MET_ULONG_LONG": "u8", "MET_LONG_LONG": "i8", "MET_FLOAT": "f4", "MET_DOUBLE": "f8",
}  # fmt: skip
_PLAIN_NAME: Final = re.compile(r"[^\s/\\%:*?][^/\\%:*?]*")


def read_metaimage(file: MapFile, shape: tuple[int, int, int]) -> ImageFile:
    """Read the header of a MetaImage file.

    shape: (slices, rows, columns) of the scan; the axes of the file may stand in another order.

    Raises LabelError where the file is no MetaImage, is of another size, or keeps its data anywhere but in itself or in
    a file beside it.
    """
    name = file.name
    header, end = _header(file)
    if header.get("ndims") != "3" or header.get("elementnumberofchannels", "1") != "1":
        raise LabelError(
            f"{name}: {header.get('ndims', 'no')} dimensions, {header.get('elementnumberofchannels', '1')} numbers a "
            "voxel; 3 dimensions and one label a voxel are wanted"
        )
    if header.get("headersize", "0") != "0" or not _flag(header, "binarydata", default=True):
        raise LabelError(f"{name}: its data is text or does not follow its header; save it again as a .mha file")
    words = header.get("dimsize", "").split()
    sizes = tuple(int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0 for word in words)
    check_size(name, sizes, shape)
    size = sizes[0], sizes[1], sizes[2]
    big = _flag(header, "binarydatabyteordermsb") or _flag(header, "elementbyteordermsb")
    kind = _TYPES.get(header.get("elementtype", "").upper())
    if kind is None:
        raise LabelError(f"{name}: its voxels are {header.get('elementtype', 'not said')}; whole numbers are wanted")
    grid, unplaced = _grid(name, header, size)
    is_local = header["elementdatafile"].upper() == "LOCAL"
    data, offset = (file.stream, end) if is_local else (_sibling(file, header), 0)
    packing: Packing = "zlib" if _flag(header, "compresseddata") else "raw"
    return ImageFile(name, size, np.dtype((">" if big else "<") + kind), data, offset, packing, grid, unplaced)


def _header(file: MapFile) -> tuple[dict[str, str], int]:
    """Read the fields of a header, names in lower case, up to ElementDataFile, which ends it; and where it ends."""
    name = file.name
    head = file.start(_LONGEST_HEADER)
    header: dict[str, str] = {}
    start = 0
    while (end := head.find(b"\n", start)) >= 0 or (end := len(head) if start < len(head) else -1) >= 0:
        key, equals, value = head[start:end].decode("latin-1").partition("=")
        start = end + 1
        key = key.strip().lower()
        if not equals or not re.fullmatch(r"[a-z0-9_\[\] .:-]+", key):
            break
        if key in header:
            raise LabelError(f"{name}: its header says {key} twice; it is damaged, save it again")
        header[key] = value.strip()
        if key == "elementdatafile":
            return header, start
    raise LabelError(f"{name}: the file does not begin like a MetaImage file; give a label map saved as .mha")


def _sibling(file: MapFile, header: dict[str, str]) -> BinaryIO:
    """Open the file that holds the data: one beside the header, under a plain name, and no link to another place."""
    told = header["elementdatafile"]
    if (
        not file.name.lower().endswith(".mhd")
        or not _PLAIN_NAME.fullmatch(told)
        or told.upper().split()[0] in {"LIST", "LOCAL"}
    ):
        raise LabelError(
            f"{file.name}: the header points at another file for its data; only a plain name of a file beside a .mhd "
            "is followed; save both in one .mha file"
        )
    return file.beside(told)


def _flag(header: dict[str, str], key: str, *, default: bool = False) -> bool:
    return header[key][:1].upper() in {"T", "1"} if header.get(key) else default


def _grid(name: str, header: dict[str, str], size: tuple[int, int, int]) -> tuple[FileGrid | None, str]:
    """Give the grid of a file, which MetaImage writes in LPS, or None and the reason."""

    def numbers(count: int, *keys: str) -> list[float]:
        told = next((header[key] for key in keys if header.get(key)), "")
        try:
            found = [float(word) for word in told.split()]
        except ValueError:
            found = []
        return found if len(found) == count and bool(np.all(np.isfinite(found))) else []

    origin = numbers(3, "offset", "origin", "position")
    directions = numbers(9, "transformmatrix", "rotation", "orientation")
    spacing = numbers(3, "elementspacing")
    if not (origin and directions and spacing):
        return None, (
            f"{name}: its Offset, TransformMatrix or ElementSpacing is not said; save it with its place in the patient"
        )
    steps = np.array(directions).reshape(3, 3) * np.array(spacing)[:, None]
    return FileGrid(size, np.array(origin), steps), ""
