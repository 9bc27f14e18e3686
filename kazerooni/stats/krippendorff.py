"""Krippendorff's alpha of ordinal grades: agreement of any number of readers, some of whose grades are missing.

Krippendorff K. Computing Krippendorff's Alpha-Reliability. University of Pennsylvania, 2011.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np

from kazerooni.stats.bootstrap import Floats, patient_estimate
from kazerooni.stats.estimate import Estimate
from kazerooni.stats.kappa import GRADES


def coincidences(grades: Sequence[Sequence[int]]) -> Floats:
    """Count which grades meet on each scan, float64 (scans, 36); a scan that fewer than two graded counts nothing.

    grades: of each scan, 0 to 5, by those who graded it. Every pair of readers counts one over the readers less one.
    """
    made = np.zeros((len(grades), GRADES, GRADES))
    for place, given in enumerate(grades):
        if len(given) > 1:
            count = np.bincount(given, minlength=GRADES).astype(float)
            made[place] = (np.outer(count, count) - np.diag(count)) / (len(given) - 1)
    return made.reshape(-1, GRADES**2)


def alphas(counts: Floats) -> Floats:
    """Give the ordinal alpha of coincidences, float64 (tables, 36); NaN where all grades are one.

    The distance of two grades is the square of how many grades were given between them, theirs counted by half.
    """
    met = counts.reshape(-1, GRADES, GRADES)
    given = met.sum(axis=2)
    middle = given.cumsum(axis=1) - given / 2
    distance = (middle[:, :, None] - middle[:, None, :]) ** 2
    observed = (met * distance).sum(axis=(1, 2)) * (given.sum(axis=1) - 1)
    expected = np.einsum("tr,tc,trc->t", given, given, distance)
    agreed: Floats = 1 - np.divide(observed, expected, out=np.full(len(met), np.nan), where=expected > 0)
    return agreed


def ordinal_alpha(grades: Sequence[Sequence[int]], patients: Sequence[Hashable], *, seed: int) -> Estimate:
    """Give the ordinal alpha of the grades of scans, with an interval over resampled patients.

    grades: of each scan, 0 to 5, by those who graded it; patients: of each scan.
    Undefined, with the reason, where no scan has two grades or all grades are one.
    """
    kept = [(given, patient) for given, patient in zip(grades, patients, strict=True) if len(given) > 1]
    every = {grade for given, _ in kept for grade in given}
    if not kept:
        return Estimate(value=None, reason="no scan was graded by two readers")
    if len(every) == 1:
        return Estimate(value=None, reason=f"all gave grade {every.pop()} throughout")
    counts = coincidences([given for given, _ in kept])
    return patient_estimate(counts, [patient for _, patient in kept], alphas, seed=seed)
