"""Header: what an NRRD file says of itself, checked as text before any library follows it."""

from __future__ import annotations

import re
from pathlib import Path

from kazerooni.errors import LabelError

# Far above any real header, far below what could hurt.
_LONGEST_HEADER = 2**16
_MAGIC = b"NRRD000"
# ITK ends a line at any of these, and so does this parser: what it cannot see, it cannot refuse.
_LINE_END = re.compile(rb"\r\n|\r|\n")
_FIELD = re.compile(r"([^:]+)(?:: |:=)(.*)")

# The patient spaces that ITK turns into LPS; any other it takes as it stands, which would be a guess.
_SPACES = {
    "left-posterior-superior",
    "lps",
    "right-anterior-superior",
    "ras",
    "left-anterior-superior",
    "las",
}


def read_header(path: Path) -> dict[str, str]:
    """Read the fields and key/value pairs of an NRRD header, names in lower case.

    Raises LabelError where the file cannot be opened, is no NRRD or its header has no end.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_LONGEST_HEADER)
    except OSError as error:
        raise LabelError(f"{path.name}: cannot be opened ({error.strerror}); give a readable .nrrd file") from None
    if not head.startswith(_MAGIC):
        raise LabelError(f"{path.name}: the file does not begin like an NRRD file; give a label map saved as .nrrd")
    lines = [line.decode("latin-1") for line in _LINE_END.split(head)]
    if "" not in lines[:-1]:
        raise LabelError(f"{path.name}: the header has no end within {len(head)} bytes; it is damaged, save it again")
    fields = (_FIELD.match(line) for line in lines[: lines.index("")] if not line.startswith("#"))
    return {field[1].strip().lower(): field[2].strip() for field in fields if field}


def check_header(name: str, header: dict[str, str], shape: tuple[int, int, int]) -> None:
    """Refuse a header whose data must not be read: elsewhere, without a place in the patient, or of another size.

    name: how to call the file.
    shape: (slices, rows, columns) of the scan; the axes of the file may stand in another order.

    Raises LabelError.
    """
    if "data file" in header or "datafile" in header:
        raise LabelError(f"{name}: the header points at another file for its data; save both in one .nrrd file")
    if any(key.startswith("segment0_") for key in header):
        raise LabelError(
            f"{name}: a segmentation of 3D Slicer, whose label numbers are its own; export it as a label map with the "
            "numbers of this toolkit"
        )
    if header.get("dimension") != "3":
        raise LabelError(f"{name}: {header.get('dimension', 'no')} dimensions; 3 are wanted, one label a voxel")
    if header.get("space", "").lower() not in _SPACES:
        raise LabelError(
            f"{name}: its space is {header.get('space', 'not said')}; left-posterior-superior or "
            "right-anterior-superior is wanted; save it with its place in the patient"
        )
    place = " ".join(header.get(field, "none") for field in ("space directions", "space origin")).lower()
    if "none" in place or "nan" in place:
        raise LabelError(f"{name}: its space directions or origin are not said; save it with its place in the patient")
    sizes = header.get("sizes", "").split()
    if sorted(sizes) != sorted(map(str, shape)):
        raise LabelError(
            f"{name}: {' x '.join(sizes) or 'no'} voxels; the scan has {shape[2]} x {shape[1]} x {shape[0]} (columns x "
            "rows x slices); give the map of this scan"
        )
