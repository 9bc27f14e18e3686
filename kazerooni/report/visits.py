"""Visits: how the timeline is worded, one line a reader, and what lies beside the visits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kazerooni.model import Case, Change, Component, LobeValue, Timeline, TimePoint
from kazerooni.report import wording
from kazerooni.report.course import cell, headline
from kazerooni.report.lobes import region_name, shade_of
from kazerooni.report.lung_words import beside_view, event_words, tests_differ
from kazerooni.report.numbers import MISSING, amount, change, day, percent
from kazerooni.report.view import Fact, GradeView, TimelineView, VisitView
from kazerooni.scoring import Scheme


def timeline_view(line: Timeline, case: Case, scheme: Scheme) -> TimelineView:
    """Word the visits of a timeline; the report is of the case."""
    visits = tuple(visit for point in line.points for visit in _visit(point, case, line, scheme))
    course = "; ".join(f"{visit.column}: {visit.totals[-1].value}" for visit in visits)
    count, first, last = len(line.points), day(line.points[0].on), day(line.points[-1].on)
    known = [point for point in line.points if point.beside is not None]
    return TimelineView(
        heading=wording.visits_heading(count, first, last),
        lobes=tuple(Fact(region.lobe.name, region_name(scheme, region.lobe)) for region in scheme.regions),
        visits=visits,
        said=f"Total of scheme {line.scheme} {line.scheme_version}, 0 to {amount(line.maximum)}, by visit: {course}.",
        rules=tuple(_rules(line)),
        beside=tuple(beside_view(point.on, point.beside) for point in known if point.beside is not None),
        window=wording.window(line.window_days) if known else "",
        events=() if line.course is None else tuple(map(event_words, sorted(line.course.events, key=lambda e: e.on))),
        tests_differ=tuple(tests_differ(line)),
    )


def _rules(line: Timeline) -> Iterator[str]:
    """Say how changes and readers were counted."""
    yield wording.BEST
    if any(len(point.readings) > 1 for point in line.points):
        yield wording.pooled(line.pooling, wording.plain(line.consensus or ""))
    repeats = [wording.plain(case.reading.id) for point in line.points for case in point.repeats]
    if repeats:
        yield wording.repeats(repeats)
    error = line.readers_error
    if error is not None and error.total.smallest is not None:
        yield wording.readers_error(f"{error.total.smallest:.3g}", error.kind, error.total.repeats)


def _visit(point: TimePoint, this: Case, line: Timeline, scheme: Scheme) -> Iterator[VisitView]:
    """Give a line for each reader of a visit, and one for what several were pooled to."""
    several = len(point.readings) > 1
    for case in point.readings:
        totals, reader = case.score.totals, _reader(case)
        yield VisitView(
            column=f"{day(point.on)}, {reader}" if several else day(point.on),
            reader=reader,
            is_this=case.reading.id == this.reading.id,
            totals=_totals(totals.alveolar, totals.interstitial, totals.total),
            **_same(point),
            **_changes(point, case.reading.reader, is_alone=not several),
            alveolar=tuple(cell(lobe, Component.ALVEOLAR, scheme) for lobe in case.score.lobes),
            interstitial=tuple(cell(lobe, Component.INTERSTITIAL, scheme) for lobe in case.score.lobes),
        )
    if several and point.sums is not None:
        sums, rule = point.sums, wording.RULES[line.pooling]
        yield VisitView(
            column=f"{day(point.on)}, {rule}",
            reader=rule,
            is_this=False,
            totals=_totals(sums.alveolar, sums.interstitial, sums.total),
            **_same(point),
            **_changes(point, None, is_alone=True),
            alveolar=tuple(_pooled(sums.lobes, Component.ALVEOLAR, scheme)),
            interstitial=tuple(_pooled(sums.lobes, Component.INTERSTITIAL, scheme)),
        )


def _reader(case: Case) -> str:
    return wording.plain(case.reading.reader or "") or wording.NOT_SAID


def _same(point: TimePoint) -> dict[str, str]:
    """Give what all lines of a visit share."""
    differs = () if point.since_previous is None else point.since_previous.differences
    return {
        "iso": point.on.isoformat(),
        "day": day(point.on),
        "differs": ", ".join(wording.DIFFERENCES.get(d.what, d.what).lower() for d in differs) or MISSING,
    }


def _totals(alveolar: float | None, interstitial: float | None, total: float | None) -> tuple[Fact, ...]:
    sums = zip(wording.SUMS, (alveolar, interstitial, total), strict=True)
    return tuple(Fact(label, amount(value, missing=wording.REFUSED)) for label, value in sums)


def _changes(point: TimePoint, reader: str | None, *, is_alone: bool) -> dict[str, str]:
    """Give how a total changed: that of the visit where it stands alone, else that of the one reader."""
    known = {
        "since_previous": point.since_previous,
        "since_baseline": point.since_baseline,
        "since_best": point.since_best,
    }
    return {name: _since(one, reader, is_alone=is_alone) for name, one in known.items()}


def _since(known: Change | None, reader: str | None, *, is_alone: bool) -> str:
    if known is None:
        return MISSING
    own = next((one for one in known.readers if one.reader == reader), None)
    if own is not None and (known.total is None or not is_alone):
        return wording.REFUSED if own.total is None else change(own.total)
    if not is_alone or (known.total is None and known.readers):
        return MISSING
    said = headline(known.total, known).lower()
    return f"{said}, {wording.WITHIN_ERROR}" if known.is_beyond_error is False and known.is_interpretable else said


def _pooled(values: Iterable[LobeValue], component: Component, scheme: Scheme) -> Iterator[tuple[GradeView, str]]:
    criterion = scheme.criterion(component)
    for one in values:
        if one.component is component:
            shade = None if one.grade is None else shade_of(one.grade, criterion)
            extent = percent(one.percent, criterion.inner_edges, missing=MISSING)
            yield GradeView(text=amount(one.grade, missing=wording.NOT_ASSESSED), shade=shade), extent
