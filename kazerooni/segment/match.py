"""Match: which of the shapes that a fissure can have lies on the plates that were seen.

Every column of the lung (a square of the plane x, y) has one vote, shared among the plates in it by their strength: so
vessels and honeycombing, of which a column holds many, cannot outvote a fissure, of which it holds one. First a
thousand shapes drawn from the law of the atlas are tried; the best are then fitted by weighted least squares with the
law as a prior, the weights of plates falling with their distance to the last fit, which counts ever less far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import FissureName
from kazerooni.segment.atlas import SHAPES, terms_of
from kazerooni.segment.frame import Frame
from kazerooni.segment.plates import Plates

Floats = NDArray[np.float64]

_DRAWN = 1000
_BEST = 5
# Plates in a column that take part in the search.
_IN_COLUMN = 4
COLUMN_MM = 6.0
# How far a plate may lie from a shape that is tried, and from the fits that follow.
_SEARCH_MM = 4.0
_FITS_MM = (12.0, 9.0, 7.0, 5.0, 4.0, 3.0, 2.0)
# Plates turned more than this against a shape are none of it, in the search and in a fit.
_SEARCH_COSINE, _FIT_COSINE = 0.7, 0.88
# Belief in a column that lies on a shape, against the law of the atlas: one counts as a measurement with this error,
# neighbours not being independent.
_COLUMN_ERROR_MM = 4.0
# Standard deviations of the law within which plates are looked at, and the least and most that they come to.
_BAND_SD, _LEAST_BAND_MM, _MOST_BAND_MM = 2.5, 18.0, 55.0
_STEP = 1e-3


@dataclass(frozen=True, eq=False)
class Law:
    """A normal law of the coefficients of a fissure in the coordinates of its lung."""

    name: FissureName
    mean: Floats
    covariance: Floats

    @cached_property
    def precision(self) -> Floats:
        """The inverse of the covariance."""
        return np.asarray(np.linalg.inv(self.covariance), np.float64)


@dataclass(frozen=True, eq=False)
class Candidates:
    """Plates that could lie on one fissure, each with its part of the vote of its column.

    shares: (n, 3) places in shares of the box. terms, along_u, along_v: (n, terms), of the polynomial and its slopes.
    columns: (n,) number of the column.
    """

    plates: Plates
    frame: Frame
    shares: Floats
    terms: Floats
    along_u: Floats
    along_v: Floats
    columns: NDArray[np.intp]
    votes: Floats

    def chosen(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> Candidates:
        """Give some of them, their votes unchanged."""
        return Candidates(
            self.plates.chosen(which), self.frame, self.shares[which], self.terms[which], self.along_u[which],
            self.along_v[which], self.columns[which], self.votes[which],
        )  # fmt: skip


def candidates_for(plates: Plates, frame: Frame, law: Law) -> Candidates:
    """Choose the plates within reach of a law."""
    degree = SHAPES[law.name].degree
    shares = frame.to_shares(plates.places_mm)
    terms = terms_of(shares[:, 0], shares[:, 1], degree)
    spread = np.sqrt(((terms @ law.covariance) * terms).sum(axis=1)) * frame.size_mm[2]
    band = np.clip(_BAND_SD * spread, _LEAST_BAND_MM, _MOST_BAND_MM)
    near = np.abs(shares[:, 2] - terms @ law.mean) * frame.size_mm[2] <= band
    plates, shares, terms = plates.chosen(near), shares[near], terms[near]
    u, v = shares[:, 0], shares[:, 1]
    along_u = (terms_of(u + _STEP, v, degree) - terms_of(u - _STEP, v, degree)) / (2 * _STEP)
    along_v = (terms_of(u, v + _STEP, degree) - terms_of(u, v - _STEP, degree)) / (2 * _STEP)
    columns = columns_of(plates.places_mm, frame)
    votes = _votes(plates.strengths, columns)
    return Candidates(plates, frame, shares, terms, along_u, along_v, columns, votes)


def columns_of(places_mm: Floats, frame: Frame) -> NDArray[np.intp]:
    """Give the number of the column that each place lies in."""
    cells = ((places_mm[:, :2] - frame.low_mm[:2]) / COLUMN_MM).astype(np.intp)
    numbers: NDArray[np.intp] = np.clip(cells[:, 0], 0, 999) * 1000 + np.clip(cells[:, 1], 0, 999)
    return numbers


def _votes(strengths: Floats, columns: NDArray[np.intp]) -> Floats:
    """Share the vote of each column among its plates; a column of weak plates only does not vote in full."""
    if not strengths.size:
        return strengths
    _, column = np.unique(columns, return_inverse=True)
    total = np.bincount(column, strengths)
    votes: Floats = strengths / (total + np.median(total))[column]
    return votes


def distances_mm(candidates: Candidates, shape: Floats) -> tuple[Floats, Floats]:
    """Give the signed distance of plates to a shape, and the cosine between their normals: float64 (n,)."""
    frame, plates = candidates.frame, candidates.plates
    width, depth, height = frame.size_mm
    slope_x = candidates.along_u @ shape * (height / width)
    slope_y = candidates.along_v @ shape * (height / depth)
    length = np.sqrt(1 + slope_x**2 + slope_y**2)
    away = (candidates.shares[:, 2] - candidates.terms @ shape) * height / length
    normals = plates.normals
    cosine = np.abs(normals[:, 2] - normals[:, 0] * slope_x - normals[:, 1] * slope_y) / length
    return away, cosine


def match(candidates: Candidates, law: Law) -> Floats:
    """Give the coefficients of the shape that lies best on the plates."""
    starts = _search(candidates, law)
    fits = [_fit(candidates, law, start) for start in starts]
    return max(fits, key=lambda fit: _worth(candidates, law, fit))


def support(candidates: Candidates, shape: Floats, reach_mm: float = _FITS_MM[-1]) -> float:
    """Give how many columns vote for a shape."""
    away, cosine = distances_mm(candidates, shape)
    return float(candidates.votes @ (np.exp(-0.5 * (away / reach_mm) ** 2) * (cosine > _FIT_COSINE)))


def _worth(candidates: Candidates, law: Law, shape: Floats) -> float:
    off = shape - law.mean
    return support(candidates, shape) - 0.5 * float(off @ law.precision @ off)


def _search(candidates: Candidates, law: Law) -> list[Floats]:
    """Try shapes drawn from the law and give the best ones, none much like another."""
    few = candidates.chosen(_strongest(candidates))
    random = np.random.default_rng(0)
    drawn = random.multivariate_normal(law.mean, law.covariance, _DRAWN - 1, method="eigh")
    drawn = np.concatenate([law.mean[None], drawn])
    worth = _votes_for(few, drawn)
    off = drawn - law.mean
    worth -= 0.5 * ((off @ law.precision) * off).sum(axis=1)
    order = np.argsort(-worth)
    return [drawn[n] for n in order[:_BEST]]


def _strongest(candidates: Candidates) -> NDArray[np.intp]:
    """List the strongest plates of each column."""
    order = np.lexsort([-candidates.votes, candidates.columns])
    columns = candidates.columns[order]
    first = np.flatnonzero(np.r_[True, columns[1:] != columns[:-1]]) if columns.size else np.zeros(0, np.intp)
    rank = np.arange(columns.size) - np.repeat(first, np.diff(np.r_[first, columns.size]))
    return order[rank < _IN_COLUMN]


def _votes_for(candidates: Candidates, shapes: Floats) -> Floats:
    """Count the votes for each of many shapes (m, terms): float64 (m,)."""
    frame = candidates.frame
    width, depth, height = (np.float32(size) for size in frame.size_mm)
    normals, votes = candidates.plates.normals.astype(np.float32), candidates.votes.astype(np.float32)
    heights = (candidates.shares[:, 2] * frame.size_mm[2]).astype(np.float32)
    terms, along_u, along_v = (
        part.astype(np.float32) for part in (candidates.terms, candidates.along_u, candidates.along_v)
    )
    counts = np.empty(len(shapes))
    for start in range(0, len(shapes), 100):
        part = shapes[start : start + 100].astype(np.float32).T
        slope_x, slope_y = along_u @ part * (height / width), along_v @ part * (height / depth)
        squared = 1 + slope_x**2 + slope_y**2
        away = (heights[:, None] - terms @ part * height) ** 2 / squared
        cosine = (normals[:, 2, None] - normals[:, 0, None] * slope_x - normals[:, 1, None] * slope_y) ** 2 / squared
        on = np.exp(away * np.float32(-0.5 / _SEARCH_MM**2)) * (cosine > np.float32(_SEARCH_COSINE**2))
        counts[start : start + 100] = votes @ on
    return counts


def _fit(candidates: Candidates, law: Law, start: Floats, reaches_mm: Sequence[float] = _FITS_MM) -> Floats:
    """Fit a shape to plates from a start on, with the law as a prior."""
    height = candidates.frame.size_mm[2]
    shape = start
    for reach in reaches_mm:
        away, cosine = distances_mm(candidates, shape)
        near = (np.abs(away) < 3 * reach) & (cosine > _FIT_COSINE)
        weights = candidates.votes[near] / (1 + (away[near] / reach) ** 2) ** 2 * (height / _COLUMN_ERROR_MM) ** 2
        terms = candidates.terms[near]
        matrix = law.precision + (terms * weights[:, None]).T @ terms
        aim = law.precision @ law.mean + terms.T @ (weights * candidates.shares[near, 2])
        shape = np.linalg.solve(matrix, aim)
    return shape
