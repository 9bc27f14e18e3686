"""`kazerooni report --format sr,seg` makes the objects for a PACS, and `score` reads the report back."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pypdf import PdfReader

from kazerooni.labels import read_reading, read_sr, reading_text, write_reading
from kazerooni.model import Status, Supersedes
from tests.cli.conftest import Run
from tests.cli.test_score import options


@pytest.fixture
def kept(run: Run, hrct: Path, maps: dict[str, Path], tmp_path: Path) -> Path:
    """Give a folder with a reading and the maps that it was made from."""
    folder = tmp_path / "readings"
    folder.mkdir()
    result = run("score", hrct, *options(maps), "--reader", "R1", "-o", folder / "r.json")
    assert result.exit_code == 0, result.stderr
    for path in maps.values():
        shutil.copy(path, folder)
    return folder


def test_objects_of_a_reading(run: Run, hrct: Path, kept: Path, tmp_path: Path) -> None:
    """SR and SEG stand in the folder, the report references the segments, and its score and reading are the same."""
    out = tmp_path / "out"
    result = run("report", kept / "r.json", "--format", "sr,seg,epdf,html", "--scan", hrct, "--out", out)
    assert result.exit_code == 0, result.stderr
    reading = read_reading(kept / "r.json")
    endings = (".alveolar.seg.dcm", ".html", ".interstitial.seg.dcm", ".lobes.seg.dcm", ".pdf.dcm", ".sr.dcm")
    assert sorted(path.name for path in out.iterdir()) == [f"{reading.id}{ending}" for ending in endings]
    report = out / f"{reading.id}.sr.dcm"
    assert reading_text(read_sr(report).reading) == reading_text(reading)
    page = pydicom.dcmread(out / f"{reading.id}.pdf.dcm")
    assert (page.BurnedInAnnotation, bytes(page.EncapsulatedDocument)[:5]) == ("NO", b"%PDF-")
    held = pydicom.dcmread(report).CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    listed = {str(p.ReferencedSOPInstanceUID) for series in held for p in series.ReferencedSOPSequence}
    segs = [pydicom.dcmread(path, stop_before_pixels=True) for path in sorted(out.glob("*.seg.dcm"))]
    assert {str(seg.SOPInstanceUID) for seg in segs} < listed
    assert {str(seg.PatientName) for seg in segs} == {"Doe^John"} == {str(pydicom.dcmread(report).PatientName)}
    first, second = (json.loads(run("score", path, "--json").stdout) for path in (kept / "r.json", report))
    assert first == second


def test_nothing_is_half_written(run: Run, hrct: Path, kept: Path, tmp_path: Path) -> None:
    """Where one file stands in the way nothing is written; with maps that are gone SEG is refused and says why."""
    out = tmp_path / "out"
    out.mkdir()
    reading = read_reading(kept / "r.json")
    (out / f"{reading.id}.lobes.seg.dcm").write_bytes(b"mine")
    result = run("report", kept / "r.json", "--format", "sr,seg", "--scan", hrct, "--out", out)
    assert result.exit_code == 3
    assert [path.name for path in out.iterdir()] == [f"{reading.id}.lobes.seg.dcm"]
    for path in kept.glob("*.nrrd"):
        path.write_bytes(path.read_bytes() + b"\n")
    gone = run("report", kept / "r.json", "--format", "seg", "--scan", hrct, "--out", out)
    assert gone.exit_code == 3
    assert "no map of it is at hand" in " ".join(gone.stderr.split())


def test_a_report_follows_the_one_that_it_replaces(run: Run, hrct: Path, kept: Path, tmp_path: Path) -> None:
    """With the older report in the folder the newer one names it as its predecessor; again, the same bytes."""
    out, old = tmp_path / "out", read_reading(kept / "r.json")
    new = replace(old, id="R-new", status=Status.SIGNED, supersedes=Supersedes(old.id, "wrong lobe"))
    write_reading(new, kept / "new.json")
    written = []
    for name in ("r.json", "new.json", "new.json"):
        result = run("report", kept / name, "--format", "sr", "--scan", hrct, "--out", out, "--force")
        assert result.exit_code == 0, result.stderr
        written.append({path.name: path.read_bytes() for path in out.iterdir()})
    before, after = (pydicom.dcmread(out / f"{name}.sr.dcm") for name in (old.id, "R-new"))
    (study,) = after.PredecessorDocumentsSequence
    (named,) = study.ReferencedSeriesSequence[0].ReferencedSOPSequence
    assert named.ReferencedSOPInstanceUID == before.SOPInstanceUID
    assert written[1] == written[2]


def test_an_object_wants_the_scan_of_the_reading(
    run: Run, hrct: Path, kept: Path, maps: dict[str, Path], tmp_path: Path
) -> None:
    """No scan, a scan for nothing, that of another series, and a reading of none are refused; nothing is written."""
    out = tmp_path / "out"
    reading = read_reading(kept / "r.json")
    assert run("report", kept / "r.json", "--format", "sr", "--out", out).exit_code == 2
    assert run("report", kept / "r.json", "--scan", hrct, "--out", out).exit_code == 2
    for uid, told in (("1.2.840.5", "does not hold series 1.2.840.5"), (None, "names no series")):
        other = replace(reading, scan=replace(reading.scan, series_uid=uid))
        write_reading(other, kept / "other.json", force=True)
        result = run("report", kept / "other.json", "--format", "sr", "--scan", hrct, "--out", out)
        assert result.exit_code == 3
        assert told in " ".join(result.stderr.split())
    assert not out.exists()


def test_objects_of_nobody(run: Run, hrct: Path, kept: Path, tmp_path: Path) -> None:
    """De-identified, SR, SEG and page say nothing of the person, reference each other, and the score is the same."""
    out, plain = tmp_path / "out", tmp_path / "plain"
    old = replace(read_reading(kept / "r.json"), remarks="Frau Mustermann hustet", reader="Dr. Rita")
    write_reading(old, kept / "said.json")
    for folder, more in ((plain, ()), (out, ("--deidentify",))):
        result = run("report", kept / "said.json", "--format", "sr,seg,epdf", "--scan", hrct, "--out", folder, *more)
        assert result.exit_code == 0, result.stderr
    source = pydicom.dcmread(next(path for path in sorted(hrct.rglob("*")) if path.is_file()), force=True)
    assert old.scan.study_date is not None
    words = ("Doe", "John", "Mustermann", "Rita", str(source.PatientID), str(source.StudyInstanceUID))
    dates = (f"{old.scan.study_date:%Y%m%d}", f"{old.scan.study_date}")
    for path in sorted(out.iterdir()):
        assert old.id not in path.name
        shown = path.read_bytes() + (_shown(path) if path.name.endswith(".pdf.dcm") else b"")
        for secret in (*words, *dates):
            assert secret.encode() not in shown, (secret, path.name)
    made = {path.name.split(".", 1)[1]: pydicom.dcmread(path) for path in out.iterdir()}
    was = {path.name.split(".", 1)[1]: pydicom.dcmread(path) for path in plain.iterdir()}
    assert len({str(one.StudyInstanceUID) for one in made.values()}) == 1
    assert {str(one.PatientID) for one in made.values()} == {old.scan.patient}
    held = made["sr.dcm"].CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    listed = {str(p.ReferencedSOPInstanceUID) for series in held for p in series.ReferencedSOPSequence}
    assert {str(one.SOPInstanceUID) for name, one in made.items() if "seg" in name} < listed
    assert str(was["sr.dcm"].StudyInstanceUID) != str(made["sr.dcm"].StudyInstanceUID)
    report = next(out.glob("*.sr.dcm"))
    first, second = (json.loads(run("score", path, "--json").stdout) for path in (kept / "said.json", report))
    assert first["totals"]["total"] == second["totals"]["total"]
    for component in ("alveolar", "interstitial"):
        assert [(one[component]["percent"], one[component]["grade"]) for one in first["lobes"]] == [
            (one[component]["percent"], one[component]["grade"]) for one in second["lobes"]
        ]


def _shown(path: Path) -> bytes:
    """Give the words on the pages of an encapsulated PDF."""
    pages = PdfReader(BytesIO(pydicom.dcmread(path).EncapsulatedDocument)).pages
    return "\n".join(page.extract_text() for page in pages).encode()


def test_pages_are_not_deidentified(run: Run, hrct: Path, kept: Path, tmp_path: Path) -> None:
    """A page tells dates and readers on purpose, so --deidentify with one is wrong usage, and nothing is written."""
    result = run(
        "report", kept / "r.json", "--format", "sr,html", "--deidentify", "--scan", hrct, "--out", tmp_path / "out"
    )
    assert result.exit_code == 2
    assert "html" in result.stderr
    assert not (tmp_path / "out").exists()
