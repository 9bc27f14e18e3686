"""A PDF becomes an object of the study that it is about, and comes out of it byte for byte."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
import typst

from kazerooni import phantom
from kazerooni.dicom import Series
from kazerooni.errors import OutputError
from kazerooni.labels import encapsulated_pdf
from kazerooni.model import Reading, ScanRef
from tests.labels.seg_builder import datasets_of, series_of

PLAN = phantom.sequential_hrct(slices=3, rows=9, columns=11, pixel_spacing_mm=(30.0, 25.0), gap_mm=40.0)


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Series:
    """Give a small series."""
    return series_of(datasets_of(PLAN), tmp_path_factory.mktemp("scan"))


@pytest.fixture(scope="module")
def pdf() -> bytes:
    """Give a small PDF with an odd number of bytes."""
    made: bytes = typst.compile(b"= Kazerooni score")
    return made if len(made) % 2 else made + b"\n"


@pytest.mark.parametrize("names_patient", [False, True])
def test_validator_finds_nothing(
    tmp_path: Path,
    scan: Series,
    pdf: bytes,
    tool: Callable[[str], str],
    names_patient: bool,  # noqa: FBT001 - a fixture
) -> None:
    """Dciodvfy finds neither error nor warning in an encapsulated PDF."""
    reading = Reading(id="R-1", scan=scan.scan)
    data = encapsulated_pdf(pdf, reading, scan, title="Kazerooni score", names_patient=names_patient)
    (tmp_path / "p.dcm").write_bytes(data)
    done = subprocess.run([tool("dciodvfy"), str(tmp_path / "p.dcm")], capture_output=True, text=True, check=False)
    told = (done.stdout + done.stderr).splitlines()
    assert "EncapsulatedPDF" in told
    assert [line for line in told if "Error" in line or "Warning" in line] == []


def test_the_pdf_comes_out(scan: Series, pdf: bytes) -> None:
    """Its length is told without the byte that makes it even; patient, study and pictures are those of the source."""
    assert len(pdf) % 2 == 1
    reading, title = Reading(id="R-1", scan=scan.scan), "Befund ü"
    data, again = (encapsulated_pdf(pdf, reading, scan, title=title, names_patient=True) for _ in range(2))
    assert data == again
    made = pydicom.dcmread(BytesIO(data))
    source = datasets_of(PLAN)[0]
    assert made.EncapsulatedDocument[: made.EncapsulatedDocumentLength] == pdf
    assert len(made.EncapsulatedDocument) == len(pdf) + 1
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID", "StudyDate"):
        assert made[keyword].value == source[keyword].value
    assert made.SeriesInstanceUID not in {source.SeriesInstanceUID, made.SOPInstanceUID}
    assert [item.ReferencedSOPInstanceUID for item in made.SourceInstanceSequence] == list(scan.scan.sop_uids)
    assert (made.BurnedInAnnotation, made.MIMETypeOfEncapsulatedDocument) == ("YES", "application/pdf")
    assert (made.DocumentTitle, made.ConceptNameCodeSequence[0].CodeValue) == (title, "18748-4")
    other = encapsulated_pdf(pdf, reading, scan, title=title, names_patient=False)
    assert pydicom.dcmread(BytesIO(other)).SOPInstanceUID != made.SOPInstanceUID


def test_what_is_no_pdf_or_of_another_scan_is_refused(scan: Series, pdf: bytes) -> None:
    """Bytes that are no PDF, and the scan of another reading, are refused with what was found."""
    with pytest.raises(OutputError, match="its 4 bytes are no PDF"):
        encapsulated_pdf(b"html", Reading(id="R-1", scan=scan.scan), scan, title="", names_patient=False)
    other = Reading(id="R-1", scan=ScanRef(series_uid="1.2.840.9"))
    with pytest.raises(OutputError, match=r"reading R-1 is of series 1\.2\.840\.9, not of"):
        encapsulated_pdf(pdf, other, scan, title="", names_patient=False)
