"""What is added to a book comes out as it was; what contradicts it is refused and named."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from kazerooni.errors import RefusedError, StoreError
from kazerooni.model import Course, Lobe, LungFunction, Onset, Patient, Status, Supersedes
from kazerooni.scoring import SCHEMES, score
from kazerooni.store import Store, open_store
from tests.store.builders import WHEN, course, told, typed

WHO = "Dr R"


def add(book: Store, *courses: Course) -> None:
    """Add courses, by the tester."""
    book.add(courses, who=WHO, when=WHEN)


def test_a_course_comes_out_as_it_went_in(book: Store) -> None:
    """Patient, readings, lung function, treatments and events are read back to the last bit."""
    added = book.add([course("P-1"), course("P-2")], who=WHO, when=WHEN)
    assert added.added["patients"] == 2
    assert added.added["readings"] == added.added["lung_function"] == 4
    assert book.patients() == ("P-1", "P-2")
    assert told(book.course("P-1")) == told(course("P-1"))
    assert [told(one) for one in book.courses()] == [told(course("P-1")), told(course("P-2"))]
    assert told(Course(patient=Patient(pseudonym="P-1"), readings=(book.reading("P-1-0"),))) == told(
        Course(patient=Patient(pseudonym="P-1"), readings=(course("P-1").readings[0],))
    )
    assert book.verify(added.head).is_whole


def test_the_same_again_is_skipped_and_counted(book: Store) -> None:
    """Adding a course a second time writes nothing, not even into the audit, and counts what was there."""
    add(book, course())
    head = book.head()
    again = book.add([course()], who=WHO, when=WHEN)
    assert set(again.added.values()) == {0}
    assert again.same == {"descriptions": 1, "readings": 2, "lung_function": 2, "treatments": 1, "events": 2}
    assert again.head == head == book.head()


def test_what_contradicts_the_book_is_refused_and_named(book: Store) -> None:
    """Another content under a reading's id, other values of a day, another onset, a draft: all told, nothing added."""
    add(book, course())
    head = book.head()
    bad = Course(
        patient=Patient(pseudonym="P-1", age_at_onset_years=40),
        readings=(typed("P-1-0", "P-1", percent=99), typed("new", "P-1", status=Status.DRAFT)),
        lung_function=(LungFunction(on=date(2001, 3, 5), fvc_l=9.0),),
    )
    with pytest.raises(RefusedError) as refused:
        add(book, course("P-9"), bad)
    assert len(refused.value.problems) == 4
    text = str(refused.value)
    assert text.startswith("nothing was added to the book, as 4 of its parts cannot be taken:")
    assert "patient P-1: age at onset years is there already with other values" in text
    assert "reading P-1-0: is there already, with another content" in text
    assert "reading new: is a draft; the book takes signed readings only" in text
    assert "patient P-1: lung function of 2001-03-05 is there already with other values" in text
    assert book.head() == head
    assert book.patients() == ("P-1",)


def test_a_part_is_taken_where_that_is_asked_for(book: Store) -> None:
    """With `partial` what can be taken is written, and the rest is told."""
    add(book, course())
    bad = typed("P-1-0", "P-1", percent=99)
    mixed = Course(patient=Patient(pseudonym="P-1"), readings=(bad, typed("good", "P-1", percent=20)))
    added = book.add([mixed], who=WHO, when=WHEN, partial=True)
    assert added.added["readings"] == 1
    assert len(added.problems) == 1
    assert book.reading("good").id == "good"
    assert book.verify().is_whole


def test_a_reading_of_another_patient_keeps_its_id(book: Store) -> None:
    """An id that stands for a reading of one patient is refused for another."""
    add(book, course("P-1"))
    with pytest.raises(RefusedError, match="reading P-1-0: is there already, of another patient"):
        add(book, Course(patient=Patient(pseudonym="P-2"), readings=(typed("P-1-0", "P-2"),)))


def test_a_correction_takes_the_place_and_keeps_the_old(book: Store) -> None:
    """Where it is said to correct, a measurement replaces what holds; the older row stays in the chain."""
    add(book, course())
    right = LungFunction(on=date(2001, 3, 5), fvc_l=2.75, reference="GLI 2012")
    fixed = Course(patient=Patient(pseudonym="P-1", age_at_onset_years=52), lung_function=(right,))
    added = book.add([fixed], who=WHO, when=WHEN, correct=True)
    assert added.added["lung_function"] == 1
    now = book.course("P-1")
    assert now.lung_function[0] == right
    assert len(now.lung_function) == 2
    assert now.patient.age_at_onset_years == 52
    assert now.patient.serology == ("anti-Jo-1",)
    assert book.verify().is_whole


def test_a_day_may_have_two_rows_of_other_measurements(book: Store) -> None:
    """FVC and DLCO of one day may come in two rows; a third that says another FVC is refused, or corrects the first."""
    day = date(2001, 3, 5)
    fvc, dlco = LungFunction(on=day, fvc_l=2.0), LungFunction(on=day, dlco=5.0, dlco_unit="mmol/min/kPa")
    other = LungFunction(on=day, fvc_l=3.0, dlco_percent=60.0)
    alone = Patient(pseudonym="P-1")
    add(book, Course(patient=alone, lung_function=(fvc,)), Course(patient=alone, lung_function=(dlco,)))
    assert book.course("P-1").lung_function == (fvc, dlco)
    with pytest.raises(RefusedError, match="lung function of 2001-03-05"):
        add(book, Course(patient=alone, lung_function=(other,)))
    book.add([Course(patient=alone, lung_function=(other,))], who=WHO, when=WHEN, correct=True)
    assert book.course("P-1").lung_function == (dlco, other)
    assert book.add([Course(patient=alone, lung_function=(dlco, other))], who=WHO, when=WHEN).same == {
        "lung_function": 2
    }


def test_what_is_learnt_later_of_a_patient_is_added(book: Store) -> None:
    """A patient who came with readings only can be described later, bit by bit."""
    add(book, Course(patient=Patient(pseudonym="P-1")))
    assert book.course("P-1").patient == Patient(pseudonym="P-1")
    add(book, Course(patient=Patient(pseudonym="P-1", age_at_onset_years=50)))
    add(book, Course(patient=Patient(pseudonym="P-1", onset=Onset.ACUTE)))
    assert book.course("P-1").patient == Patient(pseudonym="P-1", age_at_onset_years=50, onset=Onset.ACUTE)


def test_superseded_is_derived(book: Store) -> None:
    """A reading that supersedes another leaves it as it was; who has taken whose place is asked for."""
    old = typed("old", "P-1")
    new = typed("new", "P-1", percent=20, supersedes=Supersedes("old", "a lobe was missed"))
    add(book, Course(patient=Patient(pseudonym="P-1"), readings=(old, new)))
    assert book.superseded() == {"old": "new"}
    book.score_with("kazerooni", who=WHO, when=WHEN)
    assert {row.reading: row.superseded_by for row in book.scores("kazerooni")} == {"old": "new", "new": None}


def test_scores_stand_beside_each_other_by_scheme(book: Store) -> None:
    """Scores of every scheme are those of the reading; each is made once, also where it cannot be graded."""
    add(book, course("P-1", visits=3), course("P-2"))
    assert book.unscored("kazerooni") == 5
    for scheme in SCHEMES.values():
        assert book.score_with(scheme, who=WHO, when=WHEN) == 5
        assert book.score_with(scheme, who=WHO, when=WHEN) == 0
    assert book.unscored("kazerooni") == 0
    for row in book.scores("kazerooni"):
        wanted = score(book.reading(row.reading), "kazerooni")
        assert (row.alveolar, row.interstitial, row.total) == (wanted.alveolar, wanted.interstitial, wanted.total)
        assert row.grades[Lobe.RLL] == (wanted.lobes[2].alveolar.grade, wanted.lobes[2].interstitial.grade)
        assert row.study_date == book.reading(row.reading).scan.study_date
    lingula = list(book.scores("kazerooni-lingula", patients=["P-2"]))
    assert {row.patient for row in lingula} == {"P-2"}
    assert all(row.total is None and not row.grades and row.reason for row in lingula)
    assert book.verify().is_whole


@pytest.mark.parametrize(
    ("who", "when", "wanted"),
    [(" ", WHEN, "nobody is named"), (WHO, datetime(2026, 5, 1), "no time zone")],  # noqa: DTZ001 - of no zone
)
def test_every_write_has_its_author_and_time(tmp_path: Path, who: str, when: datetime, wanted: str) -> None:
    """Nobody writes into the book without a name, nor at a time of no zone."""
    with open_store(tmp_path / "b.sqlite", create=True) as book, pytest.raises(StoreError, match=wanted):
        book.add([], who=who, when=when)


def test_text_that_databases_do_not_hold_is_kept(book: Store) -> None:
    """NUL characters, lone surrogates and every other character of a reading come back as they were."""
    odd = replace(typed("odd", "P-1"), reader="\0\ud800é漢\u2028'\"%s:x", remarks="\0\udfff {}")
    add(book, Course(patient=Patient(pseudonym="P-1"), readings=(odd,)))
    back = book.reading("odd")
    assert (back.reader, back.remarks) == (odd.reader, odd.remarks)
    assert book.verify().is_whole


def test_who_is_not_there_is_told(book: Store) -> None:
    """A patient or reading that is not in the book is a StoreError."""
    with pytest.raises(StoreError, match="patient P-404 is not in the book"):
        book.course("P-404")
    with pytest.raises(StoreError, match="reading R-404 is not in the book"):
        book.reading("R-404")
