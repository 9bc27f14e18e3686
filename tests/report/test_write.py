"""Reports are written whole or not at all, under names that say nothing of a person."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from kazerooni.errors import OutputError
from kazerooni.files import write_whole
from kazerooni.model import Case
from kazerooni.report import WRITERS, report_of, write_report
from kazerooni.scoring import score_json
from tests.report.builders import VERSION, case_of

DAY = date(2003, 5, 14)
NAMES = {
    "R-2003.html",
    "R-2003.pdf",
    "R-2003.long.csv",
    "R-2003.long.dictionary.csv",
    "R-2003.wide.csv",
    "R-2003.wide.dictionary.csv",
    "R-2003.score.json",
    "R-2003.redcap.csv",
    "R-2003.redcap.dictionary.csv",
}


@pytest.fixture
def case() -> Case:
    """Give a case of one visit."""
    return case_of(DAY, reader="Dr. Jane Doe")


def test_every_format_is_written(case: Case, tmp_path: Path) -> None:
    """All formats stand in the folder, named after the reading, and the paths are given in their order."""
    paths = write_report(report_of(case, program_version=VERSION), WRITERS, tmp_path)
    assert {path.name for path in paths} == {path.name for path in tmp_path.iterdir()} == NAMES
    assert paths[0].suffix == ".html"
    assert all(path.stat().st_size for path in paths)


def test_the_json_is_that_of_the_score(case: Case, tmp_path: Path) -> None:
    """The JSON is the document of `kazerooni score --json`."""
    (path,) = write_report(report_of(case, program_version=VERSION), ["json"], tmp_path)
    expected = score_json(case.score, case.reading, program_version=VERSION, notices=case.notices)
    assert json.loads(path.read_text(encoding="utf-8")) == json.loads(json.dumps(expected))


def test_nothing_is_overwritten_unless_asked_for(case: Case, tmp_path: Path) -> None:
    """Where one file is there already none is written, unless it was asked for."""
    there = tmp_path / "R-2003.wide.csv"
    there.write_text("mine", encoding="utf-8")
    report = report_of(case, program_version=VERSION)
    with pytest.raises(OutputError, match="not overwritten"):
        write_report(report, WRITERS, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [there.name]
    assert there.read_text(encoding="utf-8") == "mine"
    write_report(report, WRITERS, tmp_path, force=True)
    assert {path.name for path in tmp_path.iterdir()} == NAMES
    assert there.read_bytes().startswith(b"patient,")


def test_a_failure_leaves_nothing(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a later file cannot be written the earlier ones are taken away again."""

    def fail_late(path: Path, data: bytes, *, force: bool = False) -> None:
        if path.suffix == ".json":
            raise OutputError("the disk is full")
        write_whole(path, data, force=force)

    monkeypatch.setattr("kazerooni.files.write_whole", fail_late)
    with pytest.raises(OutputError, match="disk is full"):
        write_report(report_of(case, program_version=VERSION), WRITERS, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_format_is_refused(case: Case, tmp_path: Path) -> None:
    """A format that there is not is told with those that there are."""
    with pytest.raises(OutputError, match="'docx' is unknown; choose of html, pdf, csv, json"):
        write_report(report_of(case, program_version=VERSION), ["html", "docx"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_no_file_is_named_after_a_person(case: Case, tmp_path: Path) -> None:
    """Neither patient nor reader stands in the name of a file."""
    for path in write_report(report_of(case, program_version=VERSION), WRITERS, tmp_path):
        assert "ABCDEF" not in path.name
        assert "Doe" not in path.name
