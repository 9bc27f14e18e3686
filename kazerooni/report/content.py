"""Content: everything that a report says, made once from a Case; the formats only lay it out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from kazerooni.errors import ReadingError, SchemeError
from kazerooni.model import Case, Component, Person, Status, Timeline, TimePoint
from kazerooni.model.notice import worst_first
from kazerooni.report import captions, wording
from kazerooni.report.course import change_views, timeline_view
from kazerooni.report.lobes import lobe_views
from kazerooni.report.method import method_text
from kazerooni.report.numbers import MISSING, day, number
from kazerooni.report.slices import slice_views
from kazerooni.report.sums import totals_view
from kazerooni.report.view import ChangeView, Fact, LobeView, NoticeView, SliceView, TimelineView, TotalsView
from kazerooni.scoring import Scheme, find_scheme
from kazerooni.scoring import timeline as follow

Paper = Literal["a4", "letter"]
"""What pages are laid out for."""

PAPERS: Final[tuple[Paper, ...]] = get_args(Paper)


@dataclass(frozen=True, kw_only=True, eq=False)
class Report:
    """What a report says of one reading, worded and rounded.

    case, line: what it was made from, for tables, pictures and other programs, which take exact numbers.
    changes: since the visit before and since the baseline; empty where there is no earlier visit.
    course: the visits, None where there is but one.
    slices: which slices of the scan are shown; empty without the scan and its maps.
    book_head: head of the audit of the score book that the reading was taken from, None where it came from a file.
    person: name and birth date, taken from the scan when it was asked for; else empty. No format keeps it but pages.
    paper: what pages are laid out for.
    """

    case: Case
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
    person: Person | None = None,
    paper: Paper = "a4",
) -> Report:
    """Word everything that is to be said of a case.

    timeline: the visits of the patient, under the scheme of the case; this reading is one of them.
    prior: the visit before, where no timeline is at hand; scored again under the scheme of the case.
    program_version: of the program that makes the report.
    book_head: head of the audit of the score book that the readings were taken from.
    person: whose name and birth date are to be printed; None for the pseudonym alone.
    paper: what pages are laid out for.

    Raises SchemeError where the timeline stands under another scheme, ReadingError where it does not hold the reading.
    """
    scheme = find_scheme(case.score.scheme, case.score.scheme_version)
    if timeline is None and prior is not None:
        timeline = follow((prior.reading, case.reading), scheme, partial=case.score.is_partial)
    this = None if timeline is None else _point(timeline, case)
    several = timeline is not None and len(timeline.points) > 1
    return Report(
        case=case,
        line=timeline,
        program_version=program_version,
        title="Kazerooni score of the lung on HRCT",
        patient=wording.plain(case.reading.scan.patient or "") or wording.NOT_SAID,
        study_day=day(case.reading.scan.study_date, missing=wording.NOT_SAID),
        status="Signed" if case.reading.status is Status.SIGNED else "Draft",
        scan=tuple(_scan(case)),
        reading=tuple(_reading(case)),
        totals=totals_view(case.score, scheme),
        lobes=lobe_views(case.score, scheme),
        criteria=tuple(_criteria(scheme)),
        notices=tuple(
            NoticeView(
                severity=notice.severity,
                heading=wording.SEVERITIES[notice.severity],
                code=notice.code,
                message=_sentence(wording.plain(notice.message)),
            )
            for notice in worst_first(case.notices)
        ),
        changes=() if timeline is None or this is None else change_views(timeline, this, scheme),
        course=timeline_view(timeline, this, scheme) if timeline is not None and this is not None and several else None,
        slices=slice_views(case, scheme),
        method=method_text(case, scheme, program_version=program_version),
        digests=tuple(_digests(case, program_version, book_head)),
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
    found = next((point for point in timeline.points if point.reading.id == case.reading.id), None)
    if found is None:
        raise ReadingError(
            f"the timeline does not hold reading {case.reading.id}; make it from readings that include it"
        )
    return found


def _person(person: Person) -> Iterator[Fact]:
    yield Fact(captions.NAME, wording.plain(person.name) or wording.NOT_SAID, is_written=True)
    yield Fact(captions.BORN, day(person.born, missing=wording.NOT_SAID))


def _scan(case: Case) -> Iterator[Fact]:
    scan, technique = case.reading.scan, case.reading.technique
    volume, tally = case.volume, case.reading.tally
    slices = tally.depths.shape[0] if tally is not None else None if volume is None else volume.geometry.shape[0]
    kernel = wording.plain(technique.kernel or "") or MISSING
    known_class = f" ({technique.kernel_class})" if technique.kernel_class != "unknown" else ""
    position = technique.patient_position or ""
    acquired = technique.acquisition if technique.acquisition != "unknown" else wording.NOT_SAID
    sampled = f", {volume.geometry.sampling}" if volume is not None else ""
    yield Fact("Study date", day(scan.study_date))
    yield Fact("Acquisition", f"{acquired}{sampled}")
    yield Fact("Slices", MISSING if slices is None else str(slices))
    yield Fact("Slice thickness", number(technique.slice_thickness_mm, "mm"))
    yield Fact("Distance of slices", number(technique.slice_gap_mm, "mm"))
    yield Fact("Coverage", number(technique.coverage_mm, "mm"))
    yield Fact("Kernel", f"{kernel}{known_class}", is_written=True)
    yield Fact("Tube voltage", number(technique.kvp, "kV"))
    yield Fact("Contrast", wording.plain(technique.contrast or "") or MISSING, is_written=True)
    yield Fact("Position", wording.POSITIONS.get(position, wording.plain(position)) or MISSING, is_written=True)
    yield Fact("Manufacturer", wording.plain(technique.manufacturer or "") or MISSING, is_written=True)
    yield Fact("Series", wording.plain(scan.series_uid or "") or MISSING)


def _reading(case: Case) -> Iterator[Fact]:
    reading, session = case.reading, case.reading.session
    found = [reading.origin(lobe.lobe, component) for lobe in case.score.lobes for component in Component]
    origins = list(dict.fromkeys(origin.value for origin in found if origin is not None))
    yield Fact("Reader", wording.plain(reading.reader or "") or wording.NOT_SAID, is_written=True)
    yield Fact("Status", "signed" if reading.status is Status.SIGNED else "draft")
    yield Fact("Findings were", " and ".join(origins) or MISSING)
    if reading.pattern is not None:
        by = f", read by {wording.plain(reading.pattern.by)}" if reading.pattern.by else ""
        yield Fact("Pattern", f"{wording.plain(reading.pattern.name)}{by}", is_written=True)
    for label, moment in (("Started", session.started), ("Ended", session.ended)):
        if moment is not None:
            yield Fact(label, f"{day(moment.date())}, {moment:%H:%M %Z}".strip())
    if session.prior_shown is not None:
        yield Fact("While reading", wording.PRIOR_SHOWN[session.prior_shown])
    if session.order is not None:
        yield Fact("Order in its session", str(session.order))
    if session.slices_seen is not None:
        yield Fact("Slices on the screen", str(len(session.slices_seen)))
    if reading.supersedes is not None:
        said = f"{wording.plain(reading.supersedes.reading)}: {wording.plain(reading.supersedes.reason)}"
        yield Fact("Takes the place of", said, is_written=True)
    if reading.remarks:
        yield Fact("Remarks", wording.plain(reading.remarks), is_written=True)
    yield Fact("Reading", wording.plain(reading.id))


def _criteria(scheme: Scheme) -> Iterator[Fact]:
    """Say what each component grades by extent, and by presence."""
    for component in Component:
        criterion = scheme.criterion(component)
        measured = " or ".join(finding.full_name for finding in criterion.measured)
        rows = "; ".join(f"{grade}: {words}" for grade, words in criterion.rows())
        yield Fact(f"{component.capitalize()} extent: {measured}", rows)


def _digests(case: Case, program_version: str, book_head: str | None) -> Iterator[Fact]:
    yield Fact("Program", f"kazerooni {program_version}")
    recorded = case.reading.session.program_version
    if recorded is not None and recorded != program_version:
        yield Fact("Reading recorded with", f"kazerooni {wording.plain(recorded)}")
    for one in case.reading.inputs:
        yield Fact(wording.ROLES.get(one.role, wording.plain(one.role)), one.sha256 or "was never a file")
    if book_head is not None:
        yield Fact(wording.BOOK_HEAD, book_head)


def _sentence(text: str) -> str:
    """Begin a message with a capital, unless it begins with the code of a lobe or a number."""
    return text[:1].upper() + text[1:]
