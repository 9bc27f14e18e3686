"""Nothing that leaves the program tells who the patient is, and no word of a scan reaches the file system."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import numpy as np
import pydicom
import pytest
import SimpleITK

from kazerooni.labels import read_reading, write_reading
from kazerooni.phantom import build_series, write_series
from kazerooni.report import WRITERS
from tests.cli.conftest import HRCT, Run
from tests.cli.test_score import options

NAME, GIVEN, MRN, ACCESSION, WARD = "Zwirnqvist", "Hjordisaline", "../../x8841", "ACQ77319", "Plantedward"
SECRETS = (NAME, GIVEN, "x8841", ACCESSION, WARD, "19330704", "1933-07-04", "4 July 1933", "04.07.1933", "July 4, 1933")
# Formats that hold pages of a person or DICOM objects of a patient need more than a kept reading; not all take one.
DOCUMENTS = [name for name in WRITERS if name in ("html", "csv", "json", "redcap", "pdf")]


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder, named after a person, with a scan of hers and words that are no file names."""
    datasets = build_series(HRCT)
    for dataset in datasets:
        dataset.PatientName, dataset.PatientID, dataset.PatientBirthDate = f"{NAME}^{GIVEN}", MRN, "19330704"
        dataset.AccessionNumber, dataset.InstitutionName = ACCESSION, WARD
        dataset.StudyDescription, dataset.StudyID = f"{NAME}: AUX", "NUL"
        dataset.SeriesDescription, dataset.ProtocolName = f"CON\0{GIVEN}:x|?*", "../../../etc/passwd"
        dataset.ReferringPhysicianName, dataset.PatientComments = WARD, f"{NAME} coughs"
    folder = tmp_path_factory.mktemp(NAME) / "visit"
    write_series(datasets, folder)
    return folder


def _contents(data: bytes, depth: int = 3) -> Iterator[bytes]:
    """Give what a file holds: as it is, what is packed by zlib (PDF, PNG), and what stands in data URIs."""
    yield data
    if not depth:
        return
    for found in re.finditer(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08", data):
        try:
            unpacked = zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(data[found.start() :], 2**24)
        except zlib.error:
            continue
        if len(unpacked) > 8:
            yield from _contents(unpacked, depth - 1)
    for found in re.finditer(rb";base64,([A-Za-z0-9+/=]+)", data):
        yield from _contents(base64.b64decode(found[1]), depth - 1)


def _told(data: bytes) -> list[str]:
    """Name the secrets that a file tells, in any encoding that a PDF or a spreadsheet may use."""
    whole = b"\n".join(_contents(data)).lower()
    return [
        secret
        for secret in SECRETS
        if any(
            written.lower() in whole
            for written in (
                secret.encode(),
                secret.encode("utf-16-be"),
                secret.encode("utf-16-le"),
                secret.encode("utf-16-be").hex().encode(),
                base64.b64encode(secret.encode())[:-4],
            )
        )
    ]


def test_the_search_finds_what_is_packed() -> None:
    """The search of this test finds a name in plain text, packed, packed in a data URI and in UTF-16."""
    packed = zlib.compress(f"<text>{NAME} and more of it</text>".encode())
    for data in (NAME.encode(), packed, b"src=data:x;base64," + base64.b64encode(packed), NAME.encode("utf-16-be")):
        assert _told(data) == [NAME]
    assert _told(b"nothing") == []


def test_no_command_tells_who_the_patient_is(run: Run, planted: Path, maps: dict[str, Path], tmp_path: Path) -> None:
    """No output, log, file or file name of any command holds name, birth date or ids; a SEG only where it is asked."""
    out, log = tmp_path / "out", tmp_path / "run.log"
    out.mkdir()
    reading = out / "reading.json"
    logged = ("--log", log, "--verbose")
    calls: list[tuple[str | Path, ...]] = [
        ("inspect", planted, *logged),
        ("inspect", planted, "--json", *logged),
        ("score", planted, *options(maps), "-o", reading, "--report", out / "pages", *logged),
        ("score", planted, *options(maps), "--json", *logged),
        ("score", reading, *logged),
        ("segment", planted, "--lobes", maps["lobes"], "-o", out / "lobes.nrrd", "--preview", out / "p.png", *logged),
        ("segment", planted, "--lobes", maps["lobes"], "-o", out / "lobes.dcm", "--deidentify", *logged),
        ("segment", planted, "--lobes", maps["lobes"], "--json", *logged),
        ("report", reading, "--format", ",".join(DOCUMENTS), "-o", out / "reports", *logged),
        ("timeline", reading, "--plot", out / "line.svg", *logged),
        ("timeline", reading, "--plot", out / "line.pdf", *logged),
        ("timeline", reading, "--json", *logged),
        ("score", planted / "none", *options(maps), *logged),  # fails
        ("score", planted, *options(maps)[:-1], planted / "no.nrrd", *logged),  # fails
    ]
    for call in calls:
        result = run(*call)
        assert _told((result.stdout + result.stderr).encode()) == [], call[0]
        assert result.exit_code in ((3,) if call in calls[-2:] else (0, 1)), result.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) >= 12
    for path in written:
        assert _told(path.read_bytes()) == [], path.name
        assert _told(str(path.relative_to(tmp_path)).encode()) == []


def test_a_seg_carries_the_patient_for_the_archive(
    run: Run, planted: Path, maps: dict[str, Path], tmp_path: Path
) -> None:
    """Without `--deidentify` a SEG carries the patient of its source, by whom an archive files it."""
    result = run("segment", planted, "--lobes", maps["lobes"], "-o", tmp_path / "lobes.dcm")
    assert result.exit_code == 0, result.stderr
    assert NAME in _told((tmp_path / "lobes.dcm").read_bytes())


@pytest.mark.parametrize("option", ["--deidentify", "--labelmap"])
def test_some_options_are_for_dicom(
    run: Run, planted: Path, maps: dict[str, Path], tmp_path: Path, option: str
) -> None:
    """`--deidentify` and `--labelmap` without a DICOM SEG are wrong usage: no other map tells of the patient."""
    result = run("segment", planted, "--lobes", maps["lobes"], "-o", tmp_path / "l.nrrd", option)
    assert result.exit_code == 2


def test_a_labelmap_without_the_person(run: Run, planted: Path, maps: dict[str, Path], tmp_path: Path) -> None:
    """A LABELMAP can be de-identified as well; it is read back as the map that was given."""
    out = tmp_path / "l.dcm"
    result = run("segment", planted, "--lobes", maps["lobes"], "-o", out, "--labelmap", "--deidentify")
    assert result.exit_code == 0, result.stderr
    assert _told(out.read_bytes()) == []
    seg = pydicom.dcmread(out)
    given = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(maps["lobes"]))
    heights = [
        groups.PlanePositionSequence[0].ImagePositionPatient[2] for groups in seg.PerFrameFunctionalGroupsSequence
    ]
    assert seg.SegmentationType == "LABELMAP"
    assert np.array_equal(seg.pixel_array[np.argsort(heights)], given)


def test_no_word_of_a_scan_reaches_the_file_system(
    run: Run, planted: Path, maps: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ids such as ../../x, NULs, device names and colons in a header change no name and no place of what is written."""
    inner = tmp_path / "a" / "b" / "c"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    result = run("score", planted, *options(maps), "-o", "kept", "--report", "pages")
    assert result.exit_code == 0, result.stderr
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert {inner / "kept", inner / "pages"} & set(path.parents)
        assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", path.name)
        assert not PureWindowsPath(path.name).is_reserved()


@pytest.mark.parametrize("name", ["CON", "nul", "Aux.2004", "COM1", "lpt9.x.y"])
def test_readings_called_like_devices(
    run: Run, planted: Path, maps: dict[str, Path], tmp_path: Path, name: str
) -> None:
    """A reading whose id Windows takes for a device is written under a name that it does not, in every format."""
    assert run("score", planted, *options(maps), "-o", tmp_path / "r.json").exit_code == 0
    write_reading(replace(read_reading(tmp_path / "r.json"), id=name), tmp_path / "odd.json")
    result = run("report", tmp_path / "odd.json", "--format", ",".join(DOCUMENTS), "-o", tmp_path / "out")
    assert result.exit_code == 0, result.stderr
    result = run("score", tmp_path / "odd.json", "-o", tmp_path / "kept")
    assert result.exit_code == 0, result.stderr
    names = [path.name for folder in ("out", "kept") for path in (tmp_path / folder).iterdir()]
    assert len(names) >= 8
    assert not [made for made in names if PureWindowsPath(made).is_reserved() or not made.startswith(f"_{name}.")]
