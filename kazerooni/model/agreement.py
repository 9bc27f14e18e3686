"""Agreement: how far readers err, as a value that a change over time can be held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Sum = Literal["alveolar", "interstitial", "total"]
"""A sum of a score, or mean where the scheme takes means."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetectableChange:
    """The smallest change of a sum that is beyond the readers' own error, and what it was counted from.

    sem: standard error of measurement, in units of the sum; smallest: 1.96 times the root of 2 times it.
    repeats: how often a scan was read once more, over all scans; the degrees of freedom of `sem`.
    scans: on how many scans. reason: why there is no such change, empty where there is.
    """

    sem: float | None
    smallest: float | None
    repeats: int
    scans: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadersError:
    """The readers' own error under one scheme: what a change must pass to be more than a second look at one scan.

    kind: `within`: from readers who read a scan more than once; `between`: from several readers of a scan.
    readers: whose readings it was counted from, in their order.
    """

    scheme: str
    scheme_version: int
    kind: Literal["within", "between"]
    readers: tuple[str, ...]
    alveolar: DetectableChange
    interstitial: DetectableChange
    total: DetectableChange

    def of(self, what: Sum) -> DetectableChange:
        """Give the smallest detectable change of a sum."""
        return {"alveolar": self.alveolar, "interstitial": self.interstitial, "total": self.total}[what]

    def is_beyond(self, what: Sum, change: float | None) -> bool | None:
        """Tell whether a change of a sum is larger than the readers' own error; None where one of both is not known."""
        smallest = self.of(what).smallest
        return None if smallest is None or change is None else abs(change) > smallest
