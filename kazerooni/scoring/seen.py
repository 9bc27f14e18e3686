"""Seen: what a criterion may look at: the visits up to one of them, and the course of the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from kazerooni.errors import ReadingError
from kazerooni.model import Change, Input, LungFunction, Timeline, TimePoint, Verdict
from kazerooni.scoring.beside import nearest_test


class Judged(NamedTuple):
    """What came out of a part of a criterion."""

    verdict: Verdict
    inputs: tuple[Input, ...]


class Part(Protocol):
    """A part of a criterion, frozen and without state."""

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""

    def words(self) -> str:
        """Say what it wants, as part of a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """One visit of a timeline, and all that is known up to it.

    said: what a person said, by the name of the fact; what is not in it is not known.
    """

    line: Timeline
    at: int
    said: Mapping[str, bool]

    @property
    def point(self) -> TimePoint:
        """The visit that is judged."""
        return self.line.points[self.at]

    def tests(self, name: str) -> list[LungFunction]:
        """Give the tests that hold a value, by date."""
        course = self.line.course
        known = () if course is None else course.lung_function
        return sorted((test for test in known if value_of(test, name) is not None), key=lambda t: (t.on, repr(t)))

    def test(self, name: str) -> LungFunction | None:
        """Give the test of the visit: the nearest within the window that holds a value."""
        return self._nearest(name, self.point)

    def baseline_test(self, name: str) -> LungFunction | None:
        """Give the test of the baseline."""
        start = next((point for point in self.line.points if point.on == self.line.baseline), None)
        if start is None:
            raise ReadingError(f"the baseline {self.line.baseline} is the date of no visit")
        return self._nearest(name, start)

    def _nearest(self, name: str, point: TimePoint) -> LungFunction | None:
        days = self.line.window_days
        found = nearest_test(
            self.tests(name), point.on, lambda test: value_of(test, name) is not None, window_days=days
        )
        return None if found is None else found.test

    def changes(self) -> dict[str, Change]:
        """Give the change since the visit before and since the baseline, once where they are one visit."""
        point = self.point
        both = {"the visit before": point.since_previous, "the baseline": point.since_baseline}
        known = {name: change for name, change in both.items() if change is not None}
        since = {change.since for change in known.values()}
        if len(known) == 2 and len(since) == 1 and point.since_previous is not None:
            return {"the visit before, which is the baseline": point.since_previous}
        return known


def value_of(test: LungFunction, name: str) -> float | None:
    """Give a value of a test; FEV1 / FVC from the litres where it was not recorded itself."""
    if name == "fev1_fvc_percent" and test.fev1_fvc_percent is None and test.fev1_l and test.fvc_l:
        return 100 * test.fev1_l / test.fvc_l
    value: float | None = getattr(test, name)
    return value
