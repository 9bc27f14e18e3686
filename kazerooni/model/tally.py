"""Tally: the whole numbers that a painted reading is kept as. Percents, unions and grades follow without the maps.

Voxel counts are multiplied by whole-number depths and divided once at the end, so a share is exact: a lobe with exactly
a quarter involved stands on the 25 % edge whatever the spacing of the slices (score.md, "Measuring").
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache, cached_property
from itertools import product

import numpy as np
from numpy.typing import NDArray

from kazerooni.model.anatomy import OUTSIDE, Component, Finding, Lobe, highest_label

LABELS_SHAPE = (
    max(Lobe) + 1,
    highest_label(Component.ALVEOLAR) + 1,
    highest_label(Component.INTERSTITIAL) + 1,
)
"""How many (regions, alveolar labels, interstitial labels) a tally tells apart, 0 among each."""

_LARGEST_SUM = 2**62
_LARGEST_LENGTH = 1e9
_MM3_PER_ML = 1000


@dataclass(frozen=True, eq=False)
class Tally:
    """Counted voxels of a scan. Frozen; checked at birth; arrays are taken over and set read-only.

    counts: int64 (slice, region, alveolar label, interstitial label); region 0 is outside every lobe, label 0 unmarked.
    depths: int64 (slices,), the whole-number depth that each slice stands for.
    depth_unit_mm: millimetres of one unit of depth, None where the scan does not say (one slice without thickness).
    pixel_area_mm2: area of one pixel in its plane.
    measured: the components that had a map. What had none is not zero: asking for it raises ValueError.
    is_sampled: whether lung lies between the slices that none of them shows; only then sampling adds an error.
    missing_after: slices after which some are missing, so that their depth was capped at the usual gap; ascending.

    Percents are exact (Fraction), so that grading never compares a rounded number.
    """

    counts: NDArray[np.int64]
    depths: NDArray[np.int64]
    depth_unit_mm: float | None
    pixel_area_mm2: float
    measured: frozenset[Component]
    is_sampled: bool = False
    missing_after: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        slices = self.depths.shape[0] if self.depths.ndim == 1 else -1
        if slices < 1 or self.counts.shape != (slices, *LABELS_SHAPE):
            raise ValueError(f"counts {self.counts.shape}, depths {self.depths.shape}: wanted slices x {LABELS_SHAPE}")
        if self.counts.dtype != np.int64 or self.depths.dtype != np.int64:
            raise ValueError(f"counts are {self.counts.dtype}, depths {self.depths.dtype}; int64 is wanted")
        if self.counts.min() < 0 or self.depths.min() < 1:
            raise ValueError("counts cannot be negative, and every depth must be 1 or more")
        if float(self.counts.sum(dtype=np.float64)) * float(self.depths.max()) >= _LARGEST_SUM:
            raise ValueError("counts times depths pass what 64 bits hold")
        lengths = (self.pixel_area_mm2, 1 if self.depth_unit_mm is None else self.depth_unit_mm)
        if not all(0 < length < _LARGEST_LENGTH for length in lengths):
            raise ValueError(f"pixel area {self.pixel_area_mm2} and depth unit {self.depth_unit_mm} must be positive")
        if list(self.missing_after) != sorted({i for i in self.missing_after if 0 <= i < slices - 1}):
            raise ValueError(f"missing_after {self.missing_after}: ascending slices that have a next one are wanted")
        self._refuse_unmeasured_marks()
        self.counts.setflags(write=False)
        self.depths.setflags(write=False)

    def __reduce__(self) -> tuple[type[Tally], tuple[object, ...]]:
        return Tally, tuple(getattr(self, part.name) for part in fields(self))

    def _refuse_unmeasured_marks(self) -> None:
        marks = {Component.ALVEOLAR: self.counts[:, :, 1:, :], Component.INTERSTITIAL: self.counts[:, :, :, 1:]}
        for component, counted in marks.items():
            if component not in self.measured and counted.any():
                raise ValueError(f"{component} marks are counted although the component was not measured")

    @cached_property
    def depth(self) -> int:
        """The sum of all depths: what the scan stands for, in units of its own."""
        return int(self.depths.sum())

    def lobe_voxels(self, lobes: Collection[Lobe]) -> NDArray[np.int64]:
        """Count the voxels of lobes on every slice, int64 (slices,)."""
        regions = _labels(lobes)
        return self._once(regions, _EVERY, lambda: self._by_region[list(regions)].sum(axis=0))

    def marked_voxels(self, lobes: Collection[Lobe], findings: Collection[Finding]) -> NDArray[np.int64]:
        """Count the voxels of lobes that hold any of the findings on every slice, int64 (slices,)."""
        regions, joint = _labels(lobes), self._holding(findings)
        return self._once(regions, joint, lambda: self._joint[:, regions][:, :, joint].sum(axis=(1, 2)))

    def marked_outside(self, finding: Finding) -> int:
        """Count the voxels of a finding that lie outside every lobe."""
        return self._counted((OUTSIDE,), finding)

    def marked(self, finding: Finding) -> int:
        """Count the voxels of a finding, within lobes and outside."""
        return self._counted(range(LABELS_SHAPE[0]), finding)

    def _counted(self, regions: Iterable[int], finding: Finding) -> int:
        labels = self._holding((finding,))
        return sum(self._voxels[region][label] for region in regions for label in labels)

    def volume(self, lobes: Collection[Lobe]) -> int:
        """Sum voxels x depth of lobes: a volume in units of its own, exact."""
        return self._sum(_labels(lobes), _EVERY)

    def involved(self, lobes: Collection[Lobe], findings: Collection[Finding]) -> int:
        """Sum voxels x depth of lobes that hold any of the findings: in the units of `volume`, exact."""
        return self._sum(_labels(lobes), self._holding(findings))

    def percent(self, lobes: Collection[Lobe], findings: Collection[Finding]) -> Fraction | None:
        """Give the exact percent of lobes that holds any of the findings; None where the lobes have no voxel."""
        involved, whole = self.involved(lobes, findings), self.volume(lobes)
        return Fraction(100 * involved, whole) if whole else None

    def volume_ml(self, lobes: Collection[Lobe]) -> float | None:
        """Give the volume of lobes in millilitres, None where the depth of a slice is not known in millimetres."""
        if self.depth_unit_mm is None:
            return None
        return self.volume(lobes) * self.pixel_area_mm2 * self.depth_unit_mm / _MM3_PER_ML

    def slices_seen(self, lobes: Collection[Lobe]) -> int:
        """Count the slices on which any of the lobes is seen."""
        return int(np.count_nonzero(self.lobe_voxels(lobes)))

    def covered_mm(self, lobes: Collection[Lobe]) -> float | None:
        """Sum the depths of the slices on which lobes are seen, None where a depth is not known in millimetres."""
        if self.depth_unit_mm is None:
            return None
        return int(self.depths[self.lobe_voxels(lobes) > 0].sum()) * self.depth_unit_mm

    def reaches_end(self, lobes: Collection[Lobe]) -> bool:
        """Tell whether lobes are seen on the first or the last slice, so that part of them may lie beyond the scan."""
        seen = self.lobe_voxels(lobes)
        return bool(seen[0] or seen[-1])

    def beside_missing(self, lobes: Collection[Lobe]) -> bool:
        """Tell whether lobes are seen on a slice beside missing ones."""
        seen = self.lobe_voxels(lobes)
        return any(seen[i] or seen[i + 1] for i in self.missing_after)

    @cached_property
    def _joint(self) -> NDArray[np.int64]:
        """Counts with both labels of a voxel as one, (slice, region, joint label)."""
        return self.counts.reshape(len(self.counts), LABELS_SHAPE[0], -1)

    @cached_property
    def _volumes(self) -> list[list[int]]:
        """Voxels x depth of all slices, by region and joint label."""
        flat = self.depths @ self.counts.reshape(len(self.depths), -1)
        volumes: list[list[int]] = flat.reshape(LABELS_SHAPE[0], -1).tolist()
        return volumes

    @cached_property
    def _voxels(self) -> list[list[int]]:
        """Voxels of all slices, by region and joint label."""
        voxels: list[list[int]] = self._joint.sum(axis=0).tolist()
        return voxels

    @cached_property
    def _by_region(self) -> NDArray[np.int64]:
        """Voxels of all joint labels, (region, slice)."""
        made: NDArray[np.int64] = np.einsum("srj->rs", self._joint)
        return made

    # A grade asks for the same counts dozens of times: each is made once, and shared read-only.

    @cached_property
    def _made(self) -> dict[object, NDArray[np.int64]]:
        return {}

    def _once(
        self, regions: tuple[int, ...], joint: tuple[int, ...], count: Callable[[], NDArray[np.int64]]
    ) -> NDArray[np.int64]:
        """Count per slice the voxels of regions that hold any of the joint labels; each voxel once."""
        made = self._made.get((regions, joint))
        if made is None:
            made = self._made[regions, joint] = count()
            made.setflags(write=False)
        return made

    @cached_property
    def _sums(self) -> dict[object, int]:
        return {}

    def _sum(self, regions: tuple[int, ...], joint: tuple[int, ...]) -> int:
        """Sum voxels x depth of regions that hold any of the joint labels; each voxel once."""
        found = self._sums.get((regions, joint))
        if found is None:
            found = sum(self._volumes[region][label] for region in regions for label in joint)
            self._sums[regions, joint] = found
        return found

    @cached_property
    def _held(self) -> dict[Collection[Finding], tuple[int, ...]]:
        return {}

    def _holding(self, findings: Collection[Finding]) -> tuple[int, ...]:
        """Give the joint labels that hold any of the findings, ascending."""
        asked = findings if isinstance(findings, tuple | frozenset) else tuple(findings)
        labels = self._held.get(asked)
        if labels is None:
            self._refuse_unmeasured(asked)
            labels = self._held[asked] = _joint_labels(frozenset(asked))
        return labels

    def _refuse_unmeasured(self, findings: Collection[Finding]) -> None:
        for finding in findings:
            if finding.component not in self.measured or finding.label is None:
                raise ValueError(f"{finding.full_name} was not measured; there is no number for it, which is not zero")


_EVERY = tuple(range(LABELS_SHAPE[1] * LABELS_SHAPE[2]))
"""Every joint label: alveolar label x number of interstitial labels + interstitial label."""


@cache
def _joint_labels(findings: frozenset[Finding]) -> tuple[int, ...]:
    alveolar, interstitial = (
        {finding.label for finding in findings if finding.component is component} for component in Component
    )
    return tuple(
        joint
        for joint, labels in enumerate(product(range(LABELS_SHAPE[1]), range(LABELS_SHAPE[2])))
        if labels[0] in alveolar or labels[1] in interstitial
    )


def _labels(lobes: Collection[Lobe]) -> tuple[int, ...]:
    return _ascending(lobes if isinstance(lobes, tuple) else frozenset(lobes))


@cache
def _ascending(lobes: tuple[Lobe, ...] | frozenset[Lobe]) -> tuple[int, ...]:
    return tuple(sorted({int(lobe) for lobe in lobes}))
