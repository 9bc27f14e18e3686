"""Rules: the parts that criteria are built from: how parts combine, and what is asked of scores, events and persons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from kazerooni.model import Change, EventKind, Input, Verdict
from kazerooni.model.course import is_other_corticosteroid
from kazerooni.model.months import add_months
from kazerooni.scoring.seen import Judged, Part, Seen
from kazerooni.scoring.verdicts import all_of, any_of, at_least, opposite, verdict_of

_SAID: Final = {True: "said to be so", False: "said not to be so"}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One part is enough."""

    parts: tuple[Part, ...]

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        found = [part.judge(seen) for part in self.parts]
        return Judged(any_of(one.verdict for one in found), tuple(i for one in found for i in one.inputs))

    def words(self) -> str:
        """Say what it wants."""
        return f"({' or '.join(part.words() for part in self.parts)})"


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part is wanted."""

    parts: tuple[Part, ...]

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        found = [part.judge(seen) for part in self.parts]
        return Judged(all_of(one.verdict for one in found), tuple(i for one in found for i in one.inputs))

    def words(self) -> str:
        """Say what it wants."""
        return f"({' and '.join(part.words() for part in self.parts)})"


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many parts are wanted."""

    wanted: int
    parts: tuple[Part, ...]

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        found = [part.judge(seen) for part in self.parts]
        verdict = at_least(self.wanted, (one.verdict for one in found))
        return Judged(verdict, tuple(i for one in found for i in one.inputs))

    def words(self) -> str:
        """Say what it wants."""
        return f"({self.wanted} of: {'; '.join(part.words() for part in self.parts)})"


@dataclass(frozen=True, slots=True)
class Not:
    """The part must not be met; its inputs keep the verdict of their own."""

    part: Part

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        found = self.part.judge(seen)
        return Judged(opposite(found.verdict), found.inputs)

    def words(self) -> str:
        """Say what it wants."""
        return f"not {self.part.words()}"


@dataclass(frozen=True, slots=True)
class Said:
    """Something only a person can say.

    fact: its name, as a person gives it. words_of_it: what it means.
    """

    fact: str
    meaning: str

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        known = seen.said.get(self.fact)
        made = Input(
            what=self.meaning,
            verdict=verdict_of(known),
            threshold="said by a person",
            value=None if known is None else _SAID[known],
            reason="" if known is not None else f"nobody said whether: {self.meaning} ({self.fact})",
        )
        return Judged(made.verdict, (made,))

    def words(self) -> str:
        """Say what it wants."""
        return self.meaning


@dataclass(frozen=True, slots=True)
class Happened:
    """An event was recorded, or a person said that it did or did not happen; one that was not recorded is not known.

    kinds: any of them. within_months: so long before the visit, by the calendar; None: since the visit before.
    """

    kinds: tuple[EventKind, ...]
    meaning: str
    within_months: int | None = None

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        on = seen.point.on
        previous = seen.point.since_previous
        if self.within_months is not None:
            after = add_months(on, -self.within_months) - timedelta(days=1)
        else:
            after = on if previous is None else previous.since
        events = () if seen.line.course is None else seen.line.course.events
        found = sorted(
            (event for event in events if event.kind in self.kinds and after < event.on <= on),
            key=lambda event: (event.on, event.kind, event.remarks),
        )
        said = [seen.said[kind.value] for kind in self.kinds if kind.value in seen.said]
        known = True if found or True in said else False if len(said) == len(self.kinds) else None
        names = " or ".join(kind.value for kind in self.kinds)
        value = f"{found[-1].kind.value} {found[-1].remarks}".strip() if found else None
        made = Input(
            what=self.meaning,
            verdict=verdict_of(known),
            threshold=f"an event ({names}) {self._since()}",
            on=found[-1].on if found else None,
            value=value if found or known is None else _SAID[known],
            reason="" if known is not None else f"no event recorded, and nobody said whether: {self.meaning} ({names})",
        )
        return Judged(made.verdict, (made,))

    def _since(self) -> str:
        return "since the visit before" if self.within_months is None else f"within {self.within_months} months"

    def words(self) -> str:
        """Say what it wants."""
        return f"{self.meaning} {self._since()}"


@dataclass(frozen=True, slots=True)
class OnDrug:
    """A drug was in force on the day of the visit.

    Not known where no treatment was recorded at all, or another corticosteroid was in force in its place.
    """

    drug: str

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        beside, course = seen.point.beside, seen.line.course
        given = () if beside is None else beside.doses
        dose = next((d for d in given if d.drug == self.drug), None)
        others = " and ".join(d.drug for d in given if is_other_corticosteroid(d.drug))
        is_recorded = course is not None and bool(course.treatments)
        known = True if dose is not None else False if is_recorded and not others else None
        why = f"{others} was in force, which is not counted as {self.drug}" if others else "no treatment was recorded"
        amount = (
            None if dose is None else "dose not known" if dose.mg_per_day is None else f"{dose.mg_per_day:g} mg/day"
        )
        made = Input(
            what=f"on {self.drug}",
            verdict=verdict_of(known),
            threshold="in force on the day of the visit",
            on=None if known is None else seen.point.on,
            value=amount or (None if known is None else "none in force"),
            reason="" if known is not None else why,
        )
        return Judged(made.verdict, (made,))

    def words(self) -> str:
        """Say what it wants."""
        return f"{self.drug} in force on the day"


@dataclass(frozen=True, slots=True)
class ScoreRose:
    """The total rose, by however little, since the visit before or the baseline."""

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        inputs = tuple(self._input(seen, name, change) for name, change in seen.changes().items())
        if not inputs:
            inputs = (self._empty("no earlier visit"),)
        return Judged(any_of(one.verdict for one in inputs), inputs)

    def _input(self, seen: Seen, name: str, change: Change) -> Input:
        why = unknown_change(change)
        risen = None if why or change.total is None else change.total > 0
        return Input(
            what=f"total, against {name}",
            verdict=verdict_of(risen),
            threshold="any rise",
            on=seen.point.on,
            value=total_words(seen, seen.at),
            against_on=change.since,
            against=next(total_words(seen, i) for i, p in enumerate(seen.line.points) if p.on == change.since),
            found=None if risen is None or change.total is None else moved(change.total, ""),
            reason=why,
        )

    @staticmethod
    def _empty(reason: str) -> Input:
        return Input(what="total", verdict=Verdict.UNDECIDED, threshold="any rise", reason=reason)

    def words(self) -> str:
        """Say what it wants."""
        return "any rise of the total since the visit before or the baseline"


@dataclass(frozen=True, slots=True)
class ScoreAboveZero:
    """The reading graded a finding in a lobe at least: there are signs on the scan."""

    def judge(self, seen: Seen) -> Judged:
        """Judge a visit by it."""
        sums = seen.point.sums
        total = None if sums is None else sums.total
        made = Input(
            what="signs on HRCT: a finding is graded",
            verdict=verdict_of(None if total is None else total > 0),
            threshold="a total above 0",
            on=seen.point.on,
            value=total_words(seen, seen.at),
            reason="" if total is not None else "the visit has no total",
        )
        return Judged(made.verdict, (made,))

    def words(self) -> str:
        """Say what it wants."""
        return "signs on HRCT (a total above 0)"


def unknown_change(change: Change) -> str:
    """Say why a change of the total says nothing; empty where it does."""
    if not change.is_interpretable:
        return f"different readers read {change.since} and this visit"
    return "" if change.total is not None else f"the total of {change.since} or of this visit is missing, or not pooled"


def total_words(seen: Seen, at: int) -> str | None:
    """Give the total of a visit in words."""
    sums = seen.line.points[at].sums
    return None if sums is None or sums.total is None else f"{sums.total:g} of {seen.line.maximum:g}"


def moved(change: float, unit: str) -> str:
    """Say by how much something fell or rose.

    >>> [moved(change, " points") for change in (-1, 2.5, 0)]
    ['fell by 1 points', 'rose by 2.5 points', 'stood still']
    """
    if not change:
        return "stood still"
    return f"{'rose' if change > 0 else 'fell'} by {abs(change):.4g}{unit}"
