"""Lungs: found on phantoms that are known everywhere, on real scans with masks, and refused where there are none."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

import kazerooni as kz
from kazerooni.errors import SegmentError
from kazerooni.model import Finding, Geometry, Lobe, Notice, ScanRef, Technique, Volume
from kazerooni.phantom import (
    HEALTHY,
    Disease,
    SeriesPlan,
    Thorax,
    ThoraxTruth,
    sequential_hrct,
    spiral_ct,
    thorax_series,
)
from kazerooni.segment import Lungs, find_lungs

CENTRE = (0.0, 0.0, -8.0)
SPIRAL = spiral_ct(
    slices=50, gap_mm=5.0, slice_thickness_mm=5.0, rows=160, columns=160, pixel_spacing_mm=(2.2, 2.2), noise_hu=25.0,
    centre_mm=CENTRE,
)  # fmt: skip
SEQUENTIAL = sequential_hrct(rows=160, columns=160, pixel_spacing_mm=(2.2, 2.2), noise_hu=25.0, centre_mm=CENTRE)
LOBES = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)


def consolidated(lobe: Lobe) -> Disease:
    """Give the disease that fills 40 % of a lobe."""
    return Disease({lobe: {Finding.CONSOLIDATION: 40}})


@lru_cache(maxsize=8)
def chest(plan: SeriesPlan, seed: int = 1, *, lobe: Lobe | None = None, padding_hu: int | None = None) -> ThoraxTruth:
    """Scan a phantom chest, one lobe of it consolidated."""
    disease = HEALTHY if lobe is None else consolidated(lobe)
    return thorax_series(plan, Thorax(seed), disease, padding_hu=padding_hu)[1]


def volume_of(truth: ThoraxTruth) -> Volume:
    """Give the scan of a phantom as the reader would."""
    return Volume(truth.scan.hu.copy(), truth.scan.geometry, ScanRef(), Technique())


def sides_of(lobes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Give the true lungs: 1 right, 2 left."""
    return np.array([0, 1, 1, 1, 2, 2, 2], np.uint8)[lobes]


def dice(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> float:
    """Give the Dice overlap of two masks."""
    return 2 * float(np.count_nonzero(a & b)) / float(np.count_nonzero(a) + np.count_nonzero(b))


def codes(lungs: Lungs) -> set[str]:
    """Give the codes of the notices."""
    return {notice.code for notice in lungs.notices}


PLANS = {
    "spiral": SPIRAL,
    "sequential": SEQUENTIAL,
    "prone": replace(SPIRAL, patient_position="HFP"),
    "feet first, seen from the feet": replace(SPIRAL, orientation=(-1.0, 0.0, 0.0, 0.0, 1.0, 0.0)),
    "tilted": replace(SPIRAL, gantry_tilt_degrees=10.0),
}


@pytest.mark.parametrize("name", PLANS)
def test_each_lung_of_a_healthy_phantom_is_found(name: str) -> None:
    """Either lung of a healthy chest overlaps the true one by 0.98, however the patient lies and is scanned."""
    truth = chest(PLANS[name], 3)
    lungs = find_lungs(volume_of(truth))
    wanted = sides_of(truth.lobes)
    for side in (1, 2):
        assert dice(lungs.labels == side, wanted == side) >= 0.98
    assert not codes(lungs) & {"lung-missing", "lungs-uneven", "lung-volume-unusual", "lungs-leak-suspected"}


# The upper left lobe lies along the mediastinum, where nothing tells dense lung from it.
@pytest.mark.parametrize(
    ("lobe", "least"),
    [(Lobe.RUL, 0.96), (Lobe.RML, 0.97), (Lobe.RLL, 0.96), (Lobe.LUL, 0.94), (Lobe.LLL, 0.96)],
)
def test_disease_at_the_wall_stays_inside(lobe: Lobe, least: float) -> None:
    """With 40 % of a lobe consolidated, its lung overlaps the true one by far more than a threshold gives."""
    truth = chest(SPIRAL, 2, lobe=lobe)
    lungs = find_lungs(volume_of(truth))
    wanted = sides_of(truth.lobes)
    side = 2 if lobe in {Lobe.LUL, Lobe.LLL} else 1
    assert dice(lungs.labels == side, wanted == side) >= least
    assert dice(lungs.labels == 3 - side, wanted == 3 - side) >= 0.98
    dense = (wanted == side) & (truth.scan.hu > -300)
    assert np.count_nonzero(dense & (lungs.labels == side)) > 0.6 * np.count_nonzero(dense)


@pytest.mark.parametrize("finding", [Finding.GROUND_GLASS, Finding.HONEYCOMBING])
def test_disease_that_holds_air_stays_inside(finding: Finding) -> None:
    """With 30 % of every lobe in ground glass or honeycomb, each lung overlaps the true one by 0.95."""
    truth = thorax_series(SPIRAL, Thorax(3), Disease({lobe: {finding: 30} for lobe in LOBES}))[1]
    lungs = find_lungs(volume_of(truth))
    wanted = sides_of(truth.lobes)
    for side in (1, 2):
        assert dice(lungs.labels == side, wanted == side) >= 0.95


@pytest.mark.parametrize("name", ["noise", "smooth", "expiration"])
def test_noise_kernel_and_breath_change_little(name: str) -> None:
    """With noise of 100 HU, a soft kernel or lungs 250 HU denser, each lung overlaps the true one by 0.97."""
    truth = chest(SPIRAL, 3)
    hu = truth.scan.hu.astype(np.float64)
    wanted = sides_of(truth.lobes)
    if name == "noise":
        hu += np.random.default_rng(1).normal(0, 100, hu.shape)
    elif name == "smooth":
        hu = ndimage.gaussian_filter(hu, (0, 0.8, 0.8))
    else:
        hu[(wanted > 0) & (hu < -500)] += 250
    lungs = find_lungs(replace(volume_of(truth), hu=np.clip(hu, -1024, 3000).astype(np.int16)))
    for side in (1, 2):
        assert dice(lungs.labels == side, wanted == side) >= 0.97


def test_main_bronchi_are_no_lung() -> None:
    """Hardly a voxel of the air in trachea and main bronchi, which the true lungs leave out, is taken for lung."""
    truth = chest(SPIRAL, 3)
    lungs = find_lungs(volume_of(truth))
    middle = truth.scan.hu.shape[2] // 2
    strip = np.s_[20:, :, middle - 14 : middle + 14]
    tubes = (truth.scan.hu[strip] < -950) & (truth.lobes[strip] == 0)
    tubes &= np.hypot(*(n - 80 for n in np.ogrid[:160, middle - 14 : middle + 14])) < 25
    assert np.count_nonzero(tubes) > 100
    assert np.count_nonzero(tubes & (lungs.labels[strip] > 0)) < 0.03 * np.count_nonzero(tubes)


@pytest.mark.parametrize("side", [1, 2])
def test_a_lung_that_is_dense_throughout_is_told(side: int) -> None:
    """Where one lung holds no air, the other is found all the same, and what is missing is told."""
    truth = chest(SPIRAL, 3)
    wanted = sides_of(truth.lobes)
    hu = truth.scan.hu.copy()
    hu[wanted == side] = 40
    lungs = find_lungs(replace(volume_of(truth), hu=hu))
    assert dice(lungs.labels == 3 - side, wanted == 3 - side) >= 0.97
    assert "lung-missing" in codes(lungs)


def test_padding_is_no_lung() -> None:
    """Padding around the circle of reconstruction changes nothing and holds no lung."""
    plan = replace(SPIRAL, signed=True, bits_stored=16, intercept=0.0)
    truth = chest(plan, 1, padding_hu=-2000)
    lungs = find_lungs(volume_of(truth))
    assert not np.any(lungs.labels[truth.scan.hu == -2000])
    assert dice(lungs.labels > 0, truth.lobes > 0) >= 0.97


def test_padding_that_no_header_names_is_no_lung() -> None:
    """A small circle of reconstruction in one value of air cuts the lungs, and is told from them all the same."""
    truth = chest(SPIRAL, 1)
    down, along = np.indices(truth.scan.hu.shape[1:])
    hidden = np.hypot(down - 79.5, along - 79.5) > 64
    hu, wanted = truth.scan.hu.copy(), truth.lobes > 0
    hu[:, hidden], wanted[:, hidden] = -1024, False
    lungs = find_lungs(replace(volume_of(truth), hu=hu))
    assert dice(lungs.labels > 0, wanted) >= 0.95


def test_lungs_cut_by_the_picture_are_flagged() -> None:
    """A field of view that cuts both lungs gives what it shows, and says that it cuts."""
    truth = chest(SPIRAL, 1)
    shown = np.s_[:, 15:145, 30:130]
    hu = truth.scan.hu[shown].copy()
    old = truth.scan.geometry
    geometry = Geometry(hu.shape, old.pixel_spacing_mm, old.origins_mm.copy(), old.orientation, old.slice_thickness_mm)
    lungs = find_lungs(Volume(hu, geometry, ScanRef(), Technique()))
    assert dice(lungs.labels > 0, truth.lobes[shown] > 0) >= 0.95
    assert "lungs-off-picture" in codes(lungs)


def test_coverage_is_told() -> None:
    """Every result tells on how many slices and over how many millimetres lung was found."""
    lungs = find_lungs(volume_of(chest(replace(SPIRAL, slices=3))))
    (coverage,) = (notice for notice in lungs.notices if notice.code == "lungs-coverage")
    assert "3 of 3 slices" in coverage.message
    assert "10 mm" in coverage.message


def test_flipping_the_scan_flips_the_lungs() -> None:
    """The same voxels seen from the other side of the slices, place by place the same patient, give the same lungs."""
    volume = volume_of(chest(SPIRAL, 3))
    old = volume.geometry
    width = (old.shape[2] - 1) * old.pixel_spacing_mm[1] * old.row_direction
    turned = Geometry(
        old.shape, old.pixel_spacing_mm, (old.origins_mm + width)[::-1].copy(),
        (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0), old.slice_thickness_mm,
    )  # fmt: skip
    flipped = Volume(volume.hu[::-1, :, ::-1].copy(), turned, ScanRef(), Technique())
    assert np.array_equal(find_lungs(flipped).labels[::-1, :, ::-1], find_lungs(volume).labels)


def test_cut_and_small_lungs_are_flagged() -> None:
    """A stack that begins and ends within the lungs says so, and that it holds little of them."""
    plan = replace(SPIRAL, slices=3)
    assert {"lungs-cut", "lung-volume-unusual"} <= codes(find_lungs(volume_of(chest(plan))))


def test_single_slice_gives_both_lungs() -> None:
    """One slice is enough to find what it shows."""
    truth = chest(replace(SPIRAL, slices=1))
    assert dice(find_lungs(volume_of(truth)).labels > 0, truth.lobes > 0) >= 0.95


def test_unproven_values_are_refused() -> None:
    """Where the values are not known to be HU, no lungs are found but the reason is told."""
    volume = replace(volume_of(chest(SPIRAL)), notices=(Notice("hu-unproven", "warning", "raw"),))
    with pytest.raises(SegmentError, match="Hounsfield"):
        find_lungs(volume)


@pytest.mark.parametrize("value", [-1000, 0, 1000, -2000])
def test_a_picture_of_one_value_has_no_lungs(value: int) -> None:
    """Air, water, bone or padding alone gives empty labels and a notice that says so."""
    shape = (4, 32, 32)
    origins = np.arange(4)[:, None] * np.array([[0.0, 0.0, 5.0]])
    geometry = Geometry(shape, (8.0, 8.0), origins, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 5.0)
    lungs = find_lungs(Volume(np.full(shape, value, np.int16), geometry, ScanRef(), Technique()))
    assert not lungs.labels.any()
    assert codes(lungs) == {"lungs-not-found"}


def test_head_has_no_lungs(shared_data: Path) -> None:
    """A scan of a head gives empty labels and a notice, no lungs in its sinuses."""
    lungs = find_lungs(kz.read_volume(kz.find_series(shared_data / "dcm-qa-ct" / "In" / "GE")[0]))
    assert not lungs.labels.any()
    assert codes(lungs) == {"lungs-not-found"}


def real_volume(path: Path) -> Volume:
    """Read a real axial CT image."""
    image = SimpleITK.ReadImage(str(path))
    hu = SimpleITK.GetArrayFromImage(image).astype(np.int16)
    x, y, z = image.GetSpacing()
    along = np.array(image.GetDirection()).reshape(3, 3)
    origins = np.array(image.GetOrigin()) + np.arange(hu.shape[0])[:, None] * along[:, 2] * z
    cosines = tuple(float(n) for n in (*along[:, 0], *along[:, 1]))
    assert len(cosines) == 6
    return Volume(hu, Geometry(hu.shape, (y, x), origins, cosines, z), ScanRef(), Technique())


@pytest.mark.parametrize(
    ("picture", "mask"),
    [
        ("cip/Testing/Data/Input/ct-64.nrrd", "cip/Testing/Data/Input/wholeLung-64.nrrd"),
        ("elastix/Testing/Baselines/3DCT_lung.mha", "elastix/Testing/Data/3DCT_lung_baseline_mask.mha"),
    ],
)
def test_real_lungs_agree_with_their_masks(shared_data: Path, picture: str, mask: str) -> None:
    """The lungs of real scans, one with emphysema cut by the border, overlap the masks that came with them by 0.95."""
    wanted = SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(shared_data / mask))) > 0
    assert dice(find_lungs(real_volume(shared_data / picture)).labels > 0, wanted) >= 0.95
