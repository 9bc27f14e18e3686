"""The real chest A0001, from label files to grades, against counts that another program made (expected.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK

from kazerooni.labels import read_finding_map, read_lobe_map
from kazerooni.model import Component, Finding, Geometry, Lobe, Reading, ScanRef, Tally, Technique
from kazerooni.scoring import measure, score
from tests.scoring.builders import AXIAL
from tests.scoring.naive import alveolar_grade, interstitial_grade


@pytest.fixture(scope="module")
def masks(shared_data: Path) -> Path:
    """Give the folder of the label maps of A0001."""
    return shared_data / "masks" / "A0001"


@pytest.fixture(scope="module")
def expected(masks: Path) -> dict[str, dict[str, Any]]:
    """Give the counts and percents of the lobes, counted by another program."""
    lobes: dict[str, dict[str, Any]] = json.loads((masks / "expected.json").read_text())["lobes"]
    return lobes


@pytest.fixture(scope="module")
def geometry(shared_data: Path) -> Geometry:
    """Give the geometry of the series as SimpleITK reads it from the DICOM files."""
    folder = next((shared_data / "lung-pet-ct-dx").glob("**/Lung_Dx-A0001/*/2.000000-5mm-40805"))
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    image = reader.Execute()
    columns, rows, slices = image.GetSize()
    x, y, _ = image.GetSpacing()
    assert image.GetDirection() == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    origins = np.array([image.TransformIndexToPhysicalPoint((0, 0, s)) for s in range(slices)])
    return Geometry((slices, rows, columns), (y, x), origins, AXIAL, 5.0)


@pytest.fixture(scope="module")
def tally(masks: Path, geometry: Geometry) -> Tally:
    """Measure the three maps on the grid of the series."""
    return measure(
        geometry,
        read_lobe_map(masks / "lobes.nrrd", geometry),
        alveolar=read_finding_map(masks / "alveolar.nrrd", geometry, Component.ALVEOLAR),
        interstitial=read_finding_map(masks / "interstitial.nrrd", geometry, Component.INTERSTITIAL),
    )


def test_counts(tally: Tally, expected: dict[str, dict[str, Any]]) -> None:
    """Voxels of every lobe and finding are those of expected.json, to the voxel."""
    for name, wanted in expected.items():
        lobes = (Lobe[name],)
        assert int(tally.lobe_voxels(lobes).sum()) == wanted["voxels"]
        for finding in (Finding.GROUND_GLASS, Finding.CONSOLIDATION, Finding.SEPTAL, Finding.HONEYCOMBING):
            assert int(tally.marked_voxels(lobes, (finding,)).sum()) == wanted[f"{finding.value}_voxels"]


def test_percents_and_grades(tally: Tally, expected: dict[str, dict[str, Any]]) -> None:
    """Percents are those of expected.json, bit for bit, and grades those of the edges of score.md."""
    technique = Technique(slice_thickness_mm=5.0)
    scored = score(Reading(id="r", scan=ScanRef(), technique=technique, reader=None, tally=tally))
    for lobe in scored.lobes:
        wanted = expected[lobe.lobe.name]
        assert lobe.findings.ground_glass == wanted["ground_glass_percent"]
        assert lobe.findings.septal == wanted["septal_percent"]
        assert lobe.findings.honeycombing == lobe.interstitial.percent == wanted["honeycombing_percent"]
        opaque = wanted["ground_glass_voxels"] + wanted["consolidation_voxels"]
        assert lobe.alveolar.percent == 100 * opaque / wanted["voxels"]
        assert lobe.alveolar.grade == alveolar_grade(opaque, wanted["voxels"])
        lines = wanted["septal_voxels"] > 0
        graded = interstitial_grade(wanted["honeycombing_voxels"], wanted["voxels"], lines=lines)
        assert lobe.interstitial.grade == graded
    assert scored.total == sum((lobe.alveolar.grade or 0) + (lobe.interstitial.grade or 0) for lobe in scored.lobes)


def test_a_percent_just_below_25_is_not_rounded_over_the_edge(
    tally: Tally, expected: dict[str, dict[str, Any]]
) -> None:
    """The left lower lobe, 24.993 % opaque, which prints as 25.0 %, is grade 2."""
    wanted = expected["LLL"]
    opaque = wanted["ground_glass_voxels"] + wanted["consolidation_voxels"]
    assert 100 * opaque < 25 * wanted["voxels"] < 100 * opaque + 0.01 * wanted["voxels"]
    scored = score(Reading(id="r", scan=ScanRef(), technique=Technique(), reader=None, tally=tally))
    assert scored.lobes[-1].alveolar.grade == 2
