"""numpy: the line that its users write; and the limit, to read each label once."""

from __future__ import annotations

import numpy as np

from tests.benchmarks.labels import Maps, load
from tests.benchmarks.result import Index

__all__ = ["load", "read", "tally"]


def tally(maps: Maps) -> Index:
    """Count the voxels of each label of each map; not by slice, and not of two maps together."""
    return {
        f"{name} {label}": voxels
        for name, labels in maps._asdict().items()
        for label, voxels in enumerate(np.bincount(labels.ravel()).tolist())
        if label and voxels
    }


def read(maps: Maps) -> None:
    """Read all labels, eight at a time, and keep the largest."""
    for labels in maps:
        labels.reshape(-1).view(np.uint64).max()
