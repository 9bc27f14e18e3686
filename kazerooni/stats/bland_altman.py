"""Bland-Altman: by how much two readers' sums differ, and within which limits 95 % of such differences lie.

Bland JM, Altman DG. Lancet 1986;1:307-310; Stat Methods Med Res 1999;8:135-160; where a patient was read at several
visits, at which the true value varies: 1999, section 5.3, and J Biopharm Stat 2007;17:571-582, section 3.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from kazerooni.stats.bootstrap import Floats, by_patient, patient_estimate
from kazerooni.stats.estimate import Estimate

Z: Final = 1.96
"""The normal quantile that the papers use; the limits are this many standard deviations from the bias."""
_UPPER = 0.975


@dataclass(frozen=True, slots=True, kw_only=True)
class BlandAltman:
    """The differences of the sums of two readers, the second less the first.

    form: `single`: one scan a patient; `repeated`: some patients have several, whose true value varies.
    bias: their mean. sd: standard deviation of a difference, of both parts in the repeated form.
    lower, upper: limits of agreement.
    """

    form: Literal["single", "repeated"]
    bias: Estimate
    sd: float | None
    lower: Estimate
    upper: Estimate


def bland_altman(differences: Sequence[float], patients: Sequence[Hashable], *, seed: int) -> BlandAltman:
    """Give bias and limits of agreement of differences, one for each scan; patients: of each scan.

    Intervals: by t in the single form (1999, section 3.2), over resampled patients in the repeated one.
    """
    counts = Counter(patients)
    is_repeated = len(counts) < len(differences)
    form: Literal["single", "repeated"] = "repeated" if is_repeated else "single"
    if len(counts) < 2:
        why = f"patients whose scans both summed: {len(counts)}; 2 are wanted"
        mean = float(np.mean(differences)) if differences else None
        none = Estimate(value=None, reason=why)
        return BlandAltman(form=form, bias=replace(none, value=mean), sd=None, lower=none, upper=none)
    found = np.array(differences, float)
    return _repeated(found, patients, seed=seed) if is_repeated else _single(found)


def _single(differences: Floats) -> BlandAltman:
    from scipy.stats import t  # type: ignore[import-untyped]  # noqa: PLC0415 - slow to import

    count, bias, sd = len(differences), float(differences.mean()), float(differences.std(ddof=1))
    quantile = float(t.ppf(_UPPER, count - 1))
    half_bias = quantile * sd / count**0.5
    half_limit = quantile * sd * (1 / count + Z**2 / (2 * (count - 1))) ** 0.5

    def within(value: float, half: float) -> Estimate:
        return Estimate(value=value, low=value - half, high=value + half, method="t")

    return BlandAltman(
        form="single",
        bias=within(bias, half_bias),
        sd=sd,
        lower=within(bias - Z * sd, half_limit),
        upper=within(bias + Z * sd, half_limit),
    )


def _repeated(differences: Floats, patients: Sequence[Hashable], *, seed: int) -> BlandAltman:
    parts, owners = _parts(differences, patients)

    def estimate(limit: float) -> Estimate:
        figure: Callable[[Floats], Floats] = lambda sums: _means(sums) + limit * _deviations(sums)  # noqa: E731
        return patient_estimate(parts, owners, figure, seed=seed)

    whole = parts.sum(axis=0, keepdims=True)
    return BlandAltman(
        form="repeated", bias=estimate(0), sd=float(_deviations(whole)[0]), lower=estimate(-Z), upper=estimate(Z)
    )


def _parts(differences: Floats, patients: Sequence[Hashable]) -> tuple[Floats, list[Hashable]]:
    """Give what each patient adds: one, visits, sum, squares, square of the sum by visits, square of visits."""
    each = np.column_stack([np.ones(len(differences)), differences, differences**2])
    visits, added, squares = by_patient(each, patients).T
    parts = np.column_stack([np.ones(len(visits)), visits, added, squares, added**2 / visits, visits**2])
    return parts, list(dict.fromkeys(patients))


def _means(sums: Floats) -> Floats:
    means: Floats = sums[:, 2] / sums[:, 1]
    return means


def _deviations(sums: Floats) -> Floats:
    """Give the standard deviation of a difference: what lies between patients, and within them, by one-way anova.

    Between patients: the mean squares' difference over (N^2 - sum m^2) / ((n - 1) N), with m visits of each of n
    patients and N of all; 0 where it comes out negative.
    """
    patients, visits, added, squares, by_patient, squared_visits = sums.T
    within = np.divide(
        np.maximum(squares - by_patient, 0), visits - patients, out=np.zeros(len(sums)), where=visits > patients
    )
    between = (by_patient - added**2 / visits) / (patients - 1)
    weight = (visits**2 - squared_visits) / ((patients - 1) * visits)
    deviations: Floats = np.sqrt(np.maximum((between - within) / weight, 0) + within)
    return deviations
