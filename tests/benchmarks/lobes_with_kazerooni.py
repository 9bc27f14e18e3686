"""This project: a volume to its lungs, and to its lobes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Volume
from kazerooni.segment import find_lungs, segment
from tests.benchmarks.result import Index
from tests.benchmarks.thorax import load

__all__ = ["load", "lobes", "lungs"]


def lungs(volume: Volume) -> Index:
    """Find both lungs."""
    return _counted(find_lungs(volume).labels)


def lobes(volume: Volume) -> Index:
    """Find both lungs, the fissures and the lobes that they part, measure the lobes and what each fissure stands on."""
    return _counted(segment(volume).lobes.labels)


def _counted(labels: NDArray[np.uint8]) -> Index:
    counts = sum((np.bincount(plane.ravel(), minlength=7) for plane in labels), np.zeros(7, np.int64))
    return {str(label): int(voxels) for label, voxels in enumerate(counts) if label}
