"""Grade: from a Reading and a Scheme to a Score. Every grade is decided on exact numbers, never on rounded ones."""

from __future__ import annotations

from fractions import Fraction

from kazerooni.model import (
    Component,
    ComponentScore,
    Finding,
    FindingPercents,
    FindingsPresent,
    LobeScore,
    Reading,
    Score,
    State,
)
from kazerooni.model.scan import NOT_HRCT_ABOVE_MM, THICK_ABOVE_MM
from kazerooni.scoring.evidence import Evidence
from kazerooni.scoring.fitness import refuse_unfit
from kazerooni.scoring.notices import notices_of
from kazerooni.scoring.scheme import Criterion, Region, Scheme
from kazerooni.scoring.schemes import find_scheme
from kazerooni.scoring.totals import component_grade, totals_of, volume_weighted

# A lobe on fewer slices says less than its grade seems to (score.md, "Measuring").
FEW_SLICES = 3


def score(reading: Reading, scheme: Scheme | str = "kazerooni", *, partial: bool = False) -> Score:
    """Grade a reading under a scheme, given as such or by the name of a published one.

    A component of a lobe that was not assessed has no grade, and the sums that need it are None in `Score.totals` and
    raise IncompleteError from `Score.total`, `.alveolar` and `.interstitial`: missing is never zero.

    partial: form sums of the grades that there are, and tell on how many lobes they stand.

    Raises SchemeError for an unknown scheme; ReadingError for a reading that cannot be graded under it: grades typed
    under other edges, or five lobes where the scheme grades the lingula apart.
    """
    chosen = find_scheme(scheme) if isinstance(scheme, str) else scheme
    refuse_unfit(reading, chosen)
    known = {
        component: tuple(Evidence(reading, region.holds, component) for region in chosen.regions)
        for component in Component
    }
    lobes = tuple(
        _score_lobe(reading, chosen, region, alveolar, interstitial)
        for region, alveolar, interstitial in zip(chosen.regions, *known.values(), strict=True)
    )
    totals = totals_of(chosen, known, partial=partial)
    return Score(
        scheme=chosen.name,
        scheme_version=chosen.version,
        citation=chosen.citation,
        lobes=lobes,
        totals=totals,
        volume_weighted=volume_weighted(chosen, known),
        notices=notices_of(reading, chosen, known, lobes, totals, partial=partial),
        is_partial=partial,
    )


def _score_lobe(
    reading: Reading, scheme: Scheme, region: Region, alveolar: Evidence, interstitial: Evidence
) -> LobeScore:
    tally = reading.tally
    slices = None if tally is None else tally.slices_seen(region.holds)
    first, second = _score_component(alveolar, scheme.alveolar), _score_component(interstitial, scheme.interstitial)
    return LobeScore(
        lobe=region.lobe,
        volume_ml=tally.volume_ml(region.holds) if tally is not None and slices else None,
        slices=slices,
        covered_mm=tally.covered_mm(region.holds) if tally is not None and slices else None,
        flags=_flags(reading, region, slices=slices, alveolar=first, interstitial=second),
        findings=_percents(alveolar, interstitial),
        present=_present(alveolar, interstitial),
        alveolar=first,
        interstitial=second,
    )


def _score_component(evidence: Evidence, criterion: Criterion) -> ComponentScore:
    if not evidence.is_assessed:
        return ComponentScore(state=evidence.state)
    percent = evidence.extent(criterion.measures)
    grade = component_grade(evidence, criterion)
    if percent is None:
        return ComponentScore(state=evidence.state, grade=grade, origin=evidence.origin)
    distance = criterion.to_edge(percent)
    low, high = evidence.interval(criterion.measures) or (None, None)
    return ComponentScore(
        state=evidence.state,
        percent=float(percent),
        low=low,
        high=high,
        grade=grade,
        to_edge=None if distance is None else float(distance),
        trace=bool(evidence.traces),
        on_edge=evidence.lies_on(criterion),
        origin=evidence.origin,
    )


def _percents(alveolar: Evidence, interstitial: Evidence) -> FindingPercents:
    def percent(evidence: Evidence, finding: Finding) -> float | None:
        exact: Fraction | None = evidence.extent((finding,))
        return None if exact is None else float(exact)

    return FindingPercents(
        ground_glass=percent(alveolar, Finding.GROUND_GLASS),
        consolidation=percent(alveolar, Finding.CONSOLIDATION),
        septal=percent(interstitial, Finding.SEPTAL),
        reticulation=percent(interstitial, Finding.RETICULATION),
        honeycombing=percent(interstitial, Finding.HONEYCOMBING),
        traction_bronchiectasis=interstitial.is_seen(Finding.TRACTION_BRONCHIECTASIS),
    )


def _present(alveolar: Evidence, interstitial: Evidence) -> FindingsPresent:
    return FindingsPresent(
        ground_glass=alveolar.is_seen(Finding.GROUND_GLASS),
        consolidation=alveolar.is_seen(Finding.CONSOLIDATION),
        septal=interstitial.is_seen(Finding.SEPTAL),
        reticulation=interstitial.is_seen(Finding.RETICULATION),
        honeycombing=interstitial.is_seen(Finding.HONEYCOMBING),
        traction_bronchiectasis=interstitial.is_seen(Finding.TRACTION_BRONCHIECTASIS),
    )


def _flags(
    reading: Reading, region: Region, *, slices: int | None, alveolar: ComponentScore, interstitial: ComponentScore
) -> tuple[str, ...]:
    if not slices and State.ASSESSED not in (alveolar.state, interstitial.state):
        return ()
    tally, thickness = reading.tally, reading.technique.slice_thickness_mm or 0
    raised = {
        "partly-covered": tally is not None and tally.reaches_end(region.holds),
        "few-slices": slices is not None and 0 < slices < FEW_SLICES,
        "missing-slice": tally is not None and tally.beside_missing(region.holds),
        "not-hrct": thickness > NOT_HRCT_ABOVE_MM,
        "thick-slices": thickness > THICK_ABOVE_MM and interstitial.grade is not None,
    }
    return tuple(flag for flag, is_raised in raised.items() if is_raised)
