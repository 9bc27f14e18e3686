"""Relief: a fissure as heights over a lattice of the plane, bent locally where plates say so.

A height is a shape of the atlas plus a local field of bumps, both under normal laws (Bayesian linear regression,
Rasmussen CE, Williams CKI, Gaussian Processes for Machine Learning, MIT Press 2006, ch. 2.1): near plates the surface
follows them, far from them it returns to the shape that fits all of them best.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.segment.atlas import SHAPES, terms_of
from kazerooni.segment.frame import Frame
from kazerooni.segment.match import COLUMN_MM, Candidates, Law

Floats = NDArray[np.float64]

# What fissures are beside a polynomial: bumps so wide, so far apart, and of this standard deviation; together they have
# one of 7 mm and go on over 30 mm.
_BUMP_EXTENT_MM, _BUMP_APART_MM, _BUMP_MM = 21.0, 24.0, 4.5
# Error of the height that one column of plates tells, and of a point that a person placed.
_ERROR_MM, _PIN_ERROR_MM = 1.0, 0.3
_REACHES_MM = (8.0, 6.0, 4.0, 3.0, 2.0, 2.0)
_COSINE = 0.85
# A column counts where it gives this part of its vote to the surface (chance gives 0.02: one plate in a band of 90 mm),
# and so do this many of the nine columns around.
_LEAST_VOTES, _LEAST_COLUMNS = 0.06, 4


@dataclass(frozen=True, eq=False)
class Relief:
    """Heights of a fissure over a lattice of columns.

    heights_mm: float64 (columns along x, columns along y), LPS z over the middle of each column.
    votes: likewise, the part of each column's vote that the surface has; 0 where nothing was seen of it.
    """

    frame: Frame
    heights_mm: Floats
    votes: Floats

    def places_mm(self) -> Floats:
        """Give the places of the lattice, float64 (columns along x, columns along y, 3)."""
        return np.concatenate([lattice_mm(self.frame), self.heights_mm[..., None]], axis=-1)

    def at(self, places_mm: Floats) -> tuple[Floats, Floats, Floats]:
        """Give heights and slopes along x and y over places (n, 2 or 3)."""
        where = (places_mm[:, :2] - self.frame.low_mm[:2]) / COLUMN_MM - 0.5
        slopes = (np.gradient(self.heights_mm, COLUMN_MM, axis=n) for n in (0, 1))
        height, x, y = (
            ndimage.map_coordinates(part, where.T, order=1, mode="nearest") for part in (self.heights_mm, *slopes)
        )
        return height, x, y


def lattice_mm(frame: Frame) -> Floats:
    """Give the middles (x, y) of the columns of a lung, float64 (columns along x, columns along y, 2)."""
    counts = np.maximum(2, np.ceil(frame.size_mm[:2] / COLUMN_MM).astype(int))
    x, y = (frame.low_mm[n] + (np.arange(counts[n]) + 0.5) * COLUMN_MM for n in (0, 1))
    return np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)


def relief_of(frame: Frame, law: Law, shape: Floats) -> Relief:
    """Give a shape as a relief without votes."""
    lattice = lattice_mm(frame)
    heights = (_terms(frame, law, lattice.reshape(-1, 2)) @ shape).reshape(lattice.shape[:2])
    heights_mm = frame.low_mm[2] + frame.size_mm[2] * heights
    return Relief(frame, heights_mm, np.zeros_like(heights_mm))


def bend(relief: Relief, candidates: Candidates | None, law: Law, pins_mm: Floats) -> Relief:
    """Bend a relief to the plates near it, again and again, so that it grows along them from where it fits.

    candidates: the plates, None where none were looked for.
    pins_mm: places (n, 3) that a person placed, where the relief passes whatever the plates say.
    """
    if candidates is None:
        return Relief(relief.frame, _regress(relief, law, relief.heights_mm, relief.votes, pins_mm), relief.votes)
    for reach in _REACHES_MM:
        heights, votes = _columns_on(relief, candidates, reach)
        relief = Relief(relief.frame, _regress(relief, law, heights, votes, pins_mm), votes)
    return relief


def distances_mm(relief: Relief, places_mm: Floats, normals: Floats) -> tuple[Floats, Floats]:
    """Give the signed distance of plates to a relief, positive above it, and the cosine between their normals."""
    height, slope_x, slope_y = relief.at(places_mm)
    length = np.sqrt(1 + slope_x**2 + slope_y**2)
    away = (places_mm[:, 2] - height) / length
    cosine = np.abs(normals[:, 2] - normals[:, 0] * slope_x - normals[:, 1] * slope_y) / length
    return away, cosine


def _columns_on(relief: Relief, candidates: Candidates, reach: float) -> tuple[Floats, Floats]:
    """Give the heights that the plates on a relief tell, and their votes, over the lattice; 0 votes where none lie."""
    plates = candidates.plates
    away, cosine = distances_mm(relief, plates.places_mm, plates.normals)
    on = (np.abs(away) < 1.5 * reach) & (cosine > _COSINE)
    votes = candidates.votes[on] / (1 + (away[on] / (0.5 * reach)) ** 2)
    places = plates.places_mm[on]
    height, _, _ = relief.at(places)
    shape = relief.heights_mm.shape
    cells = ((places[:, :2] - relief.frame.low_mm[:2]) / COLUMN_MM).astype(np.intp)
    cells = np.clip(cells, 0, np.array(shape) - 1)
    flat = np.ravel_multi_index((cells[:, 0], cells[:, 1]), shape)
    total = np.bincount(flat, votes, minlength=relief.heights_mm.size).reshape(shape)
    above = np.bincount(flat, votes * (places[:, 2] - height), minlength=total.size).reshape(shape)
    columns = total > _LEAST_VOTES
    columns &= ndimage.convolve(columns.astype(np.uint8), np.ones((3, 3), np.uint8), mode="constant") >= _LEAST_COLUMNS
    return relief.heights_mm + above / np.maximum(total, 1e-9), np.where(columns, total, 0.0)


def _regress(relief: Relief, law: Law, heights: Floats, votes: Floats, pins_mm: Floats) -> Floats:
    """Give the heights over the whole lattice from those over some columns and at the pins."""
    frame = relief.frame
    lattice = lattice_mm(frame).reshape(-1, 2)
    seen = np.flatnonzero(votes)
    slope_x, slope_y = (np.gradient(relief.heights_mm, COLUMN_MM, axis=n).ravel()[seen] for n in (0, 1))
    error = _ERROR_MM**2 * (1 + slope_x**2 + slope_y**2) / np.clip(votes.ravel()[seen], 0.05, 1.0)
    weights = np.concatenate([1 / error, np.full(len(pins_mm), 1 / _PIN_ERROR_MM**2)])
    told = np.concatenate([heights.ravel()[seen], pins_mm[:, 2]])
    everywhere = _design(frame, law, lattice)
    design = np.concatenate([everywhere[seen], _design(frame, law, pins_mm[:, :2])])
    mean = np.zeros(design.shape[1])
    mean[: len(law.mean)] = law.mean
    precision = np.eye(len(mean)) / _BUMP_MM**2
    precision[: len(law.mean), : len(law.mean)] = law.precision
    off = told - frame.low_mm[2] - design @ mean
    weighted = design.T * weights
    mean += np.linalg.solve(precision + weighted @ design, weighted @ off)
    result: Floats = (frame.low_mm[2] + everywhere @ mean).reshape(relief.heights_mm.shape)
    return result


def _design(frame: Frame, law: Law, places_mm: Floats) -> Floats:
    """Give what heights over places (n, 2) are a sum of, in mm: the terms of the shape, and bumps all over the lung."""
    terms = _terms(frame, law, places_mm) * frame.size_mm[2]
    across, along = (
        np.exp(-0.5 * ((places_mm[:, n, None] - _middles_mm(frame, n)) / _BUMP_EXTENT_MM) ** 2) for n in (0, 1)
    )
    bumps = (across[:, :, None] * along[:, None, :]).reshape(len(places_mm), across.shape[1] * along.shape[1])
    return np.concatenate([terms, bumps], axis=1)


def _middles_mm(frame: Frame, axis: int) -> Floats:
    """Give where the bumps stand along x or y: from edge to edge of the lung."""
    count = max(2, int(np.ceil(frame.size_mm[axis] / _BUMP_APART_MM)) + 1)
    return np.linspace(frame.low_mm[axis], frame.low_mm[axis] + frame.size_mm[axis], count)


def _terms(frame: Frame, law: Law, places_mm: Floats) -> Floats:
    shares = (places_mm[:, :2] - frame.low_mm[:2]) / frame.size_mm[:2]
    return terms_of(shares[:, 0], shares[:, 1], SHAPES[law.name].degree)
