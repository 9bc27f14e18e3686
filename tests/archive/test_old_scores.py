"""Old scores that cannot be read, or belong to nothing here, are told; those that can stand beside the new ones."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from kazerooni.archive import Index, Journal, Settings
from kazerooni.archive import rescore as run
from kazerooni.labels import reading_text
from kazerooni.model import Course, Patient, Reading, Status
from kazerooni.scoring import score, score_json
from kazerooni.store import open_store
from tests.archive.conftest import SAMPLES
from tests.archive.kept_readings import WHEN


def _said(text: str, **said: str) -> str:
    return json.dumps({**json.loads(text), **said})


BROKEN: Final[dict[str, Callable[[str], str | bytes]]] = {
    "cut": lambda text: text[: len(text) // 2],
    "without totals": lambda text: json.dumps({k: v for k, v in json.loads(text).items() if k != "totals"}),
    "a grade too few": lambda text: text.replace('"grade"', '"gone"', 1),
    "not finite": lambda text: text.replace('"maximum": 10', '"maximum": NaN'),
    "a later version": lambda text: text.replace('"schema_version": 1', '"schema_version": 99'),
    "a name for a code": lambda text: _said(text, patient="Roe^Jane"),
    "a name for a UID": lambda text: _said(text, series_uid="Roe Jane"),
    "a name for a day": lambda text: _said(text, study_date="Roe"),
    "a name for a sum": lambda text: text.replace('"maximum": 10', '"maximum": "Roe"'),
    "a name for a reader of two lines": lambda text: _said(text, reader="Roe\nJane"),
    "no UTF-8": lambda text: text.encode().replace(b'"RUL"', b'"\xff\xfe"', 1),
}
"""Ways in which a score document was broken, by name."""


def _document(reading: Reading) -> str:
    graded = score(reading, "kazerooni-mean")
    return json.dumps(score_json(graded, reading, program_version="0.1", notices=()))


def _run(root: Path, out: Path) -> Any:
    return run(root, Settings(scheme="kazerooni-fibrosis", version=1, out=out))


@pytest.mark.parametrize("how", BROKEN)
def test_an_old_score_that_cannot_be_read_is_told(tmp_path: Path, reading: Reading, how: str) -> None:
    """A broken score is a row of errors.csv with its number in the index, without its name; its reading is graded."""
    root, out = tmp_path / "archive", tmp_path / "out"
    root.mkdir()
    (root / "reading.json").write_text(reading_text(replace(reading, id="R-1")), "utf-8")
    broken = BROKEN[how](_document(replace(reading, id="R-1")))
    (root / "Roe_Jane.json").write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    summary = _run(root, out)
    with (out / "errors.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["kind"], row["cause"], row["error"]) == ("score", "error", "ReadingError")
    assert row["why"].startswith("the score: ")
    assert summary.counts == {"planned": 2, "done": 2, "failed": 1}
    with Index(root) as index:
        asked = "SELECT name FROM files WHERE number = ?"
        assert index.database.execute(asked, (int(row["file_number"]),)).fetchone() == (b"Roe_Jane.json",)
    assert not [file.name for file in out.iterdir() if b"Roe" in file.read_bytes()]
    with Journal(out) as journal:
        (graded,) = journal.pairs()
    assert (graded.old, graded.error) == (None, "")
    page = (out / "difference.html").read_text("utf-8")
    assert "<dt>Old scores that cannot be read</dt><dd>1; see errors.csv</dd>" in page
    assert "a reading is broken" not in page


def test_a_score_of_a_later_version_is_refused_as_a_reading_would_be(tmp_path: Path, reading: Reading) -> None:
    """errors.csv says which version was found, which one is read, and what to do."""
    (tmp_path / "archive").mkdir()
    later = _document(reading).replace('"schema_version": 1', '"schema_version": 99')
    (tmp_path / "archive" / "old.json").write_text(later, "utf-8")
    _run(tmp_path / "archive", tmp_path / "out")
    with (tmp_path / "out" / "errors.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["why"] == "the score: the score has schema_version 99; this program reads 1; update it"


def test_a_broken_score_tells_what_is_wanted_and_not_what_stands_there(tmp_path: Path, reading: Reading) -> None:
    """Where a name stands for the code of the patient, the message says which rule it breaks, without the name."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "old.json").write_text(_said(_document(reading), patient="Roe^Jane"), "utf-8")
    _run(tmp_path / "archive", tmp_path / "out")
    with (tmp_path / "out" / "errors.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    wanted = "a code of letters, digits, dots, dashes and underscores is wanted, never a name"
    assert row["why"] == f"the score: patient: {wanted}"


def test_an_old_score_of_nothing_here_is_told(tmp_path: Path, reading: Reading) -> None:
    """A score whose reading is not in the archive is left and counted; the other one stands beside the new score."""
    root, out = tmp_path / "archive", tmp_path / "out"
    root.mkdir()
    (root / "reading.json").write_text(reading_text(replace(reading, id="R-1")), "utf-8")
    for name in ("R-1", "R-2"):
        (root / f"{name}.json").write_text(_document(replace(reading, id=name)), "utf-8")
    summary = _run(root, out)
    assert summary.left == {"an old score of what is not graded here": 1}
    with Journal(out) as journal:
        (pair,) = journal.pairs()
    assert pair.old is not None
    assert pair.old.reading == "R-1"


def test_sums_of_the_book_are_written_as_new_ones_are(tmp_path: Path, reading: Reading) -> None:
    """A book keeps sums as floats; in the table 11 stands beside 11, and a mean beside a mean."""
    signed = replace(reading, status=Status.SIGNED)
    with open_store(str(tmp_path / "book"), create=True) as book:
        patient = Patient(pseudonym=reading.scan.patient or "")
        book.add([Course(patient=patient, readings=(signed,))], who="tests", when=WHEN)
        for scheme in ("kazerooni-fibrosis", "kazerooni-mean"):
            book.score_with(scheme, who="tests", when=WHEN)
    (tmp_path / "archive").mkdir()
    for scheme in ("kazerooni-fibrosis", "kazerooni-mean"):
        out = tmp_path / scheme
        run(tmp_path / "archive", Settings(scheme=scheme, version=1, out=out, store=str(tmp_path / "book")))
        with (out / "difference.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["lobe"] == "all" and row["old_scheme"] == scheme]
        assert len(rows) == 3
        assert [row["old_sum"] for row in rows] == [row["new_sum"] for row in rows]


def test_a_score_of_a_measured_series_stands_beside_it(tmp_path: Path, reading: Reading) -> None:
    """A score that names no reading is set beside the new score of its series, where that is measured."""
    root = tmp_path / "archive"
    root.mkdir()
    (root / "scan").symlink_to(SAMPLES / "1999")
    (root / "maps").symlink_to(SAMPLES / "maps" / "1999")
    document = {**json.loads(_document(reading)), "reading": None}
    (root / "old.json").write_text(json.dumps(document), "utf-8")
    summary = _run(root, tmp_path / "out")
    assert (summary.left, summary.counts["failed"]) == ({}, 0)
    with Journal(tmp_path / "out") as journal:
        (pair,) = journal.pairs()
    assert pair.old is not None
    assert pair.old.series_uid == pair.new.series_uid  # type: ignore[union-attr]
