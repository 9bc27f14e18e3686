"""Totals: how the grades of the regions make the sums of a score. Missing is never zero."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from kazerooni.model import Component, Finding, Totals, VolumeWeighted
from kazerooni.scoring.evidence import Evidence
from kazerooni.scoring.scheme import Criterion, Scheme
from kazerooni.scoring.schemes import KAZEROONI_FIBROSIS, find_scheme

Known = Mapping[Component, Sequence[Evidence]]
"""What a reading knows of each component, by the regions of a scheme in their order."""

_Grade = Callable[[Evidence, Criterion], int | None]

_NOTHING: frozenset[Finding] = frozenset()
_CONSOLIDATION = frozenset({Finding.CONSOLIDATION})


def component_grade(evidence: Evidence, criterion: Criterion, *, ignored: frozenset[Finding] = _NOTHING) -> int | None:
    """Grade one component of one region as if the `ignored` findings were not there; None where it cannot be.

    A typed grade stands for the criterion that it was typed under, with all its findings, and for nothing else.
    """
    key = (id(criterion), ignored)
    if key not in evidence.grades:
        evidence.grades[key] = (criterion, _component_grade(evidence, criterion, ignored))
    return evidence.grades[key][1]


def _component_grade(evidence: Evidence, criterion: Criterion, ignored: frozenset[Finding]) -> int | None:
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
    """Combine the grades of all regions; a sum is None where a grade is missing.

    partial: each sum stands on the regions that have a grade, the total on those that have one in every component in
        which any has, so that it and `lobes` always agree.
    """
    stands = _Stands.of(scheme, known, partial=partial)

    def combined(component: Component, grade: _Grade, places: Sequence[int]) -> Fraction | None:
        return _combined(scheme, [grade(known[component][i], scheme.criterion(component)) for i in places])

    def total(grade: _Grade) -> float | None:
        parts = [combined(component, grade, stands.total) for component in stands.held]
        found = [part for part in parts if part is not None]
        return _number(scheme, sum(found, Fraction(0))) if found and len(found) == len(parts) else None

    def alveolar(ignored: frozenset[Finding]) -> float | None:
        places = stands.component[Component.ALVEOLAR]
        return _number(
            scheme, combined(Component.ALVEOLAR, lambda e, c: component_grade(e, c, ignored=ignored), places)
        )

    on_edge = any(e.lies_on(scheme.criterion(component)) for component in Component for e in known[component])
    return Totals(
        alveolar=alveolar(_NOTHING),
        interstitial=_by(scheme.interstitial, scheme, known, stands),
        total=total(component_grade),
        maximum=scheme.maximum,
        lobes=stands.lobes,
        low=total(lambda e, c: _grade_beside(e, c, min)) if on_edge else None,
        high=total(lambda e, c: _grade_beside(e, c, max)) if on_edge else None,
        without_traces=total(lambda e, c: component_grade(e, c, ignored=e.traces)),
        without_consolidation=alveolar(_CONSOLIDATION),
        fibrosis_variant=_by(KAZEROONI_FIBROSIS.interstitial, scheme, known, stands),
    )


def component_by(criterion: Criterion, scheme: Scheme, known: Known, *, partial: bool) -> float | None:
    """Combine, as a scheme does, the grades of a component by another criterion; None where one cannot be formed."""
    return _by(criterion, scheme, known, _Stands.of(scheme, known, partial=partial))


def _by(criterion: Criterion, scheme: Scheme, known: Known, stands: _Stands) -> float | None:
    places, regions = stands.component[criterion.component], known[criterion.component]
    return _number(scheme, _combined(scheme, [component_grade(regions[i], criterion) for i in places]))


class _Stands(NamedTuple):
    """On which regions, by their index, the sums stand.

    component: of each component. held: the components that the total holds. total: the regions that it stands on.
    lobes: how many regions have a grade in all that the total holds.
    """

    component: Mapping[Component, Sequence[int]]
    held: Sequence[Component]
    total: Sequence[int]
    lobes: int

    @classmethod
    def of(cls, scheme: Scheme, known: Known, *, partial: bool) -> _Stands:
        graded = {
            component: {
                i
                for i, evidence in enumerate(known[component])
                if component_grade(evidence, scheme.criterion(component)) is not None
            }
            for component in Component
        }
        held = [component for component in Component if graded[component] or not partial]
        everywhere = set(range(len(scheme.regions)))
        in_all = everywhere.intersection(*(graded[component] for component in held)) if held else set()
        if not partial:
            return cls(dict.fromkeys(Component, sorted(everywhere)), held, sorted(everywhere), len(in_all))
        return cls({c: sorted(places) for c, places in graded.items()}, held, sorted(in_all), len(in_all))


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
    return choose(criterion.grades_beside(percent))


def _combined(scheme: Scheme, grades: Sequence[int | None]) -> Fraction | None:
    """Add up grades, or take their mean; None where there are none, or one is missing."""
    known = [grade for grade in grades if grade is not None]
    if not known or len(known) < len(grades):
        return None
    return Fraction(sum(known), len(known) if scheme.combine == "mean" else 1)


def _number(scheme: Scheme, amount: Fraction | None) -> float | None:
    """Give a whole number for a scheme that sums, else the nearest float."""
    if amount is None:
        return None
    return int(amount) if scheme.combine == "sum" else float(amount)
