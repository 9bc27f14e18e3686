"""Make the sample scan of `kazerooni demo`: a sequential HRCT of the phantom, its label maps, and the truth about it.

    python sample_scans/make.py [FOLDER]

Every share of a lobe is placed to a wanted percent and counted from the construction, into truth.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import SimpleITK
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.uid import JPEGLSLossless

from kazerooni.model import Component, Finding, Geometry, Lobe
from kazerooni.phantom import Body, build_series, sequential_hrct, truth_of, write_series
from kazerooni.phantom.body import LEFT_LUNG, RIGHT_LUNG, SIMPLE_CHEST

PLAN = sequential_hrct(
    rows=160,
    columns=160,
    pixel_spacing_mm=(2.25, 2.25),
    noise_hu=15.0,
    patient_id="SAMPLE-1",
    patient_name="Phantom^Sample",
    series_description="Thorax HRCT 1 mm",
)

# Wanted percent of each lobe.
WANTED: dict[Lobe, dict[Finding, float]] = {
    Lobe.RUL: {Finding.GROUND_GLASS: 8, Finding.RETICULATION: 3},
    Lobe.RML: {Finding.GROUND_GLASS: 4, Finding.SEPTAL: 6},
    Lobe.RLL: {Finding.GROUND_GLASS: 30, Finding.CONSOLIDATION: 6, Finding.HONEYCOMBING: 12, Finding.RETICULATION: 9},
    Lobe.LUL: {Finding.GROUND_GLASS: 12},
    Lobe.LLL: {Finding.GROUND_GLASS: 41, Finding.HONEYCOMBING: 27, Finding.SEPTAL: 5},
}
# How the findings look, so that the pictures show what the maps say.
HU: dict[Finding, int] = {
    Finding.GROUND_GLASS: -620,
    Finding.CONSOLIDATION: 20,
    Finding.SEPTAL: -700,
    Finding.RETICULATION: -680,
    Finding.HONEYCOMBING: -900,
}
RESCALE_INTERCEPT = -1024
LUNG_HU = RIGHT_LUNG.hu


def main(folder: Path) -> None:
    """Write scan, maps and truth into a folder."""
    truth = truth_of(PLAN)
    lobes = lobe_labels(truth.geometry)
    maps = {component: np.zeros(lobes.shape, np.uint8) for component in Component}
    for lobe, wanted in WANTED.items():
        mark(maps, np.flatnonzero(lobes == lobe), wanted, truth.geometry)
    hu = paint(truth.hu, maps)
    datasets = [with_pixels(dataset, plane) for dataset, plane in zip(build_series(PLAN), hu, strict=True)]
    for old in (folder / "hrct").glob("*.dcm"):
        old.unlink()
    write_series(datasets, folder / "hrct", syntax=JPEGLSLossless)
    (folder / "hrct-maps").mkdir(parents=True, exist_ok=True)
    for name, labels in {"lobes": lobes, **{str(c): m for c, m in maps.items()}}.items():
        write_nrrd(labels, truth.geometry, folder / "hrct-maps" / f"{name}.nrrd")
    text = json.dumps(count(lobes, maps), indent=1)
    (folder / "truth.json").write_text(text + "\n", encoding="utf-8")
    print(f"{len(datasets)} slices, three maps and truth.json in {folder.name}/")


def places(geometry: Geometry) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Give the LPS millimetres of every voxel of an axial grid, as arrays that broadcast together."""
    _, rows, columns = geometry.shape
    x = geometry.origin_mm[0] + np.arange(columns) * geometry.pixel_spacing_mm[1]
    y = geometry.origin_mm[1] + np.arange(rows) * geometry.pixel_spacing_mm[0]
    return x[None, None, :], y[None, :, None], geometry.origins_mm[:, 2][:, None, None]


def lobe_labels(geometry: Geometry) -> NDArray[np.uint8]:
    """Label the lobes: lungs of the phantom, cut by oblique fissures that rise to the back, and a level minor one."""
    x, y, z = places(geometry)
    air = Body(SIMPLE_CHEST.solids).hu(x, y, z)
    below = z < -45.0 + 0.75 * y
    labels = np.zeros(geometry.shape, np.uint8)
    for lung, upper, lower in ((RIGHT_LUNG, Lobe.RUL, Lobe.RLL), (LEFT_LUNG, Lobe.LUL, Lobe.LLL)):
        inside = (air == lung.hu) & lung.holds(x, y, z)
        labels[inside] = upper
        labels[inside & below] = lower
    labels[(labels == Lobe.RUL) & (z < -35.0)] = Lobe.RML
    return labels


def mark(
    maps: dict[Component, NDArray[np.uint8]],
    lobe: NDArray[np.intp],
    wanted: dict[Finding, float],
    geometry: Geometry,
) -> None:
    """Mark findings in one lobe (flat indices), from its lower back upwards, each component for itself."""
    slices, rows, _ = np.unravel_index(lobe, geometry.shape)
    order = lobe[np.lexsort((lobe, slices * 10.0 - rows))]
    for component, labels in maps.items():
        start = 0
        for finding, percent in wanted.items():
            if finding.component is component:
                end = start + round(lobe.size * percent / 100)
                labels.flat[order[start:end]] = finding.label
                start = end


def paint(hu: NDArray[np.generic], maps: dict[Component, NDArray[np.uint8]]) -> NDArray[np.int16]:
    """Give the picture with the marked findings in it."""
    painted = hu.astype(np.int16)
    for finding, density in HU.items():
        marked = maps[finding.component] == finding.label
        painted[marked] += density - LUNG_HU
    return painted


def with_pixels(dataset: Dataset, hu: NDArray[np.int16]) -> Dataset:
    """Give the dataset with other pixels."""
    dataset.PixelData = (hu.astype(np.int32) - RESCALE_INTERCEPT).astype(np.uint16).tobytes()
    return dataset


def write_nrrd(labels: NDArray[np.uint8], geometry: Geometry, path: Path) -> None:
    """Write labels as NRRD in patient space."""
    image = SimpleITK.GetImageFromArray(labels)
    row_mm, column_mm = geometry.pixel_spacing_mm
    assert geometry.usual_gap_mm is not None
    image.SetSpacing((column_mm, row_mm, geometry.usual_gap_mm))
    image.SetOrigin(geometry.origin_mm.tolist())
    axes = np.stack((geometry.row_direction, geometry.column_direction, geometry.normal), axis=1)
    image.SetDirection(axes.ravel().tolist())
    SimpleITK.WriteImage(image, str(path), useCompression=True)


def count(lobes: NDArray[np.uint8], maps: dict[Component, NDArray[np.uint8]]) -> dict[str, dict[str, float]]:
    """Give the percent of each lobe that each finding holds, as it was placed."""
    return {
        lobe.name: {
            finding.value: 100 * int(np.sum((lobes == lobe) & (maps[finding.component] == finding.label))) / voxels
            for finding in HU
        }
        for lobe in WANTED
        if (voxels := int(np.sum(lobes == lobe)))
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
