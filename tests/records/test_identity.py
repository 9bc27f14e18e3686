"""Who a patient is stands in no record: such columns are refused, or left out and the id made a pseudonym."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from kazerooni.dicom import find_series
from kazerooni.errors import ScanError
from kazerooni.identity import KEY_VARIABLE, is_pseudonym, key_of_file, pseudonym, user_key
from kazerooni.labels import write_reading
from kazerooni.model import Course, Patient, Reading, ScanRef, Status
from kazerooni.phantom import build_series, sequential_hrct, write_series
from kazerooni.records import Pseudonymise, read_records, write_book
from tests.records.builders import KEY, problems, read, table
from tests.records.strategies import TODAY

HEADINGS = [
    "name", "Patient Name", "patient_name", "surname", "First name", "birth date", "DOB", "date_of_birth", "MRN",
    "Hospital-ID", "patient id", "address", "Nachname", "Vorname", "Geburtsdatum", "geb. Datum", "Fallnummer", "PLZ",
    "nom", "Prénom", "date de naissance", "Né(e) le", "n° dossier", "numéro de sécurité sociale", "nombre", "Apellidos",
    "fecha de nacimiento", "historia clínica", "DNI", "cognome", "Nome e cognome", "data di nascita", "codice fiscale",
]  # fmt: skip


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_column_that_tells_who_a_patient_is_is_refused_by_its_name(tmp_path: Path, heading: str) -> None:
    """A column of names, birth dates or ids, in five languages, is refused with the column named and no cell of it."""
    file = table(tmp_path, "x.csv", f"patient,date,kind,{heading}", "P-1,2001-02-03,relapse,Secret")
    (problem,) = problems(file)
    assert problem.startswith("x.csv, line 1, column ")
    assert "tells who a patient is" in problem
    assert "--pseudonymise" in problem
    assert "Secret" not in problem
    assert read_records([file], today=TODAY, partial=True).courses == ()


@pytest.mark.parametrize("heading", HEADINGS)
def test_it_is_left_out_where_ids_are_made_pseudonyms(tmp_path: Path, heading: str) -> None:
    """With a key such columns are left out, which is told, and the column patient may hold any id."""
    file = table(tmp_path, "x.csv", f"patient,date,kind,{heading}", "Doe & Co 1,2001-02-03,relapse,Secret")
    found = read(file, pseudonymise=Pseudonymise(KEY))
    assert found.courses[0].patient.pseudonym == pseudonym("Doe & Co 1", "", KEY)
    (told,) = found.told
    assert "were left out" in told
    assert "Secret" not in repr(found)


def test_no_column_of_a_score_book_tells_who_a_patient_is(tmp_path: Path) -> None:
    """An unknown column that names no person is told as unknown, not as identity."""
    (problem,) = problems(table(tmp_path, "x.csv", "patient,date,kind,colour", "P-1,2001-02-03,relapse,red"))
    assert "is unknown" in problem


def test_a_patient_has_one_pseudonym_in_all_files_and_in_scans(tmp_path: Path) -> None:
    """Tables, typed tables, readings and documents give the pseudonym that the reader of scans gives the same id."""
    wanted = pseudonym("4711/0815", "", KEY)
    table(tmp_path, "a.csv", "patient,sex", "4711/0815,female")
    table(tmp_path, "b.csv", "patient,date,kind,name", " 4711/0815 ,2001-02-03,relapse,Doe")
    table(tmp_path, "c.csv", "patient,study_date,reader,lobe,component,finding,percent,present,grade,state,Vorname",
          "4711/0815,2001-02-03,AB,RUL,,ground_glass,10,,,,Jane")  # fmt: skip
    reading = Reading(id="R-1", scan=ScanRef(patient="4711/0815"), status=Status.SIGNED)
    write_reading(reading, tmp_path / "d.json")
    assert wanted is not None
    of_a_scan = Reading(id="R-2", scan=ScanRef(patient=wanted), status=Status.SIGNED)
    write_reading(of_a_scan, tmp_path / "e.json")
    found = read(tmp_path, pseudonymise=Pseudonymise(KEY))
    assert [course.patient.pseudonym for course in found.courses] == [wanted]
    assert found.taken == {"patients": 1, "readings": 3, "lung_function": 0, "treatments": 0, "events": 1}
    assert "4711" not in repr(found)


def test_tables_and_scans_of_a_patient_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader of scans, with the same key, gives a scan of the id the pseudonym that a table gets."""
    monkeypatch.setenv(KEY_VARIABLE, KEY.decode())
    user_key.cache_clear()
    try:
        write_series(build_series(replace(sequential_hrct(), patient_id="4711/0815")), tmp_path / "scan")
        (series,) = find_series(tmp_path / "scan").series
        file = table(tmp_path, "a.csv", "patient,sex", "4711/0815,female")
        found = read(file, pseudonymise=Pseudonymise(user_key().key))
    finally:
        user_key.cache_clear()
    assert series.scan.patient == found.courses[0].patient.pseudonym


def test_another_key_or_issuer_gives_another_pseudonym() -> None:
    """Pseudonyms follow from key, issuer and id; the key is not shown."""
    codes = {Pseudonymise(key, issuer).code_of("4711") for key in (KEY, KEY + b"2") for issuer in ("", "Pavia")}
    assert len(codes) == 4
    assert all(map(is_pseudonym, codes))
    assert Pseudonymise(KEY, "Pavia").code_of("4711") == pseudonym("4711", "Pavia", KEY)
    assert "chance" not in repr(Pseudonymise(KEY))


def test_members_of_a_document_that_tell_who_a_patient_is_are_refused_or_left_out(tmp_path: Path) -> None:
    """A name or birth date in a score book or a reading is refused by its member, or left out with a key."""
    reading = Reading(id="R-1", scan=ScanRef(patient="P-1"), status=Status.SIGNED)
    write_book([Course(patient=Patient(pseudonym="P-1"), readings=(reading,))], tmp_path / "book.json")
    document = json.loads((tmp_path / "book.json").read_text("utf-8"))
    course = document["patients"][0]
    course["patient"]["name"] = course["dob"] = course["readings"][0]["scan"]["mrn"] = "Secret"
    (tmp_path / "book.json").write_text(json.dumps(document), "utf-8")
    told = problems(tmp_path / "book.json")
    assert told[0].startswith("book.json, patients[0], column dob: tells who a patient is")
    found = read(tmp_path / "book.json", pseudonymise=Pseudonymise(KEY))
    assert (found.taken["readings"], len(found.told)) == (1, 3)
    assert "Secret" not in "".join((*told, repr(found)))


def test_no_message_holds_what_calls_a_patient(tmp_path: Path) -> None:
    """Whatever is wrong with a row, a reading or a document, the text that calls the patient is not repeated."""
    table(tmp_path, "a.csv", "patient,date,kind", "Jane Doe,2001-02-03,relapse", "Jane Doe,x,y")
    table(tmp_path, "b.csv", "patient,study_date,reader,lobe,component,finding,percent,present,grade,state",
          "Jane Doe,2001-02-03,AB,RUL,,ground_glass,10,,,")  # fmt: skip
    write_book([Course(patient=Patient(pseudonym="X-1"))], tmp_path / "book.json")
    text = (tmp_path / "book.json").read_text("utf-8")
    for number, wrong in enumerate(('"Jane Doe"', "4711", '["Jane Doe"]')):
        (tmp_path / f"c{number}.json").write_text(text.replace('"X-1"', wrong), "utf-8")
    told = "\n".join(problems(tmp_path))
    assert told.count("\n") >= 5
    assert "Doe" not in told
    assert "4711" not in told


def test_a_key_is_kept_in_a_file(tmp_path: Path) -> None:
    """A key file gives its bytes without line end; one that is missing or short is refused without being shown."""
    (tmp_path / "key").write_bytes(KEY + b"\n")
    assert key_of_file(tmp_path / "key") == KEY
    (tmp_path / "short").write_bytes(b"hunter2")
    with pytest.raises(ScanError, match="at least 16") as refused:
        key_of_file(tmp_path / "short")
    assert "hunter2" not in str(refused.value)
    with pytest.raises(ScanError, match="cannot be read"):
        key_of_file(tmp_path / "none")
