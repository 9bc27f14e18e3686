"""Overlaps: segments laid over each other, the graver finding on top, and what was covered."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.wanted import Part, Wanted
from kazerooni.model import Notice


class Layers:
    """Lays labels over labels by the order of what is wanted, and counts the voxels that two of them claim."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._parts = tuple(wanted.labels)
        self._ranks = np.zeros(256, np.uint8)
        for rank, label in enumerate(wanted.labels.values(), 1):
            self._ranks[label] = rank
        self._counts: Counter[tuple[Part, Part]] = Counter()

    def lay(self, labels: NDArray[np.uint8], above: NDArray[np.uint8]) -> None:
        """Lay the labels `above` over `labels`, in place; equal shapes."""
        both = np.logical_and(labels, above)
        if not both.any():
            np.bitwise_or(labels, above, out=labels)
            return
        both &= labels != above
        pairs = np.sort(np.stack([self._ranks[labels[both]], self._ranks[above[both]]]), axis=0)
        found, counts = np.unique(pairs, axis=1, return_counts=True)
        for (lower, upper), count in zip(found.T.tolist(), counts.tolist(), strict=True):
            self._counts[self._parts[lower - 1], self._parts[upper - 1]] += count
        stronger = (above != 0) & (self._ranks[above] > self._ranks[labels])
        np.copyto(labels, above, where=stronger)

    def settle(self, name: str) -> tuple[Notice, ...]:
        """Tell what overlapped.

        Raises LabelError where lobes did: a voxel lies in one lobe.
        """
        if not self._counts:
            return ()
        told = "; ".join(
            f"{upper.full_name} and {lower.full_name} in {count} voxels"
            for (lower, upper), count in sorted(self._counts.items())
        )
        if not self._wanted.may_overlap:
            raise LabelError(
                f"{name}: {self._wanted.what} overlap: {told}; a voxel lies in one of them, correct the map"
            )
        order = " over ".join(part.full_name for part in reversed(self._parts))
        message = f"marked as two findings: {told}; taken as the graver one ({order})"
        return (Notice("map-overlap", "warning", message),)
