"""Fixtures of the command line's tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from typer.testing import CliRunner, Result

from kazerooni.cli.app import app
from kazerooni.model import Geometry, Lobe
from kazerooni.phantom import build_series, sequential_hrct, truth_of, write_series

Run = Callable[..., Result]

HRCT = sequential_hrct(patient_name="Doe^John", patient_id="MRN-4711")

# Each lobe is a block of 20 x 20 pixels on some slices, so one of its columns of pixels is 5 % of it.
SIDE = 20
BLOCKS = {
    Lobe.RUL: (slice(15, 24), 8),
    Lobe.RML: (slice(10, 15), 8),
    Lobe.RLL: (slice(2, 10), 8),
    Lobe.LUL: (slice(12, 24), 36),
    Lobe.LLL: (slice(2, 12), 36),
}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that runs `kazerooni` with arguments in this process, at a width of columns."""

    def run(*arguments: str | Path, columns: int = 100) -> Result:
        monkeypatch.setenv("COLUMNS", str(columns))
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return run


@pytest.fixture(scope="session")
def hrct(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a sequential HRCT of 26 slices, 1 mm every 10 mm, and a README beside the slices."""
    folder = tmp_path_factory.mktemp("Doe^John") / "visit"
    write_series(build_series(HRCT), folder)
    (folder / "README.txt").write_text("nothing to score here", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def maps(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Give NRRD maps for `hrct` by role.

    RUL: 25 % ground glass. RML: all consolidation. RLL: 5 % ground glass, 50 % honeycombing.
    LUL: 10 % septal thickening. LLL: 40 % reticulation.
    """
    geometry = truth_of(HRCT).geometry
    lobes, alveolar, interstitial = (np.zeros(geometry.shape, np.uint8) for _ in range(3))
    for lobe in BLOCKS:
        mark(lobes, lobe, label=int(lobe), columns=SIDE)
    mark(alveolar, Lobe.RUL, label=1, columns=5)
    mark(alveolar, Lobe.RML, label=2, columns=20)
    mark(alveolar, Lobe.RLL, label=1, columns=1)
    mark(interstitial, Lobe.RLL, label=2, columns=10)
    mark(interstitial, Lobe.LUL, label=1, columns=2)
    mark(interstitial, Lobe.LLL, label=3, columns=8)
    folder = tmp_path_factory.mktemp("maps")
    labels = {"lobes": lobes, "alveolar": alveolar, "interstitial": interstitial}
    return {role: write_nrrd(folder / f"{role}.nrrd", array, geometry) for role, array in labels.items()}


def mark(labels: NDArray[np.uint8], lobe: Lobe, *, label: int, columns: int) -> None:
    """Mark so many columns of pixels of a lobe's block on all its slices."""
    slices, left = BLOCKS[lobe]
    labels[slices, 22 : 22 + SIDE, left : left + columns] = label


def write_nrrd(path: Path, labels: NDArray[np.uint8], geometry: Geometry) -> Path:
    """Write labels on an even, upright grid as SimpleITK does."""
    image = SimpleITK.GetImageFromArray(labels)
    rows_mm, columns_mm = geometry.pixel_spacing_mm
    image.SetSpacing((columns_mm, rows_mm, float(geometry.usual_gap_mm or 1)))
    image.SetOrigin(geometry.origin_mm.tolist())
    axes = np.stack((geometry.row_direction, geometry.column_direction, geometry.normal), axis=1)
    image.SetDirection(axes.ravel().tolist())
    SimpleITK.WriteImage(image, str(path), useCompression=True)
    return path
