"""Difference: what many scores changed by, added up one pair at a time; memory does not grow with their number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from kazerooni.model import Cause, Component, ScoreDifference, ScorePair, Transition
from kazerooni.stats.running import RunningDifferences

NO_NEW = "no new score was made"
"""The error of a pair that says none."""
_MOST_ERRORS = 20
_OTHER_ERRORS = "other errors"

Rank = tuple[float, float, float, tuple[str, ...]]


class DifferenceSums:
    """What all pairs add up to.

    pairs: how many were added. readings: of how many readings, where the pairs of one stand together.
    old_only, new_only: with one score alone; neither: with none.
    errors: how many readings which error left without a new score.
    groups: of each transition from one scheme to another.
    """

    def __init__(self) -> None:
        self.pairs = 0
        self.readings = 0
        self._last: tuple[str | None, ...] | None = None
        self.old_only = 0
        self.new_only = 0
        self.neither = 0
        self.errors: Counter[str] = Counter()
        self.groups: dict[Transition, GroupSums] = {}

    def add(self, pair: ScorePair, found: ScoreDifference | None) -> None:
        """Add a pair, and what differs in it; None where one of its scores is missing."""
        self.pairs += 1
        is_new = self._is_of_another(pair)
        self.readings += is_new
        self.old_only += pair.old is not None and pair.new is None
        self.new_only += pair.old is None and pair.new is not None
        self.neither += pair.old is None and pair.new is None
        if pair.new is None and is_new:
            error = pair.error or NO_NEW
            self.errors[error if error in self.errors or len(self.errors) < _MOST_ERRORS else _OTHER_ERRORS] += 1
        if found is not None:
            self.groups.setdefault(found.transition, GroupSums()).add(found)

    def _is_of_another(self, pair: ScorePair) -> bool:
        """Tell whether a pair is of another reading than the one before it; one that names nothing is."""
        one = pair.new or pair.old
        last, self._last = self._last, None if one is None else (one.reading, one.series_uid, one.patient, pair.error)
        return self._last is None or not any(self._last[:2]) or self._last != last

    @property
    def compared(self) -> int:
        """How many pairs have both scores."""
        return sum(group.count for group in self.groups.values())


class GroupSums:
    """What the pairs of one transition add up to.

    count, changed, crossed, alarming: scores: all, with a changed grade, with a crossed edge, changed by no cause.
    up, down, gained, lost: grades that rose, fell, that only the new, that only the old score has.
    other_regions: grades that are not compared, because the schemes grade other parts of the lung.
    tables: of each component how many grades went from which to which; None is no grade.
    causes: of how many scores with a changed grade which made it change.
    totals: of comparable totals. maximum: of these. total_changed: how many of them differ.
    left_out: why others were not comparable.
    """

    def __init__(self) -> None:
        self.count = 0
        self.changed = 0
        self.crossed = 0
        self.alarming = 0
        self.up = 0
        self.down = 0
        self.gained = 0
        self.lost = 0
        self.other_regions = 0
        self.tables: dict[Component, Counter[tuple[int | None, int | None]]] = {c: Counter() for c in Component}
        self.causes: Counter[tuple[Cause, ...]] = Counter()
        self.totals = RunningDifferences()
        self.maximum = 0.0
        self.total_changed = 0
        self.left_out: Counter[str] = Counter()

    def add(self, found: ScoreDifference) -> None:
        """Add what differs between two scores."""
        self.count += 1
        self.crossed += any(grade.crossed for grade in found.grades)
        self.alarming += found.is_alarming
        if found.is_changed:
            self.changed += 1
            self.causes[found.causes] += 1
        self._add_grades(found)
        total = found.total
        if total.why_not or total.old is None or total.new is None:
            self.left_out[total.why_not] += 1
        else:
            self.totals.add(total.old, total.new)
            self.maximum = max(self.maximum, found.new.maximum)
            self.total_changed += total.old != total.new

    def _add_grades(self, found: ScoreDifference) -> None:
        for grade in found.grades:
            if not grade.is_same_region:
                self.other_regions += 1
                continue
            was, now = grade.old_grade, grade.new_grade
            self.tables[grade.component][was, now] += 1
            if was is None or now is None:
                self.gained += now is not None
                self.lost += was is not None
            else:
                self.up += now > was
                self.down += now < was


class MostChanged:
    """The scores that changed most, few of many: by grades moved, then grades gained or lost, then percents moved.

    Those that moved alike stand by patient, date, series, reading and schemes, so the order of adding does not matter.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[Rank, ScoreDifference]] = []

    def add(self, found: ScoreDifference) -> None:
        """Keep a difference while it is among the most changed."""
        self._kept.append((_rank(found), found))
        if len(self._kept) >= 2 * self._most + 16:
            self._shorten()

    def __iter__(self) -> Iterator[ScoreDifference]:
        self._shorten()
        return iter([found for _, found in self._kept])

    def _shorten(self) -> None:
        self._kept.sort(key=lambda each: each[0])
        del self._kept[self._most :]


def _rank(found: ScoreDifference) -> Rank:
    moved = sum(abs(grade.change or 0) for grade in found.grades)
    lost = sum(grade.is_changed and grade.change is None for grade in found.grades)
    percents = sum(abs(grade.percent_change or 0) for grade in found.grades)
    new = found.new
    named = (new.patient, new.study_date, new.series_uid, new.reading, found.old.reading, found.old.program_version)
    return -moved, -lost, -percents, (*(name or "" for name in named), *map(str, found.transition))
