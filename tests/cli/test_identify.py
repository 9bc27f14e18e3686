"""`--identify`: name and birth date stand on the pages where they were asked for, and nowhere else at any time."""

from __future__ import annotations

import html
import io
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import StreamObject

from kazerooni.labels import read_reading, write_reading
from kazerooni.phantom import build_series, sequential_hrct, write_series
from tests.cli.conftest import Run
from tests.cli.test_score import options
from tests.scoring.builders import typed_lungs

PLANTED = ("Xylander", "Quirinus", "MRN-471199", "19510713", "1951-07-13", "13 Jul 1951", "13.07.1951")
NAME, BORN = "Xylander, Quirinus", "13 Jul 1951"
PLAN = sequential_hrct(patient_name="Xylander^Quirinus", patient_id="MRN-471199", birth_date=date(1951, 7, 13))


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a scan with name, birth date and id of a patient, on the grid of `maps`."""
    folder = tmp_path_factory.mktemp("scan")
    write_series(build_series(PLAN), folder)
    return folder


def _contents(path: Path) -> str:
    """Give everything a file says: its bytes, and of a PDF each stream as it is when unpacked, and its text."""
    data = path.read_bytes()
    said = [data.decode("latin-1"), data.decode("utf-8", "replace")]
    if path.suffix == ".pdf":
        reader = PdfReader(io.BytesIO(data))
        for number in range(1, len(reader.xref_objStm) + sum(map(len, reader.xref.values())) + 1):
            one = reader.get_object(number)
            said.append(repr(one))
            if isinstance(one, StreamObject):
                said.append(one.get_data().decode("latin-1"))
        said.extend(page.extract_text() for page in reader.pages)
    return "\n".join(said)


def _found(text: str) -> list[str]:
    return [word for word in PLANTED if word in text]


def _pages(folder: Path) -> dict[str, str]:
    """Give what the pages of a folder show, by the kind of their file."""
    (page,), (paper,) = folder.glob("*.html"), folder.glob("*.pdf")
    printed = "\n".join(one.extract_text() for one in PdfReader(paper).pages)
    return {".html": html.unescape(page.read_text("utf-8")), ".pdf": printed}


def test_nothing_of_a_person_is_written_unless_it_is_asked_for(
    run: Run, scan: Path, maps: dict[str, Path], tmp_path: Path
) -> None:
    """Without the flag name, birth date and id stand in no byte of any file, no name of one, no message and no log."""
    out = tmp_path / "out"
    given = ("--report", out, "--format", "html,pdf,csv,json", "-o", tmp_path / "reading.json")
    result = run("score", scan, *options(maps), *given, "-v", "--log", tmp_path / "log.txt")
    assert result.exit_code == 0, result.stderr
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".html", ".pdf", ".csv", ".json", ".txt"}
    for path in files:
        assert _found(_contents(path)) == [], path.name
        assert _found(str(path.relative_to(tmp_path))) == []
    assert _found(result.stdout + result.stderr) == []


def test_with_the_flag_the_pages_name_the_patient_and_nothing_else_does(
    run: Run, scan: Path, maps: dict[str, Path], tmp_path: Path
) -> None:
    """`score --identify` prints name and birth date on both pages; tables, JSON, reading and log have none of them."""
    out = tmp_path / "out"
    given = ("--report", out, "--format", "html,pdf,csv,json", "-o", tmp_path / "reading.json", "--identify")
    result = run("score", scan, *options(maps), *given, "-v", "--log", tmp_path / "log.txt")
    assert result.exit_code == 0, result.stderr
    for shown in _pages(out).values():
        assert NAME in shown
        assert BORN in shown
        assert "MRN-471199" not in shown
    assert "Xylander" in _contents(next(out.glob("*.pdf"))), "what is looked for below would be found"
    for path in (path for path in tmp_path.rglob("*") if path.is_file() and path.suffix not in (".html", ".pdf")):
        assert _found(_contents(path)) == [], path.name
    assert all(_found(path.name) == [] for path in tmp_path.rglob("*"))
    assert _found(result.stdout + result.stderr) == []
    assert "show name and birth date" in result.stderr
    title = PdfReader(next(out.glob("*.pdf"))).metadata
    assert title is not None
    assert _found(str(title)) == []


def test_a_kept_reading_is_identified_by_its_scan(run: Run, scan: Path, maps: dict[str, Path], tmp_path: Path) -> None:
    """`report --scan --identify` reads the name from the scan of the reading at that moment; the reading has none."""
    reading = tmp_path / "reading.json"
    assert run("score", scan, *options(maps), "-o", reading).exit_code == 0
    assert _found(_contents(reading)) == []
    result = run(
        "report", reading, "--scan", scan, "--identify", "--format", "html,pdf", "--paper", "letter", "--out", tmp_path
    )
    assert result.exit_code == 0, result.stderr
    for shown in _pages(tmp_path).values():
        assert NAME in shown
        assert BORN in shown
    (page,) = PdfReader(next(tmp_path.glob("*.pdf"))).pages[:1]
    assert (float(page.mediabox.width), float(page.mediabox.height)) == (612, 792)
    assert "size: letter" in next(tmp_path.glob("*.html")).read_text("utf-8")


def test_another_scan_names_nobody(run: Run, scan: Path, hrct: Path, maps: dict[str, Path], tmp_path: Path) -> None:
    """A scan that does not hold the series of the reading leaves with 3, names nobody, and nothing is written."""
    reading, out = tmp_path / "reading.json", tmp_path / "out"
    assert run("score", scan, *options(maps), "-o", reading).exit_code == 0
    result = run("report", reading, "--scan", hrct, "--identify", "--out", out)
    assert result.exit_code == 3
    told = " ".join(result.stderr.split())
    assert f"does not hold series {read_reading(reading).scan.series_uid}" in told
    assert "Doe^John" not in told
    assert _found(told) == []
    assert not list(tmp_path.rglob("*.html"))


def test_a_reading_without_a_series_cannot_be_identified(run: Run, scan: Path, tmp_path: Path) -> None:
    """Typed values that name no series belong to no scan for certain: the command leaves with 3."""
    write_reading(typed_lungs(), tmp_path / "typed.json")
    result = run("report", tmp_path / "typed.json", "--scan", scan, "--identify", "--out", tmp_path)
    assert result.exit_code == 3
    assert "names no series" in " ".join(result.stderr.split())
    assert not list(tmp_path.glob("*.html"))


@pytest.mark.parametrize(
    "given",
    [
        ("report", "r.json", "--identify"),
        ("report", "r.json", "--scan", "scan"),
        ("report", "r.json", "--scan", "scan", "--identify", "--format", "csv,json"),
        ("report", "r.json", "--paper", "a3"),
        ("score", "r.json", "--identify", "--report", "out"),
        ("score", "scan", "--alveolar", "a.nrrd", "--identify"),
        ("score", "scan", "--alveolar", "a.nrrd", "--format", "pdf"),
        ("score", "scan", "--alveolar", "a.nrrd", "--paper", "letter"),
        ("score", "scan", "--alveolar", "a.nrrd", "--identify", "--report", "out", "--format", "csv"),
        ("score", "scan", "--alveolar", "a.nrrd", "--report", "out", "--format", "docx"),
        ("score", "scan", "--alveolar", "a.nrrd", "--report", "out", "--paper", "foolscap"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(run: Run, given: tuple[str, ...]) -> None:
    """The flag without a scan or a page to print on, and papers and formats that there are not, leave with 2."""
    assert run(*given).exit_code == 2


def test_markup_in_a_name_is_text(run: Run, maps: dict[str, Path], tmp_path: Path) -> None:
    """A patient called `<script>` is shown so, in both pages; what Typst would run shows as it is written."""
    plan = sequential_hrct(patient_name="<script>alert(1)</script>^#panic() $x$ *b*", patient_id="1")
    write_series(build_series(plan), tmp_path / "scan")
    out = tmp_path / "out"
    given = ("--report", out, "--format", "html,pdf", "--identify")
    result = run("score", tmp_path / "scan", *options(maps), *given)
    assert result.exit_code == 0, result.stderr
    markup = next(out.glob("*.html")).read_text("utf-8")
    assert "<script" not in markup
    for shown in _pages(out).values():
        assert "<script>alert(1)</script>, #panic() $x$ *b*" in " ".join(shown.split())
