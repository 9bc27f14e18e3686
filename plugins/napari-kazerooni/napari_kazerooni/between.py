"""Between: marks of a slice made from its neighbours.

Of a sequential scan they are copied to the next slice; between two marked slices of a spiral they are suggested.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt  # type: ignore[import-untyped]

from kazerooni.errors import LabelError
from kazerooni.model import OUTSIDE, UNMARKED, Geometry

Labels = NDArray[np.uint8]
Floats = NDArray[np.float64]


def fill_between(
    labels: Labels, geometry: Geometry, first: int, last: int, *, lobes: Labels | None = None
) -> Mapping[int, Labels]:
    """Suggest the marks of the slices between two marked ones; nothing is changed.

    labels: uint8 (slice, row, column). first, last: indices of the two slices.
    lobes: uint8 (slice, row, column), to leave out what would fall outside the lungs.

    The outline of each finding moves evenly from the one slice to the other: its signed distances in mm are mixed by
    where the slice lies (shape-based interpolation, Raya and Udupa, IEEE Trans Med Imaging 1990;9:32). Where two
    findings claim a pixel the one that lies deeper there has it. Pixels that are marked already keep their mark.

    Gives slice index -> uint8 (row, column). Raises LabelError where lung lies between the slices that no slice shows,
    or one of the two slices holds no mark.
    """
    low, high = sorted((first, last))
    refuse_gaps(geometry)
    for index in (low, high):
        if not labels[index].any():
            raise LabelError(f"slice {index + 1} holds no marks; mark the two slices to fill between")
    found = [int(label) for label in np.unique(labels[[low, high]]) if label != UNMARKED]
    depths = {label: [_depth(labels[index] == label, geometry) for index in (low, high)] for label in found}
    positions = geometry.slice_positions_mm
    made: dict[int, Labels] = {}
    for index in range(low + 1, high):
        share = float((positions[index] - positions[low]) / (positions[high] - positions[low]))
        lungs = None if lobes is None else lobes[index] != OUTSIDE
        made[index] = _mixed(depths, share, labels[index], lungs)
    return made


def refuse_gaps(geometry: Geometry) -> None:
    """Raise LabelError where lung lies between the slices that no slice shows."""
    if geometry.is_sampled or geometry.missing_after:
        raise LabelError("between slices with gaps nothing is filled in: copy the marks to the next slice instead")


def _depth(mask: NDArray[np.bool_], geometry: Geometry) -> Floats:
    """Give how deep in the marks a pixel lies, mm, negative outside them; far outside where there are none."""
    spacing = geometry.pixel_spacing_mm
    if not mask.any():
        return np.full(mask.shape, -float(np.hypot(*(s * n for s, n in zip(spacing, mask.shape, strict=True)))))
    # The outline runs half a pixel from the centres on either side of it.
    half = np.mean(spacing) / 2
    inside: Floats = distance_transform_edt(mask, sampling=spacing)
    outside: Floats = distance_transform_edt(~mask, sampling=spacing)
    return np.where(mask, inside - half, half - outside)


def _mixed(depths: Mapping[int, list[Floats]], share: float, own: Labels, lungs: NDArray[np.bool_] | None) -> Labels:
    deepest = np.zeros(own.shape)
    made = np.zeros_like(own)
    for label, (before, after) in depths.items():
        depth = (1 - share) * before + share * after
        made[depth > deepest] = label
        deepest = np.maximum(deepest, depth)
    if lungs is not None:
        made[~lungs] = UNMARKED
    return np.where(own != UNMARKED, own, made)


def copy_marks(source: Labels, target: Labels, lobes: Labels | None = None) -> Labels:
    """Give the marks of a slice with those of its neighbour put beside them, as for sequential scans; a new array.

    lobes: labels of the target slice, to leave out what would fall outside the lungs there. Marks that the target has
    already stay.
    """
    taken = (source != UNMARKED) & (target == UNMARKED)
    if lobes is not None:
        taken &= lobes != OUTSIDE
    return np.where(taken, source, target)
