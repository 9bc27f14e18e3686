"""A reading of the score book beside files: the same one is graded once, one that is contradicted is refused."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kazerooni.archive import Settings, Summary, choices
from kazerooni.archive import rescore as run
from kazerooni.labels import reading_text
from kazerooni.model import Course, Patient, Reading, Status, Supersedes
from kazerooni.scoring import score, score_json
from kazerooni.store import open_store
from tests.archive.conftest import SAMPLES
from tests.archive.kept_readings import WHEN

FILED = "a reading of the score book, of which a file is graded"
TAKE_AWAY = (
    "holds another reading under its id, and nothing says which counts; take the file away, or give the reading in it "
    "an id of its own"
)


@pytest.fixture
def reading(reading: Reading) -> Reading:
    """Give the reading as it was signed."""
    return replace(reading, status=Status.SIGNED)


@pytest.fixture
def book(tmp_path: Path, reading: Reading) -> str:
    """Give a book that holds the reading, signed, and its score by kazerooni-mean."""
    place = str(tmp_path / "book")
    patient = Patient(pseudonym=reading.scan.patient or "")
    with open_store(place, create=True) as made:
        made.add([Course(patient=patient, readings=(reading,))], who="tests", when=WHEN)
        made.score_with("kazerooni-mean", who="tests", when=WHEN)
    return place


def _settings(folder: Path, book: str, *, draft: bool = False) -> Settings:
    return Settings(scheme="kazerooni-fibrosis", version=1, out=folder / "out", store=book, draft=draft)


def _run(folder: Path, book: str, *, resume: bool = False) -> Summary:
    return run(folder / "archive", _settings(folder, book), resume=resume)


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def _put(folder: Path, name: str, text: str) -> None:
    (folder / "archive").mkdir(exist_ok=True)
    (folder / "archive" / name).write_text(text, "utf-8")


def _other(reading: Reading) -> Reading:
    return replace(reading, scan=replace(reading.scan, patient="P-OTHER"))


def test_a_reading_that_file_and_book_tell_alike_is_graded_once(tmp_path: Path, reading: Reading, book: str) -> None:
    """A file that says what the book says is graded, the book's is left; what the book kept stands beside it as old."""
    _put(tmp_path, "reading.json", json.dumps(json.loads(reading_text(reading))))
    summary = _run(tmp_path, book)
    assert (summary.counts, summary.left) == ({"planned": 1, "done": 1, "failed": 0}, {FILED: 1})
    totals = [row for row in _rows(tmp_path / "out" / "difference.csv") if row["component"] == "total"]
    assert [row["old_scheme"] for row in totals] == ["kazerooni-mean"]


def test_a_file_that_contradicts_the_book_is_refused_with_it(tmp_path: Path, reading: Reading, book: str) -> None:
    """Both are rows of errors.csv that name the file, neither is graded; a dry run says so; mended, one is done."""
    _put(tmp_path, "Roe_Jane.json", reading_text(_other(reading)))
    told = Counter(one.why for one in choices(tmp_path / "archive", _settings(tmp_path, book)) if one.is_doomed)
    assert told == {
        "the score book holds another reading under this id: it will fail, and errors.csv will say why": 1,
        "a file holds another reading under its id: it will fail, and errors.csv will say why": 1,
    }
    assert _run(tmp_path, book).counts == {"planned": 2, "done": 2, "failed": 2}
    errors = _rows(tmp_path / "out" / "errors.csv")
    assert {row["kind"]: row["why"] for row in errors} == {
        "reading": f"the score book {TAKE_AWAY}",
        "book": f"a file of the archive {TAKE_AWAY}",
    }
    assert len({row["file_number"] for row in errors}) == 1
    assert {row["reading"] for row in errors} == {reading.id}
    assert _rows(tmp_path / "out" / "wide.csv") == []
    _put(tmp_path, "Roe_Jane.json", reading_text(replace(reading, remarks="mended")))
    assert _run(tmp_path, book, resume=True).counts == {"planned": 1, "done": 1, "failed": 0}
    (tmp_path / "archive" / "Roe_Jane.json").unlink()
    assert _run(tmp_path, book, resume=True).kinds == {"book": 1}
    assert len(_rows(tmp_path / "out" / "wide.csv")) == 1


def test_a_file_with_a_draft_of_what_the_book_holds_is_left(tmp_path: Path, reading: Reading, book: str) -> None:
    """The book holds signed readings alone: its own is graded, whatever a draft of it says."""
    _put(tmp_path, "draft.json", reading_text(replace(_other(reading), status=Status.DRAFT)))
    summary = _run(tmp_path, book)
    assert (summary.kinds, summary.left) == ({"book": 1}, {"a draft of a reading that is here as a signed one, too": 1})
    assert [row["status"] for row in _rows(tmp_path / "out" / "wide.csv")] == ["signed"]


@pytest.mark.parametrize("status", Status)
def test_a_file_supersedes_a_reading_of_the_book_once_it_is_signed(
    tmp_path: Path, reading: Reading, book: str, status: Status
) -> None:
    """A corrected reading in a file takes the place of that of the book; a draft of one does not."""
    why = Supersedes(reading.id, "a lobe was taken for another")
    _put(tmp_path, "new.json", reading_text(replace(reading, id="R-NEW", status=status, supersedes=why)))
    summary = _run(tmp_path, book)
    graded = {row["reading"] for row in _rows(tmp_path / "out" / "wide.csv")}
    assert graded == ({"R-NEW"} if status is Status.SIGNED else {"R-NEW", reading.id})
    assert sum(summary.left.values()) == (status is Status.SIGNED)


def test_a_broken_file_does_not_hide_a_reading_of_the_book(tmp_path: Path, reading: Reading, book: str) -> None:
    """The broken file is told in errors.csv, and the reading is graded from the book."""
    _put(tmp_path, "broken.json", reading_text(reading).replace('"status": "signed"', '"status": "perhaps"'))
    summary = _run(tmp_path, book)
    assert summary.kinds == {"book": 1, "reading": 1}
    assert [row["kind"] for row in _rows(tmp_path / "out" / "errors.csv")] == ["reading"]
    assert [row["reading"] for row in _rows(tmp_path / "out" / "wide.csv")] == [reading.id]


def test_an_old_score_in_the_archive_belongs_to_a_reading_of_the_book(
    tmp_path: Path, reading: Reading, book: str
) -> None:
    """It stands beside the new score with its percents; one that the book keeps, too, stands there once."""
    for scheme in ("kazerooni-mean", "kazerooni"):
        document = score_json(score(reading, scheme), reading, program_version="0.1", notices=())
        _put(tmp_path, f"{scheme}.json", json.dumps(document))
    assert _run(tmp_path, book).left == {}
    table = _rows(tmp_path / "out" / "difference.csv")
    assert Counter(row["old_scheme"] for row in table if row["component"] == "total") == {
        "kazerooni-mean": 1,
        "kazerooni": 1,
    }
    assert "NA" not in {row["old_percent"] for row in table if row["lobe"] != "all"}


@pytest.mark.parametrize("draft", [False, True])
def test_a_scan_whose_reading_is_in_the_book_is_neither_measured_nor_drafted(
    tmp_path: Path, reading: Reading, book: str, *, draft: bool
) -> None:
    """A scan with maps is graded by its reading alone, as where a file holds it; without maps it gets no draft."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "scan").symlink_to(SAMPLES / "1999")
    if not draft:
        (tmp_path / "archive" / "maps").symlink_to(SAMPLES / "maps" / "1999")
    told = list(choices(tmp_path / "archive", _settings(tmp_path, book, draft=draft)))
    assert [one.task.reading for one in told if one.task is not None] == [reading.id]


@pytest.mark.parametrize(
    "place", [("status",), ("id",), ("scan", "patient"), ("scan", "series_uid"), ("scan", "study_date")]
)
def test_a_name_in_a_reading_reaches_no_result(tmp_path: Path, reading: Reading, place: tuple[str, ...]) -> None:
    """A name where a code, a date or a member is wanted ends its reading, and stands in no table, page or journal."""
    document = json.loads(reading_text(reading))
    *above, last = place
    (document[above[0]] if above else document)[last] = "Roe^Jane"
    _put(tmp_path, "a.json", json.dumps(document))
    assert _run(tmp_path, "").counts == {"planned": 1, "done": 1, "failed": 1}
    assert [file.name for file in (tmp_path / "out").iterdir() if b"Roe" in file.read_bytes()] == []


def test_a_name_of_a_member_reaches_no_result(tmp_path: Path, reading: Reading) -> None:
    """A member that a reading has none of is told without its name."""
    _put(tmp_path, "a.json", json.dumps({**json.loads(reading_text(reading)), "Roe^Jane": 1}))
    _run(tmp_path, "")
    (row,) = _rows(tmp_path / "out" / "errors.csv")
    assert (
        row["why"]
        == "the file: reading must not contain other properties; found an object; see the schema of reading.json"
    )
