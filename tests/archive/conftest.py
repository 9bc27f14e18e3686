"""Archives of the tests: readings, series with maps, broken things, in a folder of some depth."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kazerooni.labels import reading_text
from kazerooni.model import Reading
from kazerooni.workflow import LobeSource, MapFiles, score_document, score_scan
from tests.archive.hundred import Hundred, build
from tests.archive.once import once
from tests.archive.runs import run
from tests.archive.schedulers import cluster

SAMPLES = Path(__file__).resolve().parents[2] / "sample_scans"
READINGS = 160


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the indexes of the tests out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def maps_of(year: str) -> MapFiles:
    """Give the maps of a sample scan."""
    folder = SAMPLES / "maps" / year
    return MapFiles(
        lobes=LobeSource(folder / "lobes.dcm"),
        alveolar=folder / "alveolar.dcm",
        interstitial=folder / "interstitial.dcm",
    )


@pytest.fixture(scope="session")
def reading() -> Reading:
    """Give the reading of the first sample scan."""
    return score_scan(SAMPLES / "1999", maps_of("1999")).reading


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory, reading: Reading) -> Path:
    """Give an archive.

    160 readings of other patients; the scan of 1999 with its maps beside it, that of 2000 in a zip with its maps
    elsewhere; copies, broken things, and files of no use. Its folders are called like people.
    """
    root = tmp_path_factory.mktemp("archive") / "Doe^John"
    kept = root / "kept" / "deep"
    kept.mkdir(parents=True)
    for number in range(READINGS):
        scan = replace(reading.scan, series_uid=f"2.25.{1000 + number}", study_uid=f"2.25.{9000 + number}")
        text = reading_text(replace(reading, id=f"R-{number:03d}", scan=scan))
        (kept / f"{number:03d}.json").write_text(text, "utf-8")
    (root / "copy.json").write_bytes((kept / "007.json").read_bytes())
    (root / "Roe_Jane.json").write_text((kept / "008.json").read_text("utf-8")[:4000], "utf-8")
    shutil.copytree(SAMPLES / "1999", root / "scans" / "1999")
    shutil.copytree(SAMPLES / "maps" / "1999", root / "scans" / "1999" / "maps")
    with zipfile.ZipFile(root / "scans" / "2000.zip", "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted((SAMPLES / "2000").iterdir()):
            packed.write(file, file.name)
    shutil.copytree(SAMPLES / "maps" / "2000", root / "moved-maps")
    (root / "scans" / "notes.txt").write_text("nothing to score here", "utf-8")
    (root / "scans" / "other.json").write_text('{"schema_version": 1}', "utf-8")
    case = score_scan(SAMPLES / "1999", maps_of("1999"), scheme="kazerooni-mean")
    old = score_document(replace(case, reading=replace(case.reading, id="R-010")))
    (root / "kept" / "R-010.score.json").write_text(json.dumps(old), "utf-8")
    return root


@pytest.fixture(scope="session")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Hundred:
    """Give the archive of some hundred series; the public scans are in it where they are there. Nobody changes it."""
    shared = Path(__file__).resolve().parents[3] / "shared" / "data"
    return once(tmp_path_factory, "hundred", lambda folder: build(folder, shared if shared.is_dir() else None))


@pytest.fixture(scope="session")
def first(hundred: Hundred, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the results of a run over it by one worker that nothing interrupted; the index stands beside them."""

    def make(folder: Path) -> Path:
        run(hundred, folder / "out", folder / "index.sqlite")
        return folder / "out"

    return once(tmp_path_factory, "first", make)


@pytest.fixture(scope="session")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a scheduler with two workers."""
    pytest.importorskip("distributed")
    with cluster(tmp_path_factory.mktemp("dask")) as address:
        yield address
