"""Write label maps: as DICOM SEG, bound to the slices however they lie, or as image files of evenly spaced series."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kazerooni.dicom import Series, deidentified_file
from kazerooni.errors import LabelError, OutputError
from kazerooni.files import check_new, write_whole, write_whole_by
from kazerooni.labels.author import UNNAMED, Author
from kazerooni.labels.grid import FileGrid, regular_grid
from kazerooni.labels.images import WRITERS, Writer
from kazerooni.labels.wanted import FINDINGS, LOBES, Wanted
from kazerooni.model import FindingMap, Geometry, LobeMap

if TYPE_CHECKING:
    from kazerooni.labels.author import SegKind


def write_map(
    labels: LobeMap | FindingMap,
    path: str | os.PathLike[str],
    *,
    series: Series | None = None,
    author: Author = UNNAMED,
    kind: SegKind = "BINARY",
    reading: str | None = None,
    nameless: bool = False,
    deidentify: bytes | None = None,
    force: bool = False,
) -> None:
    """Write a label map in the format of the name: .dcm (DICOM SEG), .nrrd, .seg.nrrd, .nii, .nii.gz or .mha.

    series: the series that the map was drawn on, wanted for a SEG, which references its pictures and carries its
        patient and study; its files must still be there.
    author: who drew it; says the algorithm type of a SEG.
    kind: of a SEG; BINARY is what every viewer reads, LABELMAP is smaller and newer (2024).
    reading: id of the reading that the map belongs to; the segments of a SEG carry the TrackingUIDs that its SR names.
    nameless: whether a SEG carries the pseudonym in place of the person; it still fits its pictures.
    deidentify: the key of the pseudonyms (`kazerooni.identity.user_key`); a SEG then says nothing of the person.
    force: whether a file that is there is overwritten.

    A lobe without a voxel is written as an empty segment, and so is a finding: that says "looked, found none". An
    uneven or tilted series fits into a SEG only.

    Raises OutputError where the file is there or cannot be written, where its name ends otherwise, or where the format
    cannot hold the map.
    """
    path = Path(path)
    check_new(path, force=force)
    wanted = LOBES if isinstance(labels, LobeMap) else FINDINGS[labels.component]
    if not path.name.lower().endswith(".dcm"):
        write_whole(path, _image_bytes(path.name, labels, wanted), force=force)
        return
    if series is None:
        raise OutputError(f"{path.name}: a DICOM SEG references its pictures; give the series, or write .nrrd")
    from kazerooni.labels.seg import Drawing, seg_parts  # noqa: PLC0415 - highdicom takes long to import

    drawing = Drawing(wanted=wanted, series=series, author=author, kind=kind, reading=reading, nameless=nameless)
    parts: Iterable[bytes] = seg_parts(labels.labels, labels.geometry, drawing)
    if deidentify is not None:
        parts = [deidentified_file(b"".join(parts), deidentify)]
    write_whole_by(path, lambda part: _write_parts(part, parts), force=force)


def _write_parts(path: Path, parts: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(parts)


def check_writable(path: str | os.PathLike[str], geometry: Geometry) -> None:
    """Refuse early, before a map is made, a name that ends in no format, or a format that cannot hold the grid.

    Raises OutputError.
    """
    name = Path(path).name
    if not name.lower().endswith(".dcm"):
        _writer_and_grid(name, geometry)


def _image_bytes(name: str, labels: LobeMap | FindingMap, wanted: Wanted) -> bytes:
    make, grid = _writer_and_grid(name, labels.geometry)
    return make(labels.labels, grid, wanted)


def _writer_and_grid(name: str, geometry: Geometry) -> tuple[Writer, FileGrid]:
    make = next((write for suffix, write in WRITERS.items() if name.lower().endswith(suffix)), None)
    if make is None:
        raise OutputError(f"{name}: no format ends so; .dcm, {', '.join(WRITERS)} are known")
    try:
        return make, regular_grid(name, geometry)
    except LabelError as error:
        raise OutputError(f"{error}; write .dcm") from None
