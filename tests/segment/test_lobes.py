"""Lobes: parted by surfaces through a few true points, on phantoms and on the real lobes of cip."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import SimpleITK
from numpy.typing import NDArray

from kazerooni.errors import SegmentError
from kazerooni.model import (
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    FissureState,
    Geometry,
    Lobe,
    PointOrigin,
)
from kazerooni.phantom import SeriesPlan, Thorax, ThoraxTruth, sequential_hrct, spiral_ct, thorax_series
from kazerooni.segment import Lungs, fit_surface, lobes_of

SIDE_OF = np.array([0, 1, 1, 1, 2, 2, 2], np.uint8)
PLANS = {
    "spiral": spiral_ct(slices=60, gap_mm=4.0, slice_thickness_mm=4.0, centre_mm=(0.0, 0.0, -8.0)),
    "tilted": spiral_ct(
        slices=60, gap_mm=4.0, slice_thickness_mm=4.0, centre_mm=(0.0, 0.0, -8.0), gantry_tilt_degrees=12.0
    ),
    "sequential": sequential_hrct(centre_mm=(0.0, 0.0, -8.0)),
    "prone": sequential_hrct(centre_mm=(0.0, 0.0, -8.0), patient_position="HFP"),
}


@lru_cache(maxsize=8)
def chest(plan: SeriesPlan, seed: int, *, lingula: bool = False) -> ThoraxTruth:
    """Scan a phantom chest."""
    return thorax_series(plan, Thorax(seed, lingula=lingula))[1]


def lungs_of(truth: ThoraxTruth) -> Lungs:
    """Give the true lungs."""
    return Lungs(SIDE_OF[truth.lobes], truth.scan.geometry)


def placed(points: NDArray[np.float64]) -> tuple[FissurePoint, ...]:
    """Give points that a person placed."""
    return tuple(FissurePoint((x, y, z), 1.0, PointOrigin.PLACED) for x, y, z in points.tolist())


def spread(points: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Choose points that lie far apart: each next one farthest from those chosen."""
    chosen = [int(np.abs(points - points.mean(axis=0)).sum(axis=1).argmax())]
    while len(chosen) < count:
        away = np.linalg.norm(points[:, None] - points[chosen][None], axis=-1).min(axis=1)
        chosen.append(int(away.argmax()))
    return points[chosen]


def places_mm(geometry: Geometry, where: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the LPS places of voxels."""
    index, rows, columns = np.nonzero(where)
    down = rows[:, None] * geometry.column_direction * geometry.pixel_spacing_mm[0]
    along = columns[:, None] * geometry.row_direction * geometry.pixel_spacing_mm[1]
    places: NDArray[np.float64] = geometry.origins_mm[index] + down + along
    return places


NEAR = {
    FissureName.RIGHT_OBLIQUE: (Lobe.RUL, Lobe.RML, Lobe.RLL),
    FissureName.RIGHT_MINOR: (Lobe.RUL, Lobe.RML),
    FissureName.LEFT_OBLIQUE: (Lobe.LUL, Lobe.LIN, Lobe.LLL),
    FissureName.LINGULA: (Lobe.LUL, Lobe.LIN),
}


def true_fissures(truth: ThoraxTruth, count: int) -> FissureSet:
    """Lay every fissure through so many true points, where it passes through its lung."""
    thorax, fissures = truth.body.thorax, []
    for name, lobes in NEAR.items():
        if name is FissureName.LINGULA and not thorax.lingula:
            continue
        places = places_mm(truth.scan.geometry, np.isin(truth.lobes, lobes))
        height = thorax.fissure_height_mm(name, places[:, 0], places[:, 1])
        near = np.abs(places[:, 2] - height) < 5.0
        on = np.column_stack([places[near, :2], height[near]])
        points = placed(spread(on, count))
        fissures.append(Fissure(name, points=points, surface=fit_surface(points)))
    return FissureSet(tuple(fissures))


def dice_of(found: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> dict[Lobe, float]:
    """Give the Dice overlap of every lobe that is wanted."""
    shown = [lobe for lobe in Lobe if np.any(wanted == lobe)]
    return {
        lobe: 2 * int(((found == lobe) & (wanted == lobe)).sum()) / int((found == lobe).sum() + (wanted == lobe).sum())
        for lobe in shown
    }


@pytest.mark.parametrize(("count", "least", "least_middle"), [(8, 0.95, 0.92), (12, 0.97, 0.95), (20, 0.98, 0.97)])
@pytest.mark.parametrize("name", PLANS)
def test_few_true_points_part_the_lobes(name: str, count: int, least: float, least_middle: float) -> None:
    """Eight points on each fissure give every lobe to 0.95 and the middle one to 0.92, more points give it better."""
    truth = chest(PLANS[name], 5)
    dice = dice_of(lobes_of(lungs_of(truth), true_fissures(truth, count)).labels, truth.lobes)
    assert len(dice) == 5
    assert min(value for lobe, value in dice.items() if lobe is not Lobe.RML) >= least
    assert dice[Lobe.RML] >= least_middle


def test_lingula_is_parted_where_a_surface_for_it_is_given() -> None:
    """With a surface for the lingula there are six lobes, without one five."""
    truth = chest(PLANS["spiral"], 6, lingula=True)
    fissures = true_fissures(truth, 12)
    dice = dice_of(lobes_of(lungs_of(truth), fissures).labels, truth.lobes)
    assert min(dice.values()) >= 0.95
    assert len(dice) == 6
    without = FissureSet(tuple(f for f in fissures.fissures if f.name is not FissureName.LINGULA))
    assert Lobe.LIN not in lobes_of(lungs_of(truth), without).labels


def test_every_voxel_of_a_lung_goes_to_one_lobe_of_its_side() -> None:
    """Lobes fill the lungs exactly: none outside, no hole, none on the other side; points count as their surface."""
    truth = chest(PLANS["spiral"], 5)
    lungs, fissures = lungs_of(truth), true_fissures(truth, 8)
    lobes = lobes_of(lungs, fissures)
    assert np.array_equal(SIDE_OF[lobes.labels], lungs.labels)
    points_only = FissureSet(tuple(Fissure(f.name, points=f.points) for f in fissures.fissures))
    assert np.array_equal(lobes_of(lungs, points_only).labels, lobes.labels)


@pytest.mark.parametrize("state", [FissureState.ABSENT, FissureState.NOT_ASSESSABLE])
def test_missing_fissure_parts_nothing_and_is_told(state: FissureState) -> None:
    """Without its minor fissure the right lung has two lobes, and a notice says which fissure is missing."""
    truth = chest(PLANS["spiral"], 5)
    known = [f for f in true_fissures(truth, 8).fissures if f.name is not FissureName.RIGHT_MINOR]
    lobes = lobes_of(lungs_of(truth), FissureSet((*known, Fissure(FissureName.RIGHT_MINOR, state))))
    assert set(np.unique(lobes.labels).tolist()) == {0, Lobe.RUL, Lobe.RLL, Lobe.LUL, Lobe.LLL}
    assert [(n.code, "right minor" in n.message) for n in lobes.notices] == [("lobes-not-parted", True)]


def test_labels_that_are_no_lungs_are_refused() -> None:
    """Lungs of another shape or numbering are refused with what is wanted."""
    geometry = chest(PLANS["sequential"], 5).scan.geometry
    with pytest.raises(SegmentError, match="one a voxel"):
        Lungs(np.zeros((1, 2, 3), np.uint8), geometry)
    with pytest.raises(SegmentError, match="label 3 found"):
        Lungs(np.full(geometry.shape, 3, np.uint8), geometry)


@pytest.mark.parametrize(("count", "least"), [(8, 0.97), (12, 0.98)])
def test_real_lobes_come_from_points_on_their_borders(shared_data: Path, count: int, least: float) -> None:
    """The real lobes of cip are found again from a few points spread over each border between them."""
    path = shared_data / "cip" / "Testing" / "Data" / "Input" / "crop_ct_interactiveLobeSegmentation.nrrd"
    image = SimpleITK.ReadImage(str(path))
    cip = SimpleITK.GetArrayFromImage(image) & 255  # 4 RUL, 5 RML, 6 RLL, 7 LUL, 8 LLL
    wanted = np.where((cip >= 4) & (cip <= 8), cip - 3, 0).astype(np.uint8)[::2, ::3, ::3]
    x, y, z = image.GetSpacing()
    origins = np.array(image.GetOrigin()) + np.arange(wanted.shape[0])[:, None] * np.array([[0.0, 0.0, 2 * z]])
    geometry = Geometry(wanted.shape, (3 * y, 3 * x), origins, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 2 * z)
    fissures = []
    for name, upper, lower in (
        (FissureName.RIGHT_OBLIQUE, (Lobe.RUL, Lobe.RML), Lobe.RLL),
        (FissureName.RIGHT_MINOR, (Lobe.RUL,), Lobe.RML),
        (FissureName.LEFT_OBLIQUE, (Lobe.LUL,), Lobe.LLL),
    ):
        border = np.zeros(wanted.shape, bool)
        border[1:] = np.isin(wanted[1:], upper) & (wanted[:-1] == lower)
        on = places_mm(geometry, border) - [0.0, 0.0, z]
        fissures.append(Fissure(name, points=placed(spread(on, count))))
    dice = dice_of(lobes_of(Lungs(SIDE_OF[wanted], geometry), FissureSet(tuple(fissures))).labels, wanted)
    assert len(dice) == 5
    assert min(dice.values()) >= least, dice
