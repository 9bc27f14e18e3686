"""Geometry: where every slice of a scan lies and what depth of lung it stands for.

Conventions of the whole toolkit, said once, here:

* arrays of a scan have the axes (slice, row, column);
* patient space is LPS (x to the patient's left, y to the back, z to the head), in millimetres;
* `orientation` is ImageOrientationPatient: the direction along a row (growing column index), then the direction along a
  column (growing row index); the normal is their cross product, and slices ascend along it;
* pixel spacing is [row, column] as in DICOM PixelSpacing: the distance between rows comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import inf
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Sampling = Literal["contiguous", "overlapping", "sampled", "irregular", "single", "unknown"]

# A position may lie this far from a straight line and the series still counts as even (score.md, "Measuring"):
# it lets positions that a scanner rounded to 0.1 mm pass.
EVEN_TOLERANCE_MM = 0.05
EVEN_TOLERANCE_OF_GAP = 0.02
# A gap this many times the slice thickness means that the lung is sampled, not covered (interface.md).
SAMPLED_GAP_OVER_THICKNESS = 1.5
# A long gap is suspected to hide missing slices when it is a whole multiple of the usual gap to within this share of
# it.
MISSING_GAP_TOLERANCE = 0.1

# So many long gaps in a row are another spacing of the slices, not slices that were lost.
_OTHER_SPACING = 3

_MOST_SPANS = 1e6  # keeps whole numbers whole where positions are nonsense
# Gaps this close to the median (as a share of it) are the usual ones.
NEAR_MEDIAN = 0.25

_MICROMETRES_PER_MM = 1000
# Positions in mm are sums of decimal fractions: differences below this are noise of the arithmetic.
_ROUNDING_MM = 1e-6


@dataclass(frozen=True, eq=False)
class Geometry:
    """Where every slice of a scan lies. Frozen; checked at birth; arrays are taken over and set read-only.

    shape: (slices, rows, columns).
    pixel_spacing_mm: distance between rows, distance between columns.
    origins_mm: float64 (slices, 3), the centre of the first pixel of every slice (ImagePositionPatient), ascending
        along the normal. One for each slice, because a tilted gantry shears the stack.
    orientation: six direction cosines, row direction then column direction.
    slice_thickness_mm: SliceThickness, None where the scan does not say. Never used as the gap.

    Raises ValueError where the values contradict each other.
    """

    shape: tuple[int, int, int]
    pixel_spacing_mm: tuple[float, float]
    origins_mm: NDArray[np.float64]
    orientation: tuple[float, float, float, float, float, float]
    slice_thickness_mm: float | None

    def __post_init__(self) -> None:
        if min(self.shape) < 1:
            raise ValueError(f"shape {self.shape}: at least one slice, row and column are wanted")
        if self.origins_mm.shape != (self.shape[0], 3):
            raise ValueError(f"origins_mm has shape {self.origins_mm.shape}, wanted {(self.shape[0], 3)}")
        if not all(np.isfinite(s) and s > 0 for s in self.pixel_spacing_mm):
            raise ValueError(f"pixel_spacing_mm {self.pixel_spacing_mm}: two positive numbers are wanted")
        if self.slice_thickness_mm is not None and not 0 < self.slice_thickness_mm < inf:
            raise ValueError(f"slice_thickness_mm {self.slice_thickness_mm}: a positive number or None is wanted")
        self.origins_mm.setflags(write=False)
        if not np.all(np.isfinite(self.slice_positions_mm)):
            raise ValueError("origins_mm and orientation must be finite numbers")
        if np.any(self.gaps_mm <= 0):
            raise ValueError("slices must ascend along the normal, each at a position of its own")

    @property
    def row_direction(self) -> NDArray[np.float64]:
        """Unit vector along a row, in which the column index grows (LPS)."""
        return np.array(self.orientation[:3])

    @property
    def column_direction(self) -> NDArray[np.float64]:
        """Unit vector along a column, in which the row index grows (LPS)."""
        return np.array(self.orientation[3:])

    @cached_property
    def normal(self) -> NDArray[np.float64]:
        """Unit vector across the slices, row direction x column direction (LPS)."""
        return plane_normal(self.orientation)

    @property
    def origin_mm(self) -> NDArray[np.float64]:
        """Centre of the first pixel of the first slice (LPS)."""
        first: NDArray[np.float64] = self.origins_mm[0]
        return first

    @cached_property
    def slice_positions_mm(self) -> NDArray[np.float64]:
        """Position of every slice along the normal, ascending; float64 (slices,)."""
        return self.origins_mm @ self.normal

    @cached_property
    def gaps_mm(self) -> NDArray[np.float64]:
        """Distance between neighbouring slices along the normal; float64 (slices - 1,)."""
        return np.diff(self.slice_positions_mm)

    @cached_property
    def usual_gap_mm(self) -> float | None:
        """Mean of the gaps near the median, None for a single slice."""
        return usual_gap(self.gaps_mm) if self.shape[0] > 1 else None

    @cached_property
    def is_even(self) -> bool:
        """Whether every position lies within max(0.05 mm, 2 % of the gap) of some straight line."""
        return is_even(self.slice_positions_mm)

    @cached_property
    def sampling(self) -> Sampling:
        """What the positions say of how the lung is sampled; `unknown` where the slice thickness is not given."""
        return sampling_of(self.slice_positions_mm, self.slice_thickness_mm)

    @cached_property
    def is_sampled(self) -> bool:
        """Whether lung lies between all slices that no slice shows, evenly spaced or not."""
        if self.shape[0] < 2 or self.slice_thickness_mm is None:
            return False
        least = SAMPLED_GAP_OVER_THICKNESS * self.slice_thickness_mm
        return (self.sampling == "sampled") if self.is_even else bool(self.gaps_mm.min() > least + _ROUNDING_MM)

    @property
    def is_covering(self) -> bool:
        """Whether the usual gap leaves no lung unseen: slices that are missing then should have been there."""
        usual, thickness = self.usual_gap_mm, self.slice_thickness_mm
        if usual is None or thickness is None:
            return False
        return usual <= SAMPLED_GAP_OVER_THICKNESS * thickness + _ROUNDING_MM

    @cached_property
    def missing_after(self) -> tuple[int, ...]:
        """Indices of the slices after which slices are suspected to be missing, ascending."""
        if self.shape[0] < 3 or self.is_even:
            return ()
        return tuple(int(i) for i in np.flatnonzero(_hides_slices(self.gaps_mm)))

    @cached_property
    def missing_positions_mm(self) -> tuple[float, ...]:
        """Positions along the normal at which a slice is suspected to be missing."""
        return missing_positions(self.slice_positions_mm)

    @cached_property
    def shear_mm(self) -> NDArray[np.float64]:
        """In-plane shift from the first to the last slice, [along rows, along columns]: not 0 for a tilted gantry."""
        step = self.origins_mm[-1] - self.origins_mm[0]
        return np.array([step @ self.row_direction, step @ self.column_direction])

    @property
    def pixel_area_mm2(self) -> float:
        """Area of one pixel in its plane."""
        return self.pixel_spacing_mm[0] * self.pixel_spacing_mm[1]

    def depths(self, *, cap_missing: bool = False) -> NDArray[np.int64]:
        """Give the whole-number depth that each slice stands for, int64 (slices,).

        Evenly spaced: 1 for every slice. Else twice the depth in micrometres: half-way to each neighbour, the first
        and last slice counting their one gap as if it lay on both sides. With `cap_missing` a gap that hides missing
        slices counts as the usual gap (score.md, "Measuring"). Only ratios of depths mean anything; see
        `depth_unit_mm`.
        """
        if self.is_even:
            return np.ones(self.shape[0], np.int64)
        gaps = self.gaps_mm
        if cap_missing:
            gaps = np.where(_hides_slices(gaps), usual_gap(gaps), gaps)
        whole = np.maximum(np.rint(gaps * _MICROMETRES_PER_MM), 1).astype(np.int64)
        return np.concatenate((whole[:1], whole)) + np.concatenate((whole, whole[-1:]))

    @property
    def depth_unit_mm(self) -> float | None:
        """Millimetres that one unit of `depths` stands for; None for a single slice without a thickness."""
        if self.shape[0] == 1:
            return self.slice_thickness_mm
        if self.is_even:
            return float(self.slice_positions_mm[-1] - self.slice_positions_mm[0]) / (self.shape[0] - 1)
        return 0.5 / _MICROMETRES_PER_MM


def plane_normal(orientation: tuple[float, ...]) -> NDArray[np.float64]:
    """Give the unit normal of a plane, row direction x column direction."""
    normal = np.cross(np.array(orientation[:3]), np.array(orientation[3:]))
    length = float(np.linalg.norm(normal))
    return normal / length if length > 0 else normal


def is_even(positions_mm: NDArray[np.float64]) -> bool:
    """Tell whether ascending positions lie within max(0.05 mm, 2 % of the gap) of some straight line."""
    return is_even_over(positions_mm, np.arange(positions_mm.size))


def is_even_over(positions_mm: NDArray[np.float64], index: NDArray[np.int64]) -> bool:
    """Tell the same of positions whose slices have the numbers `index`, ascending, so that slices may be missing."""
    if positions_mm.size < 3:
        return True
    gap = usual_gap(np.diff(positions_mm) / np.diff(index))
    tolerance = max(EVEN_TOLERANCE_MM, EVEN_TOLERANCE_OF_GAP * gap) + _ROUNDING_MM
    return _off_line_mm(positions_mm, index.astype(float), enough=tolerance) <= tolerance


def usual_gap(gaps_mm: NDArray[np.float64]) -> float:
    """Give the usual gap: the mean of the gaps near the median, so that rounded positions do not bend it."""
    median = float(np.median(gaps_mm))
    spread = max(NEAR_MEDIAN * median, min(4 * EVEN_TOLERANCE_MM, 0.45 * median)) + _ROUNDING_MM
    near = gaps_mm[np.abs(gaps_mm - median) <= spread]
    return float(near.mean()) if near.size else median


def slices_per_gap(gaps_mm: NDArray[np.float64]) -> NDArray[np.int64]:
    """Tell how many usual gaps each gap spans: 1, or more where slices are suspected to be missing.

    First the fewest missing slices are sought with which every gap is a whole multiple of one usual gap; where there is
    no such gap, single long gaps are held against the usual one. Where more slices would be missing than are there,
    nothing is suspected: such a stack has no usual gap.
    """
    near = usual_gap(gaps_mm)
    for total in range(gaps_mm.size, 2 * gaps_mm.size + 2):
        usual = float(gaps_mm.sum()) / total
        if abs(usual - near) <= NEAR_MEDIAN * near:
            spans, whole = _spans(gaps_mm, usual)
            if whole.all() and int(spans.sum()) == total:
                return spans
    spans, whole = _spans(gaps_mm, near)
    spans = np.where(whole, spans, 1)
    return spans if int(spans.sum()) - spans.size <= spans.size else np.ones_like(spans)


def _hides_slices(gaps_mm: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Tell which gaps hide missing slices; a row of long ones is another spacing."""
    long = slices_per_gap(gaps_mm) > 1
    in_a_row = np.zeros_like(long)
    if long.size >= _OTHER_SPACING:
        starts = np.flatnonzero(np.convolve(long, np.ones(_OTHER_SPACING), "valid") == _OTHER_SPACING)
        for step in range(_OTHER_SPACING):
            in_a_row[starts + step] = True
    hides: NDArray[np.bool_] = long & ~in_a_row
    return hides


def _spans(gaps_mm: NDArray[np.float64], usual_mm: float) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Give how many usual gaps each gap is nearest to, and whether it is that multiple (rounded positions pass)."""
    spans = np.clip(np.rint(gaps_mm / usual_mm), 1, _MOST_SPANS).astype(np.int64)
    tolerance = max(MISSING_GAP_TOLERANCE * usual_mm, min(2 * EVEN_TOLERANCE_MM, usual_mm / 4)) + _ROUNDING_MM
    return spans, np.abs(gaps_mm - spans * usual_mm) <= tolerance


def missing_positions(positions_mm: NDArray[np.float64]) -> tuple[float, ...]:
    """List the positions at which slices are suspected to be missing: gaps that are a multiple of the usual one."""
    if positions_mm.size < 3:
        return ()
    gaps = np.diff(positions_mm)
    spans = slices_per_gap(gaps)
    return tuple(
        float(positions_mm[i] + gaps[i] * k / spans[i])
        for i in np.flatnonzero(spans > 1)
        for k in range(1, int(spans[i]))
    )


def sampling_of(positions_mm: NDArray[np.float64], thickness_mm: float | None) -> Sampling:
    """Name how ascending positions sample the lung (interface.md, `inspect --json`)."""
    if positions_mm.size < 2:
        return "single"
    if not is_even(positions_mm):
        return "irregular"
    if thickness_mm is None:
        return "unknown"
    gap = float(positions_mm[-1] - positions_mm[0]) / (positions_mm.size - 1)
    if gap > SAMPLED_GAP_OVER_THICKNESS * thickness_mm + _ROUNDING_MM:
        return "sampled"
    if gap < thickness_mm * (1 - EVEN_TOLERANCE_OF_GAP):
        return "overlapping"
    return "contiguous"


def _off_line_mm(positions: NDArray[np.float64], index: NDArray[np.float64], *, enough: float) -> float:
    """Give the smallest possible largest distance of `positions` from a straight line over `index` (Chebyshev's line).

    Ends early with the least-squares line where that is already within `enough`.
    """
    centred = index - index.mean()
    slope = float(centred @ positions / (centred @ centred))
    spread = _half_range(positions - slope * index)
    if spread <= enough:
        return spread
    # The spread over slopes is convex and piecewise linear: its least value is at the slope of an edge of the convex
    # hull.
    slopes = _hull_slopes(index, positions) + _hull_slopes(index, -positions, sign=-1.0)
    return min(_half_range(positions - s * index) for s in slopes)


def _half_range(values: NDArray[np.float64]) -> float:
    return float(values.max() - values.min()) / 2


def _hull_slopes(x: NDArray[np.float64], y: NDArray[np.float64], *, sign: float = 1.0) -> list[float]:
    """List the slopes of the edges of the lower convex hull, points by ascending x (Andrew's monotone chain)."""
    hull: list[tuple[float, float]] = []
    for point in zip(x.tolist(), y.tolist(), strict=True):
        while len(hull) > 1 and _turns_right(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    return [sign * (b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(hull)]


def _turns_right(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]) <= 0
