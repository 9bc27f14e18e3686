"""One reading in several files is graded once; two readings of one id are refused, neither is preferred."""

from __future__ import annotations

import csv
import json
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kazerooni.archive import Settings, Summary, choices
from kazerooni.archive import rescore as run
from kazerooni.labels import reading_text
from kazerooni.model import Pattern, Reading, Session, Status, Supersedes
from kazerooni.workflow import score_document, score_scan
from tests.archive.conftest import SAMPLES, maps_of

BROKEN = "a reading that is broken: it will fail, and errors.csv will say why"
SAME = "the same reading stands in another file, too, and counts once"


def _settings(out: Path) -> Settings:
    return Settings(scheme="kazerooni-fibrosis", version=1, out=out)


def _run(root: Path, out: Path, **asked: Any) -> Summary:
    return run(root, _settings(out), **asked)


def _errors(out: Path) -> list[dict[str, str]]:
    with (out / "errors.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _readings(out: Path) -> list[tuple[str, str]]:
    with (out / "wide.csv").open(encoding="utf-8", newline="") as file:
        return [(row["reading"], row["status"]) for row in csv.DictReader(file)]


@pytest.mark.parametrize("first", ["a", "z"])
def test_a_reading_that_was_saved_again_is_graded_once(tmp_path: Path, reading: Reading, first: str) -> None:
    """Written with other blanks or recorded at another time it is one row."""
    root = tmp_path / "archive"
    root.mkdir()
    text = reading_text(reading)
    later = replace(reading, session=Session(started=datetime(2026, 3, 4, tzinfo=UTC), program_version="9"))
    (root / f"{first}.json").write_text(text, "utf-8")
    (root / "m.json").write_text(json.dumps(json.loads(text)), "utf-8")
    (root / "n.json").write_text(reading_text(later), "utf-8")
    summary = _run(root, tmp_path / "out")
    assert summary.counts == {"planned": 1, "done": 1, "failed": 0}
    assert summary.left == {SAME: 2}
    assert _readings(tmp_path / "out") == [(reading.id, reading.status.value)]


@pytest.mark.parametrize("first", ["a", "z"])
def test_what_was_signed_stands_for_its_drafts(tmp_path: Path, reading: Reading, first: str) -> None:
    """Drafts of a reading are left once it is signed, also those that say something else; the signed one is graded."""
    root = tmp_path / "archive"
    root.mkdir()
    drafts = [replace(reading, status=Status.DRAFT), replace(reading, status=Status.DRAFT, pattern=Pattern("UIP"))]
    for number, draft in enumerate(drafts):
        (root / f"m{number}.json").write_text(reading_text(draft), "utf-8")
    (root / f"{first}.json").write_text(reading_text(replace(reading, status=Status.SIGNED)), "utf-8")
    summary = _run(root, tmp_path / "out")
    assert summary.counts == {"planned": 1, "done": 1, "failed": 0}
    assert summary.left == {"a draft of a reading that is here as a signed one, too": 2}
    assert _readings(tmp_path / "out") == [(reading.id, "signed")]


@pytest.mark.parametrize(
    ("old", "new", "graded"),
    [
        (Status.SIGNED, Status.SIGNED, ["R-NEW"]),
        (Status.DRAFT, Status.DRAFT, ["R-NEW"]),
        (Status.DRAFT, Status.SIGNED, ["R-NEW"]),
        (Status.SIGNED, Status.DRAFT, ["R-NEW", "R-OLD"]),
    ],
)
def test_a_superseded_reading_is_left(
    tmp_path: Path, reading: Reading, old: Status, new: Status, graded: list[str]
) -> None:
    """The tables hold a corrected reading once, with its old score told as left; a draft corrects no signed one."""
    root, out = tmp_path / "archive", tmp_path / "out"
    root.mkdir()
    before = replace(reading, id="R-OLD", status=old)
    after = replace(reading, id="R-NEW", status=new, supersedes=Supersedes("R-OLD", "a lobe was taken for another"))
    (root / "a.json").write_text(reading_text(after), "utf-8")
    (root / "b.json").write_text(reading_text(before), "utf-8")
    (root / "score.json").write_text(json.dumps(score_document(_case_of(before))), "utf-8")
    summary = _run(root, out)
    assert sorted(name for name, _ in _readings(out)) == graded
    is_left = graded == ["R-NEW"]
    reasons = {"another reading, here too, supersedes it": 1, "an old score of what is not graded here": 1}
    assert summary.left == (reasons if is_left else {})
    (root / "a.json").unlink()
    _run(root, out, resume=True)
    assert [name for name, _ in _readings(out)] == ["R-OLD"]


def test_two_readings_of_one_id_are_refused(tmp_path: Path, reading: Reading) -> None:
    """Each is a row of errors.csv with its own file, none is in the tables; with one of them gone the other is done."""
    root, out = tmp_path / "archive", tmp_path / "out"
    root.mkdir()
    other = replace(reading, scan=replace(reading.scan, patient="P-OTHER"))
    (root / "a.json").write_text(reading_text(reading), "utf-8")
    (root / "again.json").write_text(json.dumps(json.loads(reading_text(reading))), "utf-8")
    (root / "Roe_Jane.json").write_text(reading_text(other), "utf-8")
    document = score_document(_case_of(reading))
    (root / "old.json").write_text(json.dumps(document), "utf-8")
    summary = _run(root, out)
    assert summary.counts == {"planned": 2, "done": 2, "failed": 2}
    assert summary.left == {SAME: 1}
    rows = _errors(out)
    assert len({row["file_number"] for row in rows}) == 2
    assert {(row["reading"], row["error"]) for row in rows} == {(reading.id, "ReadingError")}
    assert {row["why"] for row in rows} == {
        "another file holds another reading under its id, and nothing says which counts; keep one"
    }
    assert _readings(out) == []
    with (out / "difference.csv").open(encoding="utf-8", newline="") as file:
        lost = [row for row in csv.DictReader(file) if row["component"] == "total"]
    assert len(lost) == 1  # the old score stands there once, whichever it was of
    (root / "Roe_Jane.json").unlink()
    again = _run(root, out, resume=True)
    assert again.counts == {"planned": 1, "done": 1, "failed": 0}
    assert _readings(out) == [(reading.id, reading.status.value)]


def _case_of(reading: Reading) -> Any:
    case = score_scan(SAMPLES / "1999", maps_of("1999"), scheme="kazerooni-mean")
    return replace(case, reading=reading)


def test_a_dry_run_tells_readings_of_one_id(tmp_path: Path, reading: Reading) -> None:
    """Before anything is done they are said to end in errors.csv; a broken one beside a whole one is none of them."""
    root = tmp_path / "archive"
    root.mkdir()
    other = replace(reading, scan=replace(reading.scan, patient="P-OTHER"))
    (root / "a.json").write_text(reading_text(reading), "utf-8")
    (root / "b.json").write_text(reading_text(reading).replace('"signed"', '"perhaps"').replace('"draft"', '"perhaps"'))
    told = Counter(one.why for one in choices(root, _settings(tmp_path)))
    assert told == {"a kept reading: graded again": 1, BROKEN: 1}
    (root / "c.json").write_text(reading_text(other), "utf-8")
    told = Counter(one.why for one in choices(root, _settings(tmp_path)))
    assert told == {
        BROKEN: 1,
        "another file holds another reading under this id: it will fail, and errors.csv will say why": 2,
    }


def test_an_old_score_that_was_saved_again_stands_there_once(tmp_path: Path, reading: Reading) -> None:
    """Two files of one old score, written with other blanks, are one old score of its reading."""
    root, out = tmp_path / "archive", tmp_path / "out"
    root.mkdir()
    (root / "a.json").write_text(reading_text(reading), "utf-8")
    document = score_document(_case_of(reading))
    (root / "b.json").write_text(json.dumps(document), "utf-8")
    (root / "c.json").write_text(json.dumps(document, indent=3), "utf-8")
    _run(root, out)
    with (out / "difference.csv").open(encoding="utf-8", newline="") as file:
        assert len([row for row in csv.DictReader(file) if row["component"] == "total"]) == 1
