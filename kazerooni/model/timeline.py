"""Timeline: the dated scores of one patient under one scheme, and what changed between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kazerooni.model.anatomy import Component, Lobe
from kazerooni.model.reading import Reading
from kazerooni.model.score import Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing in which two visits differ, so that a change between them may be none of the lung.

    what: kebab-case, stable: `reader`, `origin`, `kernel`, `slice-thickness`, `slice-gap`, `kvp`, `contrast`,
        `position`, `coverage`, `manufacturer`, `lung-volume`.
    earlier, later: what was found, in words; empty where it is not known.
    """

    what: str
    earlier: str
    later: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LobeChange:
    """How one component of one lobe changed: later less earlier, None where one of the two is not known."""

    lobe: Lobe
    component: Component
    grade: int | None
    percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed since an earlier visit: later less earlier, None where one is refused or they stand on other lobes.

    since: the date of the earlier visit. days: how long ago it was.
    differences: what the two visits differ in, none where nothing is known to differ.
    is_interpretable: False where different people read the two visits (score.md, "Change over time").
    """

    since: date
    days: int
    alveolar: float | None
    interstitial: float | None
    total: float | None
    lobes: tuple[LobeChange, ...]
    differences: tuple[Difference, ...]

    @property
    def is_interpretable(self) -> bool:
        """Whether one and the same reader read both visits, as far as is known."""
        return all(difference.what != "reader" for difference in self.differences)


@dataclass(frozen=True, kw_only=True, eq=False)
class TimePoint:
    """One visit: its reading, its score and what changed since the visit before and since the baseline, None there."""

    on: date
    reading: Reading
    score: Score
    since_previous: Change | None
    since_baseline: Change | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """The visits of one patient under one scheme, by date.

    patient: the pseudonym, None where no reading names one.
    baseline: the date that changes are also counted from.
    """

    patient: str | None
    scheme: str
    scheme_version: int
    maximum: float
    baseline: date
    points: tuple[TimePoint, ...]
