"""The use cases, on a real chest and on a phantom."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import kazerooni as kz
from kazerooni.model import Case, Component, FindingMap, Lobe, LobeMap, Notice, Volume
from kazerooni.phantom import build_series, sequential_hrct, write_series
from kazerooni.workflow import LobeSource, MapFiles, measure, score_document, score_scan

SAMPLES = Path(__file__).parents[1] / "sample_scans"


def _scored(scan: Path, maps: Path, *, reader: str | None = None) -> Case:
    lobes, alveolar, interstitial = (maps / f"{name}.nrrd" for name in ("lobes", "alveolar", "interstitial"))
    return score_scan(
        scan, MapFiles(lobes=LobeSource(lobes), alveolar=alveolar, interstitial=interstitial), reader=reader
    )


@pytest.fixture(scope="module")
def real_chest(request: pytest.FixtureRequest) -> Case:
    """Score the real chest A0001 from its files."""
    shared: Path = request.getfixturevalue("shared_data")
    maps = shared / "masks" / "A0001"
    scan = next((shared / "lung-pet-ct-dx").rglob("Lung_Dx-A0001"))
    return _scored(scan, maps, reader="R1")


def test_the_real_chest_has_the_counts_of_another_program(real_chest: Case, shared_data: Path) -> None:
    """Voxels and percents of A0001, from DICOM and NRRD files, equal those that a separate program counted."""
    expected = json.loads((shared_data / "masks" / "A0001" / "expected.json").read_text(encoding="utf-8"))
    assert real_chest.reading.scan.series_uid == expected["series_uid"]
    assert len(real_chest.reading.scan.sop_uids) == expected["slices"]
    document = json.loads(json.dumps(score_document(real_chest)))
    for lobe in document["lobes"]:
        wanted = expected["lobes"][lobe["lobe"]]
        found = {name: lobe["findings"][name] for name in ("ground_glass", "honeycombing", "septal")}
        assert found == {name: wanted[f"{name}_percent"] for name in found}
        opaque = 100 * (wanted["ground_glass_voxels"] + wanted["consolidation_voxels"]) / wanted["voxels"]
        assert lobe["alveolar"]["percent"] == opaque
        assert lobe["alveolar"]["grade"] == 2  # all five lobes lie between 5 and 25 %, as counted by the other program
        honeycombed = wanted["honeycombing_percent"] > 0
        assert lobe["interstitial"]["grade"] == (2 if honeycombed else 1)
    assert (document["totals"]["total"], document["totals"]["maximum"]) == (19, 50)


def test_nothing_is_told_twice(real_chest: Case) -> None:
    """A thing that scan and score both know (thick slices) stands once among the notices."""
    codes = [notice.code for notice in real_chest.notices]
    assert "thick-slices" in codes
    assert "not-hrct" not in codes
    assert len(set(real_chest.notices)) == len(real_chest.notices)


def test_the_sample_scan_has_the_percents_it_was_made_with() -> None:
    """Percents of the sample scans equal truth.json, counted from the construction; the grades tell the story."""
    truth = json.loads((SAMPLES / "truth.json").read_text(encoding="utf-8"))
    totals = {}
    for year, told in truth.items():
        maps = SAMPLES / "maps" / year
        files = MapFiles(
            lobes=LobeSource(maps / "lobes.dcm"),
            alveolar=maps / "alveolar.dcm",
            interstitial=maps / "interstitial.dcm",
        )
        case = score_scan(SAMPLES / year, files)
        for lobe in case.score.lobes:
            wanted = told["lobes"][lobe.lobe.name]["percent"]
            assert {name: getattr(lobe.findings, name) for name in wanted} == wanted
        assert case.reading.scan.series_uid == told["series_uid"]
        totals[year] = (case.score.alveolar, case.score.interstitial, case.score.total)
    assert totals == {"1999": (11, 5, 16), "2000": (6, 4, 10), "2009": (4, 5, 9)}


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Volume:
    """Read a phantom."""
    folder = tmp_path_factory.mktemp("visit")
    write_series(build_series(sequential_hrct(slices=6, rows=16, columns=16)), folder)
    return kz.read_volume(folder)


def test_a_reading_is_named_after_what_it_was_made_from(volume: Volume) -> None:
    """The same scan, maps and reader give the same reading; another reader or another mark gives another."""
    labels = np.zeros(volume.hu.shape, np.uint8)
    labels[:, 4:8, 2:6] = Lobe.RUL
    lobes = LobeMap(labels, volume.geometry)
    marks = np.zeros_like(labels)
    alveolar = FindingMap(Component.ALVEOLAR, marks, volume.geometry)
    other = marks.copy()
    other[0, 4, 2] = 1
    marked = FindingMap(Component.ALVEOLAR, other, volume.geometry)
    first = measure(volume, lobes, alveolar=alveolar, reader="R1")
    assert first.id == measure(volume, lobes, alveolar=alveolar, reader="R1").id
    assert first.id != measure(volume, lobes, alveolar=alveolar, reader="R2").id
    assert first.id != measure(volume, lobes, alveolar=marked, reader="R1").id
    assert first.id != measure(volume, lobes, reader="R1").id
    assert first.id != measure(volume, lobes, alveolar=alveolar, reader="R1", traction={Lobe.RUL: True}).id
    assert first.scan == volume.scan


def test_a_reading_keeps_what_was_told_of_its_scan(volume: Volume) -> None:
    """The notices of the scan stay with the reading, and are told again when it is graded without the scan."""
    told = Notice("irregular-gaps", "warning", "gaps differ")
    labels = np.zeros(volume.hu.shape, np.uint8)
    labels[:, 4:8, 2:6] = Lobe.RUL
    reading = measure(replace(volume, notices=(told,)), LobeMap(labels, volume.geometry))
    case = Case(reading=reading, score=kz.score(reading))
    assert told in case.notices
    assert "incomplete" in {notice.code for notice in case.notices}


def test_the_digest_of_a_scan_follows_its_values(volume: Volume) -> None:
    """One changed voxel, or one changed UID, changes the digest; a copy has the same."""
    changed = volume.hu.copy()
    changed[0, 0, 0] += 1
    assert replace(volume, hu=volume.hu.copy()).digest == volume.digest
    assert replace(volume, hu=changed).digest != volume.digest
    uids = ("1.2.3", *volume.scan.sop_uids[1:])
    assert replace(volume, scan=replace(volume.scan, sop_uids=uids)).digest != volume.digest
