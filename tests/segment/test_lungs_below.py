"""Lungs end at the diaphragm: gas and dense organs below it, and scans of other parts, hold no lung."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.model import Geometry, ScanRef, Technique, Volume
from kazerooni.phantom import HEALTHY, Thorax, ThoraxTruth, spiral_ct, thorax_series
from kazerooni.segment import find_lungs

CENTRE = (0.0, 0.0, -8.0)
SPIRAL = spiral_ct(
    slices=50, gap_mm=5.0, slice_thickness_mm=5.0, rows=160, columns=160, pixel_spacing_mm=(2.2, 2.2), noise_hu=25.0,
    centre_mm=CENTRE,
)  # fmt: skip
GAS_HU, TISSUE_HU, BONE_HU = -970, 40, 600


@lru_cache(maxsize=2)
def chest(pixel_mm: float = 2.2) -> ThoraxTruth:
    """Scan a healthy phantom chest."""
    size = round(352 / pixel_mm)
    plan = replace(SPIRAL, rows=size, columns=size, pixel_spacing_mm=(pixel_mm, pixel_mm))
    return thorax_series(plan, Thorax(3), HEALTHY)[1]


def volume(hu: NDArray[np.int16], *, pixel_mm: float = 2.2, gap_mm: float = 5.0) -> Volume:
    """Give an axial volume whose slices ascend."""
    origins = np.arange(hu.shape[0])[:, None] * np.array([[0.0, 0.0, gap_mm]])
    return Volume(
        hu, Geometry(hu.shape, (pixel_mm, pixel_mm), origins, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), gap_mm),
        ScanRef(), Technique(),
    )  # fmt: skip


def ascending(truth: ThoraxTruth) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Give the scan and its true lungs (1 right, 2 left), slices from foot to head."""
    lungs = np.array([0, 1, 1, 1, 2, 2, 2], np.uint8)[truth.lobes]
    step = -1 if truth.scan.geometry.origins_mm[0, 2] > truth.scan.geometry.origins_mm[-1, 2] else 1
    return truth.scan.hu[::step].astype(np.int16), lungs[::step].copy()


def noisy(hu: NDArray[np.float64]) -> NDArray[np.int16]:
    """Add the noise of a scan."""
    return (hu + np.random.default_rng(1).normal(0, 15, hu.shape)).astype(np.int16)


def dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Give the Dice overlap of two masks."""
    return 2 * float(np.count_nonzero(a & b)) / float(np.count_nonzero(a) + np.count_nonzero(b))


def with_abdomen(
    hu: NDArray[np.int16], lungs: NDArray[np.uint8], planes: int
) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """Carry the lowest plane of a chest on below it, without lung."""
    last = np.where(lungs[0] > 0, TISSUE_HU, hu[0]).astype(np.int16)
    last[(last < -400) & body_of(last)] = TISSUE_HU
    return np.concatenate([np.repeat(last[None], planes, 0), hu]), np.pad(lungs, ((planes, 0), (0, 0), (0, 0)))


def body_of(plane: NDArray[np.int16]) -> NDArray[np.bool_]:
    """Give an oval well within the body of the phantom."""
    down, along = np.indices(plane.shape)
    middle = [float(n.mean()) for n in np.nonzero(plane > -200)]
    inside: NDArray[np.bool_] = np.hypot((down - middle[0]) / 38, (along - middle[1]) / 55) < 1.0
    return inside


@pytest.mark.parametrize("thin", [0, 1])
def test_a_stomach_full_of_gas_is_no_lung(thin: int) -> None:
    """Gas over a level of fluid, below the left dome and open to the lung here and there, changes neither lung."""
    hu, lungs = with_abdomen(*ascending(chest()), 20)
    z, y, x = np.indices(hu.shape)
    under = (lungs == 2).any(axis=0)
    bottom = np.where(under, (lungs == 2).argmax(axis=0), 0)
    rows, columns = np.nonzero(under)
    middle = float(rows.mean()), float(columns.mean())
    stomach = ((y - middle[0]) / 18) ** 2 + ((x - middle[1]) / 14) ** 2 < 1
    # A place in five of the dome is open; elsewhere a plane of tissue parts both.
    is_open = (((y // 2 + x // 2) % 5) == 0) & (thin == 0)
    stomach &= (z < bottom[None] - np.where(is_open, 0, 1)) & (z > 3) & (lungs == 0)
    fluid = y > middle[0] + 6
    hu[stomach] = noisy(np.where(fluid, 10, GAS_HU).astype(np.float64))[stomach]
    found = find_lungs(volume(hu))
    for side in (1, 2):
        assert dice(found.labels == side, lungs == side) >= 0.97
    assert not np.any(found.labels[:10] & (lungs[:10] == 0))
    assert np.count_nonzero(found.labels[stomach]) < 0.05 * np.count_nonzero(stomach)


def test_bowel_below_the_lungs_is_no_lung() -> None:
    """Loops with gas and with stool (gas in small bits) down a long abdomen hold no lung, nor does what is by them."""
    hu, lungs = with_abdomen(*ascending(chest()), 50)
    z, y, x = np.indices(hu.shape)
    rng = np.random.default_rng(2)
    middle = [float(n.mean()) for n in np.nonzero(body_of(hu[0]))]
    for along in (-42, -20, 20, 42):
        for down in (-14, 4):
            loop = np.hypot(y - middle[0] - down, x - middle[1] - along) < 8 + 2 * np.sin(z / 3)
            loop &= (z < 48) & (z > 2)
            stool = rng.choice(np.array([-900, -600, 20], np.int16), hu.shape, p=[0.5, 0.3, 0.2])
            hu[loop] = np.where(along * down > 0, GAS_HU, stool)[loop]
    found = find_lungs(volume(hu))
    assert not found.labels[:44].any()
    for side in (1, 2):
        assert dice(found.labels == side, lungs == side) >= 0.97


@pytest.mark.parametrize("gap_mm", [2.5, 10.0])
def test_an_abdomen_has_no_lungs(gap_mm: float) -> None:
    """Loops full of gas without any lung give empty labels."""
    hu, z, y, x = empty((20, 160, 160))
    for along in (-40, 0, 30):
        hu[np.hypot(y - 70, x - 80 - along) < 11 + np.sin(z)] = GAS_HU
    found = find_lungs(volume(noisy(hu), gap_mm=gap_mm))
    assert [notice.code for notice in found.notices] == ["lungs-not-found"]


def test_sinuses_of_a_skull_are_no_lungs() -> None:
    """A skull with sinuses, bony cells full of air and a throat gives empty labels."""
    hu, z, y, x = empty((60, 140, 140), radii=(45, 36))
    ring = np.hypot((y - 70) / 42, (x - 70) / 33)
    hu[(ring < 1) & (ring > 0.85) & (z > 25)] = BONE_HU
    for along in (-14, 14):
        sinus = np.sqrt((z - 22) ** 2 + (y - 45) ** 2 + (x - 70 - along) ** 2)
        hu[sinus < 11] = BONE_HU
        hu[sinus < 10] = GAS_HU
        cells = np.sqrt((z - 28) ** 2 + (y - 80) ** 2 + (x - 70 - 1.8 * along) ** 2) < 9
        hu[cells] = np.where((x // 2 + y // 2 + z // 2) % 2, GAS_HU, BONE_HU)[cells]
    hu[(np.hypot((y - 68) / 5, (x - 70) / 9) < 1) & (z < 24)] = GAS_HU
    found = find_lungs(volume(noisy(hu), gap_mm=2.5))
    assert [notice.code for notice in found.notices] == ["lungs-not-found"]


def test_a_thin_wall_on_coarse_pixels_keeps_the_lung() -> None:
    """With pixels of 4 mm no plane of either lung is lost where the wall of the chest is two pixels thin."""
    truth = chest(4.0)
    hu, lungs = ascending(truth)
    found = find_lungs(volume(hu, pixel_mm=4.0))
    for side in (1, 2):
        assert dice(found.labels == side, lungs == side) >= 0.98


def test_a_small_body_in_a_wide_picture_gives_the_same_lungs() -> None:
    """Air added around a scan changes no voxel of its lungs."""
    hu, _ = ascending(chest())
    wide = np.full((hu.shape[0], 300, 280), -1000, np.int16)
    wide[:, 100:260, 40:200] = hu
    padded = np.zeros(wide.shape, np.uint8)
    padded[:, 100:260, 40:200] = find_lungs(volume(hu)).labels
    assert np.mean(find_lungs(volume(wide)).labels != padded) < 1e-4


def test_a_bulla_is_lung() -> None:
    """A pocket of gas as large as a stomach that lung surrounds is kept."""
    hu, lungs = ascending(chest())
    z, y, x = np.indices(hu.shape)
    place = [float(n.mean()) for n in np.nonzero(lungs == 1)]
    bulla = np.hypot(np.hypot(y - place[1], x - place[2]) * 2.2, (z - place[0]) * 5.0) < 30
    bulla &= lungs == 1
    hu[bulla] = GAS_HU
    found = find_lungs(volume(hu))
    assert np.count_nonzero(found.labels[bulla] == 1) > 0.98 * np.count_nonzero(bulla)
    assert dice(found.labels == 1, lungs == 1) >= 0.98


def empty(
    shape: tuple[int, int, int], *, radii: tuple[int, int] = (55, 70)
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Give an oval body of soft tissue in air, and the indices of its voxels."""
    z, y, x = np.indices(shape)
    rows, columns = radii
    oval = ((y - shape[1] / 2) / rows) ** 2 + ((x - shape[2] / 2) / columns) ** 2 < 1
    return np.where(oval, float(TISSUE_HU), -1000.0), z, y, x
