"""Timeline: the dated scores of one patient under one scheme, and what changed between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from kazerooni.errors import ReadingError
from kazerooni.model.agreement import ReadersError
from kazerooni.model.anatomy import Component, Lobe
from kazerooni.model.beside import Beside, LungChange
from kazerooni.model.case import Case
from kazerooni.model.difference import Difference
from kazerooni.model.patient import Course
from kazerooni.model.reading import Reading
from kazerooni.model.score import Score

Pooling = Literal["each", "mean", "median", "consensus"]
"""How several readers of one visit become one number: `each` gives none where there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LobeChange:
    """How one component of one lobe changed: later less earlier, None where one of the two is not known."""

    lobe: Lobe
    component: Component
    grade: float | None
    percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderChange:
    """How the sums of one reader, who read both visits, changed."""

    reader: str | None
    alveolar: float | None
    interstitial: float | None
    total: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What changed since an earlier visit: later less earlier, None where one is refused or they stand on other lobes.

    since: the date of the earlier visit. days: how long ago it was.
    differences: what the two visits differ in, none where nothing is known to differ.
    readers: the change of each reader who read both visits, where several read one of them.
    lung: how lung function changed, None where no course is known.
    is_beyond_error: whether the total changed by more than the readers' own error; None where that is not known, or
        the change is not that of one reader.
    is_interpretable: False where different people read the two visits (score.md, "Change over time").
    """

    since: date
    days: int
    alveolar: float | None
    interstitial: float | None
    total: float | None
    lobes: tuple[LobeChange, ...]
    differences: tuple[Difference, ...]
    readers: tuple[ReaderChange, ...] = ()
    lung: LungChange | None = None
    is_beyond_error: bool | None = None

    @property
    def is_interpretable(self) -> bool:
        """Whether one and the same reader, or set of readers, read both visits, as far as is known."""
        return all(difference.what != "reader" for difference in self.differences)


@dataclass(frozen=True, slots=True, kw_only=True)
class LobeValue:
    """One component of one lobe at a visit, pooled over its readers; None where it is not known."""

    lobe: Lobe
    component: Component
    grade: float | None
    percent: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledSums:
    """The sums and lobes of a visit, pooled over its readers; None where a reader's is missing."""

    alveolar: float | None
    interstitial: float | None
    total: float | None
    lobes: tuple[LobeValue, ...]

    def graded(self, component: Component) -> frozenset[Lobe]:
        """Give the lobes that have a grade: sums that stand on other lobes have no difference."""
        return frozenset(v.lobe for v in self.lobes if v.component is component and v.grade is not None)


@dataclass(frozen=True, kw_only=True, eq=False)
class TimePoint:
    """One visit: its readings, its score and what changed since visits before, None where there is none.

    readings: one a reader, by the names of the readers.
    counted: those of them that the pooling takes: all, or that of the consensus where there is one.
    repeats: further readings by the same readers, kept and not counted.
    sums: what the pooling gives, None where it gives no one number.
    since_best: since the lowest total of the visits before that the same readers read on the same lobes; of equal ones
        since the earliest.
    beside: lung function, doses and events, None where no course is known.
    """

    on: date
    readings: tuple[Case, ...]
    counted: tuple[Case, ...]
    repeats: tuple[Case, ...]
    sums: PooledSums | None
    since_previous: Change | None
    since_baseline: Change | None
    since_best: Change | None
    beside: Beside | None

    @property
    def readers(self) -> tuple[str | None, ...]:
        """The readers that count, by name."""
        return tuple(case.reading.reader for case in self.counted)

    @property
    def reading(self) -> Reading:
        """The one reading that counts; raises ReadingError where several do."""
        return self._only.reading

    @property
    def score(self) -> Score:
        """The score of the one reading that counts; raises ReadingError where several do."""
        return self._only.score

    @property
    def _only(self) -> Case:
        if len(self.counted) != 1:
            ids = ", ".join(case.reading.id for case in self.counted)
            raise ReadingError(f"the visit of {self.on} has several readings: {ids}; one a visit is wanted here")
        return self.counted[0]


@dataclass(frozen=True, kw_only=True, eq=False)
class Timeline:
    """The visits of one patient under one scheme, by date.

    patient: the pseudonym, None where no reading names one.
    baseline: the date that changes are also counted from.
    pooling: how several readers of a visit become one number. consensus: the reader who stands for all then.
    window_days: how far from a visit lung function may lie, either side.
    """

    patient: str | None
    scheme: str
    scheme_version: int
    maximum: float
    baseline: date
    points: tuple[TimePoint, ...]
    pooling: Pooling = "each"
    consensus: str | None = None
    course: Course | None = None
    window_days: int
    readers_error: ReadersError | None = None
