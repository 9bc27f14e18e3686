"""The plot of a timeline: the same bytes every time, with every visit and the maximum in it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from kazerooni.model import Component, Course, LungFunction, Patient, Timeline, Treatment
from kazerooni.report import Report, timeline_plot
from kazerooni.scoring import timeline
from tests.report.builders import case_of, line_of
from tests.scoring.builders import reading_of, whole_lungs


@pytest.fixture
def line(three_visits: Report) -> Timeline:
    """Give the timeline of the three visits."""
    assert three_visits.line is not None
    return three_visits.line


@pytest.mark.parametrize("kind", ["svg", "png", "pdf"])
def test_the_same_timeline_gives_the_same_bytes(kind: str, line: Timeline) -> None:
    """A plot holds neither the moment nor chance, in any format."""
    first, second = (timeline_plot(line, kind=kind) for _ in range(2))  # type: ignore[arg-type]
    assert first == second
    assert b"Matplotlib v" not in first


def test_the_plot_names_totals_sums_and_maximum(line: Timeline) -> None:
    """Each total is written beside its point; the axis names the maximum, each line what it is."""
    svg = timeline_plot(line).decode()
    texts = (text for text in ET.fromstring(svg).iter() if text.tag.endswith("}text"))  # noqa: S314 - our own
    words = [" ".join("".join(text.itertext()).split()) for text in texts]
    totals = [str(point.score.totals.total) for point in line.points]
    assert all(total in words for total in totals)
    assert {"Total", "Alveolar", "Interstitial", "Score (total 0 to 50)"} <= set(words)


def test_the_plot_names_no_date_of_its_making_and_loads_nothing(line: Timeline) -> None:
    """The SVG has no metadata of its making and asks for nothing from elsewhere."""
    svg = timeline_plot(line).decode()
    assert "<dc:date>" not in svg
    assert not re.search(r'(?:href|src)="(?!#)', svg)


def test_a_visit_that_differs_is_hollow_and_other_readers_are_not_joined() -> None:
    """Points after a change of reader or technique are white inside; nothing joins visits of different readers."""
    same = case_of(date(1999, 1, 1)), case_of(date(2000, 1, 1))
    other = case_of(date(1999, 1, 1)), case_of(date(2000, 1, 1), reader="R2")
    plain, marked = (timeline_plot(line_of(*cases)).decode() for cases in (same, other))
    joins = (
        r"<path d=\"M [\d.]+ [\d.]+ \nL [\d.]+ [\d.]+ \n\"[^>]*style=\"fill: none; stroke: #(?:17303f|0072b2|b85c00)"
    )
    assert len(re.findall(joins, plain)) == 3
    assert not re.findall(joins, marked)
    white = r"fill: #ffffff; stroke: #(?:17303f|0072b2|b85c00)"
    assert not re.search(white, plain)
    assert len(re.findall(white, marked)) >= 3


def test_refused_totals_leave_a_gap() -> None:
    """A visit without a total is no point of the line, and no zero."""
    cases = case_of(date(1999, 1, 1), RUL={(1, 0): 300, (0, 0): 700}), case_of(date(2000, 1, 1))
    half = replace(
        cases[1].reading,
        tally=reading_of(whole_lungs(), measured=frozenset({Component.ALVEOLAR})).tally,
    )
    svg = timeline_plot(timeline([cases[0].reading, half])).decode()
    assert ">3<" in svg.replace(" ", "").replace("\n", "")


def test_one_visit_can_be_drawn() -> None:
    """A timeline of one visit is a plot of points."""
    assert timeline_plot(line_of(case_of(date(1999, 1, 1)))).startswith(b"<?xml")


def test_tests_of_other_reference_equations_are_not_joined() -> None:
    """FVC is joined from test to test, but not where the reference equations change."""
    on = [date(1999 + i, 1, 1) for i in range(3)]

    def joins(*references: str) -> int:
        tests = tuple(
            LungFunction(on=day, fvc_percent=60 + i, reference=reference)
            for i, (day, reference) in enumerate(zip(on, references, strict=True))
        )
        course = Course(patient=Patient(pseudonym="P-ABCDEF"), lung_function=tests)
        line = timeline([case_of(day).reading for day in on], course=course)
        return len(re.findall(r"stroke: #00735c; stroke-width: 1.5", timeline_plot(line).decode()))

    assert joins("GLI 2012", "GLI 2012", "GLI 2012") - joins("Quanjer 1993", "GLI 2012", "GLI 2012") == 1


def test_each_of_several_readers_is_drawn() -> None:
    """The readers of a visit are named in a legend, their totals drawn though there is no pooled number."""
    readings = [replace(case_of(date(1999, 1, 1), reader=who).reading, id=who) for who in ("Ann", "Bob")]
    svg = timeline_plot(timeline(readings)).decode()
    assert all(who in svg for who in ("Ann", "Bob"))


def test_a_dose_that_is_not_known_is_no_zero() -> None:
    """A drug of which no dose is known has no panel; the others are drawn only while they are in force."""

    def svg(*treatments: Treatment) -> str:
        course = Course(patient=Patient(pseudonym="P-ABCDEF"), treatments=treatments)
        return timeline_plot(timeline([case_of(date(1999, 1, 1)).reading], course=course)).decode()

    start = date(1998, 12, 1)
    unknown, known = (
        Treatment(drug="rituximab", start=start),
        Treatment(drug="ciclosporin", start=start, dose=90, unit="mg/day"),
    )
    assert "mg/day" not in svg(unknown)
    assert "ciclosporin" in svg(unknown, known)
    assert "rituximab" not in svg(unknown, known)


def test_a_dose_that_ended_before_the_plot_does_not_come_back() -> None:
    """50 mg without an end, changed by 5 mg that were over before the first day drawn, are not drawn."""
    rows = (
        Treatment(drug="prednisone", start=date(1996, 1, 1), dose=50, unit="mg/day"),
        Treatment(drug="Prednisone", start=date(1997, 1, 1), end=date(1997, 2, 1), dose=5, unit="mg/day"),
    )
    for treatments, is_drawn in ((rows, False), (rows[:1], True)):
        course = Course(patient=Patient(pseudonym="P-ABCDEF"), treatments=treatments)
        svg = timeline_plot(timeline([case_of(date(1999, 1, 1)).reading], course=course)).decode()
        assert ("prednisone" in svg) is is_drawn


def _words(svg: bytes) -> list[str]:
    texts = (text for text in ET.fromstring(svg).iter() if text.tag.endswith("}text"))  # noqa: S314 - our own
    return [" ".join("".join(text.itertext()).split()) for text in texts]


def test_the_axis_names_visits_that_lie_close(line: Timeline) -> None:
    """Of visits in 1999, 2000 and 2009 the axis names each year, that of 2000 a line lower."""
    assert [point.on.year for point in line.points] == [1999, 2000, 2009]
    assert [word for word in _words(timeline_plot(line)) if re.fullmatch(r"(?:19|20)\d\d", word)] == [
        "1999",
        "2000",
        "2009",
    ]


def test_the_axis_names_no_year_twice() -> None:
    """Two visits of one year have one name where the axis names years alone."""
    cases = [case_of(on) for on in (date(1999, 1, 2), date(1999, 12, 30), date(2009, 5, 20))]
    cases[1] = replace(cases[1], reading=replace(cases[1].reading, id="R-1999-b"))
    assert _words(timeline_plot(line_of(*cases))).count("1999") == 1


def _height_of(svg: bytes, word: str) -> float:
    moved = re.findall(rf">{word}</text>", svg.decode())
    assert len(moved) == 1
    (y,) = re.findall(rf'y="([\d.]+)"[^>]*>{word}</text>', svg.decode()) or re.findall(
        rf"translate\([\d.]+ ([\d.]+)\)[^>]*>{word}</text>", svg.decode()
    )
    return float(y)


def test_names_of_equal_sums_do_not_lie_on_each_other() -> None:
    """Where the interstitial sum is 0, total and alveolar sum are one point: their names stand 10 points apart."""
    cases = [case_of(on, RUL={(1, 0): 300, (0, 0): 700}) for on in (date(1999, 1, 2), date(2000, 1, 2))]
    svg = timeline_plot(line_of(*cases))
    heights = sorted(_height_of(svg, name) for name in ("Total", "Alveolar", "Interstitial"))
    assert all(below - above >= 10 for above, below in pairwise(heights))
    # The last total stands in the line of its name, not above it, where the next name is.
    assert _words(svg).count("3") >= 2
