"""What a report says of change: edges, what grades hide, several readers, lung function, two visits compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Case, Component, ComponentScore, Finding, Lobe
from kazerooni.report import Report, report_of
from kazerooni.report.blocks import Table
from kazerooni.report.captions import TWO_SCANS_CAPTION
from kazerooni.report.html import report_html
from kazerooni.report.pdf import report_pdf
from kazerooni.report.sheet import sections_of
from kazerooni.report.view import VisitView
from tests.report.builders import FIRST, SECOND, TECHNIQUE, VERSION, case_of, followed, scored, two_readers
from tests.report.pages import Page
from tests.scoring.builders import tally_of, whole_lungs


def _edge(report: Report, code: str, component: Component) -> str:
    row = next(row for row in report.changes[0].lobes if row.code == code)
    return next(move.edge for move in row.moves if move.component is component)


def test_edges_that_an_extent_crossed_are_named() -> None:
    """From 60 to 3 % crosses 5, 25 and 50 downwards; from 0 to 30 % crosses 0, 5 and 25 upwards; 30 to 40 none."""
    then = case_of(FIRST, RUL={(1, 0): 600, (0, 0): 400}, RLL={(1, 0): 300, (0, 0): 700})
    now = case_of(SECOND, RUL={(1, 0): 30, (0, 0): 970}, RLL={(1, 0): 400, (0, 0): 600}, LLL={(1, 0): 300, (0, 0): 700})
    report = report_of(now, prior=then, program_version=VERSION)
    assert _edge(report, "RUL", Component.ALVEOLAR) == "down across 5 and 25 and 50\N{NO-BREAK SPACE}%"
    assert _edge(report, "LLL", Component.ALVEOLAR) == "up across 0 and 5 and 25\N{NO-BREAK SPACE}%"
    assert _edge(report, "RLL", Component.ALVEOLAR) == ""


def _sampled(on: date, *marked: int) -> Case:
    """Give a visit whose slices only sample the lung: ground glass of RLL in voxels of 1000, slice by slice."""
    case = case_of(on)
    tally = tally_of(whole_lungs(), slices=len(marked))
    counts = tally.counts.copy()
    for index, voxels in enumerate(marked, start=1):
        counts[index, Lobe.RLL, 0, 0] = 1000 - voxels
        counts[index, Lobe.RLL, Finding.GROUND_GLASS.label, 0] = voxels
    return scored(replace(case.reading, tally=replace(tally, counts=counts, is_sampled=True)))


def _alveolar(case: Case) -> ComponentScore:
    return next(lobe for lobe in case.score.lobes if lobe.lobe is Lobe.RLL).alveolar


def test_what_a_grade_hides_is_told_where_intervals_part() -> None:
    """48 and 27 % are grade 3. On slices that are all alike sampling errs by nothing: the move is told as hidden."""
    then, now = _sampled(FIRST, *[480] * 12), _sampled(SECOND, *[270] * 12)
    assert (_alveolar(then).low, _alveolar(now).high) == (48, 27)
    (change,) = report_of(now, prior=then, program_version=VERSION).changes
    extents = "48.0 % (48.0 to 48.0) \N{RIGHTWARDS ARROW} 27.0 % (27.0 to 27.0)"
    assert change.hidden == (f"Alveolar of RLL: grade 3 at both visits, extent {extents}.",)


def test_what_a_grade_hides_is_not_told_where_intervals_meet() -> None:
    """48 and 27 % of slices that are all or nothing: the intervals meet, so sampling alone may be what moved."""
    then, now = _sampled(FIRST, *[960, 0] * 6), _sampled(SECOND, *[540, 0] * 6)
    old, new = _alveolar(then), _alveolar(now)
    assert (old.percent, new.percent, old.grade, new.grade) == (48, 27, 3, 3)
    assert old.low is not None
    assert new.high is not None
    assert old.low < new.high
    (change,) = report_of(now, prior=then, program_version=VERSION).changes
    assert change.hidden == ()
    assert "48.0 % " in change.still


def test_what_a_grade_hides_is_not_told_without_intervals() -> None:
    """Where slices do not sample the lung there is no interval, and nothing is called hidden."""
    then, now = (case_of(on, RLL={(1, 0): v, (0, 0): 1000 - v}) for on, v in ((FIRST, 480), (SECOND, 270)))
    (change,) = report_of(now, prior=then, program_version=VERSION).changes
    assert _alveolar(then).low is None
    assert change.hidden == ()
    assert "48.0 % " in change.still


def test_several_readers_stand_each_in_a_line() -> None:
    """Each reader of a visit has a line with the change of that reader alone; the report is of one of them."""
    report = two_readers()
    assert report.course is not None
    lines = [
        (visit.reader, visit.totals[-1].value, visit.since_previous, visit.is_this) for visit in report.course.visits
    ]
    assert lines == [
        ("R1", "4", "\N{EM DASH}", False),
        ("R2", "3", "\N{EM DASH}", False),
        ("R1", "2", "\N{MINUS SIGN}2", True),
        ("R2", "3", "0", False),
    ]
    assert report.changes[0].headline == "\N{MINUS SIGN}2"
    assert report.course.heading.startswith("2 visits")
    assert any("Several readers" in rule for rule in report.course.rules)


def test_lung_function_and_doses_stand_beside_the_visits() -> None:
    """FVC and DLCO near each visit with how near, the doses of the day, and their change in points and litres."""
    report = followed()
    assert report.course is not None
    rows = report.course.beside
    assert [row.fvc for row in rows] == [
        "60 % predicted, 2 L, that day",
        "75 % predicted, 2.5 L, 20 Mar 2000, 6 days after",
    ]
    assert rows[1].doses == "prednisone 20 mg/day"
    facts = {fact.label: fact.value for fact in report.changes[0].totals}
    assert facts["FVC"] == "+15.0 points of % predicted, +0.5 L"
    assert facts["DLCO"] == "+12.0 points of % predicted"


def test_what_people_wrote_of_the_course_is_no_markup() -> None:
    """A drug or a remark that is markup shows as it was written."""
    hostile = "<script>alert(1)</script>"
    page = Page(report_html(followed(drug=hostile, remarks=hostile)).decode("utf-8"))
    assert not page.of("script")
    assert page.text.count(hostile) >= 2


def test_two_visits_stand_side_by_side() -> None:
    """A comparison shows scans, drawings, notices and method of both, and needs two."""
    then, now = case_of(FIRST, RUL={(1, 0): 600, (0, 0): 400}), case_of(SECOND)
    report = report_of(now, prior=then, compare=True, program_version=VERSION)
    page = Page(report_html(report).decode("utf-8"))
    assert page.faults == []
    assert len(page.ids()) == len(set(page.ids()))
    assert "Alveolar grades, 2 Mar 1999" in page.text
    assert "Alveolar grades, 14 Mar 2000" in page.text
    assert page.text.count("was scored by reader R1") == 2
    assert report_pdf(report).startswith(b"%PDF")
    with pytest.raises(ReadingError, match="two visits"):
        report_of(now, compare=True, program_version=VERSION)


def test_what_is_another_one_at_every_visit_is_not_shaded() -> None:
    """A comparison shades the rows that differ, in HTML and PDF alike, but not dates, series and readings."""
    then, now = case_of(FIRST), case_of(SECOND, technique=replace(TECHNIQUE, kernel="B30f"))
    report = report_of(now, prior=then, compare=True, program_version=VERSION)
    assert report.comparison is not None
    rows = report.comparison.facts
    assert {row.label for row in rows if row.before != row.now} == {"Study date", "Series", "Kernel", "Reading"}
    assert [row.label for row in rows if row.stands_out] == ["Kernel"]
    page = Page(report_html(report).decode("utf-8"))
    assert [row.get("class") for row in page.of("tr")].count("this") == 1 + sum(v.is_this for v in _visits(report))
    tables = (block for section in sections_of(report) for block in section.blocks if isinstance(block, Table))
    (table,) = (table for table in tables if table.caption == TWO_SCANS_CAPTION)
    assert [table.rows[number][0].parts for number in table.marked] == [("Kernel",)]


def _visits(report: Report) -> tuple[VisitView, ...]:
    return () if report.course is None else report.course.visits
