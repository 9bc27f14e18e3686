"""Groups: one measurement group (TID 1411 or 1501) for each lobe, and one for the totals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from highdicom.sr import (
    FindingSite,
    Measurement,
    MeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    ReferencedSegment,
    SourceSeriesForSegmentation,
    TrackingIdentifier,
    VolumetricROIMeasurementsAndQualitativeEvaluations,
)

from kazerooni.labels.sr import codes
from kazerooni.labels.sr.items import coded, concept, number, text, yes_or_no
from kazerooni.labels.sr.segments import Segment
from kazerooni.labels.uids import derived_uid
from kazerooni.model import Case, Component, ComponentScore, Lobe, LobeScore, State
from kazerooni.model.codes import ANATOMICAL_STRUCTURE, LOBE_CODES, LUNG, Code

Group = MeasurementsAndQualitativeEvaluations | VolumetricROIMeasurementsAndQualitativeEvaluations


def lobe_group(case: Case, lobe: LobeScore, method: Code, *, segment: Segment | None, series_uid: str) -> Group:
    """Give the group of one lobe: everything that its LobeScore holds.

    segment: of the lobe, which the group then references and whose tracking identifiers it takes; else it has its own,
    the same for every report on this lobe of this series.
    """
    code = LOBE_CODES[lobe.lobe]
    common: dict[str, Any] = {
        "tracking_identifier": TrackingIdentifier(
            uid=segment.tracking_uid if segment else derived_uid("lobe of series", series_uid, lobe.lobe.name),
            identifier=segment.tracking_id if segment else lobe.lobe.full_name,
        ),
        "finding_category": concept(ANATOMICAL_STRUCTURE),
        "finding_type": concept(code.structure),
        "method": concept(method),
        "finding_sites": [FindingSite(concept(code.structure), concept(code.side))],
        "measurements": list(_lobe_numbers(lobe)),
        "qualitative_evaluations": list(_lobe_answers(lobe)),
    }
    made: Group
    if segment is None:
        made = MeasurementsAndQualitativeEvaluations(**common)
    else:
        reference = ReferencedSegment(
            segment.sop_class,
            segment.sop_uid,
            segment.number,
            source_series=SourceSeriesForSegmentation(series_uid),
        )
        made = VolumetricROIMeasurementsAndQualitativeEvaluations(referenced_segment=reference, **common)
    for component in Component:
        made[0].ContentSequence.extend(text(codes.REASON[component], _reason(case, lobe.lobe, component)))
    return made


def totals_group(case: Case, method: Code, *, series_uid: str) -> Group:
    """Give the group of the totals, with the maximum of the scheme."""
    score = case.score
    totals = {code: getattr(score.totals, name) for name, code in codes.TOTALS.items()}
    missing = [code for name, code in codes.TOTALS.items() if name in _ALWAYS_SAID and totals[code] is None]
    return MeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(
            uid=derived_uid("totals of series", series_uid), identifier="Kazerooni score"
        ),
        finding_type=concept(LUNG),
        method=concept(method),
        finding_sites=[FindingSite(concept(LUNG))],
        measurements=[
            *(measured for code, total in totals.items() for measured in number(code, total, codes.NO_UNIT)),
            *_weighted(case),
        ],
        qualitative_evaluations=[
            *(coded(code, codes.UNKNOWN) for code in missing),
            *yes_or_no(codes.PARTIAL, value=score.is_partial),
        ],
    )


_ALWAYS_SAID = frozenset({"alveolar", "interstitial", "total"})


def _weighted(case: Case) -> Iterator[Measurement]:
    weighted = case.score.volume_weighted
    values = {
        Component.ALVEOLAR: weighted.alveolar_percent,
        Component.INTERSTITIAL: weighted.interstitial_percent,
    }
    for component, percent in values.items():
        yield from number(codes.WEIGHTED[component], percent, codes.PERCENT_UNIT)


def _always_said(lobe: LobeScore) -> Iterator[tuple[Code, float | None, Code, ComponentScore]]:
    """Give what is said of every lobe, if only why it is missing: code, value, unit, and the component it is of."""
    for finding, percent in lobe.findings:
        if finding.label is not None:
            yield codes.PERCENT[finding], percent, codes.PERCENT_UNIT, lobe.component(finding.component)
    for component in Component:
        score = lobe.component(component)
        yield codes.EXTENT[component], score.percent, codes.PERCENT_UNIT, score
        yield codes.GRADE[component], score.grade, codes.NO_UNIT, score


def _lobe_numbers(lobe: LobeScore) -> Iterator[Measurement]:
    for name, amount, unit, _ in _always_said(lobe):
        yield from number(name, amount, unit)
    for component in Component:
        score = lobe.component(component)
        optional = ((codes.LOW, score.low), (codes.HIGH, score.high), (codes.TO_EDGE, score.to_edge))
        for names, percent in optional:
            yield from number(names[component], percent, codes.PERCENT_UNIT)
    yield from number(codes.VOLUME, lobe.volume_ml, codes.ML)
    yield from number(codes.SLICES, lobe.slices, codes.NO_UNIT)
    yield from number(codes.COVERED, lobe.covered_mm, codes.MM)


def _why_missing(score: ComponentScore) -> Code:
    """Say why a number of a component is missing: nobody looked, it could not be, or only a grade was typed."""
    if score.state is State.ASSESSED:
        return codes.UNKNOWN
    return codes.FAILED if score.state is State.NOT_ASSESSABLE else codes.NOT_ATTEMPTED


def _lobe_answers(lobe: LobeScore) -> Iterator[QualitativeEvaluation]:
    for name, amount, _, score in _always_said(lobe):
        if amount is None:
            yield coded(name, _why_missing(score))
    for component in Component:
        score = lobe.component(component)
        yield coded(codes.STATE[component], codes.STATES[score.state])
        if score.origin is not None:
            yield coded(codes.ORIGIN[component], codes.ORIGINS[score.origin])
        yield from yes_or_no(codes.TRACE[component], value=score.trace)
        yield from yes_or_no(codes.ON_EDGE[component], value=score.on_edge)
    for finding, is_present in lobe.present:
        yield from yes_or_no(codes.PRESENT[finding], value=is_present)
    for flag in lobe.flags:
        yield coded(codes.FLAG, codes.FLAGS[flag])


def _reason(case: Case, lobe: Lobe, component: Component) -> str | None:
    entry = case.reading.entry(lobe, component)
    return None if entry is None else entry.reason
