"""What a dry run tells: of every series, reading, old score and file what would be done, and why."""

from __future__ import annotations

import csv
import os
import re
import shutil
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pydicom
import pytest

from kazerooni import phantom
from kazerooni.archive import Choice, Index, Settings, choices, rescore
from kazerooni.labels import reading_text
from kazerooni.model import Reading
from tests.archive.conftest import SAMPLES


def _told(root: Path, **more: Any) -> list[Choice]:
    return list(choices(root, Settings(scheme="kazerooni", version=1, out=root.parent / "out", **more)))


def _uid(year: str) -> tuple[str, str]:
    header = pydicom.dcmread(next((SAMPLES / year).iterdir()), stop_before_pixels=True)
    return str(header.StudyInstanceUID), str(header.SeriesInstanceUID)


def _write(folder: Path, **changes: object) -> str:
    """Write a small series with other attributes; gives its UID."""
    plan = phantom.spiral_ct(slices=5, rows=16, columns=16, pixel_spacing_mm=(20.0, 20.0), seed=len(changes))
    datasets = list(phantom.build_series(plan))
    for dataset in datasets:
        for name, value in changes.items():
            setattr(dataset, name, value)
    phantom.write_series(datasets, folder)
    return str(datasets[0].SeriesInstanceUID)


def test_every_ct_series_is_told_without_draft(tmp_path: Path) -> None:
    """A series with neither reading nor maps is left, and what would be done with --draft; others are no CT."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "1999", root / "bare")
    other = _write(root / "mr", SOPClassUID="1.2.840.10008.5.1.4.1.1.4", Modality="MR", SeriesInstanceUID="2.25.77")
    study, series = _uid("1999")
    assert [(one.what, one.uid, one.study, one.why) for one in _told(root) if one.is_left] == [
        ("series", series, study, "left: no reading and no maps of it; --draft drafts the best series of its study"),
        ("series", other, _told(root)[-1].study, "left: not a CT"),
    ]


def test_every_series_of_a_drafted_study_is_told_with_its_rank(tmp_path: Path) -> None:
    """The best series of a study is drafted; a thick one is told to be worse and why, a localizer to be unfit."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "2000", root / "best")
    study, best = _uid("2000")
    same = {"StudyInstanceUID": study, "PatientID": pydicom.dcmread(next((SAMPLES / "2000").iterdir())).PatientID}
    thick = _write(root / "thick", **same, SliceThickness=5, SeriesInstanceUID="2.25.5")
    scout = _write(root / "scout", **same, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], SeriesInstanceUID="2.25.6")
    first = {one.uid: one for one in _told(root, draft=True)}
    assert first[study].task is not None
    assert (first[best].why, first[best].is_left) == ("the best series of its study: drafted", False)
    assert first[thick].why == "left: another series of its study is better"
    assert "thin slices" in first[thick].detail.split(";")[0]
    assert first[scout].why == "left: not fit to score: localizer"
    assert {one.uid: one for one in _told(root, draft=True)} == first  # as the index kept it


def test_a_study_without_a_fit_series_is_told_before_it_fails(tmp_path: Path) -> None:
    """Where no series is fit to score the study is said to end in errors.csv, not to be drafted."""
    root = tmp_path / "archive"
    _write(root, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    study, series = _told(root, draft=True)
    assert (
        study.why
        == "no reading and no maps, and no series that is fit to score: it will fail, and errors.csv will say why"
    )
    assert series.is_left


def test_series_beside_one_that_is_read_are_told(tmp_path: Path) -> None:
    """With --draft a series of a study that is measured already is left for that reason."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    shutil.copytree(SAMPLES / "maps" / "2000", root / "maps")
    other = _write(
        root / "other",
        StudyInstanceUID=_uid("2000")[0],
        PatientID=pydicom.dcmread(next((SAMPLES / "2000").iterdir())).PatientID,
    )
    told = {(one.what, one.uid): one.why for one in _told(root, draft=True)}
    assert told["series", other] == "left: a reading or maps of another series of its study are kept"
    assert told["study", _uid("2000")[0]] == "left: a reading or maps of it are kept"


def test_maps_that_name_no_series_belong_to_the_one_beside_them(tmp_path: Path) -> None:
    """A map that names no series is of the one CT series of its folder; beside two, or none, it is told to be left."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    for file in (SAMPLES / "maps" / "2000").iterdir():
        dataset = pydicom.dcmread(file)
        del dataset.ReferencedSeriesSequence
        dataset.save_as(root / "scan" / file.name)
    (task,) = [one.task for one in _told(root, draft=True) if one.task is not None]
    assert (task.series_uid, len(task.maps)) == (_uid("2000")[1], 3)
    shutil.copy(next((SAMPLES / "1999").iterdir()), root / "scan" / "stranger")
    whys = Counter(one.why for one in _told(root) if one.what == "map")
    assert whys == {"left: it names no series, and the pictures beside it are not those of one CT series": 3}


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="a user whom modes of files bind")
def test_what_cannot_be_read_is_told_and_looked_at_again(tmp_path: Path) -> None:
    """Files and folders without permission are told by their number, never by name, and read once they can be."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "1999", root / "Doe^John")
    (root / "Roe").mkdir()
    one = next((root / "Doe^John").iterdir())
    for path in (one, root / "Roe"):
        path.chmod(0)
    told = [choice for choice in _told(root) if choice.what in {"file", "folder"}]
    (root / "Roe").chmod(0o700)
    one.chmod(0o600)
    assert {(choice.what, choice.uid.isdigit(), choice.why) for choice in told} == {
        ("folder", True, "left: the folder cannot be read (Permission denied)"),
        ("file", True, "left: cannot be read; see to its permissions and its disk"),
    }
    assert not [choice for choice in _told(root) if choice.what in {"file", "folder"}]


@pytest.mark.skipif(os.name != "posix", reason="links")
def test_links_to_nowhere_are_told(tmp_path: Path) -> None:
    """A link whose file is gone is told by its number, and followed once the file is there again."""
    root = tmp_path / "archive"
    root.mkdir()
    for name in ("one.json", "one.zip", "one"):
        (root / name).symlink_to(tmp_path / "gone")
    assert [(one.what, one.why) for one in _told(root)] == [
        ("file", "left: cannot be read; see to its permissions and its disk")
    ] * 3
    shutil.copy(next((SAMPLES / "1999").iterdir()), tmp_path / "gone")
    assert Counter(one.what for one in _told(root)) == {"series": 1, "file": 1}  # that zip is none
    assert all("zip" in one.why for one in _told(root) if one.what == "file")


def test_broken_zips_maps_and_directories_are_told(tmp_path: Path) -> None:
    """A zip that is none, a SEG cut short and a DICOMDIR that lists missing files are told, each by its number."""
    root = tmp_path / "archive"
    files = [pydicom.dcmread(file) for file in sorted((SAMPLES / "1999").iterdir())[:3]]
    phantom.write_dicomdir(files, root)
    next(file for file in root.rglob("*") if file.is_file() and file.name != "DICOMDIR").unlink()
    (root / "Doe.zip").write_bytes(b"PK\3\4 no zip at all")
    seg = pydicom.dcmread(SAMPLES / "maps" / "1999" / "lobes.dcm")
    del seg.SegmentSequence
    seg.save_as(root / "map.dcm")
    whys = Counter(one.why.removeprefix("left: ") for one in _told(root) if one.what == "file")
    assert whys == {
        "a DICOMDIR that lists 1 file that is not there": 1,
        "a zip that cannot be read; get it again": 1,
        "a DICOM SEG that cannot be read": 1,
    }


@pytest.mark.parametrize("draft", [False, True])
def test_a_series_without_a_uid_is_found_by_a_file(tmp_path: Path, draft: bool) -> None:  # noqa: FBT001 - a parameter
    """What has no UID to be told by is told with the number of a file of it, as errors.csv tells it."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "1999", root / "whole")
    (root / "none").mkdir()
    for number, file in enumerate(sorted((SAMPLES / "2000").iterdir())[:3]):
        dataset = pydicom.dcmread(file)
        del dataset.SeriesInstanceUID, dataset.StudyInstanceUID
        dataset.save_as(root / "none" / f"{number}.dcm")
    rows = [one for one in _told(root, draft=draft) if one.uid == "(no UID)"]
    assert {one.what for one in rows} == ({"series", "study"} if draft else {"series"})
    with Index(root) as index:
        asked = "SELECT min(f.number) FROM files f JOIN folders o ON o.number = f.folder WHERE o.path = ?"
        number = index.database.execute(asked, (b"none",)).fetchone()[0]
    assert {one.detail.rpartition("; ")[2] for one in rows} == {f"file {number}"}


@pytest.mark.parametrize("size", [0, 60, 131, 132, 140, 300, 400, 700])
@pytest.mark.parametrize("name", ["Roe.dcm", "Roe", "1.2.3.4"])
def test_a_picture_that_is_cut_early_is_told(tmp_path: Path, name: str, size: int) -> None:
    """However early it ends, beside its series it is told by its number; without an ending where it begins as DICOM."""
    root = tmp_path / "archive"
    shutil.copytree(SAMPLES / "1999", root)
    victim = sorted(root.iterdir())[3]
    data = victim.read_bytes()[:size]
    victim.unlink()
    (root / name).write_bytes(data)
    told = [one for one in _told(root) if one.what == "file"]
    if "dcm" not in name and 0 < size < 132:
        assert told == []  # it may be anything: 132 bytes are the preamble
        return
    (one,) = told
    assert one.uid.isdigit()
    assert one.is_left
    assert one.why.endswith("get it again") or one.why.endswith("empty file")
    assert "Roe" not in str(one)


@pytest.mark.parametrize("where", ["pictures", "maps"])
def test_a_broken_map_fails_the_series_that_it_lies_beside(tmp_path: Path, where: str) -> None:
    """Without knowing what a broken map held no score is made: beside pictures or maps of a series it is an error."""
    root, out = tmp_path / "archive", tmp_path / "out"
    shutil.copytree(SAMPLES / "1999", root / "pictures")
    shutil.copytree(SAMPLES / "maps" / "1999", root / "maps")
    data = (root / "maps" / "interstitial.dcm").read_bytes()
    (root / "maps" / "interstitial.dcm").unlink()
    (root / where / "interstitial.dcm").write_bytes(data[: len(data) // 3])
    (told,) = [one for one in _told(root) if one.what == "series"]
    assert (told.uid, told.is_left) == (_uid("1999")[1], False)
    summary = rescore(root, Settings(scheme="kazerooni", version=1, out=out, partial=True))
    assert summary.counts == {"planned": 1, "done": 1, "failed": 1}
    assert len((out / "wide.csv").read_text("utf-8").splitlines()) == 1
    (row,) = csv.DictReader((out / "errors.csv").read_text("utf-8").splitlines())
    assert (row["series_uid"], row["error"]) == (told.uid, "LabelError")
    assert row["why"].startswith("the map: ")


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 400, b'{"sche', b"[]", b"{}"], ids=["empty", "zeros", "cut", "list", "bare"]
)
def test_what_is_called_a_reading_and_is_none_is_told(tmp_path: Path, data: bytes) -> None:
    """A reading.json that a power cut emptied or cut is an error of the run, never passed over as a file of no use."""
    root, out = tmp_path / "archive", tmp_path / "out"
    (root / "of somebody").mkdir(parents=True)
    (root / "of somebody" / "reading.json").write_bytes(data)
    (root / "other.json").write_bytes(data)
    summary = rescore(root, Settings(scheme="kazerooni", version=1, out=out))
    assert summary.counts == {"planned": 1, "done": 1, "failed": 1}
    (row,) = csv.DictReader((out / "errors.csv").read_text("utf-8").splitlines())
    assert (row["kind"], row["error"]) == ("reading", "ReadingError")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda _: "", "is empty; give a whole reading.json"),
        (lambda text: text[:400], "is not JSON (line "),
        (lambda text: text.replace('"schema_version": 1', '"schema_version": 7'), "the reading has schema_version 7;"),
        (lambda text: re.sub(r'"patient": "[^"]*"', '"patient": "Doe, Jane"', text), "patient: a code of letters"),
        (lambda text: text.replace('"reader": null', f'"reader": "{"R" * 501}"'), "reader: found 501 characters, 500"),
    ],
    ids=["empty", "cut", "a later version", "a name", "a reader without end"],
)
@pytest.mark.parametrize("zipped", [False, True], ids=["file", "member of a zip"])
def test_a_broken_reading_is_told_before_it_fails(
    tmp_path: Path,
    reading: Reading,
    spoil: Callable[[str], str],
    why: str,
    zipped: bool,  # noqa: FBT001 - a parameter
) -> None:
    """A dry run says which file will fail, and why, in the words of the errors.csv of the run; it names nobody."""
    root, out = tmp_path / "archive", tmp_path / "out"
    root.mkdir()
    data = spoil(reading_text(reading))
    if zipped:
        with zipfile.ZipFile(root / "all.zip", "w") as packed:
            packed.writestr("Doe^Jane/reading.json", data)
    else:
        (root / "reading.json").write_text(data, "utf-8")
    (told,) = _told(root)
    assert (told.what, told.is_doomed, told.why.partition(":")[0]) == ("reading", True, "a reading that is broken")
    assert told.detail.startswith("member 1: " if zipped else "file 1: ")
    assert why in told.detail
    summary = rescore(root, Settings(scheme="kazerooni", version=1, out=out))
    assert summary.counts == {"planned": 1, "done": 1, "failed": 1}
    (row,) = csv.DictReader((out / "errors.csv").read_text("utf-8").splitlines())
    assert told.detail.partition(": ")[2] == row["why"]
    assert "Doe" not in told.detail


def test_members_of_a_zip_that_cannot_be_read_are_found_by_their_number(tmp_path: Path) -> None:
    """A dry run tells each by a number, and never by its name; in the private index that number gives the name."""
    root, index = tmp_path / "archive", tmp_path / "index.sqlite"
    root.mkdir()
    picture = next((SAMPLES / "1999").iterdir()).read_bytes()
    with zipfile.ZipFile(root / "all.zip", "w") as packed:
        packed.writestr("Doe/empty.dcm", b"")
        packed.writestr("Doe/inner.zip", b"PK")
        packed.writestr("Doe/cut.dcm", picture[:400])
        packed.writestr("Doe/whole.dcm", picture)
    settings = Settings(scheme="kazerooni", version=1, out=tmp_path / "out")
    told = {one.detail: one for one in choices(root, settings, index=index) if one.what == "file"}
    assert {one.uid for one in told.values()} == {"1"}
    assert "Doe" not in "".join((*told, *(one.why for one in told.values())))
    with Index(root, index) as known:
        asked = "SELECT member FROM documents WHERE number = ?"
        names = {
            known.database.execute(asked, (detail.removeprefix("member "),)).fetchone()[0]: one.why
            for detail, one in told.items()
        }
    assert names == {
        "Doe/empty.dcm": "left: a DICOM file that cannot be used: empty file",
        "Doe/inner.zip": "left: in a zip: a zip inside a zip; unpack it first",
        "Doe/cut.dcm": "left: a DICOM file that cannot be used: cut short, or damaged; get it again",
    }


def test_memory_of_a_dry_run_does_not_grow_with_the_archive(tmp_path: Path) -> None:
    """Ten times as many readings, with as many copies, take no more memory to decide of."""
    peaks = []
    for count in (300, 3000):
        root = tmp_path / str(count)
        root.mkdir()
        for number in range(count):
            folder = root / str(number // 30)
            folder.mkdir(exist_ok=True)
            text = f'{{"schema_version": 1, "id": "R-{number // 2}", "status": "draft", "scan": {{}}, "entries": []}}'
            (folder / f"{number}.json").write_text(text, "utf-8")
        with Index(root, tmp_path / f"{count}.sqlite") as index:
            index.update()
        tracemalloc.start()
        told = sum(1 for _ in choices(root, Settings(scheme="kazerooni", version=1, out=tmp_path), index=index.file))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert told == count
    assert peaks[1] < peaks[0] + 200_000
