"""Kappa: agreement of two readers on grades beyond chance, weighted by how far grades lie apart.

Cohen J. Psychol Bull 1968;70:213-220. Categories are the grades 0 to 5 whether they were given or not.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Literal

import numpy as np

from kazerooni.stats.bootstrap import Floats, patient_estimate
from kazerooni.stats.estimate import Estimate

GRADES = 6
"""How many grades there are: 0 to 5."""
Weights = Literal["linear", "quadratic"]
_NONE = "no scan was graded by both"


def grade_tables(first: Sequence[int], second: Sequence[int]) -> Floats:
    """Give, for each pair of grades 0 to 5, a table with a one in its cell; float64 (pairs, 36), first by rows."""
    tables: Floats = np.eye(GRADES**2)[np.array(first, int) * GRADES + np.array(second, int)].reshape(-1, GRADES**2)
    return tables


def kappas(tables: Floats, weights: Weights) -> Floats:
    """Give the weighted kappa of tables, float64 (tables, 36); NaN where all grades are one, so that chance agrees.

    1 less the observed over the expected disagreement, of 1 (linear) or 2 (quadratic) powers of the distance of grades.
    """
    square = tables.reshape(-1, GRADES, GRADES)
    apart = np.abs(np.subtract.outer(np.arange(GRADES), np.arange(GRADES))) ** (1.0 if weights == "linear" else 2.0)
    observed = (square * apart).sum(axis=(1, 2)) * square.sum(axis=(1, 2))
    expected = np.einsum("tr,tc,rc->t", square.sum(axis=2), square.sum(axis=1), apart)
    agreed: Floats = 1 - np.divide(observed, expected, out=np.full(len(square), np.nan), where=expected > 0)
    return agreed


def weighted_kappa(
    first: Sequence[int], second: Sequence[int], patients: Sequence[Hashable], *, weights: Weights, seed: int
) -> Estimate:
    """Give the weighted kappa of two readers' grades, pair by pair, with an interval over resampled patients.

    Undefined, with the reason, without pairs and where both gave one and the same grade throughout.
    """
    if not first:
        return Estimate(value=None, reason=_NONE)
    if len({*first, *second}) == 1:
        return Estimate(value=None, reason=f"both gave grade {first[0]} throughout")
    return patient_estimate(grade_tables(first, second), patients, lambda sums: kappas(sums, weights), seed=seed)


def percent_agreement(
    first: Sequence[int], second: Sequence[int], patients: Sequence[Hashable], *, seed: int
) -> Estimate:
    """Give the percent of pairs with the same grade, with an interval over resampled patients."""
    if not first:
        return Estimate(value=None, reason=_NONE)
    same = np.array(first) == np.array(second)
    parts = np.stack([same, np.ones(len(same))], axis=1).astype(float)
    return patient_estimate(parts, patients, lambda sums: 100 * sums[:, 0] / sums[:, 1], seed=seed)
