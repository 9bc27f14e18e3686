"""Course: how the change since an earlier visit is worded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from fractions import Fraction

from kazerooni.model import (
    Case,
    Change,
    Component,
    ComponentScore,
    Difference,
    LobeChange,
    LobeScore,
    Timeline,
    TimePoint,
    Totals,
)
from kazerooni.report import wording
from kazerooni.report.lobes import grade_view, region_name
from kazerooni.report.lung_words import lung_facts
from kazerooni.report.numbers import MISSING, amount, change, day, percent, points, span
from kazerooni.report.view import (
    ChangeView,
    DifferenceView,
    Fact,
    GradeView,
    LobeChangeView,
    MoveView,
)
from kazerooni.scoring import Criterion, Scheme, timeline


def change_views(line: Timeline, point: TimePoint, case: Case, scheme: Scheme) -> tuple[ChangeView, ...]:
    """Word what changed since the visit before, the baseline and the best, each visit once, by the reader of the case.

    Of several readers of an earlier visit the same one is taken, else the first; changes of pooled values stand in the
    timeline.
    """
    changes = zip(wording.SINCE, (point.since_previous, point.since_baseline, point.since_best), strict=True)
    dated: dict[date, tuple[str, Change]] = {}
    for kind, known in changes:
        if known is not None:
            dated.setdefault(known.since, (kind, known))
    visits = {visit.on: visit for visit in line.points}
    return tuple(
        _between(kind, visits[on], point, case, known=known, line=line, scheme=scheme)
        for on, (kind, known) in dated.items()
    )


def _between(
    kind: str, earlier: TimePoint, point: TimePoint, case: Case, *, known: Change, line: Timeline, scheme: Scheme
) -> ChangeView:
    """Word the change from an earlier visit; where several readers read either, that of the readings of one."""
    reader = case.reading.reader
    before = next((one for one in earlier.counted if one.reading.reader == reader), earlier.counted[0])
    if len(earlier.counted) > 1 or len(point.counted) > 1:
        pair = (before.reading, case.reading)
        own = timeline(pair, scheme, partial=case.score.is_partial, readers_error=line.readers_error)
        since = own.points[-1].since_previous
        assert since is not None, "two visits have a change"
        known = replace(since, lung=known.lung)
    return _change(kind, before, case, known, scheme=scheme, line=line)


def _change(kind: str, before: Case, now: Case, known: Change, *, scheme: Scheme, line: Timeline) -> ChangeView:
    rows = tuple(_lobe_rows(before, now, known, scheme))
    return ChangeView(
        kind=kind,
        since=f"{day(known.since)} ({span(known.days)} before)",
        headline=headline(known.total, known),
        course=f"Total {_arrow(amount(before.score.totals.total), amount(now.score.totals.total))}",
        is_interpretable=known.is_interpretable,
        totals=(*_totals(before.score.totals, now.score.totals, known, scheme), *lung_facts(known.lung)),
        verdict=" ".join(filter(None, (_verdict(known), _error(known, line)))),
        differences=tuple(map(_difference, known.differences)),
        lobes=rows,
        still=_still(rows, known),
        hidden=tuple(_hidden(before, now, known, scheme)),
    )


def _error(known: Change, line: Timeline) -> str:
    """Say whether the total changed beyond the readers' own error, where that is known."""
    error = line.readers_error
    if known.is_beyond_error is None or error is None or error.total.smallest is None:
        return ""
    return wording.against_error(
        is_beyond=known.is_beyond_error,
        smallest=f"{error.total.smallest:.3g}",
        kind=error.kind,
        repeats=error.total.repeats,
    )


def headline(total: float | None, known: Change) -> str:
    """Give a change of a total, or why there is none."""
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


def _lobe_rows(before: Case, now: Case, known: Change, scheme: Scheme) -> Iterator[LobeChangeView]:
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
    grade_before, percent_before = cell(before, moved.component, scheme)
    grade_now, percent_now = cell(now, moved.component, scheme)
    return MoveView(
        component=moved.component,
        grade_before=grade_before,
        grade_now=grade_now,
        grade_change=change(moved.grade) if told else MISSING,
        percent_before=percent_before,
        percent_now=percent_now,
        percent_change=points(moved.percent) if told else MISSING,
        edge=_edge(before, now, scheme.criterion(moved.component)) if told else "",
    )


def _edge(before: LobeScore, now: LobeScore, criterion: Criterion) -> str:
    """Name the edges of the scheme that an extent crossed, and which way."""
    was, is_ = (lobe.component(criterion.component).percent for lobe in (before, now))
    if was is None or is_ is None:
        return ""
    held_was, held_is = (_band(value, criterion) for value in (was, is_))
    crossed = [band.high for band in criterion.bands[min(held_was, held_is) : max(held_was, held_is)]]
    return wording.crossed(crossed, up=is_ > was) if crossed else ""


def _band(percent: float, criterion: Criterion) -> int:
    exact = Fraction(percent)
    return next(i for i, band in enumerate(criterion.bands) if band.holds(exact))


def _hidden(before: Case, now: Case, known: Change, scheme: Scheme) -> Iterator[str]:
    """Tell of each grade that stands still though the 95 % intervals of its extent have nothing in common."""
    if not known.is_interpretable:
        return
    for was, is_ in zip(before.score.lobes, now.score.lobes, strict=True):
        for component in Component:
            old, new = was.component(component), is_.component(component)
            if old.grade is None or old.grade != new.grade or not _apart(old, new):
                continue
            edges = scheme.criterion(component).inner_edges
            extents = (f"{percent(c.percent, edges)} % ({_interval(c, edges)})" for c in (old, new))
            yield wording.hidden(str(component), is_.lobe.name, str(new.grade), _arrow(*extents))


def _apart(old: ComponentScore, new: ComponentScore) -> bool:
    ends = (old.low, old.high, new.low, new.high)
    if any(end is None for end in ends):
        return False
    low, high, low_now, high_now = (end for end in ends if end is not None)
    return high < low_now or high_now < low


def _interval(graded: ComponentScore, edges: tuple[int, ...]) -> str:
    return f"{percent(graded.low, edges)} to {percent(graded.high, edges)}"


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


def cell(lobe: LobeScore, component: Component, scheme: Scheme) -> tuple[GradeView, str]:
    """Give grade and extent of a component of a lobe."""
    criterion, graded = scheme.criterion(component), lobe.component(component)
    return grade_view(graded, criterion), percent(graded.percent, criterion.inner_edges, missing=MISSING)
