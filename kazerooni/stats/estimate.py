"""Estimate: a figure with its interval; what is not defined is None, with the reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Method = Literal["F", "t", "patients"]
"""How an interval was made: from the F or the t distribution, or by resampling patients."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A figure and its 95 % interval.

    reason: why the figure, or else its interval, is None; empty where both are there.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    method: Method | None = None
    reason: str = ""
