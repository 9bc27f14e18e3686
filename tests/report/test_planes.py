"""Planes: a picture of a scan in three planes, right way up and right way round."""

from __future__ import annotations

import io
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from kazerooni.errors import OutputError
from kazerooni.labels import COLOURS
from kazerooni.model import Geometry, Lobe, LobeMap, ScanRef, Technique, Volume
from kazerooni.report import lobe_planes

ORIENTATIONS = {
    "axial": (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    "turned about": (-1.0, 0.0, 0.0, 0.0, -1.0, 0.0),
    "coronal": (1.0, 0.0, 0.0, 0.0, 0.0, -1.0),
}
# Boxes of LPS millimetres: x, y and z of each lobe, low and high.
BOXES = {
    Lobe.RUL: ((-80, -20), (-60, 0), (20, 80)),
    Lobe.RML: ((-80, -20), (-60, 0), (-80, 20)),
    Lobe.RLL: ((-80, -20), (0, 60), (-80, 80)),
    Lobe.LUL: ((20, 80), (-60, 0), (-80, 80)),
    Lobe.LLL: ((20, 80), (0, 60), (-80, 80)),
}


def chest(name: str, *, empty: bool = False) -> tuple[Volume, LobeMap]:
    """Give a chest of boxes on 50 slices of 50 x 50 pixels of 4 mm."""
    cosines = ORIENTATIONS[name]
    along, down = np.array(cosines[:3]), np.array(cosines[3:])
    normal = np.cross(along, down)
    origins = -98.0 * (along + down) + (4.0 * np.arange(50) - 98.0)[:, None] * normal
    geometry = Geometry((50, 50, 50), (4.0, 4.0), origins, cosines, 4.0)
    steps = np.arange(50) * 4.0
    places = origins[:, None, None] + steps[None, :, None, None] * down + steps[None, None, :, None] * along
    labels = np.zeros((50, 50, 50), np.uint8)
    for lobe, box in BOXES.items():
        inside = np.ones(labels.shape, bool)
        for axis, (low, high) in enumerate(box):
            inside &= (places[..., axis] > low) & (places[..., axis] < high)
        labels[inside & (not empty)] = lobe
    hu = np.where(labels > 0, -850, 0).astype(np.int16)
    return Volume(hu, geometry, ScanRef(), Technique()), LobeMap(labels, geometry)


def drawn(volume: Volume, lobes: LobeMap) -> NDArray[np.uint8]:
    """Draw, and give the pixels; uint8 (row, column, colour)."""
    with Image.open(io.BytesIO(lobe_planes(volume, lobes, heading=["of a test"]))) as picture:
        return np.asarray(picture)


def middle(pixels: NDArray[np.uint8], lobe: Lobe, rows: slice, columns: slice) -> tuple[float, float]:
    """Give the middle of the outline of a lobe within a part of the picture; (row, column)."""
    held = np.argwhere((pixels[rows, columns] == COLOURS[lobe]).all(axis=-1))
    assert held.size, lobe
    row, column = held.mean(axis=0)
    return float(row), float(column)


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_sides_are_where_a_radiologist_looks_for_them(name: str) -> None:
    """Right on the left, front up in the axial plane, head up in the others, front to the left in sagittal ones."""
    pixels = drawn(*chest(name))
    height, width = pixels.shape[0] - 60, pixels.shape[1]
    top, bottom = slice(0, height // 2), slice(height // 2, height)
    left, right = slice(0, width // 2), slice(width // 2, width)
    axial = {lobe: middle(pixels, lobe, top, left) for lobe in (Lobe.RLL, Lobe.LUL, Lobe.LLL)}
    assert axial[Lobe.RLL][1] < axial[Lobe.LLL][1]
    assert axial[Lobe.LUL][0] < axial[Lobe.LLL][0]
    sagittal = {lobe: middle(pixels, lobe, bottom, left) for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL)}
    assert sagittal[Lobe.RUL][0] < sagittal[Lobe.RML][0]
    assert sagittal[Lobe.RUL][1] < sagittal[Lobe.RLL][1]
    other = {lobe: middle(pixels, lobe, bottom, right) for lobe in (Lobe.LUL, Lobe.LLL)}
    assert other[Lobe.LUL][1] < other[Lobe.LLL][1]


@pytest.mark.parametrize("name", ORIENTATIONS)
def test_the_same_chest_gives_the_same_picture(name: str) -> None:
    """However rows, columns and slices run, the picture is that of the same patient."""
    ours, axial = drawn(*chest(name)), drawn(*chest("axial"))
    assert ours.shape == axial.shape
    assert np.mean(ours != axial) < 0.02  # letters and a pixel at the borders of voxels


def test_a_map_without_lobes_is_drawn_too() -> None:
    """Where nothing was found the picture shows the scan alone."""
    pixels = drawn(*chest("axial", empty=True))
    colours = {tuple(colour) for colour in np.unique(pixels.reshape(-1, 3), axis=0).tolist()}
    assert not colours & {COLOURS[lobe] for lobe in Lobe}


def test_a_missing_pillow_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Pillow the extra that brings it is named."""
    monkeypatch.setitem(sys.modules, "PIL", None)
    with pytest.raises(OutputError, match=r"pip install kazerooni\[report\]"):
        lobe_planes(*chest("axial"))
