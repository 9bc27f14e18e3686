"""Order: files and numbers that do not run with the slices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kazerooni.phantom.traps._copies import copied

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydicom.dataset import Dataset


def shuffle_files(datasets: Sequence[Dataset], *, seed: int = 0) -> list[Dataset]:
    """Put the datasets, and so the files, in random order (dicom.md: file order alone)."""
    order = np.random.default_rng(seed).permutation(len(datasets))
    return copied([datasets[index] for index in order])


def shuffle_instance_numbers(datasets: Sequence[Dataset], *, seed: int = 0) -> list[Dataset]:
    """Deal the InstanceNumbers out at random (dicom.md: InstanceNumber alone)."""
    order = np.random.default_rng(seed).permutation(len(datasets))
    return _renumbered(datasets, [int(datasets[index].InstanceNumber) for index in order])


def reverse_instance_numbers(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Count the InstanceNumbers the other way round (dicom.md: InstanceNumber alone)."""
    numbers = [int(dataset.InstanceNumber) for dataset in datasets]
    return _renumbered(datasets, [min(numbers) + max(numbers) - number for number in numbers])


def repeat_instance_number(datasets: Sequence[Dataset], *, number: int = 1) -> list[Dataset]:
    """Give every slice the same InstanceNumber (dicom.md: InstanceNumber alone)."""
    return _renumbered(datasets, [number] * len(datasets))


def _renumbered(datasets: Sequence[Dataset], numbers: Sequence[int]) -> list[Dataset]:
    changed = copied(datasets)
    for dataset, number in zip(changed, numbers, strict=True):
        dataset.InstanceNumber = number
    return changed
