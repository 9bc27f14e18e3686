"""Builders of grids, tallies and readings whose every number is known by construction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from kazerooni.model import (
    LABELS_SHAPE,
    Component,
    Geometry,
    Lobe,
    LobeEntry,
    Reading,
    ScanRef,
    Tally,
    Technique,
)

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
FIVE = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
BOTH = frozenset(Component)

Marks = Mapping[tuple[int, int], int]
"""Voxels by (alveolar label, interstitial label)."""


def geometry_of(
    shape: tuple[int, int, int],
    *,
    positions_mm: Sequence[float] | None = None,
    gap_mm: float = 1.0,
    spacing_mm: tuple[float, float] = (0.5, 0.5),
    thickness_mm: float | None = 1.0,
    orientation: tuple[float, float, float, float, float, float] = AXIAL,
    origin_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
) -> Geometry:
    """Build an upright stack of slices at the given positions along the normal, or evenly spaced."""
    steps = np.arange(shape[0]) * gap_mm if positions_mm is None else np.array(positions_mm, float)
    normal = np.cross(orientation[:3], orientation[3:])
    return Geometry(shape, spacing_mm, np.array(origin_mm) + steps[:, None] * normal, orientation, thickness_mm)


def tally_of(
    lobes: Mapping[Lobe | int, Marks],
    *,
    slices: int = 4,
    depths: Sequence[int] | None = None,
    measured: frozenset[Component] = BOTH,
    depth_unit_mm: float | None = 1.0,
    pixel_area_mm2: float = 1000.0,
) -> Tally:
    """Build a tally with the same voxels on every slice but the first and the last, which are empty.

    Pixels are huge (1000 mm2), so that nothing is a trace by its area unless a test wants it.
    """
    counts = np.zeros((slices + 2, *LABELS_SHAPE), np.int64)
    for lobe, marks in lobes.items():
        for (alveolar, interstitial), voxels in marks.items():
            counts[1:-1, lobe, alveolar, interstitial] = voxels
    depth = np.ones(slices + 2, np.int64) if depths is None else np.array([1, *depths, 1], np.int64)
    return Tally(counts, depth, depth_unit_mm, pixel_area_mm2, measured)


def reading_of(
    lobes: Mapping[Lobe | int, Marks],
    *,
    entries: tuple[LobeEntry, ...] = (),
    thickness_mm: float | None = 1.0,
    slices: int = 4,
    depths: Sequence[int] | None = None,
    measured: frozenset[Component] = BOTH,
    pixel_area_mm2: float = 1000.0,
) -> Reading:
    """Build a reading over a tally of `tally_of`."""
    tally = tally_of(lobes, slices=slices, depths=depths, measured=measured, pixel_area_mm2=pixel_area_mm2)
    technique = Technique(slice_thickness_mm=thickness_mm)
    return Reading(id="r", scan=ScanRef(), technique=technique, reader="R1", tally=tally, entries=entries)


def whole_lungs(**changed: Marks) -> dict[Lobe | int, Marks]:
    """Give five lobes of 1000 voxels a slice without a finding, but for those that are given by name."""
    lobes: dict[Lobe | int, Marks] = {lobe: {(0, 0): 1000} for lobe in FIVE}
    lobes.update({Lobe[name]: marks for name, marks in changed.items()})
    return lobes
