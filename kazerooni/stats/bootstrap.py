"""Bootstrap: intervals by resampling patients whole, as the lobes and visits of a patient resemble each other.

Every statistic that is resampled here is a function of sums over patients, so a resample is one product of matrices.
Percentile intervals (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13), patients as clusters
(Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from kazerooni.stats.estimate import Estimate

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]
"""From sums, float64 (resamples, sums), to the figure of each resample, float64 (resamples,); NaN where undefined."""

RESAMPLES = 2000
SEED = 1997
"""The seed that is used, and named beside every result, where none is given."""
FEWEST_PATIENTS = 5
"""Of fewer patients no interval is made: there are too few ways to resample them."""
MANY_PATIENTS = 40
"""Of fewer, percentile intervals are too narrow.

Of 400 made-up studies with two lobes a patient, those of linear kappa held the truth in 86 % with 8 patients, 88 % with
12, 93 % with 20 and 95 % with 40 (docs/explanations/agreement.md).
"""
FEW_PATIENTS_WARNING = (
    "Intervals from resampled patients are too narrow with few patients: nominal 95 % ones of linear kappa held the "
    "truth in 86 % of made-up studies of 8 patients, 88 % of 12, 93 % of 20 and 95 % of 40."
)
_CONFIDENCE = 0.95
# An interval of the resamples that have a figure says too much where many have none.
_MOST_UNDEFINED = 0.05


def by_patient(parts: Floats, patients: Sequence[Hashable]) -> Floats:
    """Add up what the scans contribute to sums, by patient.

    parts: float64 (scans, sums). patients: of each scan.

    Gives float64 (patients, sums), the patients in the order in which they first come.
    """
    place = {patient: i for i, patient in enumerate(dict.fromkeys(patients))}
    added = np.zeros((len(place), parts.shape[1]))
    np.add.at(added, [place[patient] for patient in patients], parts)
    return added


def patient_estimate(parts: Floats, patients: Sequence[Hashable], statistic: Statistic, *, seed: int) -> Estimate:
    """Give a figure that is known to be defined, with its interval over resampled patients.

    parts: float64 (scans, sums), what each scan adds to the sums that the statistic is made of.
    """
    added = by_patient(parts, patients)
    (value,) = statistic(added.sum(axis=0, keepdims=True))
    count = len(added)
    if count < FEWEST_PATIENTS:
        return Estimate(value=float(value), reason=f"no interval: {FEWEST_PATIENTS} patients are wanted, found {count}")
    figures = statistic(_drawn(count, seed) @ added)
    defined = figures[np.isfinite(figures)]
    if len(defined) < (1 - _MOST_UNDEFINED) * RESAMPLES:
        return Estimate(value=float(value), reason="no interval: without a few of the patients it is not defined")
    low, high = np.quantile(defined, [(1 - _CONFIDENCE) / 2, (1 + _CONFIDENCE) / 2])
    if low == high:
        return Estimate(value=float(value), reason="no interval: it is the same whichever patients are taken")
    return Estimate(value=float(value), low=float(low), high=float(high), method="patients")


@lru_cache(maxsize=4)
def _drawn(count: int, seed: int) -> Floats:
    """Draw how often each patient is in each resample, float64 (resamples, patients); most figures share one draw."""
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)
    found = drawn.astype(np.float64)
    found.setflags(write=False)
    return found
