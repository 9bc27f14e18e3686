"""Rescored: an old score and a new one of the same scan, and what differs between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol

from kazerooni.model.anatomy import Component

SumName = Literal["alveolar", "interstitial", "total"]


class KeptGrade(Protocol):
    """One component of one lobe as it was kept; None is what was not known, which is never zero."""

    @property
    def state(self) -> str | None:
        """A `State`, or None where nothing was recorded."""

    @property
    def percent(self) -> float | None:
        """The graded extent, 0 to 100, not rounded."""

    @property
    def grade(self) -> int | None:
        """The grade."""


class KeptScore(Protocol):
    """What is kept of a score: enough to set it beside another; the fields are those of `score --json`."""

    @property
    def patient(self) -> str | None:
        """The pseudonym."""

    @property
    def study_date(self) -> str | None:
        """The date of the study, ISO."""

    @property
    def series_uid(self) -> str | None:
        """The SeriesInstanceUID of the scan."""

    @property
    def reading(self) -> str | None:
        """The id of the reading: the same id stands for the same tally and typed values."""

    @property
    def scheme(self) -> str:
        """The name of the scheme."""

    @property
    def scheme_version(self) -> int:
        """Its version."""

    @property
    def program_version(self) -> str | None:
        """The version of the program that made the score."""

    @property
    def alveolar(self) -> float | None:
        """The alveolar sum, or mean."""

    @property
    def interstitial(self) -> float | None:
        """The interstitial sum, or mean."""

    @property
    def total(self) -> float | None:
        """The total."""

    @property
    def maximum(self) -> float:
        """The highest total of the scheme."""

    @property
    def lobes(self) -> Mapping[str, tuple[KeptGrade, KeptGrade]]:
        """The lobes by their names: alveolar, then interstitial."""

    @property
    def inputs(self) -> Mapping[str, str | None]:
        """SHA-256 of what it was made from, by role; None where it never was a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePair:
    """The old and the new score of a scan.

    old, new: None where there was none, or none could be made; `error` then says why (one of few kinds of words).
    new_by_old: what the new score was made from, graded by the old scheme; old_by_new: the other way round. With one of
        them the part of the scheme in a change can be told from that of maps and reading.
    """

    old: KeptScore | None
    new: KeptScore | None
    new_by_old: KeptScore | None = None
    old_by_new: KeptScore | None = None
    error: str = ""


class Cause(StrEnum):
    """What made a score change.

    scheme: another scheme or version of it. map: another map of lobes or findings. scan: other pixels or geometry.
    reading: other typed values or ticks, or another reading of the same maps. program: all of these are the same.
    unknown: the old score does not say what it was made from.
    """

    SCHEME = "scheme"
    MAP = "map"
    SCAN = "scan"
    READING = "reading"
    PROGRAM = "program"
    UNKNOWN = "unknown"


class Transition(NamedTuple):
    """From which scheme to which, each with its version."""

    old_scheme: str
    old_version: int
    new_scheme: str
    new_version: int


class Parts(NamedTuple):
    """What part of a change comes from the scheme, and what from maps, reading or program; None: not to be told."""

    by_scheme: float | None = None
    by_input: float | None = None


NOT_TOLD = Parts()
"""The parts of a change that nothing changed, or whose causes cannot be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeChange:
    """One component of one lobe, old and new.

    is_same_region: whether both schemes grade the same part of the lung under this name; if not, nothing is compared.
    crossed: whether the percents lie in bands of other grades, each by its own scheme.
    edges: the edges of the new scheme between the two percents, ascending.
    causes: of a change of grade, state or percent; empty where nothing changed.
    """

    lobe: str
    component: Component
    old: KeptGrade | None
    new: KeptGrade | None
    is_same_region: bool
    crossed: bool = False
    edges: tuple[int, ...] = ()
    causes: tuple[Cause, ...] = ()
    parts: Parts = NOT_TOLD

    @property
    def old_grade(self) -> int | None:
        """The old grade."""
        return None if self.old is None else self.old.grade

    @property
    def new_grade(self) -> int | None:
        """The new grade."""
        return None if self.new is None else self.new.grade

    @property
    def is_changed(self) -> bool:
        """Whether the grade is another one, or there is one on one side alone."""
        return self.is_same_region and self.old_grade != self.new_grade

    @property
    def change(self) -> int | None:
        """New less old grade."""
        was, now = self.old_grade, self.new_grade
        return None if not self.is_same_region or was is None or now is None else now - was

    @property
    def percent_change(self) -> float | None:
        """New less old percent, in percentage points."""
        if not self.is_same_region or self.old is None or self.new is None:
            return None
        was, now = self.old.percent, self.new.percent
        return None if was is None or now is None else now - was


@dataclass(frozen=True, slots=True, kw_only=True)
class SumChange:
    """A sum, or mean, old and new.

    why_not: why the two cannot be compared; empty where they can.
    """

    what: SumName
    old: float | None
    new: float | None
    why_not: str
    causes: tuple[Cause, ...] = ()
    parts: Parts = NOT_TOLD

    @property
    def change(self) -> float | None:
        """New less old."""
        return None if self.why_not or self.old is None or self.new is None else self.new - self.old


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDifference:
    """An old and a new score, set side by side.

    grades: of each lobe and component that either names. sums: alveolar, interstitial, total.
    """

    old: KeptScore
    new: KeptScore
    transition: Transition
    grades: tuple[GradeChange, ...]
    sums: tuple[SumChange, SumChange, SumChange]

    @property
    def total(self) -> SumChange:
        """The totals."""
        return self.sums[-1]

    @property
    def is_changed(self) -> bool:
        """Whether any grade is another one."""
        return any(grade.is_changed for grade in self.grades)

    @property
    def causes(self) -> tuple[Cause, ...]:
        """What made grades change, in the order of `Cause`; empty where none did."""
        found = {cause for grade in self.grades if grade.is_changed for cause in grade.causes}
        return tuple(cause for cause in Cause if cause in found)

    @property
    def is_alarming(self) -> bool:
        """Whether grade, percent or sum changed though scheme, maps and reading are the same."""
        causes = (*(grade.causes for grade in self.grades), *(one.causes for one in self.sums))
        return any(Cause.PROGRAM in found for found in causes)
