"""Read label maps of every format onto the grid of a scan, or say exactly why not."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.dicom import Series
from kazerooni.errors import LabelError
from kazerooni.labels.conventions import CONVENTIONS, Convention, Numbering, NumberingError, convention_of
from kazerooni.labels.grid import check_regular, turn_into, turn_onto
from kazerooni.labels.images.image import ImageFile
from kazerooni.labels.images.metaimage import read_metaimage
from kazerooni.labels.images.nifti import read_nifti
from kazerooni.labels.images.nrrd import is_segmentation, read_nrrd
from kazerooni.labels.images.slicer import SegmentNumbers, read_segments
from kazerooni.labels.place import Place, place_of
from kazerooni.labels.placement import check_placement, lobe_centres_mm
from kazerooni.labels.seg.read import read_seg
from kazerooni.labels.wanted import FINDINGS, LOBES, Wanted
from kazerooni.model import Component, FindingMap, Geometry, LobeMap, Notice, Volume

Labels = tuple[NDArray[np.uint8], tuple[Notice, ...], str]
"""Labels (slice, row, column), what is to be told of them, and the digest of the file."""

# Formats by the end of their name; every other file is taken for a DICOM SEG, whose files often have no suffix.
IMAGE_FORMATS: Final[Mapping[str, Callable[[Path, tuple[int, int, int]], ImageFile]]] = {
    ".nrrd": read_nrrd,
    ".nhdr": read_nrrd,
    ".nii": read_nifti,
    ".nii.gz": read_nifti,
    ".mha": read_metaimage,
    ".mhd": read_metaimage,
}


def read_lobe_map(
    path: str | os.PathLike[str],
    scan: Volume | Series | Geometry,
    *,
    labels: str | None = None,
    by_index: bool = False,
) -> LobeMap:
    """Read a lobe map (1 RUL, 2 RML, 3 RLL, 4 LUL, 5 LLL, 6 lingula) onto the grid of a scan.

    A DICOM SEG is read by its codes and bound to slices by SOP instance UID; NRRD, NIfTI and MetaImage must lie on the
    voxels of the scan (exact flips and exchanges of axes are undone, nothing is resampled); a .seg.nrrd is read by its
    segment names. A `Series`, or the `Volume` of one, says what its slices are called; a bare `Geometry` only where
    they lie.

    labels: the numbering of another program: lungmask, totalsegmentator, lola11, cip.
    by_index: take an array of exactly equal shape (x column, y row, z slice of the volume) wherever its header places
        it; told by a notice. A SEG is bound to its pictures all the same.

    Raises LabelError where the file cannot be read, lies on another grid, holds other labels, or where its lobes lie on
    the wrong side or in the wrong order in the patient.
    """
    file, place = Path(path), place_of(scan)
    convention = None if labels is None else convention_of(file.name, labels)
    try:
        lobes = _read_lobes(file, place, convention, by_index=by_index)
    except NumberingError as error:
        if labels is not None:
            raise
        raise _told_with_remedy(error, _fitting_conventions(file, place, by_index=by_index)) from None
    if convention is not None and convention.others and len(lobe_centres_mm(lobes)) < len(convention.lobes):
        _check_no_better(file, place, lobes, by_index=by_index)
    return lobes


def read_finding_map(
    path: str | os.PathLike[str],
    scan: Volume | Series | Geometry,
    component: Component | str,
    *,
    by_index: bool = False,
) -> FindingMap:
    """Read a map of the findings of one component onto the grid of a scan, as `read_lobe_map` does.

    Alveolar: 1 ground glass, 2 consolidation. Interstitial: 1 septal thickening, 2 honeycombing, 3 reticulation. Where
    segments overlap, honeycombing lies over reticulation over septal thickening, consolidation over ground glass; told
    by a notice.

    Raises LabelError where the file cannot be read, lies on another grid or holds other labels.
    """
    file, place, component = Path(path), place_of(scan), Component(component)
    found, notices, digest = _read_labels(file, place, FINDINGS[component], None, by_index=by_index)
    return FindingMap(component, found, place.geometry, digest=digest, notices=notices)


def _read_lobes(path: Path, place: Place, convention: Convention | None, *, by_index: bool) -> LobeMap:
    found, notices, digest = _read_labels(path, place, LOBES, convention, by_index=by_index)
    lobes = LobeMap(found, place.geometry, digest=digest, notices=notices)
    check_placement(path.name, lobes)
    return lobes


def _told_with_remedy(error: NumberingError, fitting: list[str]) -> LabelError:
    if not fitting:
        return LabelError(str(error))
    remedy = " or ".join(f"labels='{name}' / --labels {name}" for name in fitting)
    return LabelError(f"{error}. It fits {' and '.join(fitting)}: give {remedy}")


def _check_no_better(path: Path, place: Place, lobes: LobeMap, *, by_index: bool) -> None:
    """Refuse a map of which most was taken for other organs, where another numbering finds more lobes in it.

    Raises LabelError.
    """
    found = sorted(lobe_centres_mm(lobes))
    fitting = _fitting_conventions(path, place, by_index=by_index, more_than=len(found))
    if fitting:
        told = ", ".join(lobe.name for lobe in found)
        error = NumberingError(f"{path.name}: under this numbering it holds {told} only, under another one more lobes")
        raise _told_with_remedy(error, fitting)


def _fitting_conventions(path: Path, place: Place, *, by_index: bool, more_than: int = 0) -> list[str]:
    """List the conventions under which a map holds the most lobes, every label known and every lobe in its place."""
    lobes: dict[str, int] = {}
    for name, convention in CONVENTIONS.items():
        try:
            lobes[name] = len(lobe_centres_mm(_read_lobes(path, place, convention, by_index=by_index)))
        except LabelError:
            continue
    most = max(lobes.values(), default=0)
    return [name for name, count in lobes.items() if count == most > more_than]


def _read_labels(path: Path, place: Place, wanted: Wanted, convention: Convention | None, *, by_index: bool) -> Labels:
    """Read the labels of a file as uint8 (slice, row, column); every check that can comes before the voxels."""
    read_header = _format(path.name)
    if read_header is None:
        if convention is not None:
            raise LabelError(f"{path.name}: a DICOM SEG says by codes what it holds; leave --labels out")
        return *read_seg(path, place, wanted), _digest(path)
    image = read_header(path, place.geometry.shape)
    if is_segmentation(image.header):
        if convention is not None:
            raise LabelError(f"{path.name}: its segments have names, which say what they are; leave --labels out")
        numbers: Numbering | SegmentNumbers = SegmentNumbers(
            wanted, read_segments(image.name, image.header, wanted, layers=image.layers)
        )
    else:
        numbers = Numbering(wanted, convention)
    labels = _as_it_lies(image, place.geometry, numbers) if by_index else _placed(image, place.geometry, numbers)
    notices = numbers.settle(image.name) + (_not_placed(image.name) if by_index else ())
    return labels, notices, _digest(*image.files)


def _format(name: str) -> Callable[[Path, tuple[int, int, int]], ImageFile] | None:
    """Give what reads the header of a file of that name, None for a DICOM file."""
    lower = name.lower()
    fitting = (read for suffix, read in IMAGE_FORMATS.items() if lower.endswith(suffix))
    return next(fitting, None)


def _placed(image: ImageFile, geometry: Geometry, numbers: Numbering | SegmentNumbers) -> NDArray[np.uint8]:
    """Read the voxels to where the header places them; a segmentation of Slicer may be cropped to what is marked."""
    check_regular(image.name, geometry)
    if image.grid is None:
        raise LabelError(image.unplaced)
    if isinstance(numbers, Numbering):
        turn = turn_onto(image.name, image.grid, geometry)
        return np.ascontiguousarray(turn.apply(image.read(numbers.translate)))
    turn, window = turn_into(image.name, image.grid, geometry)
    labels = np.zeros(geometry.shape, np.uint8)
    labels[window] = turn.apply(image.read(numbers.translate))
    return labels


def _as_it_lies(image: ImageFile, geometry: Geometry, numbers: Numbering | SegmentNumbers) -> NDArray[np.uint8]:
    """Read the voxels with the axes x, y, z of the file taken for column, row, slice."""
    if image.size[::-1] != geometry.shape:
        x, y, z = image.size
        slices, rows, columns = geometry.shape
        raise LabelError(
            f"{image.name}: by index, x, y, z must be columns, rows, slices of the scan, {columns} x {rows} x "
            f"{slices}; found {x} x {y} x {z}; store the array in that order"
        )
    return image.read(numbers.translate).transpose()


def _not_placed(name: str) -> tuple[Notice, ...]:
    message = (
        f"{name}: taken by index, slice for slice, as it was asked for; nothing proves that it lies on this scan, or "
        "that left and right, head and foot are not exchanged"
    )
    return (Notice("map-not-placed", "warning", message),)


def _digest(*files: Path) -> str:
    """Give the SHA-256 of a file; of a .mhd with the file of its data after it."""
    whole = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while piece := file.read(2**20):
                whole.update(piece)
    return whole.hexdigest()
