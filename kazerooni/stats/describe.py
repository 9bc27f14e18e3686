"""Describe: n, mean, SD, median and quartiles of a sample, the rule of the quartiles named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from kazerooni.errors import ReadingError

_Method = Literal[
    "inverted_cdf",
    "averaged_inverted_cdf",
    "closest_observation",
    "interpolated_inverted_cdf",
    "hazen",
    "weibull",
    "linear",
    "median_unbiased",
    "normal_unbiased",
]

QUARTILE_RULES: Final[dict[str, _Method]] = {
    "type1": "inverted_cdf",
    "type2": "averaged_inverted_cdf",
    "type3": "closest_observation",
    "type4": "interpolated_inverted_cdf",
    "type5": "hazen",
    "type6": "weibull",
    "type7": "linear",
    "type8": "median_unbiased",
    "type9": "normal_unbiased",
}
"""The nine rules of Hyndman and Fan (Am Stat 1996;50:361), by their numbers in R, with their names in numpy."""

DEFAULT_RULE: Final = "type7"
"""Linear interpolation: the default of R, numpy and Excel, and the rule of the source study's figures (score.md)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A sample in figures; all but n None where there is no value, sd (n - 1) None where there is one."""

    n: int
    mean: float | None = None
    sd: float | None = None
    minimum: float | None = None
    q1: float | None = None
    median: float | None = None
    q3: float | None = None
    maximum: float | None = None


def describe(values: Sequence[float], *, rule: str = DEFAULT_RULE) -> Summary:
    """Describe a sample.

    rule: of the quartiles, one of `QUARTILE_RULES`. The median is the usual one whatever the rule.

    Raises ReadingError for an unknown rule.

    >>> found = describe([1, 2, 3, 4, 10])
    >>> found.mean, found.q1, found.median, found.q3
    (4.0, 2.0, 3.0, 4.0)
    """
    if rule not in QUARTILE_RULES:
        raise ReadingError(f"the rule of quartiles {rule!r} is unknown; choose one of {', '.join(QUARTILE_RULES)}")
    if not values:
        return Summary(n=0)
    sample = np.asarray(values, float)
    q1, q3 = np.quantile(sample, (0.25, 0.75), method=QUARTILE_RULES[rule])
    return Summary(
        n=sample.size,
        mean=float(sample.mean()),
        sd=float(sample.std(ddof=1)) if sample.size > 1 else None,
        minimum=float(sample.min()),
        q1=float(q1),
        median=float(np.median(sample)),
        q3=float(q3),
        maximum=float(sample.max()),
    )
