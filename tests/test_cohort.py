"""From courses and tables to a cohort, and the files that it leaves behind."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from kazerooni.errors import OutputError, ReadingError, SchemeError, TableError
from kazerooni.model import (
    Component,
    Course,
    Entry,
    Event,
    EventKind,
    Lobe,
    LungFunction,
    Patient,
    Reading,
    ScanRef,
    SchemeRef,
    Status,
    Supersedes,
    Treatment,
    TypedValue,
)
from kazerooni.stats import CohortRules, Dated, PatientSeries, Variable, cohort
from kazerooni.workflow import (
    CohortInput,
    DatedSums,
    cohort_of_courses,
    gather_cohort,
    series_from_scores,
    write_cohort,
)

TODAY = date(2026, 1, 1)
START = date(2000, 1, 10)
RULES = CohortRules(scheme="kazerooni", scheme_version=1, maximum=50.0)
FIVE = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)


def reading(
    name: str,
    on: date,
    grade: int,
    *,
    reader: str = "A",
    status: Status = Status.SIGNED,
    scheme: str = "kazerooni",
    supersedes: str | None = None,
) -> Reading:
    """Build a reading whose every grade is the same: its total is ten times it."""
    typed = TypedValue(grade=grade, scheme=SchemeRef(scheme, 1))
    return Reading(
        id=name,
        scan=ScanRef(patient="P1", study_date=on),
        reader=reader,
        status=status,
        entries=tuple(Entry(lobe=lobe, component=c, values=(typed,)) for lobe in FIVE for c in Component),
        supersedes=None if supersedes is None else Supersedes(supersedes, "read again"),
    )


def course(*readings: Reading, **known: object) -> Course:
    """Build the course of a patient whose treatment starts on START."""
    events = (Event(kind=EventKind.TREATMENT_START, on=START), Event(kind=EventKind.ONSET, on=date(1999, 6, 1)))
    return Course(patient=Patient(pseudonym="P1", pattern="NSIP"), readings=readings, events=events, **known)  # type: ignore[arg-type]


def only(given: CohortInput) -> PatientSeries:
    """Give the one patient."""
    (one,) = given.series
    return one


def test_drafts_and_superseded_readings_never_count() -> None:
    """Of a draft, a reading and the one in its place only the last has a total, and what was left out is told.

    A draft takes nobody's place.
    """
    given = cohort_of_courses(
        [
            course(
                reading("old", START, 1),
                reading("new", START, 2, supersedes="old"),
                reading("draft", START, 5, status=Status.DRAFT, supersedes="new"),
            )
        ]
    )
    assert only(given).values[Variable.TOTAL] == (Dated(START, 20.0, "A"),)
    assert set(given.told) == {"1 reading left out: draft", "1 reading left out: superseded"}


def test_readings_of_one_day_are_their_mean_of_all_their_readers() -> None:
    """Totals of 10 and 20 of one day are 15, its origin both readers."""
    given = cohort_of_courses([course(reading("a", START, 1, reader="B"), reading("b", START, 2, reader="A"))])
    assert only(given).values[Variable.TOTAL] == (Dated(START, 15.0, "A and B"),)
    assert only(given).values[Variable.ALVEOLAR] == (Dated(START, 7.5, "A and B"),)


def test_grades_under_another_scheme_never_mix() -> None:
    """A reading whose grades were typed by other edges is left out, and that is told; so is one without a total."""
    given = cohort_of_courses([course(reading("a", START, 1, scheme="kazerooni-fibrosis"))])
    assert only(given).values[Variable.TOTAL] == ()
    assert given.told == ("1 reading left out: cannot be graded by kazerooni",)
    whole = reading("b", START, 1)
    given = cohort_of_courses([course(replace(whole, entries=whole.entries[1:]))])
    assert only(given).values[Variable.TOTAL] == ()
    assert given.told == ("1 reading left out: has no total, as grades are missing",)
    with pytest.raises(SchemeError, match="unknown"):
        cohort_of_courses([], scheme="other")


def test_the_index_event_is_the_one_that_is_named() -> None:
    """Months count from the start of treatment, the onset or the first score; None where it was not recorded."""
    one = course(reading("a", date(1999, 12, 1), 1))
    days = {name: only(cohort_of_courses([one], index=name)).index for name in ("treatment_start", "onset", "first")}
    assert days == {"treatment_start": START, "onset": date(1999, 6, 1), "first": date(1999, 12, 1)}
    assert only(cohort_of_courses([Course(patient=Patient(pseudonym="P1"))])).index is None


def test_prednisone_is_read_where_the_time_points_are() -> None:
    """A taper has its dose on the index day and at 12 months; other drugs add nothing, and the last day ends it."""
    taper = (
        Treatment(drug="Prednisone", start=START, dose=25, unit="mg/day"),
        Treatment(drug="prednisone", start=date(2000, 9, 1), dose=5, unit="mg/day"),
        Treatment(drug="azathioprine", start=START, dose=100, unit="mg/day"),
    )
    seen = LungFunction(on=date(2001, 3, 1), fvc_percent=70, reference="GLI 2012")
    given = cohort_of_courses([course(treatments=taper, lung_function=(seen,))])
    found = cohort(given.series, RULES).all
    medians = {at: found.point(Variable.PREDNISONE, at).summary.median for at in ("baseline", "12 months")}
    assert medians == {"baseline": 25, "12 months": 5}
    assert max(one.on for one in only(given).values[Variable.PREDNISONE]) == date(2001, 3, 1)
    assert only(given).values[Variable.FVC] == (Dated(date(2001, 3, 1), 70.0, "GLI 2012"),)


def test_the_treatment_of_table_1_is_that_of_the_last_row() -> None:
    """An open 50 mg that a row of 25 mg to its end changed is not in force after it, however the drug is written."""
    rows = (
        Treatment(drug="Prednisone", start=date(1999, 11, 1), dose=50, unit="mg/day"),
        Treatment(drug="prednisone", start=date(1999, 12, 1), end=date(1999, 12, 31), dose=25, unit="mg/day"),
    )
    assert only(cohort_of_courses([course(treatments=rows)])).profile.treatment == ""
    assert only(cohort_of_courses([course(treatments=rows[:1])])).profile.treatment == "Prednisone 50 mg/day"


def test_other_corticosteroids_are_told() -> None:
    """Prednisolone is no prednisone: its dose adds nothing, and who took it is told as a number of patients."""
    rows = (Treatment(drug="Prednisolone", start=START, dose=25, unit="mg/day"),)
    given = cohort_of_courses([course(treatments=rows)])
    assert only(given).values[Variable.PREDNISONE] == ()
    assert given.told == (
        "1 patient took other corticosteroids (prednisolone): they are not counted or converted, prednisone alone is",
    )


def test_dlco_with_and_without_haemoglobin_is_of_two_origins() -> None:
    """Correction for haemoglobin shifts DLCO as reference equations do, and says nothing of FVC."""
    test = LungFunction(on=START, fvc_percent=70, dlco_percent=60, reference="GLI 2017", is_hb_corrected=True)
    values = only(cohort_of_courses([course(lung_function=(test,))])).values
    assert values[Variable.DLCO] == (Dated(START, 60.0, "GLI 2017, Hb-corrected"),)
    assert values[Variable.FVC] == (Dated(START, 70.0, "GLI 2017"),)


def table(path: Path, *rows: str, head: str = "patient,date,event,pattern,fvc_percent,total,scheme,reader") -> Path:
    """Write a table with totals."""
    path.write_text("\n".join((head, *rows)), encoding="utf-8")
    return path


def test_a_table_with_totals_is_enough(tmp_path: Path) -> None:
    """Rows of patient and day give series as readings do; a total of another scheme is left out and told."""
    path = table(
        tmp_path / "totals.csv",
        "P1,2000-01-10,treatment_start,UIP,60,16,kazerooni,A",
        "P1,2001-01-12,,,75,10,kazerooni 1,B",
        "P1,2002-01-12,,,,9,kazerooni-mean,B",
        "P1,2005-03-01,death,,,,,",
    )
    given = gather_cohort([path], today=TODAY)
    one = only(given)
    assert (one.patient, one.pattern, one.index, one.died) == ("P1", "UIP", START, date(2005, 3, 1))
    assert one.values[Variable.TOTAL] == (Dated(START, 16.0, "A"), Dated(date(2001, 1, 12), 10.0, "B"))
    assert [value.value for value in one.values[Variable.FVC]] == [60, 75]
    assert given.told == ("1 total left out: of the scheme kazerooni-mean, not kazerooni",)
    assert [digest.role for digest in given.inputs] == ["table"]


def test_all_bad_rows_are_told_at_once(tmp_path: Path) -> None:
    """Each bad cell is told with its line and column, and nothing is taken."""
    path = table(
        tmp_path / "totals.csv",
        "P1,2030-01-10,treatment_start,UIP,60,16,kazerooni,A",
        "P1,2001-01-12,,,250,10,kazerooni,B",
        "P1,2002-01-12,,,,9,,B",
        "P1,2003-01-12,,NSIP,,51,kazerooni,B",
        "P1,03/04/2003,,,,x,kazerooni,B",
        "P2,2003-01-12,,UIP,70,,,",
        "P2,2003-01-12,,NSIP,71,,,",
    )
    with pytest.raises(TableError) as caught:
        gather_cohort([path], today=TODAY)
    assert [problem.partition(":")[0] for problem in caught.value.problems] == [
        "line 2, column date", "line 3, column fvc_percent", "line 4, column scheme", "line 5, column total",
        "line 6, column date", "line 6, column total", "line 8, column pattern", "line 8, column fvc_percent",
    ]  # fmt: skip
    assert str(caught.value).startswith("totals.csv: 8 problems, so nothing was taken")


def test_bad_tables_of_a_score_book_are_refused_with_every_problem(tmp_path: Path) -> None:
    """FVC of 250 % in a table of lung function is refused as the score book refuses it."""
    (tmp_path / "lung_function.csv").write_text("patient,date,fvc_percent\nP1,2001-01-01,250\n", encoding="utf-8")
    with pytest.raises(TableError, match="percent predicted from 5 to 200 are wanted"):
        gather_cohort([tmp_path], today=TODAY)
    with pytest.raises(ReadingError, match="missing: is not there"):
        gather_cohort([tmp_path / "missing"], today=TODAY)


def test_a_cohort_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    """Tables with their dictionaries, figures and document stand in a new folder; one that is there is left alone."""
    rows = [
        f"P{n},{day},{event},{'UIP' if n < 3 else 'NSIP'},{60 + n + k},{10 + n - k},kazerooni,A"
        for n in range(6)
        for k, (day, event) in enumerate((("2000-01-10", "treatment_start"), ("2001-01-10", ""), ("2004-01-10", "")))
    ]
    given = gather_cohort([table(tmp_path / "totals.csv", *rows)], today=TODAY)
    found = cohort(given.series, RULES)
    names = write_cohort(found, given, tmp_path / "out")
    assert sorted(names) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert {"table-1.csv", "table-2.csv", "figure-1.png", "figure-2.svg", "figure-3.svg", "cohort.json"} <= set(names)
    for path in (tmp_path / "out").glob("*[!y].csv"):
        with path.open(encoding="utf-8", newline="") as file:
            head = next(csv.reader(file))
        with path.with_suffix(".dictionary.csv").open(encoding="utf-8", newline="") as file:
            assert [row["name"] for row in csv.DictReader(file)] == head
    document = json.loads((tmp_path / "out" / "cohort.json").read_text("utf-8"))
    assert document["inputs"] == [{"role": "table", "sha256": given.inputs[0].sha256}]
    with pytest.raises(OutputError, match="is there already"):
        write_cohort(found, given, tmp_path / "out")
    assert not list(tmp_path.glob(".kazerooni*"))


def test_a_store_needs_no_readings() -> None:
    """From the rows of its scores comes the series that the readings give."""
    seen = LungFunction(on=date(2001, 3, 1), fvc_percent=70)
    taper = Treatment(drug="prednisone", start=START, dose=25, unit="mg/day")
    known = {"lung_function": (seen,), "treatments": (taper,)}
    readings = (reading("a", START, 1, reader="B"), reading("b", START, 2), reading("c", date(2001, 2, 1), 1))
    rows = [
        DatedSums(START, 5, 5, 10, "B"), DatedSums(date(2001, 2, 1), 5, 5, 10, "A"), DatedSums(START, 10, 10, 20, "A"),
    ]  # fmt: skip
    from_rows = series_from_scores(course(**known), rows, index="treatment_start")
    assert from_rows == only(cohort_of_courses([course(*readings, **known)]))
