"""Repeats: one place imaged more than once within a series."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal

import numpy as np

from kazerooni.phantom.pixels import stored_of, stored_range, with_stored
from kazerooni.phantom.series import decimal
from kazerooni.phantom.traps._copies import copied, newborn, numbered_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydicom.dataset import Dataset

Tell = Literal["nothing", "acquisition number", "time", "temporal position"]
_SECONDS_BETWEEN_PHASES = 25
_SMOOTHING_PIXELS = 3


def double_slices(
    datasets: Sequence[Dataset], slices: Iterable[int], *, change: int = 0, tell: Tell = "nothing"
) -> list[Dataset]:
    """Add a second instance at the place of some slices (dicom.md: duplicate positions).

    change: added to every stored value; 0 leaves the same pixels.
    tell: the attribute in which the second instance differs.
    """
    return numbered_on(datasets, [_again(datasets[index], change, tell) for index in slices])


def add_phase(datasets: Sequence[Dataset], *, change: int = 30, tell: Tell = "acquisition number") -> list[Dataset]:
    """Add a second complete phase to the series (dicom.md: several acquisitions or phases in one series)."""
    changed = numbered_on(datasets, [_again(dataset, change, tell) for dataset in datasets])
    if tell == "temporal position":
        for dataset in changed[: len(datasets)]:
            _set_temporal_position(dataset, 1)
    return changed


def add_kernel(datasets: Sequence[Dataset], kernel: str = "B30f") -> list[Dataset]:
    """Add a second, smooth reconstruction to the series (dicom.md: several kernels in one series)."""
    added = [newborn(_smoothed(dataset), "kernel", kernel) for dataset in datasets]
    for dataset in added:
        dataset.ConvolutionKernel = kernel
    return numbered_on(datasets, added)


def merge_series(first: Sequence[Dataset], second: Sequence[Dataset]) -> list[Dataset]:
    """Give the second series the SeriesInstanceUID of the first (dicom.md: several acquisitions in one series)."""
    return numbered_on(first, copied(second))


def _again(dataset: Dataset, change: int, tell: Tell) -> Dataset:
    low, high = stored_range(dataset)
    stored = stored_of(dataset).astype(np.int64) + change
    second = newborn(with_stored(dataset, stored.clip(low, high)), "again", change, tell)
    if tell == "acquisition number":
        second.AcquisitionNumber = int(dataset.AcquisitionNumber) + 1000
    elif tell == "time":
        taken = datetime.fromisoformat(f"{dataset.AcquisitionDate}T{dataset.AcquisitionTime}")
        later = taken + timedelta(seconds=_SECONDS_BETWEEN_PHASES)
        second.AcquisitionTime = second.ContentTime = later.strftime("%H%M%S")
    elif tell == "temporal position":
        _set_temporal_position(second, 2)
    return second


def _set_temporal_position(dataset: Dataset, number: int) -> None:
    dataset.TemporalPositionIdentifier = number
    dataset.NumberOfTemporalPositions = 2
    dataset.TemporalResolution = decimal(1000.0 * _SECONDS_BETWEEN_PHASES)


def _smoothed(dataset: Dataset) -> Dataset:
    """Average every pixel with its neighbours in the plane."""
    reach = _SMOOTHING_PIXELS // 2
    padded = np.pad(stored_of(dataset).astype(np.int64), reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (_SMOOTHING_PIXELS, _SMOOTHING_PIXELS))
    return with_stored(dataset, np.rint(windows.mean(axis=(2, 3))).astype(np.int64))
