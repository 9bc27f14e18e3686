"""ICC: how much of the variance of sums lies between scans, not between the readers of one scan.

Two-way models of single readings: ICC(2,1) for readers drawn from many, whose bias counts; ICC(3,1) for these readers
alone, whose bias does not. Shrout PE, Fleiss JL. Psychol Bull 1979;86:420-428 (there the names and F intervals);
McGraw KO, Wong SP. Psychol Methods 1996;1:30-46 (ICC(A,1), ICC(C,1)).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal, NamedTuple

import numpy as np

from kazerooni.stats.bootstrap import Floats, patient_estimate
from kazerooni.stats.estimate import Estimate

Model = Literal["2,1", "3,1"]
_UPPER = 0.975


class MeanSquares(NamedTuple):
    """Mean squares of scans, of readers and of what is left, and the number of scans; float64 (resamples,) each."""

    scans: Floats
    readers: Floats
    rest: Floats
    number: Floats


def icc(ratings: Floats, patients: Sequence[Hashable], *, model: Model, seed: int) -> Estimate:
    """Give an intraclass correlation of single readings.

    ratings: float64 (scans, readers), complete.
    patients: of each scan. Where each has one scan the interval is that of the papers, by F; where some have several,
        scans are not independent, and the interval is that over resampled patients.
    Undefined, with the reason, with fewer than two scans or readers, and where all sums are one.
    """
    scans, readers = ratings.shape
    if scans < 2 or readers < 2:
        return Estimate(value=None, reason=f"scans that all summed: {scans}; 2 are wanted")
    if np.ptp(ratings) == 0:
        return Estimate(value=None, reason=f"all sums are {ratings.flat[0]:g}")
    parts = _parts(ratings - ratings.mean())
    if len(set(patients)) < scans:
        return patient_estimate(parts, patients, lambda sums: _icc(_squares(sums, readers), readers, model), seed=seed)
    return _by_f(_squares(parts.sum(axis=0, keepdims=True), readers), scans, readers, model)


def _by_f(squares: MeanSquares, scans: int, readers: int, model: Model) -> Estimate:
    value = float(_icc(squares, readers, model)[0])
    if not np.isfinite(value):
        return Estimate(value=None, reason="the scans differ in nothing but their readers")
    if squares.rest[0] <= 0:
        return Estimate(value=value, reason="no interval: the readers never differ, but for a constant")
    with np.errstate(all="ignore"):  # quantiles of next to no degrees of freedom pass what a number holds
        low, high = (_f_interval_2 if model == "2,1" else _f_interval_3)(squares, scans, readers)
    if not np.isfinite([low, high]).all():
        return Estimate(value=value, reason="no interval: too few scans")
    return Estimate(value=value, low=low, high=high, method="F")


def _parts(ratings: Floats) -> Floats:
    """Give what each scan adds: one, its sums by reader, their squares together, the square of their mean."""
    ones = np.ones(len(ratings))
    return np.column_stack([ones, ratings, (ratings**2).sum(axis=1), ratings.mean(axis=1) ** 2])


def _squares(sums: Floats, readers: int) -> MeanSquares:
    count, by_reader, every, means = sums[:, 0], sums[:, 1:-2], sums[:, -2], sums[:, -1]
    reader_means = by_reader / count[:, None]
    centre = reader_means.mean(axis=1)
    of_scans = np.maximum(readers * (means - count * centre**2), 0)
    of_readers = count * ((reader_means - centre[:, None]) ** 2).sum(axis=1)
    rest = every - readers * count * centre**2 - of_scans - of_readers
    rest = np.where(rest < every * 1e-12, 0, rest)  # what is left of a difference of equal sums is rounding
    with np.errstate(divide="ignore", invalid="ignore"):  # a resample of one scan has no mean square
        return MeanSquares(
            of_scans / (count - 1), of_readers / (readers - 1), rest / ((count - 1) * (readers - 1)), count
        )


def _icc(squares: MeanSquares, readers: int, model: Model) -> Floats:
    scans, between, rest, number = squares
    bias = readers * (between - rest) / number if model == "2,1" else np.zeros_like(rest)
    whole = scans + (readers - 1) * rest + bias
    correlations: Floats = np.divide(scans - rest, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return correlations


def _f_interval_2(squares: MeanSquares, scans: int, readers: int) -> tuple[float, float]:
    """Give the interval of ICC(2,1), with the degrees of freedom of Satterthwaite."""
    from scipy.stats import f  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    of_scans, of_readers, rest = (float(each[0]) for each in squares[:3])
    rho = float(_icc(squares, readers, "2,1")[0])
    a = readers * rho / (scans * (1 - rho))
    b = 1 + readers * rho * (scans - 1) / (scans * (1 - rho))
    whole = (a * of_readers + b * rest) ** 2
    freedom = whole / ((a * of_readers) ** 2 / (readers - 1) + (b * rest) ** 2 / ((scans - 1) * (readers - 1)))
    lower, upper = f.ppf(_UPPER, scans - 1, freedom), f.ppf(_UPPER, freedom, scans - 1)
    beside = readers * of_readers + (readers * scans - readers - scans) * rest
    low = scans * (of_scans - lower * rest) / (lower * beside + scans * of_scans)
    high = scans * (upper * of_scans - rest) / (beside + scans * upper * of_scans)
    return float(low), float(high)


def _f_interval_3(squares: MeanSquares, scans: int, readers: int) -> tuple[float, float]:
    """Give the interval of ICC(3,1)."""
    from scipy.stats import f  # noqa: PLC0415 - slow to import

    ratio, left = float(squares.scans[0] / squares.rest[0]), (scans - 1) * (readers - 1)
    low, high = ratio / f.ppf(_UPPER, scans - 1, left), ratio * f.ppf(_UPPER, left, scans - 1)
    return float((low - 1) / (low + readers - 1)), float((high - 1) / (high + readers - 1))
