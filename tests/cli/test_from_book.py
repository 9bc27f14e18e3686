"""Commands that follow, compare and grade take from the score book what they take from files."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kazerooni.labels import write_reading
from kazerooni.model import Course, Lobe, Patient, Status
from kazerooni.scoring.schemes import KAZEROONI
from kazerooni.store import STORE_VARIABLE, open_store
from tests.cli.conftest import Run
from tests.stats.builders import case, reading, study
from tests.store.builders import WHEN

COHORT = Path(__file__).resolve().parents[2] / "sample_scans" / "cohort"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the place of the user's book, which is empty."""
    place = tmp_path / "book.sqlite"
    monkeypatch.setenv(STORE_VARIABLE, str(place))
    open_store(place, create=True).close()
    return place


@pytest.fixture
def imported(run: Run, place: Path) -> Path:
    """Give the user's book with the synthetic cohort in it."""
    assert run("store", "import", COHORT).exit_code == 0
    return place


@pytest.fixture
def several(place: Path) -> Path:
    """Give the user's book with two readers of 12 scans of 12 patients, R2 one grade higher in RUL on every third."""
    _keep(place, *study("R1", "R2"))
    return place


def _keep(place: Path, *cases: Any) -> None:
    by_patient: dict[str, list[Any]] = {}
    for one in cases:
        by_patient.setdefault(str(one.reading.scan.patient), []).append(replace(one.reading, status=Status.SIGNED))
    courses = [Course(patient=Patient(pseudonym=name), readings=tuple(those)) for name, those in by_patient.items()]
    with open_store(place) as book:
        book.add(courses, who="t", when=WHEN)
        book.score_with(KAZEROONI, who="t", when=WHEN)


def _document(run: Run, *arguments: str | Path) -> dict[str, Any]:
    done = run(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_cohort_of_the_book_is_that_of_its_files(run: Run, imported: Path) -> None:
    """Every figure of the cohort is the same from the book's scores as from the tables that were imported."""
    from_book, from_files = (
        _document(run, "cohort", "--by", "pattern"),
        _document(run, "cohort", COHORT, "--by", "pattern"),
    )
    with open_store(imported) as book:
        assert from_book["inputs"] == [{"role": "book", "sha256": book.head().sha256}]
    assert len(from_files["groups"]) == 3
    for name in from_files.keys() - {"inputs"}:
        assert from_book[name] == from_files[name], name


def test_a_cohort_under_a_scheme_without_scores_says_how_to_make_them(run: Run, imported: Path) -> None:
    """Under a scheme that the book has no scores of, status 3 and the command; after it the cohort is made."""
    refused = run("cohort", "--scheme", "kazerooni-fibrosis", columns=200)
    assert refused.exit_code == 3
    assert "kazerooni store score --scheme kazerooni-fibrosis" in refused.stderr
    made = run("store", "score", "--scheme", "kazerooni-fibrosis")
    assert "Graded under kazerooni-fibrosis 1: 51 readings" in made.stderr
    assert (
        "Graded under kazerooni-fibrosis 1: 0 readings"
        in run("store", "score", "--scheme", "kazerooni-fibrosis").stderr
    )
    assert _document(run, "cohort", "--scheme", "kazerooni-fibrosis")["scheme"]["name"] == "kazerooni-fibrosis"


def test_patients_are_listed(run: Run, imported: Path) -> None:
    """The list names all 17 patients, with three readings each and the dates of first and last scan."""
    listed = _document(run, "store", "list")["patients"]
    assert {one["patient"] for one in listed} == {f"SYNTHETIC-{number:02}" for number in range(1, 18)}
    assert {one["readings"] for one in listed} == {3}
    assert all(one["first"] < one["last"] for one in listed)
    assert "SYNTHETIC-01" in run("store", "list").stdout


def test_a_patient_of_the_book_is_followed(run: Run, imported: Path) -> None:
    """A pseudonym gives the timeline of the patient's readings, beside the lung function that the book holds."""
    line = _document(run, "timeline", "SYNTHETIC-01")
    assert line["patient"] == "SYNTHETIC-01"
    assert len(line["points"]) == 3
    assert "FVC" in run("timeline", "SYNTHETIC-01").stdout


def test_who_is_not_in_the_book_is_told(run: Run, imported: Path) -> None:
    """An unknown pseudonym or id is status 3, files beside a book are status 2."""
    assert run("timeline", "P-UNKNOWN").exit_code == 3
    assert run("score", "R-UNKNOWN").exit_code == 3
    assert run("report", "R-UNKNOWN").exit_code == 3
    for command in ("agree", "cohort"):
        assert run(command, COHORT, "--store", imported).exit_code == 2
    assert run("timeline", "a.json", "--store", imported).exit_code == 2
    assert run("timeline", "a.json", "--readers-error").exit_code == 2
    assert run("timeline", "SYNTHETIC-01", "--course", COHORT).exit_code == 2


def test_agreement_of_the_book_is_that_of_its_files(run: Run, several: Path, tmp_path: Path) -> None:
    """Every figure of agreement is the same from the book as from the same readings in files."""
    folder = tmp_path / "readings"
    folder.mkdir()
    for one in study("R1", "R2"):
        write_reading(replace(one.reading, status=Status.SIGNED), folder / f"{one.reading.id}.json")
    from_book, from_files = _document(run, "agree"), _document(run, "agree", folder)
    assert from_book.pop("inputs") != from_files.pop("inputs")
    assert from_book == from_files


def test_changes_are_held_against_the_readers_own_error(run: Run, place: Path) -> None:
    """With --readers-error a change is marked as beyond the error of the book's readers, or within it.

    R1 and R2 read 12 scans, R2 one grade higher in RUL on every third: SEM = root of (4 x 1/2 / 12) = 0.408, and the
    smallest change is 1.96 x root 2 x SEM = 1.13, so that 1 is within it and 2 is beyond.
    """
    visits: list[tuple[dict[Lobe, int | None], int]] = [({}, 2001), ({Lobe.RUL: 1}, 2002), ({Lobe.RUL: 3}, 2003)]
    followed = [reading("R1", grades, patient="P9", on=date(year, 2, 3), name=f"N{year}") for grades, year in visits]
    _keep(place, *study("R1", "R2"), *map(case, followed))
    plain, held = _document(run, "timeline", "P9"), _document(run, "timeline", "P9", "--readers-error")
    assert plain["readers_error"] is None
    assert held["readers_error"]["total"]["smallest"] == pytest.approx(1.96 * 2**0.5 * (1 / 6) ** 0.5)
    beyond = [point["since_previous"]["beyond_error"] for point in held["points"][1:]]
    assert beyond == [False, True]


def test_without_repeats_the_readers_error_is_not_known(run: Run, imported: Path) -> None:
    """A book in which no scan was read twice says so, and marks nothing."""
    done = run("timeline", "SYNTHETIC-01", "--readers-error", columns=200)
    assert done.exit_code == 0
    assert "no scan that was read more than once" in done.stderr


def test_a_reading_is_named_by_its_id(run: Run, several: Path, tmp_path: Path) -> None:
    """`score` and `report` take the id of a kept reading as they take its file."""
    with open_store(several) as book:
        kept = next(iter(book.courses())).readings[0]
    file = tmp_path / "kept.json"
    write_reading(kept, file)
    assert _document(run, "score", kept.id) == _document(run, "score", file)
    assert run("report", kept.id, file, "--format", "json", "--out", tmp_path / "twice").exit_code == 3


def test_a_report_from_the_book_prints_the_head_of_its_audit(run: Run, several: Path, tmp_path: Path) -> None:
    """Page and JSON of a reading that was taken from the book hold the audit's head; those of a file hold none."""
    with open_store(several) as book:
        kept, head = next(iter(book.courses())).readings[0], str(book.head())
    file, out = tmp_path / "kept.json", tmp_path / "out"
    write_reading(kept, file)
    assert run("report", kept.id, "--format", "html,json", "--out", out).exit_code == 0
    assert head in (out / f"{kept.id}.html").read_text(encoding="utf-8")
    assert json.loads((out / f"{kept.id}.score.json").read_text(encoding="utf-8"))["book_head"] == head
    assert run("report", file, "--format", "html,json", "--out", tmp_path / "file").exit_code == 0
    assert head not in (tmp_path / "file" / f"{kept.id}.html").read_text(encoding="utf-8")
    assert "book_head" not in json.loads((tmp_path / "file" / f"{kept.id}.score.json").read_text(encoding="utf-8"))
