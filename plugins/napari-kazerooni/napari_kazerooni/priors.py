"""Priors: the other visits of a patient, and which of their slices shows the same height of the chest.

Visits do not share slice positions, nor the table height: the stacks are linked by patient z after a rigid shift along
z, found from the lungs. Where that is not sure they are not linked, and it is said why.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.dicom import Series
from kazerooni.model import Geometry, Volume
from napari_kazerooni.listing import best_series

Floats = NDArray[np.float64]

# Air in lung or bowel; the air around the body is joined to the border of its slice.
_AIR_BELOW_HU: Final = -400
_WIDEST_PIXELS: Final = 128
_STEP_MM: Final = 1.0
_FARTHEST_MM: Final = 400.0
# So much of the shorter stack, and so many mm, must lie beside the other one.
_LEAST_SHARED: Final = 0.6
_LEAST_SHARED_MM: Final = 60.0
# The base of the lungs moves with the breath, their top does not: what lies below counts less.
_BASE_WEIGHT: Final = 0.3
_SIMILAR_FROM: Final = 0.9
# A second shift as good as the best, farther off than this, leaves open which one is meant.
_APART_MM: Final = 15.0
_CLEARLY_BETTER: Final = 0.005
_LEAST_LUNG_MM2: Final = 500.0


@dataclass(frozen=True, slots=True)
class PriorVisit:
    """Another visit of a patient: the best series of its study. is_earlier: whether it came before the current one."""

    series: Series
    on: date | None
    is_earlier: bool


def visits_of(found: Iterable[Series], current: Series) -> tuple[PriorVisit, ...]:
    """List the other visits of the patient of a series, the latest first; none where the scan names no patient."""
    if current.patient is None:
        return ()
    others = [s for s in best_series(found) if s.patient == current.patient and s.study_uid != current.study_uid]
    visits = [PriorVisit(s, s.study_date, _is_earlier(s.study_date, current.study_date)) for s in others]
    return tuple(sorted(visits, key=lambda visit: visit.on or date.min, reverse=True))


def _is_earlier(on: date | None, current: date | None) -> bool:
    return on is not None and current is not None and on < current


@dataclass(frozen=True, eq=False)
class Link:
    """How the slices of a prior visit lie beside those of the current one.

    current_mm, prior_mm: patient z of the slices of each, in the order of the scan; float64 (slices,).
    shift_mm: z of the prior less z of the current one at the same height of the chest; None where it is not known.
    similarity: of the lungs at that shift, 1 for equal ones.
    why: how the two were linked, or why they are not.
    """

    current_mm: Floats
    prior_mm: Floats
    shift_mm: float | None
    similarity: float | None
    why: str

    @property
    def is_linked(self) -> bool:
        """Whether scrolling one may scroll the other."""
        return self.shift_mm is not None

    def prior_slice(self, index: int) -> int | None:
        """Give the slice of the prior that lies nearest to a slice of the current visit.

        None where they are not linked, or the prior does not reach there.
        """
        if self.shift_mm is None:
            return None
        return _nearest(self.prior_mm, float(self.current_mm[index]) + self.shift_mm)

    def current_slice(self, index: int) -> int | None:
        """Give the slice of the current visit that lies nearest to a slice of the prior, as `prior_slice`."""
        if self.shift_mm is None:
            return None
        return _nearest(self.current_mm, float(self.prior_mm[index]) - self.shift_mm)


def _nearest(places_mm: Floats, at_mm: float) -> int | None:
    """Give the index of the nearest place, None beyond half a gap past the ends."""
    index = int(np.argmin(np.abs(places_mm - at_mm)))
    reach = float(np.median(np.abs(np.diff(places_mm)))) / 2 if places_mm.size > 1 else _STEP_MM
    inside = places_mm.min() - reach <= at_mm <= places_mm.max() + reach
    return index if inside else None


def link_visits(current: Volume, prior: Volume) -> Link:
    """Link the slices of two visits by patient z.

    Scans of one frame of reference share their z. Else the profile of the lungs along z, the area of each side, is laid
    beside that of the other visit at every shift; the upper half counts most, as the base moves with the breath. The
    best shift is taken where the profiles are alike, and no other one far off is as good.
    """
    z, prior_z = centre_z_mm(current.geometry), centre_z_mm(prior.geometry)
    frame = current.scan.frame_of_reference_uid
    if frame is not None and frame == prior.scan.frame_of_reference_uid:
        return Link(z, prior_z, 0.0, None, "one frame of reference")
    if min(z.size, prior_z.size) < 2:
        return Link(z, prior_z, None, None, "not linked: a scan of one slice has no profile")
    own, other = _on_grid(z, lung_areas_mm2(current)), _on_grid(prior_z, lung_areas_mm2(prior))
    if min(own[1].max(), other[1].max()) < _LEAST_LUNG_MM2:
        return Link(z, prior_z, None, None, "not linked: one of the two shows no lungs")
    return _link_by(z, prior_z, *_compare(own, other))


def _link_by(z: Floats, prior_z: Floats, shifts: Floats, scores: Floats) -> Link:
    """Take the best shift where it is good, and the only one that is."""
    if not np.isfinite(scores).any():
        return Link(z, prior_z, None, None, "not linked: the two stacks are too short to lie beside each other")
    best = int(np.nanargmax(scores))
    similarity, shift = float(scores[best]), _refined(shifts, scores, best)
    if similarity < _SIMILAR_FROM:
        words = f"not linked: at best the lungs are alike to {100 * similarity:.0f} %"
        return Link(z, prior_z, None, similarity, words)
    far = np.abs(shifts - shifts[best]) > _APART_MM
    if np.nanmax(np.where(far, scores, -np.inf)) > similarity - _CLEARLY_BETTER:
        return Link(z, prior_z, None, similarity, "not linked: more than one shift fits")
    return Link(z, prior_z, shift, similarity, f"linked by the lungs, shifted by {shift:.0f} mm")


def centre_z_mm(geometry: Geometry) -> Floats:
    """Give the patient z of the centre of every slice, float64 (slices,)."""
    _, rows, columns = geometry.shape
    down = geometry.column_direction * geometry.pixel_spacing_mm[0] * (rows - 1) / 2
    along = geometry.row_direction * geometry.pixel_spacing_mm[1] * (columns - 1) / 2
    z: Floats = geometry.origins_mm[:, 2] + (down + along)[2]
    return z


def lung_areas_mm2(volume: Volume) -> Floats:
    """Measure the area of air inside the body on every slice, right and left apart; float64 (slices, 2).

    Every few pixels are looked at only. Sides are those of the patient, about the middle of all such air.
    """
    step = max(1, max(volume.hu.shape[1:]) // _WIDEST_PIXELS)
    air = volume.hu[:, ::step, ::step] < _AIR_BELOW_HU
    in_plane = np.zeros((3, 3, 3), np.bool_)
    in_plane[1] = ndimage.generate_binary_structure(2, 1)
    parts, _ = ndimage.label(air, in_plane)
    border = np.unique(
        np.concatenate([parts[:, 0].ravel(), parts[:, -1].ravel(), parts[:, :, 0].ravel(), parts[:, :, -1].ravel()])
    )
    inside = air & ~np.isin(parts, border)
    columns = inside.sum(axis=1)
    every = columns.sum(axis=0)
    middle = int(np.searchsorted(np.cumsum(every), every.sum() / 2))
    area = volume.geometry.pixel_area_mm2 * step**2
    halves = np.stack([columns[:, :middle].sum(axis=1), columns[:, middle:].sum(axis=1)], axis=1) * area
    areas: Floats = halves if volume.geometry.row_direction[0] > 0 else halves[:, ::-1]
    return areas


def _on_grid(z_mm: Floats, areas: Floats) -> tuple[Floats, Floats]:
    """Give the areas every mm of z, ascending: places float64 (n,), areas float64 (n, 2)."""
    order = np.argsort(z_mm)
    grid = np.arange(np.ceil(z_mm.min()), np.floor(z_mm.max()) + _STEP_MM / 2, _STEP_MM)
    return grid, np.stack([np.interp(grid, z_mm[order], areas[order, side]) for side in (0, 1)], axis=1)


def _compare(own: tuple[Floats, Floats], other: tuple[Floats, Floats]) -> tuple[Floats, Floats]:
    """Give shifts in mm and how alike the profiles are at each: 1 for equal ones, NaN where too little is shared."""
    (z, areas), (other_z, other_areas) = own, other
    lung = z[areas.sum(axis=1) > _LEAST_LUNG_MM2]
    weights = np.where(z >= (lung.min() + lung.max()) / 2, 1.0, _BASE_WEIGHT)[:, None]
    offset = round(float(other_z[0] - z[0]) / _STEP_MM)
    reach = int(_FARTHEST_MM / _STEP_MM) + abs(offset)
    least = max(_LEAST_SHARED * min(z.size, other_z.size) * _STEP_MM, _LEAST_SHARED_MM)
    steps = np.arange(-reach, reach + 1)
    scores = np.full(steps.size, np.nan)
    for at, step in enumerate(steps):
        # The prior at index i + step lies beside the current one at index i.
        low, high = max(0, -int(step)), min(z.size, other_z.size - int(step))
        if (high - low) * _STEP_MM < least:
            continue
        mine, theirs, weight = areas[low:high], other_areas[low + step : high + step], weights[low:high]
        whole = float((weight * (mine**2 + theirs**2)).sum())
        if whole > 0:
            scores[at] = 1 - float((weight * (mine - theirs) ** 2).sum()) / whole
    return (steps + offset) * _STEP_MM + (other_z[0] - z[0] - offset * _STEP_MM), scores


def _refined(shifts: Floats, scores: Floats, best: int) -> float:
    """Give the top of the parabola through the best score and its neighbours."""
    if not 0 < best < scores.size - 1 or not np.isfinite(scores[best - 1 : best + 2]).all():
        return float(shifts[best])
    before, here, after = scores[best - 1 : best + 2]
    bend = before - 2 * here + after
    return float(shifts[best] + (0.5 * (before - after) / bend * _STEP_MM if bend < 0 else 0.0))
