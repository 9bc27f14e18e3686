"""Read the labels of an image file onto the voxels of a scan: by where its header places them, or by index."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.conventions import Convention
from kazerooni.labels.grid import check_regular, turn_into, turn_onto
from kazerooni.labels.images.image import ImageFile
from kazerooni.labels.images.metaimage import read_metaimage
from kazerooni.labels.images.nifti import read_nifti
from kazerooni.labels.images.nrrd import read_nrrd
from kazerooni.labels.images.slicer import SegmentNumbers, is_segmentation, read_segments
from kazerooni.labels.numbering import Numbering
from kazerooni.labels.open import MapFile
from kazerooni.labels.wanted import Wanted
from kazerooni.model import Geometry, Notice

# What reads a header, by the end of the file's name.
_FORMATS: Final[Mapping[str, Callable[[MapFile, tuple[int, int, int]], ImageFile]]] = {
    ".nrrd": read_nrrd,
    ".nhdr": read_nrrd,
    ".nii": read_nifti,
    ".nii.gz": read_nifti,
    ".mha": read_metaimage,
    ".mhd": read_metaimage,
}


def is_image(name: str) -> bool:
    """Tell whether a file is an image by the end of its name."""
    return name.lower().endswith(tuple(_FORMATS))


def read_image(
    file: MapFile, geometry: Geometry, wanted: Wanted, convention: Convention | None = None, *, by_index: bool = False
) -> tuple[NDArray[np.uint8], tuple[Notice, ...]]:
    """Read an image file as labels (slice, row, column), with what is to be told.

    convention: how its lobes are numbered, None for our numbers.
    by_index: take its axes x, y, z for column, row, slice, wherever its header places them.

    Raises LabelError; every check that can be made comes before the voxels are read.
    """
    read_header = next(read for end, read in _FORMATS.items() if file.name.lower().endswith(end))
    image = read_header(file, geometry.shape)
    numbers = _numbers(image, wanted, convention)
    labels = _as_it_lies(image, geometry, numbers) if by_index else _placed(image, geometry, numbers)
    return labels, numbers.settle() + (_not_placed() if by_index else ())


def _numbers(image: ImageFile, wanted: Wanted, convention: Convention | None) -> Numbering | SegmentNumbers:
    """Give what turns the numbers of a file into ours."""
    if not is_segmentation(image.header):
        return Numbering(image.name, wanted, convention)
    if convention is not None:
        raise LabelError(f"{image.name}: its segments have names, which say what they are; name no numbering (labels)")
    segments = read_segments(image.name, image.header, wanted, layers=image.layers)
    return SegmentNumbers(image.name, wanted, segments)


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


def _not_placed() -> tuple[Notice, ...]:
    message = (
        "a label map was taken by index, slice for slice, as it was asked for; nothing proves that it lies on this "
        "scan, or that left and right, head and foot are not exchanged"
    )
    return (Notice("map-not-placed", "warning", message),)
