"""Beside a visit stand the nearest lung function, the doses of the day and the events since the visit before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import ReadingError
from kazerooni.model import Course, EventKind, LungChange, LungFunction, Patient, Treatment
from kazerooni.scoring import timeline
from kazerooni.scoring.beside import beside, doses, has_fvc, nearest_test
from tests.scoring.course_builders import course, event, lung_of, visit

DAY = date(2003, 6, 1)


def days(number: int) -> date:
    """Give the day so many days after `DAY`."""
    return DAY + timedelta(days=number)


def change_of(*tests: LungFunction) -> LungChange:
    """Give the change of lung function between two visits a year apart."""
    line = timeline([visit(DAY, 2), visit(days(365), 2)], course=course(*tests))
    found = line.points[1].since_previous
    assert found is not None
    assert found.lung is not None
    return found.lung


def test_the_nearest_test_within_the_window() -> None:
    """The nearest test counts; 90 days are within, 91 are not; of two as near the earlier one."""
    assert beside(course(lung_of(days(90), 70)), DAY, after=None).fvc is not None
    assert beside(course(lung_of(days(-91), 70)), DAY, after=None).fvc is None
    found = beside(course(lung_of(days(5), 80), lung_of(days(-5), 70), lung_of(days(-6), 60)), DAY, after=None).fvc
    assert found is not None
    assert (found.days, found.test.fvc_percent) == (-5, 70)


def test_fvc_and_dlco_may_come_from_two_days() -> None:
    """FVC and DLCO are each the nearest that holds them."""
    found = beside(course(lung_of(days(2), 70), lung_of(days(9), None, 60)), DAY, after=None)
    assert found.fvc is not None
    assert found.dlco is not None
    assert (found.fvc.days, found.dlco.days) == (2, 9)


@given(st.lists(st.tuples(st.integers(-200, 200), st.integers(20, 120)), max_size=6), st.integers(0, 120))
def test_no_test_lies_nearer(found: list[tuple[int, int]], window: int) -> None:
    """No other test within the window lies nearer than the one given, in whatever order they come."""
    tests = [lung_of(days(at), value) for at, value in found]
    near = nearest_test(tests, DAY, has_fvc, window_days=window)
    assert near == nearest_test(tests[::-1], DAY, has_fvc, window_days=window)
    within = [abs(at) for at, _ in found if abs(at) <= window]
    assert (near is None) == (not within)
    assert near is None or abs(near.days) == min(within)


def test_other_reference_equations_are_a_difference() -> None:
    """Between tests of two reference equations the difference is named; another correction of DLCO as well."""
    found = change_of(lung_of(DAY, 60, 60, reference="Quanjer 1993"), lung_of(days(365), 66, 62, is_hb_corrected=False))
    assert (found.fvc_percent, found.dlco_percent) == (6, 2)
    assert [(d.what, d.earlier, d.later) for d in found.differences] == [
        ("reference-equations", "Quanjer 1993", "GLI 2012"),
        ("hb-correction", "corrected", "not corrected"),
    ]


def test_two_units_of_dlco_have_no_difference() -> None:
    """DLCO in two units is not subtracted, and said to differ; in one unit it is."""
    first = LungFunction(on=DAY, dlco=6.0, dlco_unit="mmol/min/kPa")
    same = LungFunction(on=days(365), dlco=5.5, dlco_unit="mmol/min/kPa")
    other = LungFunction(on=days(365), dlco=17.0, dlco_unit="mL/min/mmHg")
    assert change_of(first, same).dlco == -0.5
    found = change_of(first, other)
    assert found.dlco is None
    assert [difference.what for difference in found.differences] == ["dlco-unit"]


def test_one_test_for_two_visits_is_no_change() -> None:
    """Where both visits stand beside the same test nothing is said to have changed, not even by 0."""
    line = timeline([visit(DAY, 2), visit(days(20), 2)], course=course(lung_of(days(10), 70)))
    change = line.points[1].since_previous
    assert change is not None
    assert change.lung is not None
    assert change.lung.fvc_percent is None


def test_doses_of_the_day() -> None:
    """The latest entry of a drug counts while it lasts and ends one without an end; a dose by weight is mg a day."""
    given = (
        Treatment(drug="Prednisone", start=days(0), dose=50, unit="mg/day"),
        Treatment(drug="prednisone", start=days(30), end=days(60), dose=5, unit="mg/day"),
        Treatment(drug="azathioprine", start=days(10), dose=2, unit="mg/kg/day", weight_kg=60),
        Treatment(drug="rituximab", start=days(10)),
    )

    def on(day: int) -> dict[str, float | None]:
        return {dose.drug: dose.mg_per_day for dose in doses(given, days(day))}

    assert on(-1) == {}
    assert on(0) == {"prednisone": 50}
    assert on(60) == {"azathioprine": 120, "prednisone": 5, "rituximab": None}
    assert on(61) == {"azathioprine": 120, "rituximab": None}


def test_a_dose_with_an_end_goes_on_after_a_shorter_one() -> None:
    """50 mg recorded to the end of day 90 are in force again when 5 mg from day 30 to 60 are over."""
    given = (
        Treatment(drug="prednisone", start=days(0), end=days(90), dose=50, unit="mg/day"),
        Treatment(drug="prednisone", start=days(30), end=days(60), dose=5, unit="mg/day"),
    )
    found = [[dose.mg_per_day for dose in doses(given, days(day))] for day in (29, 60, 61, 90, 91)]
    assert found == [[50], [5], [50], [50], []]


def test_events_since_the_visit_before() -> None:
    """Events stand beside the first visit that is not before them; those after the last stand beside none."""
    events = tuple(event(EventKind.RELAPSE, days(at)) for at in (400, -50, 0, 1, 365))
    line = timeline([visit(DAY, 2), visit(days(365), 2)], course=course(events=events))
    assert [[e.on for e in point.beside.events] for point in line.points if point.beside] == [
        [days(-50), days(0)],
        [days(1), days(365)],
    ]


def test_a_course_of_somebody_else_is_refused() -> None:
    """A course of another patient than the readings is refused, without a pseudonym in the message."""
    with pytest.raises(ReadingError, match="the course is of another patient") as told:
        timeline([visit(DAY, 2)], course=Course(patient=Patient(pseudonym="P-2")))
    assert "P-2" not in str(told.value)
    with pytest.raises(ReadingError, match="a window of -1 days"):
        timeline([visit(DAY, 2)], window_days=-1)
