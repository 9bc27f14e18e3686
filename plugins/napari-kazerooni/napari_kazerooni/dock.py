"""Dock: the rows and totals of the score dock, as frozen values that a table shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from kazerooni.errors import ReadingError
from kazerooni.model import (
    Component,
    Finding,
    Lobe,
    LobeScore,
    Notice,
    Origin,
    Reading,
    Score,
    State,
    Totals,
    VolumeWeighted,
    findings_of,
)
from kazerooni.scoring import Scheme, Trace, score, warnings_of
from napari_kazerooni.evidence import Conflict
from napari_kazerooni.session import ReadingSession

NEAR_EDGE_POINTS = 1.0
"""Under this distance, in percentage points, the dock tells how far the edge of a grade is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DockRow:
    """One component of one lobe as the dock shows it; None where it is not known, which is never 0.

    percents: of every finding of the component. percent: what the scheme grades by extent.
    grade: under the owner of an edge; grades: all that a typed percent on an edge could mean, ascending.
    low, high: 95 % interval from sampling alone. to_edge: points to the nearest edge, only where under 1.
    traces: findings that may be stray strokes, and of which nobody has said yet that they count.
    painted_grade: the grade of the marks, where typed values stand in their place.
    traction: of the lobe, for the interstitial row.
    """

    lobe: Lobe
    component: Component
    state: State | None
    reason: str
    origin: Origin | None
    percents: Mapping[Finding, float | None]
    present: Mapping[Finding, bool | None]
    percent: float | None
    grade: int | None
    grades: tuple[int, ...]
    low: float | None
    high: float | None
    to_edge: float | None
    on_edge: bool
    traces: tuple[Trace, ...]
    conflict: Conflict | None
    painted_grade: int | None
    traction: bool | None
    slices: int | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dock:
    """The score dock: the scheme by name, version and citation, its rows, totals and warnings.

    problem: why the reading cannot be graded under the scheme; rows and totals are empty then.
    """

    scheme: str
    scheme_version: int
    citation: str
    maximum: float
    rows: tuple[DockRow, ...] = ()
    totals: Totals | None = None
    volume_weighted: VolumeWeighted | None = None
    warnings: tuple[Notice, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    coverage_percent: float = 0.0
    problem: str | None = None


def dock_of(session: ReadingSession, *, partial: bool = True, earlier: Reading | None = None) -> Dock:
    """Make the dock of a reading as it stands.

    partial: show sums of the grades that there are; `totals.lobes` says on how many lobes they stand.
    earlier: the reading of an earlier visit, to warn where the two are not comparable.
    """
    scheme, places = session.scheme, session.places
    blank = Dock(
        scheme=scheme.name,
        scheme_version=scheme.version,
        citation=scheme.citation,
        maximum=scheme.maximum,
        conflicts=places.conflicts,
        coverage_percent=session.coverage,
    )
    reading = session.reading()
    try:
        graded = score(reading, scheme, partial=partial)
    except ReadingError as error:
        return replace(blank, problem=str(error))
    painted = _painted_score(session, scheme)
    open_traces = session.open_traces(reading)
    rows = tuple(
        _row(reading, scheme, lobe, component, conflicts=blank.conflicts, open_traces=open_traces, painted=painted)
        for lobe in graded.lobes
        for component in Component
    )
    return replace(
        blank,
        rows=rows,
        totals=graded.totals,
        volume_weighted=graded.volume_weighted,
        warnings=warnings_of(graded, reading, earlier=earlier),
    )


def _painted_score(session: ReadingSession, scheme: Scheme) -> Score | None:
    """Grade the marks as if nothing were typed where marks are; None where none are."""
    entries = session.said.entries
    beside = [place for place, entry in entries.items() if entry.values and session.places.marked(*place)]
    if not beside:
        return None
    kept = {place: entry for place, entry in entries.items() if place not in beside}
    try:
        return score(session.reading(said=replace(session.said, entries=kept)), scheme, partial=True)
    except ReadingError:
        return None


def _row(
    reading: Reading,
    scheme: Scheme,
    lobe: LobeScore,
    component: Component,
    *,
    conflicts: tuple[Conflict, ...],
    open_traces: tuple[Trace, ...],
    painted: Score | None,
) -> DockRow:
    part = lobe.component(component)
    region = next(region for region in scheme.regions if region.lobe is lobe.lobe)
    mine = [c for c in conflicts if c.lobe in region.holds and c.component is component]
    entries = [entry for held in region.holds if (entry := reading.entry(held, component)) is not None]
    percents, present = dict(lobe.findings), dict(lobe.present)
    beside = None if painted is None else next(one for one in painted.lobes if one.lobe is lobe.lobe)
    has_both = any(e.values for e in entries) and beside is not None and beside.component(component).percent is not None
    return DockRow(
        lobe=lobe.lobe,
        component=component,
        state=part.state,
        reason="; ".join(dict.fromkeys(entry.reason for entry in entries if entry.reason)),
        origin=part.origin,
        percents={finding: _number(percents[finding]) for finding in findings_of(component)},
        present={finding: present[finding] for finding in findings_of(component)},
        percent=part.percent,
        grade=part.grade,
        grades=_grades(scheme, component, percent=part.percent, grade=part.grade, on_edge=bool(part.on_edge)),
        low=part.low,
        high=part.high,
        to_edge=part.to_edge if part.to_edge is not None and part.to_edge < NEAR_EDGE_POINTS else None,
        on_edge=bool(part.on_edge),
        traces=tuple(t for t in open_traces if t.lobe is lobe.lobe and t.finding.component is component),
        conflict=mine[0] if mine else None,
        painted_grade=beside.component(component).grade if has_both and beside is not None else None,
        traction=lobe.present.traction_bronchiectasis if component is Component.INTERSTITIAL else None,
        slices=lobe.slices,
        flags=lobe.flags,
    )


def _number(percent: float | bool | None) -> float | None:  # noqa: FBT001 - a percent, or the tick of traction
    return None if percent is None else float(percent)


def _grades(
    scheme: Scheme, component: Component, *, percent: float | None, grade: int | None, on_edge: bool
) -> tuple[int, ...]:
    if on_edge and percent is not None:
        return scheme.criterion(component).grades_beside(Fraction(percent))
    return () if grade is None else (grade,)
