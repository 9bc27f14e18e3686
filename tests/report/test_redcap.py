"""The REDCap import fits its data dictionary, and the dictionary fits REDCap."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import date

import pytest

from kazerooni.model import Case, Component, Finding, Lobe, Reading, State
from kazerooni.report import REDCAP_COLUMNS, REDCAP_FIELDS, WIDE, redcap_csv, redcap_dictionary_csv
from tests.report.builders import VERSION, case_of, scored
from tests.scoring.builders import said, typed, typed_lungs, value

# REDCap, "Help & FAQ", data dictionary: the header of the file that it exports and takes, copied by hand.
HEADER = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label",'
    '"Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number",'
    '"Text Validation Min","Text Validation Max",Identifier?,"Branching Logic (Show field only if...)",'
    '"Required Field?","Custom Alignment","Question Number (surveys only)","Matrix Group Name","Matrix Ranking?",'
    '"Field Annotation"'
)
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
INTEGER = re.compile(r"-?[0-9]+")


def _read(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


def _odd() -> Reading:
    return typed_lungs(
        *said(Lobe.RML, State.ABSENT),
        *said(Lobe.LUL, State.NOT_ASSESSABLE),
        typed(Lobe.RUL, value(Finding.GROUND_GLASS, "0.00001")),
        typed(Lobe.LLL, value(Finding.SEPTAL, present=True)),
    )


@pytest.fixture(scope="module")
def cases() -> tuple[Case, ...]:
    """Give a painted case and a typed one, with states and a very small percent."""
    return (case_of(date(2003, 5, 14), RUL={(1, 2): 1, (0, 0): 2}, LLL={(2, 3): 400, (0, 0): 600}), scored(_odd()))


def test_the_dictionary_has_the_columns_of_redcap() -> None:
    """The dictionary has REDCap's 18 columns, by name and order."""
    assert next(csv.reader([HEADER])) == list(REDCAP_COLUMNS)
    assert len(REDCAP_COLUMNS) == 18
    assert list(_read(redcap_dictionary_csv())[0]) == list(REDCAP_COLUMNS)


def test_fields_are_named_as_redcap_wants_them() -> None:
    """Names are small letters, digits and underscores, a letter first, 26 characters at most, each once."""
    names = [row["Variable / Field Name"] for row in _read(redcap_dictionary_csv())]
    assert [name for name in names if not re.fullmatch(r"[a-z][a-z0-9_]{0,25}", name)] == []
    assert len(set(names)) == len(names) == len(WIDE)
    assert names[0] == "record_id"
    assert not [name for name in names if "__" in name or name.endswith("_")]


def test_every_column_of_the_data_is_in_the_dictionary(cases: tuple[Case, ...]) -> None:
    """The data has the fields of the dictionary and no other; all belong to one form, without branching."""
    fields = _read(redcap_dictionary_csv())
    rows = _read(redcap_csv(cases, program_version=VERSION))
    assert list(rows[0]) == [field["Variable / Field Name"] for field in fields]
    assert {field["Form Name"] for field in fields} == {"kazerooni_score"}
    assert {field["Branching Logic (Show field only if...)"] for field in fields} == {""}
    assert [row["record_id"] for row in rows] == [case.reading.id for case in cases]


def test_values_are_valid_by_the_dictionary(cases: tuple[Case, ...]) -> None:
    """Every value that stands there passes the validation, range and choices that the dictionary says."""
    fields = {field["Variable / Field Name"]: field for field in _read(redcap_dictionary_csv())}
    seen: set[str] = set()
    for row in _read(redcap_csv(cases, program_version=VERSION)):
        for name, text in row.items():
            if text:
                seen.add(_valid(fields[name], text))
    assert seen == {"text", "number", "integer", "date_ymd", "radio", "yesno"}


def _valid(field: dict[str, str], text: str) -> str:
    """Check a value as REDCap does; gives how it was checked."""
    name, validation = field["Variable / Field Name"], field["Text Validation Type OR Show Slider Number"]
    if field["Field Type"] == "yesno":
        assert text in ("0", "1"), name
        return "yesno"
    if field["Field Type"] == "radio":
        pairs = (choice.split(", ", 1) for choice in field["Choices, Calculations, OR Slider Labels"].split(" | "))
        assert text in {raw for raw, _ in pairs}, name
        return "radio"
    assert field["Field Type"] == "text"
    if validation == "date_ymd":
        assert date.fromisoformat(text).isoformat() == text
    elif validation in ("number", "integer"):
        assert (NUMBER if validation == "number" else INTEGER).fullmatch(text), (name, text)
        least, most = field["Text Validation Min"], field["Text Validation Max"]
        assert not least or float(text) >= float(least), name
        assert not most or float(text) <= float(most), name
    else:
        assert validation == ""
    return validation or "text"


def test_missing_is_empty_and_never_zero(cases: tuple[Case, ...]) -> None:
    """What was not assessed is empty, what was looked for and not found is 0; NA, which REDCap refuses, is nowhere."""
    painted, typed_row = _read(redcap_csv(cases, program_version=VERSION))
    assert "NA" not in {*painted.values(), *typed_row.values()}
    assert (typed_row["rml_alv_state"], typed_row["rml_alv_pct"], typed_row["rml_alv_grade"]) == ("absent", "", "")
    assert (typed_row["lul_int_state"], typed_row["lul_int_pct"]) == ("not_assessable", "")
    assert float(painted["rul_cons_pct"]) == 0
    assert painted["rul_traction_present"] == ""
    assert typed_row["rul_ggo_pct"] == "0.00001"


def test_numbers_are_read_back_equal(cases: tuple[Case, ...]) -> None:
    """Every percent, grade and presence of a score stands in the import file, to the last bit."""
    for case, row in zip(cases, _read(redcap_csv(cases, program_version=VERSION)), strict=True):
        for lobe in case.score.lobes:
            code = lobe.lobe.name.lower()
            for component, short in ((Component.ALVEOLAR, "alv"), (Component.INTERSTITIAL, "int")):
                graded = lobe.component(component)
                text = row[f"{code}_{short}_pct"]
                assert (float(text) if text else None) == graded.percent
                grade = row[f"{code}_{short}_grade"]
                assert (int(grade) if grade else None) == graded.grade


def test_texts_are_defused(cases: tuple[Case, ...]) -> None:
    """A reader who is called like a formula is written after an apostrophe, as in the other tables."""
    case = cases[0]
    formula = replace(case, reading=replace(case.reading, reader="=HYPERLINK(1)"))
    (row,) = _read(redcap_csv([formula], program_version=VERSION))
    assert row["kz_reader"] == "'=HYPERLINK(1)"


def test_fields_hold_the_columns_of_the_wide_table() -> None:
    """Each field names its column of the wide table, all of them; who may lead to the person is marked for REDCap."""
    assert {field.column.name for field in REDCAP_FIELDS} == {column.name for column in WIDE}
    marked = {row["Variable / Field Name"] for row in _read(redcap_dictionary_csv()) if row["Identifier?"] == "y"}
    assert marked == {"record_id", "kz_patient", "kz_study_date", "kz_series_uid"}
