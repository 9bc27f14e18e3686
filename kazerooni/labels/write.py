"""Write label maps: as DICOM SEG, bound to the slices however they lie, or as image files of evenly spaced series."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kazerooni.dicom import Series
from kazerooni.errors import LabelError, OutputError
from kazerooni.files import check_new, write_whole
from kazerooni.labels.author import UNNAMED, Author
from kazerooni.labels.grid import check_regular
from kazerooni.labels.images.write import WRITERS
from kazerooni.labels.wanted import FINDINGS, LOBES, Wanted
from kazerooni.model import FindingMap, Geometry, LobeMap

if TYPE_CHECKING:
    from kazerooni.labels.author import SegKind


def write_lobe_map(
    lobes: LobeMap,
    path: str | os.PathLike[str],
    *,
    series: Series | None = None,
    author: Author = UNNAMED,
    kind: SegKind = "BINARY",
    force: bool = False,
) -> None:
    """Write a lobe map in the format of the name: .dcm (DICOM SEG), .nrrd, .seg.nrrd, .nii, .nii.gz or .mha.

    series: the series that the map was drawn on, wanted for a SEG, which references its pictures and carries its
        patient and study; its files must still be there.
    author: who drew it; says the algorithm type of a SEG.
    kind: of a SEG; BINARY is what every viewer reads, LABELMAP is smaller and newer (2024).
    force: whether a file that is there is overwritten.

    A lobe without a voxel is written as an empty segment. An uneven or tilted series fits into a SEG only.

    Raises OutputError where the file is there or cannot be written, where its name ends otherwise, or where the format
    cannot hold the map.
    """
    _write(lobes.labels, lobes.geometry, LOBES, Path(path), series=series, author=author, kind=kind, force=force)


def write_finding_map(
    findings: FindingMap,
    path: str | os.PathLike[str],
    *,
    series: Series | None = None,
    author: Author = UNNAMED,
    kind: SegKind = "BINARY",
    force: bool = False,
) -> None:
    """Write a map of the findings of one component, as `write_lobe_map` does.

    All findings of the component are written, the empty ones too: that says "looked, found none".

    Raises OutputError as there.
    """
    wanted = FINDINGS[findings.component]
    _write(findings.labels, findings.geometry, wanted, Path(path), series=series, author=author, kind=kind, force=force)


def _write(
    labels: NDArray[np.uint8],
    geometry: Geometry,
    wanted: Wanted,
    path: Path,
    *,
    series: Series | None,
    author: Author,
    kind: SegKind,
    force: bool,
) -> None:
    check_new(path, force=force)
    name = path.name.lower()
    if name.endswith(".dcm"):
        if series is None:
            raise OutputError(f"{path.name}: a DICOM SEG references its pictures; give the series, or write .nrrd")
        from kazerooni.labels.seg.write import seg_bytes  # noqa: PLC0415 - highdicom takes long to import

        write_whole(path, seg_bytes(labels, geometry, wanted, series=series, author=author, kind=kind), force=force)
        return
    make = next((write for suffix, write in WRITERS.items() if name.endswith(suffix)), None)
    if make is None:
        raise OutputError(f"{path.name}: no format ends so; .dcm, {', '.join(WRITERS)} are known")
    try:
        check_regular(path.name, geometry)
    except LabelError as error:
        raise OutputError(f"{error}; write .dcm") from None
    write_whole(path, make(labels, geometry, wanted), force=force)
