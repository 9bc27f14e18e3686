"""Frame: one lung as a box, in which anatomy is told in shares of its width, depth and height."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Geometry
from kazerooni.segment.lungs import Lungs

Floats = NDArray[np.float64]

# A whole lung is this many times as high as deep: 1.53 and 1.57 in the lungs of the atlas (275 by 180 mm and 266 by
# 170 mm), 1.5 in those of ct-64 of the same source, 1.25 in A0001 of Lung-PET-CT-Dx.
_HEIGHT_OVER_DEPTH = 1.45
# Where the end slice still shows this share of the largest cross-section, the scan cuts the lung.
_CUT_SHARE = 0.3
# A lung of which less than this share of the usual height is seen, and neither end, lies anywhere in its box.
_LEAST_SEEN = 0.7
# Of a lung that is cut at one end so much: where less is seen, its usual height says too little of where it ends.
_LEAST_SEEN_OF_ONE_END = 0.5
# Places of a lung are looked at this far apart.
_SAMPLE_MM = 2.5


@dataclass(frozen=True, eq=False)
class Frame:
    """The box of one lung, and places in it.

    side: of the lung. low_mm, size_mm: the box, LPS; where the scan cuts the lung, as high as it usually is.
    places_mm: float64 (n, 3), places all over the lung that is seen, LPS.
    step_mm: how far apart these are at most.
    voxels: the box of the lung that is seen in voxels of the scan (slice, row, column).
    is_whole: both ends of the lung are seen. is_placed: it is known where in the box the lung that is seen lies.
    """

    side: int
    low_mm: Floats
    size_mm: Floats
    places_mm: Floats
    step_mm: float
    voxels: tuple[slice, slice, slice]
    is_whole: bool
    is_placed: bool

    def to_shares(self, places_mm: Floats) -> Floats:
        """Give LPS places (n, 3) in shares of the box."""
        shares: Floats = (places_mm - self.low_mm) / self.size_mm
        return shares

    def to_mm(self, shares: Floats) -> Floats:
        """Give places (n, 3) in shares of the box in LPS mm."""
        places: Floats = self.low_mm + self.size_mm * shares
        return places


def frame_of(lungs: Lungs, side: int) -> Frame | None:
    """Give the frame of a lung, None where it was not found.

    A lung that the scan cuts gets its usual height for its depth; what is missing lies beyond the end that is cut, or
    in equal parts beyond both.
    """
    geometry = lungs.geometry
    steps = _steps(geometry)
    lung = lungs.labels[tuple(slice(None, None, step) for step in steps)] == side
    index = np.stack(np.nonzero(lung), axis=1)
    if not index.size:
        return None
    places = places_of(geometry, index * np.array(steps))
    low, high = places.min(axis=0), places.max(axis=0)
    size = np.maximum(high - low, 1.0)
    cut_below, cut_above = _cuts(geometry, lung)
    missing = max(0.0, _HEIGHT_OVER_DEPTH * float(size[1]) - float(size[2]))
    is_whole = not (cut_below or cut_above)
    least = _LEAST_SEEN if cut_below and cut_above else _LEAST_SEEN_OF_ONE_END
    is_placed = is_whole or size[2] >= least * (size[2] + missing)
    if not is_whole:
        low[2] -= missing * cut_below / (cut_below + cut_above)
        size[2] += missing
    spacing = (geometry.usual_gap_mm or _SAMPLE_MM, *geometry.pixel_spacing_mm)
    step_mm = max(step * mm for step, mm in zip(steps, spacing, strict=True))
    voxels = _voxels(index, steps, geometry.shape)
    return Frame(side, low, size, places, step_mm, voxels, is_whole, bool(is_placed))


def places_of(geometry: Geometry, index: NDArray[np.intp]) -> Floats:
    """Give the LPS places of voxels (slice, row, column), float64 (n, 3)."""
    down = index[:, 1, None] * (geometry.column_direction * geometry.pixel_spacing_mm[0])
    along = index[:, 2, None] * (geometry.row_direction * geometry.pixel_spacing_mm[1])
    places: Floats = geometry.origins_mm[index[:, 0]] + down + along
    return places


def _steps(geometry: Geometry) -> tuple[int, int, int]:
    rows, columns = (max(1, round(_SAMPLE_MM / mm)) for mm in geometry.pixel_spacing_mm)
    gap = geometry.usual_gap_mm or _SAMPLE_MM
    return max(1, int(_SAMPLE_MM / gap)), rows, columns


def _voxels(
    index: NDArray[np.intp], steps: tuple[int, int, int], shape: tuple[int, int, int]
) -> tuple[slice, slice, slice]:
    """Give the box of voxels that were looked at every so many, one step wider."""
    first, last = index.min(axis=0), index.max(axis=0)
    a, b, c = (slice(max(0, (first[n] - 1) * steps[n]), min(shape[n], (last[n] + 2) * steps[n])) for n in range(3))
    return a, b, c


def _cuts(geometry: Geometry, lung: NDArray[np.bool_]) -> tuple[bool, bool]:
    """Tell whether the scan cuts a lung at its lower and at its upper end."""
    rise = np.abs([geometry.normal[2], geometry.column_direction[2], geometry.row_direction[2]])
    axis = int(rise.argmax())
    up = (geometry.normal, geometry.column_direction, geometry.row_direction)[axis][2] > 0
    areas = np.count_nonzero(lung, axis=tuple(n for n in range(3) if n != axis))
    ends = areas[0] > _CUT_SHARE * areas.max(), areas[-1] > _CUT_SHARE * areas.max()
    return (bool(ends[0]), bool(ends[1])) if up else (bool(ends[1]), bool(ends[0]))
