"""Drafts of studies of which nothing is known: lobes and technique, and no findings."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pydicom
import pytest

from kazerooni.archive import Kind, Settings, Summary, choices
from kazerooni.archive import rescore as run
from kazerooni.dicom import find_series
from kazerooni.labels import read_lobe_map, read_reading
from kazerooni.model import Component, Lobe, Reading, State, Status
from kazerooni.scoring import score
from tests.archive.conftest import SAMPLES


@pytest.fixture(scope="module")
def drafted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Summary]:
    """Give an archive of one study without a reading, the results of drafting it, and what was told."""
    root, out = tmp_path_factory.mktemp("archive"), tmp_path_factory.mktemp("drafted") / "out"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    return root, out, run(root, Settings(scheme="kazerooni", version=1, out=out, draft=True))


def _reading(out: Path) -> Reading:
    (file,) = (out / "drafts").glob("*/reading.json")
    return read_reading(file)


def test_a_draft_has_lobes_and_technique_and_no_findings(drafted: tuple[Path, Path, Summary]) -> None:
    """What nobody has looked for is null in both components of every lobe, never zero; no table holds a draft."""
    _, out, summary = drafted
    reading = _reading(out)
    assert summary.counts == {"planned": 1, "done": 1, "failed": 0}
    assert (reading.status, reading.reader) == (Status.DRAFT, None)
    assert reading.technique.slice_thickness_mm == 1
    assert reading.tally is not None
    assert reading.tally.measured == frozenset()
    lobes = {lobe for lobe in Lobe if reading.is_in_tally(lobe)}
    assert lobes == {Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL}
    states = {reading.state((lobe,), component) for lobe in lobes for component in Component}
    assert State.ASSESSED not in states
    graded = score(reading)
    assert graded.totals.total is None
    assert {lobe.component(component).grade for lobe in graded.lobes for component in Component} == {None}
    assert len((out / "wide.csv").read_text("utf-8").splitlines()) == 1


def test_the_map_of_a_draft_is_bound_to_its_scan(drafted: tuple[Path, Path, Summary]) -> None:
    """The lobes stand beside the reading as a SEG of the pictures that they were found on, and say that they were."""
    root, out, _ = drafted
    (series,) = find_series(root)
    (file,) = (out / "drafts").glob("*/lobes.dcm")
    lobes = read_lobe_map(file, series)
    assert "lobes-proposed" in {notice.code for notice in lobes.notices}
    assert {notice.code for notice in _reading(out).notices} >= {"lobes-proposed"}


def test_the_map_of_a_draft_names_nobody(drafted: tuple[Path, Path, Summary]) -> None:
    """The results can be handed on: of the person the SEG has the pseudonym alone, and it still fits its study."""
    root, out, _ = drafted
    scan = pydicom.dcmread(next((root / "scan").iterdir()), stop_before_pixels=True)
    (file,) = (out / "drafts").glob("*/lobes.dcm")
    seg = pydicom.dcmread(file)
    pseudonym = _reading(out).scan.patient
    assert (str(seg.PatientName), seg.PatientID, seg.StudyInstanceUID) == (pseudonym, pseudonym, scan.StudyInstanceUID)
    assert not any(seg.get(name) for name in ("PatientBirthDate", "PatientSex", "AccessionNumber", "StudyDescription"))
    for name in ("PatientName", "PatientID"):
        assert str(scan[name].value).encode() not in file.read_bytes()


def test_a_draft_is_made_once(drafted: tuple[Path, Path, Summary]) -> None:
    """Gone on with, drafts that are there are not made again."""
    root, out, _ = drafted
    before = {file: file.stat().st_mtime_ns for file in (out / "drafts").rglob("*")}
    again = run(root, Settings(scheme="kazerooni", version=1, out=out, draft=True), resume=True)
    assert again.before == 1
    assert {file: file.stat().st_mtime_ns for file in (out / "drafts").rglob("*")} == before


@pytest.mark.parametrize("zipped", [False, True], ids=["file", "zip"])
def test_lobes_that_are_kept_are_drafted_as_they_are(tmp_path: Path, *, zipped: bool) -> None:
    """A series with a map of its lobes alone is drafted with these lobes, not with found ones; findings are null."""
    root, out, own = tmp_path / "archive", tmp_path / "out", SAMPLES / "maps" / "2000" / "lobes.dcm"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    if zipped:
        with zipfile.ZipFile(root / "maps.zip", "w") as packed:
            packed.write(own, "drawn/lobes.dcm")
    else:
        shutil.copy(own, root / "lobes.dcm")
    settings = Settings(scheme="kazerooni", version=1, out=out, draft=True)
    told = [(one.what, one.why, one.task is not None) for one in choices(root, settings)]
    assert told == [
        ("series", "a map of its lobes, none of its findings: drafted with these lobes", True),
        ("study", "left: a reading or maps of it are kept", False),
    ]
    assert run(root, settings).counts == {"planned": 1, "done": 1, "failed": 0}
    (series,) = find_series(root / "scan")
    (file,) = (out / "drafts").glob("*/lobes.dcm")
    assert np.array_equal(read_lobe_map(file, series).labels, read_lobe_map(own, series).labels)
    reading = _reading(out)
    assert {one.role: one.sha256 for one in reading.inputs}["lobes"] == hashlib.sha256(own.read_bytes()).hexdigest()
    assert "lobes-proposed" not in {notice.code for notice in reading.notices}
    assert {lobe.component(part).grade for lobe in score(reading).lobes for part in Component} == {None}


def test_lobes_without_findings_are_left_where_nothing_is_drafted(tmp_path: Path) -> None:
    """Without --draft such a series is left, and what --draft would do is told."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    shutil.copy(SAMPLES / "maps" / "2000" / "lobes.dcm", root / "lobes.dcm")
    (told,) = choices(root, Settings(scheme="kazerooni", version=1, out=tmp_path / "out"))
    assert (told.why, told.detail) == (
        "left: its maps hold lobes, and no findings",
        "--draft drafts it with these lobes",
    )


def test_maps_of_other_things_keep_no_study_from_being_drafted(tmp_path: Path) -> None:
    """A SEG with neither lobes nor findings, as of a nodule, is nothing that is known of its study."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    seg = pydicom.dcmread(SAMPLES / "maps" / "2000" / "lobes.dcm")
    for segment in seg.SegmentSequence:
        segment.SegmentedPropertyTypeCodeSequence[0].CodeValue = "4147007"
        segment.SegmentedPropertyTypeCodeSequence[0].CodeMeaning = "Mass"
    seg.save_as(root / "nodule.dcm")
    settings = Settings(scheme="kazerooni", version=1, out=tmp_path / "out", draft=True)
    assert [one.task.kind for one in choices(root, settings) if one.task is not None] == [Kind.DRAFT]
    (left,) = choices(root, Settings(scheme="kazerooni", version=1, out=tmp_path / "out"))
    assert left.why == "left: its maps hold no lobes"


def test_every_file_of_a_draft_has_its_sum(drafted: tuple[Path, Path, Summary]) -> None:
    """Whoever is handed the drafts can tell that reading, map and draft are as the run left them."""
    _, out, _ = drafted
    lines = (out / "drafts.sha256").read_text("utf-8").splitlines()
    made = {path.relative_to(out).as_posix(): path for path in (out / "drafts").rglob("*") if path.is_file()}
    assert sorted(lines) == sorted(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}" for name, path in made.items()
    )
    assert not (out / "reports.sha256").exists()
