"""Zips and DICOMDIRs: series, maps, readings and scores in them are used as those that lie in folders."""

from __future__ import annotations

import csv
import json
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom
import pytest

from kazerooni.archive import Index, Settings, choices
from kazerooni.archive import rescore as run
from kazerooni.archive.remote import Order, paths_of
from kazerooni.archive.settings import Limits
from kazerooni.dicom import find_series
from kazerooni.errors import LabelError
from kazerooni.labels import read_lobe_map, read_reading, reading_text, seg_contents
from kazerooni.model import Reading
from kazerooni.phantom import write_dicomdir
from kazerooni.workflow import score_document, score_scan
from tests.archive.conftest import SAMPLES, maps_of

SCHEME = "kazerooni-fibrosis"


def _packed(zipped: Path, files: Mapping[str, bytes]) -> Path:
    zipped.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return zipped


def _files(folder: Path, below: str) -> dict[str, bytes]:
    return {f"{below}/{file.name}": file.read_bytes() for file in sorted(folder.iterdir())}


def _settings(out: Path) -> Settings:
    return Settings(scheme=SCHEME, version=1, out=out)


def _tables(out: Path) -> tuple[bytes, ...]:
    return tuple((out / name).read_bytes() for name in ("long.csv", "wide.csv", "errors.csv", "difference.csv"))


@pytest.fixture
def plain(tmp_path: Path, reading: Reading) -> Path:
    """Give an archive of a series with maps, a reading and its old score, as files."""
    root = tmp_path / "plain"
    shutil.copytree(SAMPLES / "2000", root / "scan")
    shutil.copytree(SAMPLES / "maps" / "2000", root / "maps")
    (root / "kept").mkdir()
    for name, data in _kept(reading).items():
        (root / name).write_bytes(data)
    return root


def _kept(reading: Reading) -> dict[str, bytes]:
    old = score_document(score_scan(SAMPLES / "1999", maps_of("1999"), scheme="kazerooni-mean"))
    return {
        "kept/reading.json": reading_text(replace(reading, id="R-7")).encode(),
        "kept/score.json": json.dumps({**old, "reading": "R-7"}).encode(),
    }


def test_what_lies_in_zips_gives_the_same_tables(tmp_path: Path, plain: Path, reading: Reading) -> None:
    """Pictures, maps, readings and scores in one zip, or in several, give byte for byte what files give."""
    wanted = run(plain, _settings(tmp_path / "of-files"))
    assert wanted.counts == {"planned": 2, "done": 2, "failed": 0}
    scan, maps = _files(SAMPLES / "2000", "Doe^John"), _files(SAMPLES / "maps" / "2000", "maps")
    _packed(tmp_path / "one" / "all.zip", scan | maps | _kept(reading))
    for name, files in (("scan", scan), ("maps", maps), ("kept", _kept(reading))):
        _packed(tmp_path / "several" / name / f"{name}.ZIP", files)
    for name in ("one", "several"):
        given = run(tmp_path / name, _settings(tmp_path / f"of-{name}"), workers=2)
        assert given.counts == wanted.counts
        assert _tables(tmp_path / f"of-{name}") == _tables(tmp_path / "of-files"), name
    given = run(tmp_path / "one" / "all.zip", _settings(tmp_path / "of-zip"))
    assert _tables(tmp_path / "of-zip") == _tables(tmp_path / "of-files")


def test_maps_without_a_series_in_a_zip_belong_to_its_pictures(tmp_path: Path) -> None:
    """Maps that name no series are those of the one CT series in their zip."""
    files = _files(SAMPLES / "2000", "scan")
    for file in (SAMPLES / "maps" / "2000").iterdir():
        dataset = pydicom.dcmread(file)
        del dataset.ReferencedSeriesSequence
        dataset.save_as(tmp_path / file.name)
        files[f"maps/{file.name}"] = (tmp_path / file.name).read_bytes()
        (tmp_path / file.name).unlink()
    _packed(tmp_path / "archive" / "all.zip", files)
    (choice,) = choices(tmp_path / "archive", _settings(tmp_path / "out"))
    assert choice.task is not None
    assert len(choice.task.maps) == 3


def test_a_dicomdir_brings_maps_and_pictures(tmp_path: Path) -> None:
    """A series and maps that a DICOMDIR lists are measured, given by the DICOMDIR as by its folder."""
    disc = tmp_path / "disc"
    pictures = [pydicom.dcmread(file) for file in sorted((SAMPLES / "2000").iterdir())]
    for picture in pictures:
        picture.decompress()
    write_dicomdir([*pictures, *map(pydicom.dcmread, sorted((SAMPLES / "maps" / "2000").iterdir()))], disc)
    for place, out in ((disc, "of-folder"), (disc / "DICOMDIR", "of-dicomdir")):
        assert run(place, _settings(tmp_path / out)).counts == {"planned": 1, "done": 1, "failed": 0}
    assert _tables(tmp_path / "of-folder") == _tables(tmp_path / "of-dicomdir")


def test_a_series_in_a_zip_is_drafted(tmp_path: Path) -> None:
    """A study in a zip is drafted as one in a folder."""
    zipped = _packed(tmp_path / "archive" / "all.zip", _files(SAMPLES / "1999", "scan"))
    summary = run(zipped.parent, replace(_settings(tmp_path / "out"), draft=True))
    assert summary.counts == {"planned": 1, "done": 1, "failed": 0}
    (series,) = find_series(zipped)
    (file,) = (tmp_path / "out" / "drafts").glob("*/reading.json")
    assert read_reading(file).scan.series_uid == series.series_uid


def test_what_is_broken_in_a_zip_is_told_without_its_name(tmp_path: Path, reading: Reading) -> None:
    """A reading that is cut short in a zip is a row of errors.csv; neither the zip's name nor its own stands there."""
    text = reading_text(reading)
    _packed(tmp_path / "archive" / "Doe.zip", {"Roe Jane/reading-of-Roe.json": text[: len(text) // 2].encode()})
    run(tmp_path / "archive", _settings(tmp_path / "out"))
    data = (tmp_path / "out" / "errors.csv").read_text("utf-8")
    (row,) = csv.DictReader(data.splitlines())
    assert (row["kind"], row["file_number"]) == ("reading", "1")
    assert not [word for word in ("Roe", "Doe") if word in data]


def test_what_fails_in_a_zip_is_found_by_its_number(tmp_path: Path, reading: Reading) -> None:
    """errors.csv has the number of a reading and of a score in a zip; by it the private index gives the member."""
    text = reading_text(reading)
    files = {
        "Doe^John/reading.json": text.encode(),
        "Roe^Jane/cut.json": text[:400].encode(),
        "Roe^Jane/old.json": _kept(reading)["kept/score.json"].replace(b'"schema_version": 1', b'"schema_version": 9'),
    }
    zipped = _packed(tmp_path / "archive" / "all.zip", files)
    (zipped.parent / "plain.json").write_text(text[:500], "utf-8")
    index = tmp_path / "index.sqlite"
    run(zipped.parent, _settings(tmp_path / "out"), index=index)
    with (tmp_path / "out" / "errors.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    asked = """SELECT f.name, d.member FROM documents d JOIN files f ON f.number = d.file
      WHERE d.number = ? AND d.file = ?"""
    with Index(zipped.parent, index) as known:
        found = {
            known.database.execute(asked, (row["member_number"], row["file_number"])).fetchone()
            for row in rows
            if row["member_number"] != "NA"
        }
    assert found == {(b"all.zip", "Roe^Jane/cut.json"), (b"all.zip", "Roe^Jane/old.json")}
    assert [row["kind"] for row in rows if row["member_number"] == "NA"] == ["reading"]  # of the plain file


def test_a_path_leads_through_a_zip(tmp_path: Path) -> None:
    """A map is read through a zip as from its file, with the same digest; one that is not there is told."""
    own = SAMPLES / "maps" / "2000" / "lobes.dcm"
    zipped = _packed(tmp_path / "maps.zip", {"./a/lobes.dcm": own.read_bytes(), "twice": b"1"})
    with zipfile.ZipFile(zipped, "a") as packed, pytest.warns(UserWarning, match="Duplicate name"):
        packed.writestr("twice", b"2")
    (series,) = find_series(SAMPLES / "2000")
    through, direct = read_lobe_map(zipped / "a" / "lobes.dcm", series), read_lobe_map(own, series)
    assert np.array_equal(through.labels, direct.labels)
    assert (through.digest, seg_contents(zipped / "a" / "lobes.dcm")) == (direct.digest, seg_contents(own))
    with pytest.raises(LabelError, match=r"gone: cannot be opened \(not in the zip"):
        read_lobe_map(zipped / "gone", series)
    with pytest.raises(LabelError, match=r"twice: cannot be opened \(the zip holds several of this name"):
        read_lobe_map(zipped / "twice", series)


def test_a_worker_elsewhere_is_asked_for_the_zip(tmp_path: Path, plain: Path) -> None:
    """Whether a worker of a cluster sees a map in a zip is asked of the zip."""
    _packed(tmp_path / "archive" / "maps.zip", _files(SAMPLES / "maps" / "2000", "maps"))
    shutil.copytree(SAMPLES / "2000", tmp_path / "archive" / "scan")
    (choice,) = choices(tmp_path / "archive", _settings(tmp_path / "out"))
    assert choice.task is not None
    order = Order(print, Limits(), "", ())  # type: ignore[arg-type]
    assert str(tmp_path / "archive" / "maps.zip") in set(paths_of(order, [choice.task]))
    assert all(Path(path).is_file() for path in paths_of(order, [choice.task]))
