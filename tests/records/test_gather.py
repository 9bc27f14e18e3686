"""Files and folders become courses: every row is checked, all that is wrong is told, and then nothing is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kazerooni.errors import ReadingError
from kazerooni.labels import write_reading
from kazerooni.model import (
    Component,
    Course,
    Entry,
    EventKind,
    Lobe,
    Onset,
    Patient,
    Reading,
    ScanRef,
    SchemeRef,
    Session,
    Sex,
    Status,
    TypedValue,
)
from kazerooni.records import read_records, write_book, write_tables
from kazerooni.report import long_csv, wide_csv
from tests.records.builders import problems, read, table
from tests.records.strategies import TODAY

SIGNED = Reading(id="R-1", scan=ScanRef(patient="P-1"), status=Status.SIGNED)
TYPED = "patient,study_date,reader,lobe,component,finding,percent,present,grade,state"


def test_a_folder_of_tables_becomes_courses(tmp_path: Path) -> None:
    """Tables are known by their columns, whatever their names, separators and folders; NA and blanks say nothing."""
    table(
        tmp_path,
        "who.csv",
        "patient;sex;age_at_onset_years;serology;onset",
        "P-1;F;51,5;anti-Jo-1; acute ",
        "P-2;NA;;;",
    )
    table(tmp_path / "deep" / "er", "1.csv", "fvc_percent\tdate\tpatient", "62 %\t2001-02-03\tP-1")
    table(tmp_path, "drugs.CSV", "Patient,Drug,Start,Dose,Unit,Weight kg", "P-3,prednisone,2001-02-03,1,mg/kg/day,60")
    table(tmp_path, "what.tsv", "patient\tdate\tkind\toxygen L per min", "P-1\t2001-02-04\toxygen\t2")
    found = read(tmp_path)
    assert [course.patient.pseudonym for course in found.courses] == ["P-1", "P-2", "P-3"]
    first, _, third = found.courses
    assert first.patient == Patient(
        pseudonym="P-1", sex=Sex.FEMALE, age_at_onset_years=51.5, serology=("anti-Jo-1",), onset=Onset.ACUTE
    )
    assert (first.lung_function[0].fvc_percent, first.events[0].kind) == (62, EventKind.OXYGEN)
    assert third.treatments[0].mg_per_day == 60
    assert found.taken == {"patients": 3, "readings": 0, "lung_function": 1, "treatments": 1, "events": 1}


def test_readings_of_files_and_of_tables_stand_in_their_courses(tmp_path: Path) -> None:
    """Typed tables and reading.json are taken; a table has no drafts, so what it says is signed."""
    write_reading(SIGNED, tmp_path / "any.json")
    table(
        tmp_path,
        "typed.csv",
        TYPED,
        "P-1,2001-02-03,AB,RUL,,ground_glass,10,,,",
        "P-2,2001-02-03,AB,RUL,,reticulation,10,,,",
    )
    found = read(tmp_path)
    assert [[r.status for r in course.readings] for course in found.courses] == [["signed", "signed"], ["signed"]]
    assert found.courses[0].readings[0].id == "R-1"


def test_all_bad_rows_of_all_files_are_told_and_nothing_is_taken(tmp_path: Path) -> None:
    """Each bad row is told with file, line and column, in their order; the good ones are not taken either."""
    table(
        tmp_path,
        "a.csv",
        "patient,date,kind",
        "P-1,2001-02-03,relapse",
        "P-1,2001-02-03,flare",
        ",2001-02-04,death",
        "P-1,2030-01-01,death",
    )
    table(tmp_path, "b.csv", "patient,date,fvc_l", "P-1,2001-02-03,2500", "Doe^Jane,2001-02-03,2")
    found = read_records([tmp_path], today=TODAY)
    assert (found.courses, sum(found.taken.values())) == ((), 0)
    assert [str(fault).partition(": ")[0] for fault in found.problems] == [
        "a.csv, line 3, column kind",
        "a.csv, line 4, column patient",
        "a.csv, line 5, column date",
        "b.csv, line 2, column fvc_l",
        "b.csv, line 3, column patient",
    ]
    assert found.problems_text().startswith(
        "5 problems, so nothing was taken; correct them and try again\n  a.csv, line 3"
    )
    assert "Doe" not in found.problems_text()


def test_in_part_what_is_good_is_taken_and_the_rest_listed(tmp_path: Path) -> None:
    """On request the good rows are taken; of a table of typed values all, or none where one row is bad."""
    table(tmp_path, "a.csv", "patient,date,kind", "P-1,2001-02-03,relapse", "P-1,2001-02-03,flare")
    table(
        tmp_path,
        "b.csv",
        TYPED,
        "P-1,2001-02-03,AB,RUL,,ground_glass,10,,,",
        "P-1,2001-02-03,AB,RML,,ground_glass,110,,,",
    )
    found = read_records([tmp_path], today=TODAY, partial=True)
    assert found.taken == {"patients": 1, "readings": 0, "lung_function": 0, "treatments": 0, "events": 1}
    assert found.problems_text().startswith("2 problems, what is listed was left out\n")


def test_a_long_list_of_problems_is_cut_in_the_message_only(tmp_path: Path) -> None:
    """Twenty problems are shown and the rest counted; all of them are given."""
    table(tmp_path, "a.csv", "patient,date,kind", *["P-1,2001-02-03,flare"] * 25)
    found = read_records([tmp_path], today=TODAY)
    assert len(found.problems) == 25
    assert found.problems_text().endswith("\n  and 5 more")


DRUGS = "patient,drug,start,dose,unit"


@pytest.mark.parametrize(
    ("names", "one", "other", "said"),
    [
        ("patient,date,kind", "P-1,2001-02-03,relapse", "P-1,2001-02-03,relapse", "says the same as x.csv, line 2"),
        ("patient,sex", "P-1,female", "P-1,male", "column sex: says of this patient otherwise than x.csv, line 2"),
        (
            "patient,date,fvc_l",
            "P-1,2001-02-03,2",
            "P-1,2001-02-03,2.1",
            "column fvc_l: says of the same day otherwise",
        ),
        (DRUGS, "P-1,prednisone,2001-02-03,20,mg/day", "P-1,Prednisone,2001-02-03,20,mg/day", "column drug: says"),
        (DRUGS, "P-1,prednisone,2001-02-03,20,mg/day", "P-1,prednisone,2001-02-03,25,mg/day", "column dose: says"),
        ("patient,date,kind,oxygen_l_per_min", "P-1,2001-02-03,oxygen,1", "P-1,2001-02-03,oxygen,2", "column oxygen_l"),
        ("patient,date,kind", "P-1,2001-02-03,death", "P-1,2001-02-04,death", "column date: says of it otherwise"),
    ],
)
def test_rows_that_contradict_each_other_are_told_with_both_places(
    tmp_path: Path, names: str, one: str, other: str, said: str
) -> None:
    """The same row twice, or two that say otherwise of one day or patient, are told; of such two none is taken."""
    (problem,) = problems(table(tmp_path, "x.csv", names, one, other))
    assert problem.startswith("x.csv, line 3")
    assert said in problem
    taken = read_records([tmp_path], today=TODAY, partial=True).taken
    assert sum(count for name, count in taken.items() if name != "patients") == (1 if "the same as" in said else 0)


def test_other_measurements_of_one_day_are_no_contradiction(tmp_path: Path) -> None:
    """Spirometry and diffusion of a day may stand in two rows, each with its own reference equations."""
    names = "patient,date,fvc_percent,dlco_percent,reference"
    file = table(tmp_path, "x.csv", names, "P-1,2001-02-03,60,,Quanjer 1993", "P-1,2001-02-03,,50,Cotes 1993")
    assert read(file).taken["lung_function"] == 2


def test_nothing_happens_after_death_or_before_birth(tmp_path: Path) -> None:
    """What is dated after the death of a patient, or before birth where age and day of onset tell it, is refused."""
    table(
        tmp_path, "a.csv", "patient,date,kind", "P-1,2001-02-03,death", "P-2,2001-02-03,onset", "P-1,2001-02-03,relapse"
    )
    table(tmp_path, "b.csv", "patient,date,fvc_l", "P-1,2001-02-04,2", "P-2,1960-02-03,2", "P-2,1962-02-03,2")
    table(tmp_path, "c.csv", "patient,age_at_onset_years", "P-2,39.5")
    dead, unborn = problems(tmp_path)
    assert dead.startswith("b.csv, line 2, column date: found 2001-02-04, after the death of the patient on 2001-02-03")
    assert unborn.startswith("b.csv, line 3, column date: found 1960-02-03, before the patient was born, by the age at")


def test_a_reading_that_is_no_record_is_refused(tmp_path: Path) -> None:
    """A draft, a reading of nobody, an unknown scheme and a day that has not come are told with the file."""
    graded = TypedValue(grade=2, scheme=SchemeRef("kazeroony", 1))
    tomorrow = datetime(2026, 11, 29, 9, tzinfo=UTC)
    for reading in (
        replace(SIGNED, id="R-draft", status=Status.DRAFT),
        replace(SIGNED, id="R-nobody", scan=ScanRef()),
        replace(SIGNED, id="R-name", scan=ScanRef(patient="Doe^Jane")),
        replace(SIGNED, id="R-scheme", entries=(Entry(lobe=Lobe.RUL, component=Component.ALVEOLAR, values=(graded,)),)),
        replace(SIGNED, id="R-east", session=Session(started=tomorrow, ended=tomorrow)),
        replace(SIGNED, id="R-late", session=Session(ended=tomorrow + timedelta(days=1))),
        replace(SIGNED, id="R-early", scan=ScanRef(patient="P-1", study_date=TODAY.replace(year=1926))),
    ):
        write_reading(reading, tmp_path / f"{reading.id}.json")
    told = {line.partition(":")[0].partition(",")[0]: line for line in problems(tmp_path)}
    assert sorted(told) == sorted(f"R-{name}.json" for name in ("draft", "nobody", "name", "scheme", "late", "early"))
    assert "column status: is a draft" in told["R-draft.json"]
    assert "names no patient" in told["R-nobody.json"]
    assert "column scheme" in told["R-scheme.json"]
    assert "column session.ended" in told["R-late.json"]
    assert "column study_date: found 1926-11-28, before 1971-10-01" in told["R-early.json"]
    assert "Doe" not in told["R-name.json"]


def test_the_same_reading_twice_is_told(tmp_path: Path) -> None:
    """A reading that stands in two files is told as the same, one of the same id and another content as another."""
    write_reading(SIGNED, tmp_path / "a.json")
    write_reading(SIGNED, tmp_path / "b.json")
    write_reading(replace(SIGNED, remarks="x"), tmp_path / "c.json")
    same, other = problems(tmp_path)
    assert same == "b.json: the same reading, R-1, stands in a.json already; give it once"
    assert other.startswith("c.json: another reading of the id R-1 stands in a.json; neither is taken")


def test_a_book_and_its_tables_are_the_same_thing_twice(tmp_path: Path) -> None:
    """What stands in a document and in a table is told; a file that is given twice is read once."""
    courses = [Course(patient=Patient(pseudonym="P-1"), readings=(SIGNED,))]
    write_book(courses, tmp_path / "book.json")
    write_tables(courses, tmp_path / "tables")
    assert read(tmp_path / "book.json", tmp_path / "book.json").taken["readings"] == 1
    patient, reading = problems(tmp_path)
    assert patient.startswith(
        "tables/patients.csv, line 2: says the same as book.json, patients[0].patient; delete one"
    )
    there = "book.json, patients[0].readings[0]"
    assert reading.startswith(f"tables/readings/000001-R-1.json: the same reading, R-1, stands in {there} already")


def test_every_part_of_a_book_that_is_wrong_is_told(tmp_path: Path) -> None:
    """The parts of a document are checked one by one, each told with its place; the others may be taken in part."""
    (tmp_path / "book.json").write_text(
        '{"schema_version": 1, "program": {"name": "x", "version": "1"}, "head": null, "patients": ['
        '{"patient": {"pseudonym": "P-1", "sex": null, "age_at_onset_years": null, "serology": [], "pattern": null, '
        '"onset": null, "recorded_by": null}, "readings": [{}], "lung_function": [{"on": "2001-02-03"}], '
        '"treatments": [], "events": ['
        '{"kind": "relapse", "on": "2001-02-30", "oxygen_l_per_min": null, "remarks": ""}, '
        '{"kind": "relapse", "on": "2001-02-03", "oxygen_l_per_min": null, "remarks": ""}]}, {}, 7]}',
        "utf-8",
    )
    assert [str(told).partition(": ")[0] for told in read_records([tmp_path], today=TODAY).problems] == [
        "book.json, patients[0].readings[0]",
        "book.json, patients[0].lung_function[0]",
        "book.json, patients[0].events[0]",
        "book.json, patients[1].patient",
        "book.json, patients[2].patient",
    ]
    assert read_records([tmp_path], today=TODAY, partial=True).taken["events"] == 1


def test_a_file_that_is_none_of_these_is_passed_over_in_a_folder_and_refused_by_name(tmp_path: Path) -> None:
    """Scores and foreign tables of a folder are told as passed over; named themselves, they are a problem."""
    foreign = table(tmp_path, "foreign.csv", "a,b", "1,2")
    document = table(tmp_path, "score.json", "{}")
    (tmp_path / "notes.txt").write_text("anything", "utf-8")
    table(tmp_path / ".hidden", "x.csv", "patient,date,kind", "P-1,2001-02-03,flare")
    write_tables([Course(patient=Patient(pseudonym="P-1"))], tmp_path / "tables")
    found = read(tmp_path)
    assert [one.partition(":")[0] for one in found.told] == ["foreign.csv", "score.json"]
    assert len(problems(foreign, document)) == 2


def test_tables_of_scores_are_passed_over(tmp_path: Path) -> None:
    """The long and the wide table of a report, which are made again from its readings, hold nothing to be taken."""
    (tmp_path / "long.csv").write_bytes(long_csv([], program_version="1"))
    (tmp_path / "wide.csv").write_bytes(wide_csv([], program_version="1"))
    table(tmp_path, "who.csv", "patient", "P-1")
    found = read(tmp_path)
    assert [one.partition(":")[0] for one in found.told] == ["long.csv", "wide.csv"]
    assert found.taken["patients"] == 1


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"PK\x03\x04", "is a spreadsheet"),
        (b"patient,date,kind\nP-1,2001-02-03,\xff\n", "line 2: is not UTF-8 text"),
        (b"patient,date,kind\nP-1,2001-02-03\n", "line 2: cells: found 2, wanted 3"),
        (b'patient,date,kind\nP-1,"2001-02-03,relapse\n', "line 2: a quote is opened"),
        (b"patient,kind\nP-1,relapse\n", "line 1, column date: is missing"),
        (b"patient,date,kind,kind\nP-1,2001-02-03,relapse,relapse\n", "line 1, column kind: is named twice"),
        (b"patient,date,kind,colour\nP-1,2001-02-03,relapse,red\n", "column 'colour': is unknown; known are: patient"),
    ],
)
def test_a_damaged_table_is_told(tmp_path: Path, data: bytes, said: str) -> None:
    """A file that is no table, or has other columns or cells, is told with its line."""
    (tmp_path / "x.csv").write_bytes(data)
    told = problems(tmp_path / "x.csv")
    assert any(said in one for one in told)


def test_a_broken_document_and_a_missing_path_are_told(tmp_path: Path) -> None:
    """A JSON file that is cut off is a problem of that file; a path that is not there is an error."""
    (tmp_path / "x.json").write_text('{"patients": [', "utf-8")
    (problem,) = problems(tmp_path)
    assert problem.startswith("x.json: is not JSON")
    with pytest.raises(ReadingError, match=r"gone\.csv: is not there"):
        read_records([tmp_path / "gone.csv"], today=TODAY)
