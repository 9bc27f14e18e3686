"""Course: how the change since an earlier visit, and the timeline, are worded."""

from __future__ import annotations

from collections.abc import Iterator

from kazerooni.model import Change, Component, Difference, LobeChange, LobeScore, Timeline, TimePoint, Totals
from kazerooni.report import wording
from kazerooni.report.lobes import grade_view, region_name
from kazerooni.report.numbers import MISSING, amount, change, day, percent, points, span
from kazerooni.report.view import (
    ChangeView,
    DifferenceView,
    Fact,
    GradeView,
    LobeChangeView,
    MoveView,
    TimelineView,
    VisitView,
)
from kazerooni.scoring import Scheme


def change_views(line: Timeline, point: TimePoint, scheme: Scheme) -> tuple[ChangeView, ...]:
    """Word what changed since the visit before, and since the baseline where that is another visit."""
    changes = {"the visit before": point.since_previous, "the baseline": point.since_baseline}
    dated = {known.since: (kind, known) for kind, known in reversed(changes.items()) if known is not None}
    before = {visit.on: visit for visit in line.points}
    views = [_change(kind, before[since], point, known, scheme) for since, (kind, known) in dated.items()]
    return tuple(reversed(views))


def _change(kind: str, before: TimePoint, now: TimePoint, known: Change, scheme: Scheme) -> ChangeView:
    rows = tuple(_lobe_rows(before, now, known, scheme))
    return ChangeView(
        kind=kind,
        since=f"{day(known.since)} ({span(known.days)} before)",
        headline=_headline(known.total, known),
        course=f"Total {_arrow(amount(before.score.totals.total), amount(now.score.totals.total))}",
        is_interpretable=known.is_interpretable,
        totals=tuple(_totals(before.score.totals, now.score.totals, known, scheme)),
        verdict=_verdict(known),
        differences=tuple(map(_difference, known.differences)),
        lobes=rows,
        still=_still(rows, known),
    )


def _headline(total: float | None, known: Change) -> str:
    if not known.is_interpretable:
        return wording.NOT_INTERPRETABLE
    return "Refused" if total is None else change(total)


def _totals(before: Totals, now: Totals, known: Change, scheme: Scheme) -> Iterator[Fact]:
    for name in ("total", *Component):
        was, is_, moved = (getattr(source, str(name)) for source in (before, now, known))
        label = "Total" if name == "total" else wording.sum_name(Component(name), scheme.combine)
        by = f" ({change(moved)})" if known.is_interpretable and moved is not None else ""
        yield Fact(label, f"{_arrow(amount(was), amount(is_))}{by}")


def _arrow(before: str, now: str) -> str:
    return f"{before} \N{RIGHTWARDS ARROW} {now}"


def _verdict(known: Change) -> str:
    what = ", ".join(wording.DIFFERENCES.get(d.what, d.what).lower() for d in known.differences if d.what != "reader")
    technique = f" The visits also differ in: {what}." if what else ""
    if not known.is_interpretable:
        return f"Different readers read the two visits, so a change cannot be told from the readers.{technique}"
    if known.total is None:
        lead = "The change of the total is refused: the two totals do not stand on the same grades."
        return f"{lead}{technique}"
    if what:
        return f"Weigh before a change is claimed: the visits differ in {what}."
    return "One reader, and nothing is known in which the scans differ."


def _difference(known: Difference) -> DifferenceView:
    return DifferenceView(
        label=wording.DIFFERENCES.get(known.what, known.what),
        before=wording.plain(known.earlier) or wording.NOT_SAID,
        now=wording.plain(known.later) or wording.NOT_SAID,
    )


def _lobe_rows(before: TimePoint, now: TimePoint, known: Change, scheme: Scheme) -> Iterator[LobeChangeView]:
    moved = {(one.lobe, one.component): one for one in known.lobes}
    for was, is_ in zip(before.score.lobes, now.score.lobes, strict=True):
        yield LobeChangeView(
            code=is_.lobe.name,
            name=region_name(scheme, is_.lobe),
            moves=tuple(
                _move(was, is_, moved[is_.lobe, component], scheme, told=known.is_interpretable)
                for component in Component
            ),
        )


def _move(before: LobeScore, now: LobeScore, moved: LobeChange, scheme: Scheme, *, told: bool) -> MoveView:
    """Word the two states of a component; what lies between them only where it can be interpreted."""
    grade_before, percent_before = _cell(before, moved.component, scheme)
    grade_now, percent_now = _cell(now, moved.component, scheme)
    return MoveView(
        component=moved.component,
        grade_before=grade_before,
        grade_now=grade_now,
        grade_change=change(moved.grade) if told else MISSING,
        percent_before=percent_before,
        percent_now=percent_now,
        percent_change=points(moved.percent) if told else MISSING,
    )


def _still(rows: tuple[LobeChangeView, ...], known: Change) -> str:
    """Tell the largest movement under a grade that stands still, which the total does not show."""
    still = [one for one in known.lobes if one.grade == 0 and one.percent]
    if not still or not known.is_interpretable:
        return ""
    most = max(still, key=lambda one: abs(one.percent or 0))
    move = next(m for row in rows if row.code == most.lobe.name for m in row.moves if m.component is most.component)
    return (
        f"A grade can stand still while its extent moves. Most so here: {most.component} of {most.lobe.name}, grade "
        f"{move.grade_now.text} at both visits, extent {move.percent_before} % \N{RIGHTWARDS ARROW} "
        f"{move.percent_now} % ({move.percent_change} points)."
    )


def timeline_view(line: Timeline, this: TimePoint, scheme: Scheme) -> TimelineView:
    """Word the visits of a timeline; `this` is the one that the report is of."""
    visits = tuple(_visit(point, point is this, scheme) for point in line.points)
    course = "; ".join(f"{visit.day}: {visit.totals[-1].value}" for visit in visits)
    return TimelineView(
        heading=f"{len(visits)} visits from {visits[0].day} to {visits[-1].day}",
        lobes=tuple(Fact(region.lobe.name, region_name(scheme, region.lobe)) for region in scheme.regions),
        visits=visits,
        said=f"Total of scheme {line.scheme} {line.scheme_version}, 0 to {amount(line.maximum)}, by visit: {course}.",
    )


def _visit(point: TimePoint, is_this: bool, scheme: Scheme) -> VisitView:  # noqa: FBT001 - of one call
    totals, previous = point.score.totals, point.since_previous
    differs = () if previous is None else previous.differences
    return VisitView(
        iso=point.on.isoformat(),
        day=day(point.on),
        reader=wording.plain(point.reading.reader or "") or wording.NOT_SAID,
        is_this=is_this,
        totals=(
            Fact("Alveolar", _sum(totals.alveolar)),
            Fact("Interstitial", _sum(totals.interstitial)),
            Fact("Total", _sum(totals.total)),
        ),
        since_previous=_since(previous),
        since_baseline=_since(point.since_baseline),
        differs=", ".join(wording.DIFFERENCES.get(d.what, d.what).lower() for d in differs) or MISSING,
        alveolar=tuple(_cell(lobe, Component.ALVEOLAR, scheme) for lobe in point.score.lobes),
        interstitial=tuple(_cell(lobe, Component.INTERSTITIAL, scheme) for lobe in point.score.lobes),
    )


def _sum(value: float | None) -> str:
    return amount(value, missing=wording.REFUSED)


def _since(known: Change | None) -> str:
    if known is None:
        return MISSING
    return _headline(known.total, known).lower()


def _cell(lobe: LobeScore, component: Component, scheme: Scheme) -> tuple[GradeView, str]:
    criterion, graded = scheme.criterion(component), lobe.component(component)
    return grade_view(graded, criterion), percent(graded.percent, criterion.inner_edges, missing=MISSING)
