"""A patient is known by a code, and what stands in a course is of one patient."""

from __future__ import annotations

from datetime import date

import pytest

from kazerooni.errors import ReadingError
from kazerooni.model import Course, LungFunction, Onset, Patient, Reading, ScanRef, Sex


def test_a_patient_holds_what_was_recorded() -> None:
    """What is known of a patient is kept as recorded, and what is not known is None or empty."""
    known = Patient(
        pseudonym="P-01", sex=Sex.FEMALE, age_at_onset_years=51.5, serology=("anti-Jo-1",), onset=Onset.ACUTE
    )
    assert (known.sex, known.age_at_onset_years, known.onset) == ("female", 51.5, "acute")
    assert Patient(pseudonym="P-01").pattern is None


@pytest.mark.parametrize("pseudonym", ["", "Jane Doe", "Doe^Jane", "x" * 65, "../x"])
def test_a_name_is_no_pseudonym(pseudonym: str) -> None:
    """A pseudonym with blanks, carets or slashes, as names and paths have them, is refused and not repeated."""
    with pytest.raises(ReadingError, match="no code") as refused:
        Patient(pseudonym=pseudonym)
    assert not pseudonym or pseudonym not in str(refused.value)


@pytest.mark.parametrize("age", [-1.0, 121.0, float("nan"), float("inf")])
def test_an_age_is_a_human_one(age: float) -> None:
    """An age at onset below 0, above 120 or of no number is refused."""
    with pytest.raises(ReadingError, match="age at onset"):
        Patient(pseudonym="P", age_at_onset_years=age)


def test_an_antibody_has_a_name() -> None:
    """A serology of blanks is refused."""
    with pytest.raises(ReadingError, match="antibody"):
        Patient(pseudonym="P", serology=("anti-Jo-1", " "))


def test_a_course_is_of_one_patient() -> None:
    """Readings of somebody else, of nobody, or given twice have no place in a course."""
    mine = Reading(id="R-1", scan=ScanRef(patient="P"))
    course = Course(
        patient=Patient(pseudonym="P"), readings=(mine,), lung_function=(LungFunction(on=date(2001, 2, 3), fvc_l=2),)
    )
    assert course.readings == (mine,)
    for wrong in ((Reading(id="R-2", scan=ScanRef(patient="Q")),), (Reading(id="R-3", scan=ScanRef()),)):
        with pytest.raises(ReadingError, match="another patient"):
            Course(patient=Patient(pseudonym="P"), readings=wrong)
    with pytest.raises(ReadingError, match="twice"):
        Course(patient=Patient(pseudonym="P"), readings=(mine, mine))
