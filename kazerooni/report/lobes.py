"""Lobes: how every lobe of a score is worded."""

from __future__ import annotations

from collections.abc import Iterator

from kazerooni.model import ComponentScore, Finding, Lobe, LobeScore, Origin, Score
from kazerooni.report import wording
from kazerooni.report.numbers import MISSING, in_full, number, percent, volume
from kazerooni.report.view import ComponentView, Fact, GradeView, LobeView
from kazerooni.scoring import Criterion, Scheme

SHADES = 6
"""How many colours the scale of grades has."""

# Percents this close to an edge (in points) are shown in full.
_NEAR_AN_EDGE = 0.1


def lobe_views(score: Score, scheme: Scheme) -> tuple[LobeView, ...]:
    """Word all lobes of a score in their order."""
    return tuple(_lobe(lobe, scheme) for lobe in score.lobes)


def _lobe(lobe: LobeScore, scheme: Scheme) -> LobeView:
    return LobeView(
        lobe=lobe.lobe,
        code=lobe.lobe.name,
        name=region_name(scheme, lobe.lobe),
        side=lobe.lobe.side,
        alveolar=_component(lobe, scheme.alveolar),
        interstitial=_component(lobe, scheme.interstitial),
        seen=(
            Fact("Slices", MISSING if lobe.slices is None else str(lobe.slices)),
            Fact("Depth covered", number(lobe.covered_mm, "mm")),
            Fact("Volume", volume(lobe.volume_ml)),
        ),
        remarks=tuple(wording.FLAGS.get(flag, flag) for flag in lobe.flags),
    )


def region_name(scheme: Scheme, lobe: Lobe) -> str:
    """Name what a scheme grades as one lobe: the lobe, and what it holds beside it."""
    region = next(region for region in scheme.regions if region.lobe is lobe)
    others = [held.full_name for held in region.holds if held is not lobe]
    return f"{lobe.full_name.capitalize()}{' with ' if others else ''}{', '.join(others)}"


def _component(lobe: LobeScore, criterion: Criterion) -> ComponentView:
    graded, edges = lobe.component(criterion.component), criterion.inner_edges
    interval = ""
    if graded.low is not None and graded.high is not None:
        interval = f"{percent(graded.low, edges)} to {percent(graded.high, edges)}"
    return ComponentView(
        component=criterion.component,
        grade=grade_view(graded, criterion),
        percent=percent(graded.percent, edges, missing=MISSING),
        interval=interval,
        by_presence=_by_presence(lobe, criterion),
        findings=tuple(
            Fact(wording.heading(finding), _finding(lobe, finding, criterion))
            for finding in Finding
            if finding.component is criterion.component
        ),
        remarks=tuple(_remarks(graded, criterion)),
    )


def _by_presence(lobe: LobeScore, criterion: Criterion) -> str:
    """Name what a lobe without any graded extent is graded for, so that no reader takes its 0 % for a healthy lobe."""
    graded = lobe.component(criterion.component)
    if graded.percent != 0 or not graded.grade:
        return ""
    seen = (f.full_name for f, present in lobe.present if present and f in criterion.presence)
    return ", ".join(seen)


def grade_view(graded: ComponentScore, criterion: Criterion) -> GradeView:
    """Give the grade of a component, or why there is none."""
    if graded.grade is None:
        return GradeView(text=wording.state_words(graded), shade=None)
    return GradeView(text=str(graded.grade), shade=shade_of(graded.grade, criterion))


def shade_of(grade: float, criterion: Criterion) -> int:
    """Give the place of a grade on the scale of colours."""
    return round(grade * (SHADES - 1) / criterion.highest_grade)


def _finding(lobe: LobeScore, finding: Finding, criterion: Criterion) -> str:
    """Give the percent of a finding; present where only that was said; yes or no where it has no area."""
    value, present = dict(lobe.findings)[finding], dict(lobe.present)[finding]
    if finding.label is None:
        return MISSING if present is None else "yes" if present else "no"
    if value is None and present is not None:
        return "present" if present else "0"
    assert not isinstance(value, bool), "a finding of area has a percent"
    return percent(value, criterion.inner_edges, missing=MISSING)


def _remarks(graded: ComponentScore, criterion: Criterion) -> Iterator[str]:
    if graded.trace:
        yield "trace: may be a stray stroke"
    if graded.on_edge:
        yield "typed on an edge"
    if graded.percent is not None and graded.to_edge and graded.to_edge < _NEAR_AN_EDGE:
        yield f"{in_full(graded.percent, criterion.inner_edges)} %, close to an edge"
    if graded.origin is Origin.TYPED:
        yield "grade typed" if graded.percent is None else "typed"
    if graded.origin is Origin.PROPOSED:
        yield "proposed by a program"
