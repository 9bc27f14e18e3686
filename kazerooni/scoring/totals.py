"""Totals: how the grades of the regions make the sums of a score. Missing is never zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction

from kazerooni.model import Component, Finding, Totals, VolumeWeighted
from kazerooni.scoring.evidence import Evidence
from kazerooni.scoring.scheme import Criterion, Scheme
from kazerooni.scoring.schemes import KAZEROONI_FIBROSIS, find_scheme

Known = Mapping[Component, Sequence[Evidence]]
"""What a reading knows of each component, by the regions of a scheme in their order."""

_NOTHING: frozenset[Finding] = frozenset()
_CONSOLIDATION = frozenset({Finding.CONSOLIDATION})


def component_grade(evidence: Evidence, criterion: Criterion, *, ignored: frozenset[Finding] = _NOTHING) -> int | None:
    """Grade one component of one region as if the `ignored` findings were not there; None where it cannot be.

    A typed grade stands for the criterion that it was typed under, with all its findings, and for nothing else.
    """
    if not evidence.is_assessed:
        return None
    if evidence.typed_grades:
        changes = ignored & (criterion.measures | criterion.presence)
        return None if changes else _typed_grade(evidence, criterion)
    percent = evidence.extent(criterion.measures - ignored)
    if percent is None:
        return None
    present = any(evidence.is_seen(finding) for finding in criterion.presence - ignored)
    return criterion.grade(percent, present=present)


def _typed_grade(evidence: Evidence, criterion: Criterion) -> int | None:
    if evidence.painted or len(evidence.typed) > 1:
        return None
    (typed,) = evidence.typed_grades
    assert typed.scheme is not None, "a typed grade names its scheme"
    return typed.grade if find_scheme(*typed.scheme).criterion(criterion.component) == criterion else None


def totals_of(scheme: Scheme, known: Known, *, partial: bool) -> Totals:
    """Combine the grades of all regions.

    partial: over those that have one; else a sum is None where one is missing.
    """

    def combined(component: Component, grade: Callable[[Evidence, Criterion], int | None]) -> Fraction | None:
        return _combined(scheme, known[component], lambda e: grade(e, scheme.criterion(component)), partial=partial)

    def total(grade: Callable[[Evidence, Criterion], int | None]) -> float | None:
        return _number(scheme, _add([combined(component, grade) for component in Component], partial=partial))

    def alveolar(ignored: frozenset[Finding]) -> float | None:
        return _number(scheme, combined(Component.ALVEOLAR, lambda e, c: component_grade(e, c, ignored=ignored)))

    on_edge = any(e.lies_on(scheme.criterion(component)) for component in Component for e in known[component])
    return Totals(
        alveolar=alveolar(_NOTHING),
        interstitial=interstitial_by(scheme.interstitial, scheme, known, partial=partial),
        total=total(component_grade),
        maximum=scheme.maximum,
        lobes=_lobes_graded(scheme, known, partial=partial),
        low=total(lambda e, c: _grade_beside(e, c, min)) if on_edge else None,
        high=total(lambda e, c: _grade_beside(e, c, max)) if on_edge else None,
        without_traces=total(lambda e, c: component_grade(e, c, ignored=e.traces)),
        without_consolidation=alveolar(_CONSOLIDATION),
        fibrosis_variant=interstitial_by(KAZEROONI_FIBROSIS.interstitial, scheme, known, partial=partial),
    )


def interstitial_by(criterion: Criterion, scheme: Scheme, known: Known, *, partial: bool) -> float | None:
    """Combine, as a scheme does, interstitial grades by another criterion; None where one cannot be formed."""
    regions = known[Component.INTERSTITIAL]
    return _number(scheme, _combined(scheme, regions, lambda e: component_grade(e, criterion), partial=partial))


def volume_weighted(scheme: Scheme, known: Known) -> VolumeWeighted:
    """Give the graded extent as percent of the volume of all regions together; None while one is not assessed."""
    return VolumeWeighted(
        alveolar_percent=_extent_of_all(scheme.alveolar, known[Component.ALVEOLAR]),
        interstitial_percent=_extent_of_all(scheme.interstitial, known[Component.INTERSTITIAL]),
    )


def _extent_of_all(criterion: Criterion, regions: Sequence[Evidence]) -> float | None:
    involved, whole = Fraction(0), 0
    for evidence in regions:
        share = evidence.extent(criterion.measures)
        if share is None or evidence.volume == 0:
            return None
        involved += share * evidence.volume
        whole += evidence.volume
    return float(involved / whole)


def _grade_beside(evidence: Evidence, criterion: Criterion, choose: Callable[[Iterable[int]], int]) -> int | None:
    """Grade as `component_grade` does, a typed percent on an edge by the one of its two bands that is chosen."""
    if not evidence.lies_on(criterion):
        return component_grade(evidence, criterion)
    percent = evidence.extent(criterion.measures)
    assert percent is not None, "what lies on an edge is known"
    return choose(band.grade for band in criterion.bands if band.low <= percent <= band.high)


def _lobes_graded(scheme: Scheme, known: Known, *, partial: bool) -> int:
    """Count the regions with a grade in both components; for a partial total in each that it holds."""
    grades = [[component_grade(e, scheme.criterion(component)) for e in known[component]] for component in Component]
    held = [row for row in grades if not partial or any(grade is not None for grade in row)]
    return sum(None not in column for column in zip(*held, strict=True))


def _combined(
    scheme: Scheme, regions: Sequence[Evidence], grade: Callable[[Evidence], int | None], *, partial: bool
) -> Fraction | None:
    """Combine the grades of the regions, in a partial score of those that the scheme itself can grade."""
    wanted = [
        grade(evidence)
        for evidence in regions
        if not partial or component_grade(evidence, scheme.criterion(evidence.component)) is not None
    ]
    known = [grade for grade in wanted if grade is not None]
    if not known or len(known) < len(wanted):
        return None
    return Fraction(sum(known), len(known) if scheme.combine == "mean" else 1)


def _add(amounts: Sequence[Fraction | None], *, partial: bool) -> Fraction | None:
    known = [amount for amount in amounts if amount is not None]
    if not known or (len(known) < len(amounts) and not partial):
        return None
    return sum(known, Fraction(0))


def _number(scheme: Scheme, amount: Fraction | None) -> float | None:
    """Give a whole number for a scheme that sums, else the nearest float."""
    if amount is None:
        return None
    return int(amount) if scheme.combine == "sum" else float(amount)
