"""Grade: from a Reading and a Scheme to a Score. Every grade is decided on exact numbers, never on rounded ones."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from kazerooni.model import (
    Component,
    ComponentScore,
    Finding,
    FindingPercents,
    LobeScore,
    Reading,
    Score,
    State,
    Totals,
    VolumeWeighted,
    findings_of,
)
from kazerooni.model.scan import NOT_HRCT_ABOVE_MM, THICK_ABOVE_MM
from kazerooni.scoring.notices import notices_of
from kazerooni.scoring.scheme import Criterion, Region, Scheme
from kazerooni.scoring.schemes import KAZEROONI_FIBROSIS, find_scheme

# A finding this small may be a stray stroke (score.md, "Findings").
TRACE_BELOW_PERCENT = Fraction(1, 2)
TRACE_BELOW_MM2 = 50
# A lobe on fewer slices says less than its grade seems to (score.md, "Measuring").
FEW_SLICES = 3

_NOTHING: frozenset[Finding] = frozenset()
_CONSOLIDATION = frozenset({Finding.CONSOLIDATION})


def score(reading: Reading, scheme: Scheme | str = "kazerooni") -> Score:
    """Grade a reading under a scheme, given as such or by the name of a published one.

    A component of a lobe that was not assessed has no grade, and the sums that need it are None in `Score.totals` and
    raise IncompleteError from `Score.total`, `.alveolar` and `.interstitial`: missing is never zero.

    Raises SchemeError for an unknown scheme.
    """
    chosen = find_scheme(scheme) if isinstance(scheme, str) else scheme
    lobes = tuple(_score_lobe(reading, chosen, region) for region in chosen.regions)
    totals = _totals(reading, chosen)
    return Score(
        scheme=chosen.name,
        scheme_version=chosen.version,
        citation=chosen.citation,
        lobes=lobes,
        totals=totals,
        volume_weighted=VolumeWeighted(
            alveolar_percent=_extent_of_all(reading, chosen, Component.ALVEOLAR),
            interstitial_percent=_extent_of_all(reading, chosen, Component.INTERSTITIAL),
        ),
        notices=notices_of(reading, chosen, lobes, totals),
    )


def _score_lobe(reading: Reading, scheme: Scheme, region: Region) -> LobeScore:
    tally = reading.tally
    slices = tally.slices_seen(region.holds)
    alveolar = _score_component(reading, region, scheme.alveolar)
    interstitial = _score_component(reading, region, scheme.interstitial)
    return LobeScore(
        lobe=region.lobe,
        volume_ml=tally.volume_ml(region.holds) if slices else None,
        slices=slices,
        covered_mm=tally.covered_mm(region.holds) if slices else None,
        flags=_flags(reading, region, slices=slices, interstitial=interstitial),
        findings=_finding_percents(reading, region),
        alveolar=alveolar,
        interstitial=interstitial,
    )


def _score_component(reading: Reading, region: Region, criterion: Criterion) -> ComponentScore:
    state = reading.state(region.holds, criterion.component)
    percent = _extent(reading, region, criterion)
    if percent is None:
        return ComponentScore(state=state)
    distance = criterion.to_edge(percent)
    return ComponentScore(
        state=state,
        percent=float(percent),
        grade=_grade(reading, region, criterion),
        to_edge=None if distance is None else float(distance),
        trace=bool(_traces(reading, region, criterion.component)),
        on_edge=False,
    )


def _finding_percents(reading: Reading, region: Region) -> FindingPercents:
    def percent(finding: Finding) -> float | None:
        if reading.state(region.holds, finding.component) is not State.ASSESSED:
            return None
        exact = reading.tally.percent(region.holds, (finding,))
        return None if exact is None else float(exact)

    return FindingPercents(
        ground_glass=percent(Finding.GROUND_GLASS),
        consolidation=percent(Finding.CONSOLIDATION),
        septal=percent(Finding.SEPTAL),
        reticulation=percent(Finding.RETICULATION),
        honeycombing=percent(Finding.HONEYCOMBING),
        traction_bronchiectasis=reading.traction_bronchiectasis(region.holds),
    )


def _flags(reading: Reading, region: Region, *, slices: int, interstitial: ComponentScore) -> tuple[str, ...]:
    if slices == 0:
        return ()
    thickness = reading.technique.slice_thickness_mm or 0
    raised = {
        "partly-covered": reading.tally.reaches_end(region.holds),
        "few-slices": slices < FEW_SLICES,
        "not-hrct": thickness > NOT_HRCT_ABOVE_MM,
        "thick-slices": thickness > THICK_ABOVE_MM and interstitial.grade is not None,
    }
    return tuple(flag for flag, is_raised in raised.items() if is_raised)


def _extent(
    reading: Reading, region: Region, criterion: Criterion, ignored: frozenset[Finding] = _NOTHING
) -> Fraction | None:
    """Give the exact percent that a criterion grades by extent; None where the component was not assessed."""
    if reading.state(region.holds, criterion.component) is not State.ASSESSED:
        return None
    return reading.tally.percent(region.holds, criterion.measures - ignored)


def _grade(
    reading: Reading, region: Region, criterion: Criterion, ignored: frozenset[Finding] = _NOTHING
) -> int | None:
    """Grade a component of a region as if the `ignored` findings had not been marked; None where not assessed."""
    percent = _extent(reading, region, criterion, ignored)
    if percent is None:
        return None
    present = any(_is_seen(reading, region, finding) for finding in criterion.presence - ignored)
    return criterion.grade(percent, present=present)


def _is_seen(reading: Reading, region: Region, finding: Finding) -> bool:
    if finding.label is None:
        return reading.traction_bronchiectasis(region.holds) is True
    return reading.tally.involved(region.holds, (finding,)) > 0


def _traces(reading: Reading, region: Region, component: Component) -> frozenset[Finding]:
    """Name the findings of a component that are marked on so little of the region that they may be stray strokes."""
    if reading.state(region.holds, component) is not State.ASSESSED:
        return _NOTHING
    return frozenset(finding for finding in findings_of(component) if _is_trace(reading, region, finding))


def _is_trace(reading: Reading, region: Region, finding: Finding) -> bool:
    tally = reading.tally
    widest = int(tally.marked_voxels(region.holds, (finding,)).max())
    if widest == 0:
        return False
    share = tally.percent(region.holds, (finding,))
    return widest * tally.pixel_area_mm2 < TRACE_BELOW_MM2 or (share is not None and share < TRACE_BELOW_PERCENT)


def _totals(reading: Reading, scheme: Scheme) -> Totals:
    def graded(criterion: Criterion, ignored: frozenset[Finding] = _NOTHING) -> int | None:
        return _sum(_grade(reading, region, criterion, ignored) for region in scheme.regions)

    def graded_without_traces(criterion: Criterion) -> int | None:
        component = criterion.component
        return _sum(_grade(reading, r, criterion, _traces(reading, r, component)) for r in scheme.regions)

    alveolar, interstitial = graded(scheme.alveolar), graded(scheme.interstitial)
    return Totals(
        alveolar=alveolar,
        interstitial=interstitial,
        total=_sum((alveolar, interstitial)),
        maximum=scheme.maximum,
        lobes=_lobes_graded(reading, scheme),
        low=None,
        high=None,
        without_traces=_sum(graded_without_traces(scheme.criterion(component)) for component in Component),
        without_consolidation=graded(scheme.alveolar, _CONSOLIDATION),
        fibrosis_variant=graded(KAZEROONI_FIBROSIS.interstitial),
    )


def _lobes_graded(reading: Reading, scheme: Scheme) -> int:
    """Count the regions that are assessed in both components."""
    states = [{reading.state(region.holds, component) for component in Component} for region in scheme.regions]
    return states.count({State.ASSESSED})


def _sum(amounts: Iterable[int | None]) -> int | None:
    """Add up, or give None where one amount is missing: missing is never zero."""
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _extent_of_all(reading: Reading, scheme: Scheme, component: Component) -> float | None:
    """Give the graded extent as percent of the volume of all regions together; None while one is not assessed."""
    if any(reading.state(region.holds, component) is not State.ASSESSED for region in scheme.regions):
        return None
    lobes = [lobe for region in scheme.regions for lobe in region.holds]
    extent = reading.tally.percent(lobes, scheme.criterion(component).measures)
    return None if extent is None else float(extent)
