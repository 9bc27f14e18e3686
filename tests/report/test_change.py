"""What a report says of change: edges, what grades hide, several readers, lung function, two visits compared."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Component, Course, Event, EventKind, LungFunction, Patient, Treatment
from kazerooni.report import Report, report_of
from kazerooni.report.html import report_html
from kazerooni.report.pdf import report_pdf
from kazerooni.scoring import timeline
from tests.report.builders import VERSION, case_of
from tests.report.pages import Page

FIRST, SECOND = date(1999, 3, 2), date(2000, 3, 14)


def _edge(report: Report, code: str, component: Component) -> str:
    row = next(row for row in report.changes[0].lobes if row.code == code)
    return next(move.edge for move in row.moves if move.component is component)


def test_edges_that_an_extent_crossed_are_named() -> None:
    """From 60 to 3 % crosses 5, 25 and 50 downwards; from 0 to 30 % crosses 0, 5 and 25 upwards; 30 to 40 none."""
    then = case_of(FIRST, RUL={(1, 0): 600, (0, 0): 400}, RLL={(1, 0): 300, (0, 0): 700})
    now = case_of(SECOND, RUL={(1, 0): 30, (0, 0): 970}, RLL={(1, 0): 400, (0, 0): 600}, LLL={(1, 0): 300, (0, 0): 700})
    report = report_of(now, prior=then, program_version=VERSION)
    assert _edge(report, "RUL", Component.ALVEOLAR) == "down across 5 and 25 and 50 %"
    assert _edge(report, "LLL", Component.ALVEOLAR) == "up across 0 and 5 and 25 %"
    assert _edge(report, "RLL", Component.ALVEOLAR) == ""


def test_what_a_grade_hides_is_told_where_intervals_part() -> None:
    """48 and 27 % are one grade: with intervals that have nothing in common it is told, with wide ones it is not."""
    then = case_of(FIRST, RLL={(1, 0): 480, (0, 0): 520})
    now = case_of(SECOND, RLL={(1, 0): 270, (0, 0): 730})
    report = report_of(now, prior=then, program_version=VERSION)
    graded = next(lobe for lobe in now.score.lobes if lobe.lobe.name == "RLL").alveolar
    before = next(lobe for lobe in then.score.lobes if lobe.lobe.name == "RLL").alveolar
    assert graded.grade == before.grade
    known = None not in (graded.high, before.low)
    apart = known and (graded.high or 0) < (before.low or 0)
    told = [line for line in report.changes[0].hidden if "RLL" in line]
    assert bool(told) == apart
    assert "48.0 % " in report.changes[0].still or told


def _two_readers() -> Report:
    cases = [
        case_of(FIRST, RUL={(1, 0): 600, (0, 0): 400}),
        case_of(SECOND, RUL={(1, 0): 100, (0, 0): 900}),
        case_of(FIRST, reader="R2", RUL={(1, 0): 300, (0, 0): 700}),
        case_of(SECOND, reader="R2", RUL={(1, 0): 300, (0, 0): 700}),
    ]
    readings = [replace(case.reading, id=f"{case.reading.id}-{case.reading.reader}") for case in cases]
    return report_of(replace(cases[1], reading=readings[1]), timeline=timeline(readings), program_version=VERSION)


def test_several_readers_stand_each_in_a_line() -> None:
    """Each reader of a visit has a line with the change of that reader alone; the report is of one of them."""
    report = _two_readers()
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


def _followed(**words: str) -> Report:
    cases = [case_of(FIRST, RUL={(1, 0): 600, (0, 0): 400}), case_of(SECOND, RUL={(1, 0): 100, (0, 0): 900})]
    drug, remarks = words.get("drug", "prednisone"), words.get("remarks", "")
    course = Course(
        patient=Patient(pseudonym="P-ABCDEF"),
        lung_function=(
            LungFunction(on=FIRST, fvc_l=2.0, fvc_percent=60.0, dlco_percent=40.0),
            LungFunction(on=date(2000, 3, 20), fvc_l=2.5, fvc_percent=75.0, dlco_percent=52.0),
        ),
        treatments=(Treatment(drug=drug, start=FIRST, end=None, dose=20.0, unit="mg/day"),),
        events=(Event(kind=EventKind.RELAPSE, on=date(1999, 5, 1), remarks=remarks),),
    )
    line = timeline([case.reading for case in cases], course=course)
    return report_of(cases[1], timeline=line, program_version=VERSION)


def test_lung_function_and_doses_stand_beside_the_visits() -> None:
    """FVC and DLCO near each visit with how near, the doses of the day, and their change in points and litres."""
    report = _followed()
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
    page = Page(report_html(_followed(drug=hostile, remarks=hostile)).decode("utf-8"))
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
