"""Pooling: the several readings of a visit as one number, by a rule that is named."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean, median
from typing import Final

from kazerooni.errors import ReadingError
from kazerooni.model import Case, Component, Lobe, LobeValue, PooledSums, Pooling, Score

_Rule = Callable[[Sequence[float]], float]
_RULES: Final[dict[Pooling, _Rule]] = {"mean": fmean, "median": median}


def counted(cases: tuple[Case, ...], pooling: Pooling, consensus: str | None) -> tuple[Case, ...]:
    """Give the readings that the pooling takes: all, or that of the consensus where there is one.

    Raises ReadingError where readings of different scans of one day are to be pooled.
    """
    if pooling == "consensus":
        return tuple(case for case in cases if case.reading.reader == consensus) or cases
    if pooling in _RULES:
        _refuse_two_scans(cases)
    return cases


def sums_of(cases: tuple[Case, ...], pooling: Pooling, consensus: str | None) -> PooledSums | None:
    """Pool the readings that count; None where the rule gives no one number.

    Each sum, grade and percent is pooled by itself, so medians of parts need not add up to the median of the total.
    None stands where any reader's is None, or the readers' sums stand on different lobes.
    """
    if pooling == "consensus" and [case.reading.reader for case in cases] != [consensus]:
        return None
    if len(cases) > 1 and pooling not in _RULES:
        return None
    scores = [case.score for case in cases]
    rule = _RULES.get(pooling, _only)
    same = {c: len({graded(score, c) for score in scores}) == 1 for c in Component}
    return PooledSums(
        alveolar=_pooled([s.totals.alveolar for s in scores], rule) if same[Component.ALVEOLAR] else None,
        interstitial=_pooled([s.totals.interstitial for s in scores], rule) if same[Component.INTERSTITIAL] else None,
        total=_pooled([s.totals.total for s in scores], rule) if all(same.values()) else None,
        lobes=tuple(_lobe_values(scores, rule)),
    )


def graded(score: Score, component: Component) -> frozenset[Lobe]:
    """Give the lobes that have a grade."""
    return frozenset(lobe.lobe for lobe in score.lobes if lobe.component(component).grade is not None)


def _lobe_values(scores: Sequence[Score], rule: _Rule) -> Iterator[LobeValue]:
    for lobes in zip(*(score.lobes for score in scores), strict=True):
        for component in Component:
            found = [lobe.component(component) for lobe in lobes]
            yield LobeValue(
                lobe=lobes[0].lobe,
                component=component,
                grade=_pooled([one.grade for one in found], rule),
                percent=_pooled([one.percent for one in found], rule),
            )


def _pooled(values: Sequence[float | None], rule: _Rule) -> float | None:
    known = [value for value in values if value is not None]
    return None if len(known) < len(values) else known[0] if len(known) == 1 else rule(known)


def _only(values: Sequence[float]) -> float:
    (value,) = values
    return value


def _refuse_two_scans(cases: Sequence[Case]) -> None:
    first = next((case.reading for case in cases if case.reading.scan.series_uid is not None), None)
    if first is None:
        return
    other = next((c.reading for c in cases if c.reading.scan.series_uid not in {None, first.scan.series_uid}), None)
    if other is not None:
        raise ReadingError(
            f"readings {first.id} and {other.id} of {first.scan.study_date} are of two scans, so they are not pooled; "
            "leave one out, or follow each reader by `each`"
        )
