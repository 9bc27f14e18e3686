"""Name and birth date of a patient, read when they are asked for: in the order and letters in which they are read."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.valuerep import PersonName

from kazerooni.dicom import read_person
from kazerooni.dicom.person import name_as_read
from kazerooni.errors import ScanError
from kazerooni.phantom.traps import claim_charset
from kazerooni.phantom.traps.headers import write_raw
from tests.dicom.conftest import Desk


def test_name_and_birth_date_are_those_of_the_header(desk: Desk) -> None:
    """The name is written as it is read, family name first, and the birth date is a date."""
    person = read_person(desk.only(desk.build()))
    assert (person.name, person.born) == ("Zaphodson, Quuxine", date(1937, 9, 11))


def test_what_is_read_shows_in_no_repr(desk: Desk) -> None:
    """The repr of a person, which logs and tracebacks show, holds nothing of it."""
    assert repr(read_person(desk.only(desk.build()))) == "Person()"


# PS3.5, 6.2.1.1 (the first three), Annexes H.3, I.2, J.1 and J.3: the strings and their bytes as printed there.
@pytest.mark.parametrize(
    ("charset", "raw", "name"),
    [
        ("ISO_IR 6", b"Adams^John Robert Quincy^^Rev.^B.A. M.Div.", "Adams, Rev. John Robert Quincy, B.A. M.Div."),
        ("ISO_IR 6", b"Morrison-Jones^Susan^^^Ph.D., Chief", "Morrison-Jones, Susan, Ph.D., Chief"),
        ("ISO_IR 6", b"Doe^John", "Doe, John"),
        (
            "\\ISO 2022 IR 87",
            b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
            "Yamada, Tarou (\u5c71\u7530 \u592a\u90ce, \u3084\u307e\u3060 \u305f\u308d\u3046)",
        ),
        (
            "\\ISO 2022 IR 149",
            b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
            "Hong, Gildong (\u6d2a \u5409\u6d1e, \ud64d \uae38\ub3d9)",
        ),
        ("ISO_IR 192", "Wang^XiaoDong=\u738b^\u5c0f\u6771=".encode(), "Wang, XiaoDong (\u738b \u5c0f\u6771)"),
        ("GB18030", "Wang^XiaoDong=\u738b^\u5c0f\u4e1c=".encode("gb18030"), "Wang, XiaoDong (\u738b \u5c0f\u4e1c)"),
        ("ISO_IR 100", "M\u00fcller^J\u00f6rg".encode("latin-1"), "M\u00fcller, J\u00f6rg"),
        ("ISO_IR 192", "=\u738b^\u5c0f\u6771".encode(), "\u738b \u5c0f\u6771"),
        ("ISO_IR 6", b"^^^^", ""),
        ("ISO_IR 6", b"", ""),
    ],
)
def test_names_of_the_standard(desk: Desk, charset: str, raw: bytes, name: str) -> None:
    """Names in one, two or three groups, of several components and character sets, are read as they are printed."""
    datasets = write_raw(desk.build(), {"SpecificCharacterSet": charset.encode(), "PatientName": raw})
    assert read_person(desk.only(datasets)).name == name


def test_a_damaged_name_is_not_shown(desk: Desk) -> None:
    """A name in an unknown character set is read; one with a NUL or of any length, which swallowed more, is not."""
    assert read_person(desk.only(claim_charset(desk.build()))).name.startswith("M")
    for raw in (b"Doe\0\x10\0\x10^John", b"D" * 400):
        assert read_person(desk.only(write_raw(desk.build(), {"PatientName": raw}))).name == ""


@pytest.mark.parametrize("raw", [b"", b"unknown", b"19370231", b"193709"])
def test_a_birth_date_that_is_none_is_not_shown(desk: Desk, raw: bytes) -> None:
    """Words, half dates and days that there are not give no birth date."""
    assert read_person(desk.only(write_raw(desk.build(), {"PatientBirthDate": raw}))).born is None


def test_what_goes_wrong_names_nobody(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """A file that has gone, or a series without pictures, is told without the name; no log has it either."""
    series = desk.only(desk.build())
    with caplog.at_level(logging.DEBUG):
        read_person(series)
        for path in desk.folder.rglob("*.dcm"):
            path.unlink()
        with pytest.raises(ScanError, match="name cannot be read") as told:
            read_person(series)
        with pytest.raises(ScanError, match="no slice to read"):
            read_person(replace(series, frames=()))
    for word in ("Zaphodson", "Quuxine", "1937"):
        assert word not in str(told.value)
        assert word not in caplog.text


@given(st.text(max_size=70))
def test_any_name_can_be_written(text: str) -> None:
    """Whatever a name holds, it can be written, and nothing of its letters is lost but blanks and its own signs."""
    written = name_as_read(PersonName(text.replace("=", " ").replace("\0", "")))
    for component in text.replace("=", " ").replace("\0", "").split("^"):
        assert " ".join(component.split()) in written or not component.strip()
