"""Content: everything that a report says, made once from a Case; the formats only lay it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from kazerooni.errors import ReadingError, SchemeError
from kazerooni.model import Case, Person, Status, Timeline, TimePoint
from kazerooni.report import captions, wording
from kazerooni.report.comparison import comparison_view
from kazerooni.report.course import change_views
from kazerooni.report.facts import criteria_facts, digest_facts, notice_views, reading_facts, scan_facts
from kazerooni.report.lobes import lobe_views
from kazerooni.report.method import method_text
from kazerooni.report.numbers import day
from kazerooni.report.slices import slice_views
from kazerooni.report.sums import totals_view
from kazerooni.report.view import (
    ChangeView,
    ComparisonView,
    Fact,
    LobeView,
    NoticeView,
    SliceView,
    TimelineView,
    TotalsView,
)
from kazerooni.report.visits import timeline_view
from kazerooni.scoring import Scheme, find_scheme
from kazerooni.scoring import timeline as follow

Paper = Literal["a4", "letter"]
"""What pages are laid out for."""

PAPERS: Final[tuple[Paper, ...]] = get_args(Paper)


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """What a report says of one reading, worded and rounded.

    case, prior, line: what it was made from, for tables, pictures and other programs, which take exact numbers.
    changes: since the visit before and since the baseline; empty where there is no earlier visit.
    course: the visits, None where there is but one.
    comparison: the earlier visit beside this one, in a report of two visits.
    slices: which slices of the scan are shown; empty without the scan and its maps.
    book_head: head of the audit of the score book that the reading was taken from, None where it came from a file.
    person: name and birth date, taken from the scan when it was asked for; else empty. No format keeps it but pages.
    paper: what pages are laid out for.
    """

    case: Case
    prior: Case | None
    line: Timeline | None
    program_version: str
    title: str
    patient: str
    study_day: str
    status: str
    scan: tuple[Fact, ...]
    reading: tuple[Fact, ...]
    totals: TotalsView
    lobes: tuple[LobeView, ...]
    criteria: tuple[Fact, ...]
    notices: tuple[NoticeView, ...]
    changes: tuple[ChangeView, ...]
    course: TimelineView | None
    slices: tuple[SliceView, ...]
    method: str
    digests: tuple[Fact, ...]
    legend: tuple[Fact, ...]
    disclaimer: str
    comparison: ComparisonView | None = None
    book_head: str | None = None
    person: tuple[Fact, ...] = ()
    paper: Paper = "a4"


def report_of(
    case: Case,
    *,
    timeline: Timeline | None = None,
    prior: Case | None = None,
    program_version: str,
    book_head: str | None = None,
    compare: bool = False,
    person: Person | None = None,
    paper: Paper = "a4",
) -> Report:
    """Word everything that is to be said of a case.

    timeline: the visits of the patient, under the scheme of the case; this reading is one of them.
    prior: an earlier visit. Its slices stand beside those of the case, where scans and lobe maps of both are at hand;
        without a timeline it is also the visit before, scored again under the scheme of the case.
    program_version: of the program that makes the report.
    book_head: head of the audit of the score book that the readings were taken from.
    compare: lay the case and the prior out side by side; wants a prior.
    person: whose name and birth date are to be printed; None for the pseudonym alone.
    paper: what pages are laid out for.

    Raises SchemeError where the timeline stands under another scheme, ReadingError where it does not hold the reading.
    """
    scheme = find_scheme(case.score.scheme, case.score.scheme_version)
    if timeline is None and prior is not None:
        timeline = follow((prior.reading, case.reading), scheme, partial=case.score.is_partial)
    this = None if timeline is None else _point(timeline, case)
    if timeline is not None and this is not None:
        _refuse_later_prior(timeline, this, prior)
    has_course = timeline is not None and (len(timeline.points) > 1 or timeline.course is not None)
    return Report(
        case=case,
        prior=prior,
        line=timeline,
        program_version=program_version,
        title=captions.COMPARISON_TITLE if compare else captions.TITLE,
        comparison=_comparison(case, prior, scheme, program_version) if compare else None,
        patient=wording.plain(case.reading.scan.patient or "") or wording.NOT_SAID,
        study_day=day(case.reading.scan.study_date, missing=wording.NOT_SAID),
        status="Signed" if case.reading.status is Status.SIGNED else "Draft",
        scan=tuple(scan_facts(case)),
        reading=tuple(reading_facts(case)),
        totals=totals_view(case.score, scheme),
        lobes=lobe_views(case.score, scheme),
        criteria=tuple(criteria_facts(scheme)),
        notices=tuple(notice_views(case)),
        changes=() if timeline is None or this is None else change_views(timeline, this, case, scheme),
        course=timeline_view(timeline, case, scheme) if timeline is not None and has_course else None,
        slices=slice_views(case, scheme, prior),
        method=method_text(case, scheme, program_version=program_version),
        digests=tuple(digest_facts(case, program_version, book_head)),
        legend=tuple(Fact(sign, meaning) for sign, meaning in wording.LEGEND),
        disclaimer=wording.DISCLAIMER,
        book_head=book_head,
        person=() if person is None else tuple(_person(person)),
        paper=paper,
    )


def _point(timeline: Timeline, case: Case) -> TimePoint:
    score = case.score
    if (timeline.scheme, timeline.scheme_version) != (score.scheme, score.scheme_version):
        raise SchemeError(
            f"the score stands under scheme {score.scheme} {score.scheme_version}, the timeline under "
            f"{timeline.scheme} {timeline.scheme_version}; totals of different schemes are never compared: make the "
            "timeline under the scheme of the score"
        )
    wanted = case.reading.id
    found = next((p for p in timeline.points if any(one.reading.id == wanted for one in p.readings)), None)
    if found is None:
        raise ReadingError(
            f"the timeline does not hold reading {case.reading.id}; make it from readings that include it"
        )
    return found


def _refuse_later_prior(timeline: Timeline, this: TimePoint, prior: Case | None) -> None:
    """Refuse a prior that is no earlier visit: its pictures would stand under a wrong name."""
    if prior is None:
        return
    earlier = timeline.points[: timeline.points.index(this)]
    if all(one.reading.id != prior.reading.id for point in earlier for one in (*point.readings, *point.repeats)):
        raise ReadingError(f"reading {prior.reading.id} is of no visit before that of the report; give an earlier one")


def _comparison(case: Case, prior: Case | None, scheme: Scheme, program_version: str) -> ComparisonView:
    if prior is None:
        raise ReadingError("a comparison wants two visits, and there is one reading; give an earlier one too")
    return comparison_view(case, prior, scheme, program_version=program_version)


def _person(person: Person) -> Iterator[Fact]:
    yield Fact(captions.NAME, wording.plain(person.name) or wording.NOT_SAID, is_written=True)
    yield Fact(captions.BORN, day(person.born, missing=wording.NOT_SAID))
