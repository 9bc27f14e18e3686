"""Facts: what is said of scan, reading, scheme, inputs and notices, a value under each label."""

from __future__ import annotations

from collections.abc import Iterator

from kazerooni.model import Case, Component, Status
from kazerooni.model.notice import worst_first
from kazerooni.report import wording
from kazerooni.report.numbers import MISSING, day, number
from kazerooni.report.view import Fact, NoticeView
from kazerooni.scoring import Scheme

_STUDY_DATE, _SERIES, _READING, _STARTED, _ENDED = "Study date", "Series", "Reading", "Started", "Ended"
OF_ONE_VISIT = frozenset({_STUDY_DATE, _SERIES, _READING, _STARTED, _ENDED})
"""The labels of what is another one at every visit, so that a difference in it tells nothing."""


def scan_facts(case: Case) -> Iterator[Fact]:
    """Tell which scan it is and how it was made."""
    scan, technique = case.reading.scan, case.reading.technique
    volume, tally = case.volume, case.reading.tally
    slices = tally.depths.shape[0] if tally is not None else None if volume is None else volume.geometry.shape[0]
    kernel = wording.plain(technique.kernel or "") or MISSING
    known_class = f" ({technique.kernel_class})" if technique.kernel_class != "unknown" else ""
    position = technique.patient_position or ""
    acquired = technique.acquisition if technique.acquisition != "unknown" else wording.NOT_SAID
    sampled = f", {volume.geometry.sampling}" if volume is not None else ""
    yield Fact(_STUDY_DATE, day(scan.study_date))
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
    yield Fact(_SERIES, wording.plain(scan.series_uid or "") or MISSING)


def reading_facts(case: Case) -> Iterator[Fact]:
    """Tell who read it, when and how."""
    reading, session = case.reading, case.reading.session
    found = [reading.origin(lobe.lobe, component) for lobe in case.score.lobes for component in Component]
    origins = list(dict.fromkeys(origin.value for origin in found if origin is not None))
    yield Fact("Reader", wording.plain(reading.reader or "") or wording.NOT_SAID, is_written=True)
    yield Fact("Status", "signed" if reading.status is Status.SIGNED else "draft")
    yield Fact("Findings were", " and ".join(origins) or MISSING)
    if reading.pattern is not None:
        by = f", read by {wording.plain(reading.pattern.by)}" if reading.pattern.by else ""
        yield Fact("Pattern", f"{wording.plain(reading.pattern.name)}{by}", is_written=True)
    for label, moment in ((_STARTED, session.started), (_ENDED, session.ended)):
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
    yield Fact(_READING, wording.plain(reading.id))


def criteria_facts(scheme: Scheme) -> Iterator[Fact]:
    """Say what each component grades by extent, and by presence."""
    for component in Component:
        criterion = scheme.criterion(component)
        measured = " or ".join(finding.full_name for finding in criterion.measured)
        rows = "; ".join(f"{grade}: {words}" for grade, words in criterion.rows())
        yield Fact(f"{component.capitalize()} extent: {measured}", rows)


def digest_facts(case: Case, program_version: str, book_head: str | None) -> Iterator[Fact]:
    """Tell what a report was made from."""
    yield Fact("Program", f"kazerooni {program_version}")
    recorded = case.reading.session.program_version
    if recorded is not None and recorded != program_version:
        yield Fact("Reading recorded with", f"kazerooni {wording.plain(recorded)}")
    for one in case.reading.inputs:
        yield Fact(wording.ROLES.get(one.role, wording.plain(one.role)), one.sha256 or "was never a file")
    if book_head is not None:
        yield Fact(wording.BOOK_HEAD, book_head)


def notice_views(case: Case) -> Iterator[NoticeView]:
    """Word the notices of a case, the gravest first."""
    for notice in worst_first(case.notices):
        yield NoticeView(
            severity=notice.severity,
            heading=wording.SEVERITIES[notice.severity],
            code=notice.code,
            message=_sentence(wording.plain(notice.message)),
        )


def _sentence(text: str) -> str:
    """Begin a message with a capital, unless it begins with the code of a lobe or a number."""
    return text[:1].upper() + text[1:]
