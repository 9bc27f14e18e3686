"""Timeline: from the readings of one patient to dated scores, their changes, and what makes visits not comparable."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, get_args

from kazerooni.errors import ReadingError
from kazerooni.model import (
    Beside,
    Case,
    Change,
    Component,
    Course,
    LobeChange,
    PooledSums,
    Pooling,
    ReaderChange,
    ReadersError,
    Reading,
    Timeline,
    TimePoint,
)
from kazerooni.scoring.beside import WINDOW_DAYS, beside, lung_change
from kazerooni.scoring.comparability import visit_differences
from kazerooni.scoring.grade import score
from kazerooni.scoring.pooling import counted, graded, sums_of
from kazerooni.scoring.scheme import Scheme
from kazerooni.scoring.schemes import find_scheme
from kazerooni.scoring.visits import Visit, visits_of


def timeline(
    readings: Sequence[Reading],
    scheme: Scheme | str = "kazerooni",
    *,
    partial: bool = False,
    baseline: date | None = None,
    course: Course | None = None,
    pooling: Pooling = "each",
    consensus: str | None = None,
    readers_error: ReadersError | None = None,
    window_days: int = WINDOW_DAYS,
    use: Collection[str] = (),
) -> Timeline:
    """Grade the readings of one patient under one scheme and follow them over time.

    A reading that another one supersedes is left out. Changes are counted from the visit before, from `baseline` (the
    date of one of the visits; without it the first), and from the best: the lowest total so far, by the same readers on
    the same lobes.

    course: lung function, treatment and events of the patient; its readings are not looked at.
    pooling: how several readers of a visit become one number; `consensus` takes the reading of the reader `consensus`.
    readers_error: how far readings lie apart by the readers alone; it marks changes under its own scheme.
    window_days: how far from a visit, either side, lung function may lie.
    use: ids of readings to use where one reader has several of one date; the others are kept as repeats.

    Raises ReadingError where there is no reading, two patients, a reading without a date, two readings of one date by
    one reader of which none is named, or a course of somebody else; SchemeError for an unknown scheme.
    """
    chosen = find_scheme(scheme) if isinstance(scheme, str) else scheme
    visits = visits_of(readings, use)
    patient = next((reading.scan.patient for reading in readings if reading.scan.patient), None)
    _refuse_contradictions(patient, course, pooling, consensus, window_days)
    first = _baseline(visits, baseline)
    made = _Made(chosen, partial, pooling, consensus, course, window_days, readers_error)
    done = tuple(made.visit(visit, visits[i - 1].on if i else None) for i, visit in enumerate(visits))
    start = next(visit for visit in done if visit.on == first)
    return Timeline(
        patient=patient,
        scheme=chosen.name,
        scheme_version=chosen.version,
        maximum=chosen.maximum,
        baseline=first,
        points=tuple(made.point(done[:i], visit, start) for i, visit in enumerate(done)),
        pooling=pooling,
        consensus=consensus,
        course=course,
        window_days=window_days,
        readers_error=readers_error,
    )


def _refuse_contradictions(
    patient: str | None, course: Course | None, pooling: Pooling, consensus: str | None, window_days: int
) -> None:
    if course is not None and course.patient.pseudonym != patient:
        raise ReadingError("the course is of another patient than the readings, or these name none; give that of one")
    if pooling not in get_args(Pooling):
        raise ReadingError(f"readers pooled by {pooling!r}; one of {', '.join(get_args(Pooling))} is wanted")
    if (pooling == "consensus") != (consensus is not None):
        raise ReadingError("the rule `consensus` and the reader who stands for it go together; give both or none")
    if window_days < 0:
        raise ReadingError(f"a window of {window_days} days; 0 or more is wanted")


def _baseline(visits: Sequence[Visit], wanted: date | None) -> date:
    dates = [visit.on for visit in visits]
    if wanted is None:
        return dates[0]
    if wanted not in dates:
        known = ", ".join(map(str, dates))
        raise ReadingError(f"the baseline {wanted} is the date of no reading; there are {known}")
    return wanted


@dataclass(frozen=True, slots=True)
class _Done:
    """A visit that was graded."""

    on: date
    readings: tuple[Case, ...]
    counted: tuple[Case, ...]
    repeats: tuple[Case, ...]
    sums: PooledSums | None
    beside: Beside | None

    @property
    def stands_on(self) -> tuple[object, ...]:
        """Who read which lobes: totals are compared only where this is equal."""
        lobes = tuple(graded(case.score, c) for case in self.counted for c in Component)
        return (*(case.reading.reader for case in self.counted), lobes)


@dataclass(frozen=True, slots=True)
class _Made:
    """How the visits of a timeline are made."""

    scheme: Scheme
    partial: bool
    pooling: Pooling
    consensus: str | None
    course: Course | None
    window_days: int
    error: ReadersError | None

    def visit(self, visit: Visit, after: date | None) -> _Done:
        cases, repeats = (tuple(map(self._graded, group)) for group in (visit.readings, visit.repeats))
        taken = counted(cases, self.pooling, self.consensus)
        return _Done(
            on=visit.on,
            readings=cases,
            counted=taken,
            repeats=repeats,
            sums=sums_of(taken, self.pooling, self.consensus),
            beside=None
            if self.course is None
            else beside(self.course, visit.on, after=after, window_days=self.window_days),
        )

    def _graded(self, reading: Reading) -> Case:
        return Case(reading=reading, score=score(reading, self.scheme, partial=self.partial))

    def point(self, before: Sequence[_Done], visit: _Done, start: _Done) -> TimePoint:
        best = _best(before, visit)
        return TimePoint(
            on=visit.on,
            readings=visit.readings,
            counted=visit.counted,
            repeats=visit.repeats,
            sums=visit.sums,
            since_previous=self._change(before[-1], visit) if before else None,
            since_baseline=self._change(start, visit) if visit.on > start.on else None,
            since_best=None if best is None else self._change(best, visit),
            beside=visit.beside,
        )

    def _change(self, earlier: _Done, later: _Done) -> Change:
        told = visit_differences(*([case.reading for case in visit.counted] for visit in (earlier, later)))
        sums = _sum_changes(earlier.sums, later.sums)
        return Change(
            since=earlier.on,
            days=(later.on - earlier.on).days,
            **sums._asdict(),
            lobes=tuple(_lobe_changes(earlier.sums, later.sums)),
            differences=told,
            readers=tuple(_reader_changes(earlier, later)),
            lung=lung_change(earlier.beside, later.beside),
            is_beyond_error=self._is_beyond(earlier, later, sums.total),
        )

    def _is_beyond(self, earlier: _Done, later: _Done, total: float | None) -> bool | None:
        """Tell whether a change of one reader is beyond the readers' error; None where the error says nothing of it."""
        error = self.error
        scheme = (self.scheme.name, self.scheme.version)
        if error is None or (error.scheme, error.scheme_version) != scheme:
            return None
        alone = len(earlier.counted) == len(later.counted) == 1
        if not alone or earlier.counted[0].reading.reader != later.counted[0].reading.reader:
            return None
        return error.is_beyond("total", total)


def _best(before: Sequence[_Done], visit: _Done) -> _Done | None:
    """Give the visit of the lowest total so far, by the same readers on the same lobes; of equal ones the earliest."""
    known = [
        (one.sums.total, one)
        for one in before
        if one.sums is not None and one.sums.total is not None and one.stands_on == visit.stands_on
    ]
    return min(known, key=lambda found: found[0], default=(None, None))[1]


class _SumChanges(NamedTuple):
    """How sums changed; None where they stand on other lobes, or one of them is not known."""

    alveolar: float | None
    interstitial: float | None
    total: float | None


def _sum_changes(before: PooledSums | None, after: PooledSums | None) -> _SumChanges:
    if before is None or after is None:
        return _SumChanges(None, None, None)
    same = {c: before.graded(c) == after.graded(c) for c in Component}
    return _SumChanges(
        alveolar=_less(after, before, "alveolar") if same[Component.ALVEOLAR] else None,
        interstitial=_less(after, before, "interstitial") if same[Component.INTERSTITIAL] else None,
        total=_less(after, before, "total") if all(same.values()) else None,
    )


def _lobe_changes(before: PooledSums | None, after: PooledSums | None) -> Iterator[LobeChange]:
    if before is None or after is None:
        return
    for old, new in zip(before.lobes, after.lobes, strict=True):
        yield LobeChange(
            lobe=new.lobe,
            component=new.component,
            grade=_less(new, old, "grade"),
            percent=_less(new, old, "percent"),
        )


def _reader_changes(earlier: _Done, later: _Done) -> Iterator[ReaderChange]:
    """Give the change of each reader who read both visits, where several read one of them."""
    if len(earlier.readings) == len(later.readings) == 1:
        return
    before = {case.reading.reader: case for case in earlier.readings}
    for case in later.readings:
        old = before.get(case.reading.reader)
        if old is not None:
            were, are = (sums_of((one,), "each", None) for one in (old, case))
            yield ReaderChange(reader=case.reading.reader, **_sum_changes(were, are)._asdict())


def _less(later: object, earlier: object, name: str) -> float | None:
    """Give how far a value of the later one lies above that of the earlier one."""
    now, was = getattr(later, name, None), getattr(earlier, name, None)
    return None if now is None or was is None else now - was
