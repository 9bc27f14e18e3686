"""Copies: a trap never changes the datasets it is given."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kazerooni.phantom.uids import derive_uid

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Slices = Iterable[int] | None


def copied(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Copy every dataset; pixel bytes are shared, as bytes never change."""
    return [copy.deepcopy(dataset) for dataset in datasets]


def chosen(datasets: Sequence[Dataset], slices: Slices) -> list[Dataset]:
    """Give the datasets at these places of the list; all of them for None."""
    return list(datasets) if slices is None else [datasets[index] for index in slices]


def newborn(dataset: Dataset, *names: object) -> Dataset:
    """Copy a dataset as an instance of its own: the new UID follows from the old one and the names."""
    child = copy.deepcopy(dataset)
    child.SOPInstanceUID = derive_uid(dataset.SOPInstanceUID, *names)
    return child


def numbered_on(datasets: Sequence[Dataset], added: Sequence[Dataset]) -> list[Dataset]:
    """Append datasets to a series; their InstanceNumbers go on after its last one."""
    last = max(int(dataset.InstanceNumber) for dataset in datasets)
    for number, dataset in enumerate(added, last + 1):
        dataset.InstanceNumber = number
        dataset.SeriesInstanceUID = datasets[0].SeriesInstanceUID
    return [*copied(datasets), *added]
