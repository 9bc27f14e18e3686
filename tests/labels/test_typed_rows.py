"""A row of a table of typed values is taken as it was typed, or refused with its line and column."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from kazerooni.labels import read_typed_table
from kazerooni.model import Component, Entry, Finding, Lobe, SchemeRef, State, TypedValue
from kazerooni.scoring import find_scheme
from tests.labels.typed_builders import cells, entries_of, problems_of, table_of

ALVEOLAR, INTERSTITIAL = Component.ALVEOLAR, Component.INTERSTITIAL


def _value(folder: Path, **said: str) -> TypedValue:
    """Read a table of one row, and give its value."""
    ((value,),) = (entry.values for entry in entries_of(folder, cells(**said)))
    return value


def _problem(folder: Path, **said: str) -> str:
    """Give the one problem of a table of one row."""
    (problem,) = problems_of(table_of(folder, cells(**said)))
    return problem


@pytest.mark.parametrize("typed", ["0", "100", "12.5", "12.50", "40.000", "0.0000001", "99.99999999999999999999"])
def test_a_percent_is_kept_digit_for_digit(tmp_path: Path, typed: str) -> None:
    """A percent is the decimal number that was typed, with all its digits."""
    percent = _value(tmp_path, finding="ground_glass", percent=typed).percent
    assert percent is not None
    assert percent.as_tuple() == Decimal(typed).as_tuple()


@pytest.mark.parametrize("typed", ["12.5%", "12.5 %", " 12.5 ", "012.5"])
def test_a_percent_may_carry_its_sign(tmp_path: Path, typed: str) -> None:
    """A percent sign, blanks around the number and leading zeros change nothing."""
    assert _value(tmp_path, finding="ground_glass", percent=typed).percent == Decimal("12.5")


def test_a_decimal_comma_needs_semicolons(tmp_path: Path) -> None:
    """12,5 is read where semicolons part the cells, and refused where commas or tabs do, quoted or not."""
    row = cells(finding="ground_glass", percent="12,5")
    for typed in ("12,5", "12.5"):
        ((value,),) = (e.values for e in entries_of(tmp_path, {**row, "percent": typed}, separator=";"))
        assert value.percent == Decimal("12.5")
    for separator in (",", "\t"):
        (problem,) = problems_of(table_of(tmp_path, row, separator=separator))
        assert problem.startswith("line 2, column percent: found '12,5', a decimal point is wanted")


@pytest.mark.parametrize("typed", ["140", "100.01", "-1", "-0", "1000000"])
def test_a_percent_lies_from_0_to_100(tmp_path: Path, typed: str) -> None:
    """A percent below 0 or above 100 is refused, and quoted."""
    problem = _problem(tmp_path, finding="ground_glass", percent=typed)
    assert problem == f"line 2, column percent: found '{typed}', 0 to 100 is wanted"


@pytest.mark.parametrize(
    "typed", ["1e1", "nan", "inf", "+5", "5.", ".5", "5-10", "<5", "1.000.0", "५", "five", "5 %%", "%", "0x10", "1_0"]
)
def test_a_percent_is_a_decimal_number(tmp_path: Path, typed: str) -> None:
    """What is no plain decimal number is refused as a percent."""
    problem = _problem(tmp_path, finding="ground_glass", percent=typed)
    assert problem.startswith(f"line 2, column percent: found '{typed}', a decimal number from 0 to 100 is wanted")


@pytest.mark.parametrize(
    ("typed", "present"),
    [("yes", True), ("no", False), ("TRUE", True), ("False", False), ("1", True), ("0", False), ("Yes", True)],
)
def test_presence_in_words_and_digits(tmp_path: Path, typed: str, *, present: bool) -> None:
    """A presence is a yes or no in any of its usual forms."""
    assert _value(tmp_path, finding="septal", present=typed) == TypedValue(finding=Finding.SEPTAL, present=present)


@pytest.mark.parametrize(
    ("typed", "finding"),
    [
        ("ground glass", Finding.GROUND_GLASS),
        ("Ground-Glass", Finding.GROUND_GLASS),
        ("CONSOLIDATION", Finding.CONSOLIDATION),
        ("septal", Finding.SEPTAL),
        ("Septal  thickening", Finding.SEPTAL),
        ("reticulation", Finding.RETICULATION),
        ("honeycombing", Finding.HONEYCOMBING),
    ],
)
def test_findings_by_their_names(tmp_path: Path, typed: str, finding: Finding) -> None:
    """A finding is known by its short and full name, and tells its component."""
    (entry,) = entries_of(tmp_path, cells(finding=typed, percent="5"))
    assert (entry.component, entry.values[0].finding) == (finding.component, finding)


@pytest.mark.parametrize("lobe", [*Lobe])
def test_lobes_by_their_names(tmp_path: Path, lobe: Lobe) -> None:
    """A lobe is known by its abbreviation in any case, the lingula by its name too."""
    for typed in (lobe.name, lobe.name.lower(), "Lingula" if lobe is Lobe.LIN else f" {lobe.name} "):
        (entry,) = entries_of(tmp_path, cells(lobe=typed, finding="septal", percent="5"))
        assert entry.lobe is lobe


def test_traction_bronchiectasis_stands_apart(tmp_path: Path) -> None:
    """Traction bronchiectasis is a yes or no of a lobe, and no entry."""
    rows = [
        cells(lobe=lobe, finding="traction bronchiectasis", present=p) for lobe, p in (("LLL", "yes"), ("RUL", "no"))
    ]
    (reading,) = read_typed_table(table_of(tmp_path, *rows))
    assert dict(reading.traction) == {Lobe.RUL: False, Lobe.LLL: True}
    assert reading.entries == ()


def test_traction_bronchiectasis_has_no_percent(tmp_path: Path) -> None:
    """A percent or grade of traction bronchiectasis is refused, and where to write it is told."""
    for column in ("percent", "grade"):
        problem = _problem(tmp_path, finding="traction_bronchiectasis", **{column: "4"})
        assert problem.startswith(f"line 2, column {column}: traction bronchiectasis is a yes or no of a lobe")


def test_a_grade_is_of_the_scheme_of_the_table(tmp_path: Path) -> None:
    """A grade without a scheme is of the scheme that the table is read with; a named one goes before it."""
    rows = [
        cells(component="alveolar", grade="3"),
        cells(component="interstitial", grade="1", scheme="kazerooni"),
        cells(lobe="LLL", component="alveolar", grade="5", scheme="kazerooni-mean", scheme_version="1"),
    ]
    (reading,) = read_typed_table(table_of(tmp_path, *rows), scheme=find_scheme("kazerooni-fibrosis"))
    schemes = [entry.values[0].scheme for entry in reading.entries]
    assert schemes == [SchemeRef(f"kazerooni{suffix}", 1) for suffix in ("-fibrosis", "", "-mean")]
    assert [entry.values[0].grade for entry in reading.entries] == [3, 1, 5]


@pytest.mark.parametrize("component", ["alveolar", "interstitial"])
def test_a_grade_is_one_of_its_criterion(tmp_path: Path, component: str) -> None:
    """A grade above the highest of its component is refused with the scheme that says so."""
    problem = _problem(tmp_path, component=component, grade="6")
    assert problem == f"line 2, column grade: found '6', 0 to 5 is wanted ({component} by kazerooni 1)"


@pytest.mark.parametrize("typed", ["2.5", "3.0", "-1", "II", "1e0"])
def test_a_grade_is_a_whole_number(tmp_path: Path, typed: str) -> None:
    """What is no whole number is refused as a grade."""
    problem = _problem(tmp_path, component="alveolar", grade=typed)
    assert problem == f"line 2, column grade: found '{typed}', a whole number is wanted"


def test_a_grade_of_the_lingula_needs_a_scheme_that_grades_it(tmp_path: Path) -> None:
    """A grade of the lingula is refused under five lobes, and read under six."""
    row = {"lobe": "LIN", "component": "alveolar", "grade": "3"}
    assert _problem(tmp_path, **row).startswith("line 2, column lobe: kazerooni 1 does not grade LIN apart")
    assert _value(tmp_path, scheme="kazerooni-lingula", **row).scheme == SchemeRef("kazerooni-lingula", 1)


def test_an_unknown_scheme_is_refused(tmp_path: Path) -> None:
    """A scheme or version that is not published is refused with those that are."""
    for named in ({"scheme": "warrick"}, {"scheme_version": "7"}):
        problem = _problem(tmp_path, component="alveolar", grade="1", **named)
        assert problem.startswith("line 2, column scheme: scheme '")
        assert "choose one of: kazerooni 1" in problem


def test_a_finding_has_no_grade(tmp_path: Path) -> None:
    """A grade beside a finding is refused: a grade is of the whole component."""
    problem = _problem(tmp_path, finding="honeycombing", grade="2")
    assert problem.startswith("line 2, column finding: honeycombing: a grade is 0 or more and of a whole component")


def test_nothing_was_found(tmp_path: Path) -> None:
    """0 percent, or not present, of a component without a finding says that nothing was found."""
    for component in Component:
        assert _value(tmp_path, component=component, percent="0").exact == 0
        assert _value(tmp_path, component=component, present="no").exact == 0


def test_an_interstitial_percent_needs_its_finding(tmp_path: Path) -> None:
    """An interstitial percent without a finding is refused; an alveolar one is the whole component's."""
    problem = _problem(tmp_path, component="interstitial", percent="40")
    assert problem.startswith("line 2, column finding: a percent of 40 without a finding")
    assert _value(tmp_path, component="alveolar", percent="40") == TypedValue(percent=Decimal(40))


def test_a_presence_needs_its_finding(tmp_path: Path) -> None:
    """Something present that is not named is refused."""
    assert _problem(tmp_path, component="alveolar", present="yes").startswith(
        "line 2, column finding: something is said"
    )


@pytest.mark.parametrize("state", ["", "assessed", "Assessed", "NA"])
def test_a_value_is_assessed(tmp_path: Path, state: str) -> None:
    """Beside a value the state is assessed, or not said."""
    (entry,) = entries_of(tmp_path, cells(component="alveolar", percent="5", state=state))
    assert entry.state is State.ASSESSED


def test_a_state_without_a_value(tmp_path: Path) -> None:
    """A component that is not assessable, and a lobe that is absent, are said without a value, with or without why."""
    rows = [
        cells(component="alveolar", state="not assessable", reason="Collapse, since 1999"),
        cells(component="interstitial", state="NOT_ASSESSABLE"),
        cells(lobe="RML", component="alveolar", state="absent", reason="lobectomy"),
    ]
    assert entries_of(tmp_path, *rows) == (
        Entry(lobe=Lobe.RUL, component=ALVEOLAR, state=State.NOT_ASSESSABLE, reason="Collapse, since 1999"),
        Entry(lobe=Lobe.RUL, component=INTERSTITIAL, state=State.NOT_ASSESSABLE),
        Entry(lobe=Lobe.RML, component=ALVEOLAR, state=State.ABSENT, reason="lobectomy"),
    )


def test_a_lobe_is_absent_in_both_components(tmp_path: Path) -> None:
    """A row without a component says of the whole lobe that it is absent; not assessable needs its component."""
    entries = entries_of(tmp_path, cells(state="absent", reason="lobectomy"))
    assert [(entry.component, entry.state, entry.reason) for entry in entries] == [
        (component, State.ABSENT, "lobectomy") for component in Component
    ]
    assert _problem(tmp_path, state="not_assessable").startswith("line 2, column component: is empty")


@pytest.mark.parametrize(
    ("said", "column", "words"),
    [
        ({"component": "alveolar"}, "percent", "is empty, as are present and grade"),
        ({"component": "alveolar", "state": "assessed"}, "percent", "is empty, as are present and grade"),
        ({"finding": "septal", "percent": "5", "present": "yes"}, "present", "stands beside percent"),
        ({"component": "alveolar", "percent": "5", "grade": "1"}, "grade", "stands beside percent"),
        ({"percent": "5"}, "component", "is empty, and no finding tells it"),
        (
            {"finding": "septal", "component": "alveolar", "percent": "5"},
            "component",
            "septal thickening is interstitial",
        ),
        ({"finding": "septal", "percent": "5", "reason": "motion"}, "reason", "says why not"),
        ({"component": "alveolar", "percent": "0", "state": "absent"}, "percent", "stands beside the state absent"),
        ({"finding": "septal", "state": "not_assessable"}, "finding", "stands beside the state not_assessable"),
        ({"finding": "emphysema", "percent": "5"}, "finding", "found 'emphysema', one of ground_glass, consolidation"),
        ({"lobe": "upper", "component": "alveolar", "percent": "5"}, "lobe", "found 'upper', RUL, RML, RLL"),
        ({"lobe": "", "component": "alveolar", "percent": "5"}, "lobe", "is empty; RUL, RML, RLL"),
        ({"component": "airway", "percent": "5"}, "component", "found 'airway', alveolar or interstitial"),
        ({"component": "alveolar", "state": "unclear"}, "state", "found 'unclear', assessed, not_assessable, absent"),
        ({"finding": "septal", "present": "maybe"}, "present", "found 'maybe', yes or no is wanted"),
        ({"component": "alveolar", "percent": "5", "reader": "R\n1"}, "reader", "one line without control characters"),
        ({"component": "alveolar", "percent": "5", "reader": "R" * 501}, "reader", "500 characters at most"),
        ({"component": "alveolar", "percent": "5", "patient": "Zyxwv\x07"}, "patient", "never a name"),
        ({"component": "alveolar", "percent": "5", "patient": "Zyxwv^Anna"}, "patient", "never a name"),
        ({"component": "alveolar", "percent": "5", "reader": "R\x07"}, "reader", "one line without"),
        ({"component": "alveolar", "percent": "5", "patient": ""}, "patient", "is empty, and no series_uid"),
        ({"component": "alveolar", "percent": "5", "study_date": "NA"}, "study_date", "is empty, and no series_uid"),
        ({"component": "alveolar", "percent": "5", "series_uid": "1.2 3"}, "series_uid", "a UID without blanks"),
        ({"component": "alveolar", "percent": "5", "study_uid": "1." + "2" * 70}, "study_uid", "64 characters at most"),
        ({"component": "alveolar", "percent": "5", "series_uid": "1.2E+34"}, "series_uid", "a spreadsheet rounded"),
    ],
)
def test_what_a_row_may_not_say(tmp_path: Path, said: dict[str, str], column: str, words: str) -> None:
    """A row that lacks something or contradicts itself is refused, with the column and what is wanted."""
    problem = _problem(tmp_path, **said)
    assert problem.startswith(f"line 2, column {column}: ")
    assert words in problem


@pytest.mark.parametrize("typed", ["03/02/2001", "20010203", "2001-2-3", "3.2.2001", "2001-W05-6", "2001-02-03T00:00"])
def test_dates_are_iso_dates(tmp_path: Path, typed: str) -> None:
    """A date in another form than year-month-day is refused: it may be another day in another country."""
    problem = _problem(tmp_path, component="alveolar", percent="5", study_date=typed)
    assert problem.startswith(f"line 2, column study_date: found '{typed}', an ISO date is wanted, year-month-day")


def test_a_date_is_a_day_of_the_calendar(tmp_path: Path) -> None:
    """The 30th of February is refused."""
    assert "a day of the calendar" in _problem(tmp_path, component="alveolar", percent="5", study_date="2001-02-30")


def test_every_unfit_cell_of_a_row_is_told(tmp_path: Path) -> None:
    """A row with several unfit cells gives a problem for each of them."""
    row = cells(lobe="X", finding="Y", percent="Z", study_date="today")
    columns = [problem.split(":")[0] for problem in problems_of(table_of(tmp_path, row))]
    assert sorted(columns) == [f"line 2, column {column}" for column in ("finding", "lobe", "percent", "study_date")]


def test_a_series_stands_for_patient_and_date(tmp_path: Path) -> None:
    """A row that names its series needs no patient and no date."""
    row = cells(patient="", study_date="na", series_uid="1.2.3", component="alveolar", percent="5")
    (reading,) = read_typed_table(table_of(tmp_path, row))
    assert (reading.scan.patient, reading.scan.study_date, reading.scan.series_uid) == (None, None, "1.2.3")
