"""Read label maps from NRRD files onto the grid of a scan, or say exactly why not."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.grid import FileGrid, check_regular, turn_onto
from kazerooni.labels.header import check_header, read_header
from kazerooni.labels.placement import check_placement
from kazerooni.model import Component, FindingMap, Geometry, Lobe, LobeMap, Volume, highest_label

# So many unknown labels are listed in a message.
_LABELS_TOLD = 8


def read_lobe_map(path: str | os.PathLike[str], scan: Volume | Geometry) -> LobeMap:
    """Read a lobe map (1 RUL, 2 RML, 3 RLL, 4 LUL, 5 LLL, 6 lingula) onto the grid of a scan.

    Exact flips and exchanges of axes are undone; nothing is resampled.

    Raises LabelError where the file cannot be read, lies on another grid, holds other labels, or where its lobes lie on
    the wrong side or in the wrong order in the patient.
    """
    file, geometry = Path(path), _geometry(scan)
    labels = _read_labels(file, geometry, highest=max(Lobe))
    lobes = LobeMap(labels, geometry, digest=_digest(file))
    check_placement(file.name, lobes)
    return lobes


def read_finding_map(path: str | os.PathLike[str], scan: Volume | Geometry, component: Component | str) -> FindingMap:
    """Read a map of the findings of one component onto the grid of a scan.

    Alveolar: 1 ground glass, 2 consolidation. Interstitial: 1 septal thickening, 2 honeycombing, 3 reticulation.

    Raises LabelError where the file cannot be read, lies on another grid or holds other labels.
    """
    file, geometry, component = Path(path), _geometry(scan), Component(component)
    labels = _read_labels(file, geometry, highest=highest_label(component))
    return FindingMap(component, labels, geometry, digest=_digest(file))


def _geometry(scan: Volume | Geometry) -> Geometry:
    return scan.geometry if isinstance(scan, Volume) else scan


def _read_labels(path: Path, geometry: Geometry, *, highest: int) -> NDArray[np.uint8]:
    """Read the labels of a file as uint8 (slice, row, column); every check that can comes before the pixels."""
    name = path.name
    check_regular(name, geometry)
    header = read_header(path)
    check_header(name, header, geometry.shape)
    reader = _open(path)
    turn = turn_onto(name, _file_grid(reader), geometry)
    try:
        image = reader.Execute()
    except RuntimeError:  # what ITK says holds the whole path, which belongs in no message
        raise LabelError(
            f"{name}: its data, encoding {header.get('encoding')}, cannot be decoded; raw or gzip is wanted, whole and "
            "undamaged; save it again"
        ) from None
    labels = SimpleITK.GetArrayViewFromImage(image).transpose(2, 1, 0)
    _check_labels(name, labels, highest)
    return np.array(turn.apply(labels), np.uint8, order="C")


def _open(path: Path) -> SimpleITK.ImageFileReader:
    """Open a file as NRRD and as nothing else, without reading its voxels; refuse voxels that are no whole numbers."""
    reader = SimpleITK.ImageFileReader()
    reader.SetImageIO("NrrdImageIO")
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
    except RuntimeError:  # as above
        raise LabelError(
            f"{path.name}: its header cannot be understood; three axes in space and one whole number a voxel are "
            "wanted, save it as a label map"
        ) from None
    found = SimpleITK.GetPixelIDValueAsString(reader.GetPixelID())
    if "integer" not in found:
        raise LabelError(f"{path.name}: its voxels are {found}; whole numbers are wanted, save it as a label map")
    return reader


def _file_grid(reader: SimpleITK.ImageFileReader) -> FileGrid:
    size = reader.GetSize()
    directions = np.array(reader.GetDirection()).reshape(3, 3)
    return FileGrid(
        size=(size[0], size[1], size[2]),
        origin_mm=np.array(reader.GetOrigin()),
        steps_mm=directions.T * np.array(reader.GetSpacing())[:, None],
    )


def _check_labels(name: str, labels: NDArray[np.integer], highest: int) -> None:
    if labels.min() < 0 or labels.max() > highest:
        unknown = [int(label) for label in np.unique(labels) if not 0 <= label <= highest]
        told = ", ".join(map(str, unknown[:_LABELS_TOLD])) + (", ..." if len(unknown) > _LABELS_TOLD else "")
        raise LabelError(f"{name}: unknown labels {told}; 0 to {highest} are wanted, renumber the map")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
