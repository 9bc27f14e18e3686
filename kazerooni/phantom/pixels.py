"""Pixels: stored values of native little endian datasets, in and out."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from pydicom.dataset import Dataset


def stored_of(dataset: Dataset) -> NDArray[np.integer]:
    """Give the stored values of a dataset that is not yet encoded.

    (row, column), with the frames as an axis before and the samples as an axis after where there are any. The words as
    they lie in the file: bits above BitsStored are not masked. Read-only.
    """
    kind = np.dtype(f"<{'i' if dataset.PixelRepresentation else 'u'}{dataset.BitsAllocated // 8}")
    shape: tuple[int, ...] = (dataset.Rows, dataset.Columns)
    if "NumberOfFrames" in dataset:
        shape = (int(dataset.NumberOfFrames), *shape)
    if dataset.SamplesPerPixel > 1:
        shape = (*shape, dataset.SamplesPerPixel)
    return np.frombuffer(dataset.PixelData, kind, count=int(np.prod(shape))).reshape(shape)


def hu_of(dataset: Dataset) -> NDArray[np.float64]:
    """Give stored x RescaleSlope + RescaleIntercept: the truth of a single-frame dataset, whatever traps did."""
    return stored_of(dataset).astype(np.float64) * float(dataset.RescaleSlope) + float(dataset.RescaleIntercept)


def with_stored(dataset: Dataset, stored: NDArray[np.integer]) -> Dataset:
    """Copy a single-frame dataset with other stored values, cast to its pixel type; Rows and Columns follow."""
    changed = copy.deepcopy(dataset)
    kind = f"<{'i' if dataset.PixelRepresentation else 'u'}{dataset.BitsAllocated // 8}"
    changed.Rows, changed.Columns = stored.shape[:2]
    changed.PixelData = even(stored.astype(kind).tobytes())
    return changed


def stored_range(dataset: Dataset) -> tuple[int, int]:
    """Give the least and the largest value that BitsStored and PixelRepresentation can hold."""
    half = 1 << (dataset.BitsStored - 1)
    return (-half, half - 1) if dataset.PixelRepresentation else (0, 2 * half - 1)


def even(data: bytes) -> bytes:
    """Pad to an even length, as every DICOM value has."""
    return data + b"\0" * (len(data) % 2)
