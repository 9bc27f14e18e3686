"""Finding fissures: on phantoms whose fissures are known, with points that a person placed, and without any."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from kazerooni.errors import SegmentError
from kazerooni.model import (
    Finding,
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    FissureState,
    Geometry,
    Lobe,
    PointOrigin,
    ScanRef,
    Technique,
    Volume,
)
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
from kazerooni.segment import Lungs, find_fissures, fissure_doubts, fit_surface, height_mm, lobes_of

CENTRE = (0.0, 0.0, -8.0)
THIN = spiral_ct(
    slices=132, gap_mm=2.0, slice_thickness_mm=2.0, rows=240, columns=240, pixel_spacing_mm=(1.5, 1.5),
    centre_mm=CENTRE, noise_hu=40.0, noise_texture="sharp",
)  # fmt: skip
THICK = spiral_ct(
    slices=53, gap_mm=5.0, slice_thickness_mm=5.0, rows=180, columns=180, pixel_spacing_mm=(2.0, 2.0),
    centre_mm=CENTRE, noise_hu=15.0,
)  # fmt: skip
SEQUENTIAL = sequential_hrct(centre_mm=CENTRE)
MIXED = {
    Finding.GROUND_GLASS: 10.0,
    Finding.CONSOLIDATION: 5.0,
    Finding.RETICULATION: 8.0,
    Finding.HONEYCOMBING: 7.0,
}
SICK = Disease({Lobe.RLL: MIXED})
NAMES = (FissureName.RIGHT_OBLIQUE, FissureName.RIGHT_MINOR, FissureName.LEFT_OBLIQUE)
SIDE_OF = np.array([0, 1, 1, 1, 2, 2, 2], np.uint8)


@lru_cache(maxsize=4)
def chest(plan: SeriesPlan, seed: int, *, sick: bool = False) -> ThoraxTruth:
    """Scan a phantom chest."""
    return thorax_series(plan, Thorax(seed), SICK if sick else HEALTHY)[1]


def volume_of(truth: ThoraxTruth) -> Volume:
    """Give the scan of a phantom."""
    return Volume(truth.scan.hu.copy(), truth.scan.geometry, ScanRef(), Technique())


def lungs_of(truth: ThoraxTruth) -> Lungs:
    """Give the true lungs."""
    return Lungs(SIDE_OF[truth.lobes], truth.scan.geometry)


def flat(lungs: Lungs) -> Volume:
    """Give a scan in which lungs show nothing but noise."""
    noise = np.random.default_rng(3).normal(0.0, 40.0, lungs.labels.shape)
    hu = np.where(lungs.labels > 0, -850.0 + noise, 40.0).astype(np.int16)
    return Volume(hu, lungs.geometry, ScanRef(), Technique())


def dice_of(found: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> dict[Lobe, float]:
    """Give the Dice overlap of the five lobes."""
    return {
        lobe: 2 * int(((found == lobe) & (wanted == lobe)).sum()) / int((found == lobe).sum() + (wanted == lobe).sum())
        for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
    }


def origins_of(fissure: Fissure) -> set[PointOrigin]:
    """Give where the points of a fissure come from."""
    return {point.origin for point in fissure.points}


def placed_on(truth: ThoraxTruth, count: int = 8) -> FissureSet:
    """Place points on every true fissure, far apart in the middle eight tenths of what the lung shows of it."""
    fissures, geometry = [], truth.scan.geometry
    for name in NAMES:
        side = 2 if name is FissureName.LEFT_OBLIQUE else 1
        lung = SIDE_OF[truth.lobes] == side
        slices, rows, columns = np.nonzero(lung)
        places = geometry.origins_mm[slices] + np.stack([columns, rows, np.zeros_like(rows)], axis=1) * np.array(
            [geometry.pixel_spacing_mm[1], geometry.pixel_spacing_mm[0], 0.0]
        )
        height = truth.body.thorax.fissure_height_mm(name, places[:, 0], places[:, 1])
        oblique = truth.body.thorax.fissure_height_mm(FissureName.RIGHT_OBLIQUE, places[:, 0], places[:, 1])
        shown = np.abs(places[:, 2] - height) < 5.0
        shown &= (name is not FissureName.RIGHT_MINOR) | (height > oblique)
        on = np.column_stack([places[shown, :2], height[shown]])
        chosen = [int(np.abs(on - on.mean(axis=0)).sum(axis=1).argmax())]
        while len(chosen) < count:
            away = np.linalg.norm(on[:, None] - on[chosen][None], axis=-1).min(axis=1)
            chosen.append(int(away.argmax()))
        points = tuple(FissurePoint((x, y, z), 1.0, PointOrigin.PLACED) for x, y, z in on[chosen].tolist())
        fissures.append(Fissure(name, points=points))
    return FissureSet(tuple(fissures))


def test_visible_fissures_part_the_lobes() -> None:
    """On thin slices with a sharp kernel the lobes are right to 0.95 though 30 % of one is diseased in all ways."""
    truth = chest(THIN, 6, sick=True)
    lungs = lungs_of(truth)
    fissures = find_fissures(volume_of(truth), lungs)
    dice = dice_of(lobes_of(lungs, fissures).labels, truth.lobes)
    assert min(dice.values()) >= 0.95, dice
    assert not list(fissure_doubts(fissures))
    for fissure in fissures.fissures:
        assert PointOrigin.DETECTED in origins_of(fissure)
        assert len(fissure.points) <= 180
        assert fissure.surface == fit_surface(fissure.points)


def test_fissures_are_seen_on_thick_slices() -> None:
    """On slices 5 mm apart the oblique fissures are seen, and every lobe is right to 0.90."""
    truth = chest(THICK, 6)
    fissures = find_fissures(volume_of(truth), lungs_of(truth))
    assert min(dice_of(lobes_of(lungs_of(truth), fissures).labels, truth.lobes).values()) >= 0.90
    for name in (FissureName.RIGHT_OBLIQUE, FissureName.LEFT_OBLIQUE):
        fissure = fissures.get(name)
        assert fissure is not None
        assert PointOrigin.DETECTED in origins_of(fissure)


def test_where_nothing_is_seen_the_prior_stands_and_says_so() -> None:
    """In lungs of noise alone no fissure is seen: all points are of the prior, and each fissure gets a doubt."""
    lungs = lungs_of(chest(THICK, 6))
    fissures = find_fissures(flat(lungs), lungs)
    assert [fissure.name for fissure in fissures.fissures] == list(NAMES)
    assert all(origins_of(fissure) == {PointOrigin.PRIOR} for fissure in fissures.fissures)
    assert [notice.code for notice in fissure_doubts(fissures)] == ["fissure-not-seen"]


def test_detection_moves_with_the_patient() -> None:
    """A patient who lies elsewhere has the same fissures there."""
    truth = chest(THICK, 6)
    old, by = truth.scan.geometry, np.array([13.0, -40.0, 700.0])
    geometry = Geometry(old.shape, old.pixel_spacing_mm, old.origins_mm + by, old.orientation, old.slice_thickness_mm)
    here = find_fissures(volume_of(truth), lungs_of(truth)).fissures[0].surface
    volume = Volume(truth.scan.hu.copy(), geometry, ScanRef(), Technique())
    there = find_fissures(volume, Lungs(lungs_of(truth).labels.copy(), geometry)).fissures[0].surface
    assert here is not None
    assert there is not None
    x, y = np.meshgrid(np.linspace(-120, -40, 5), np.linspace(-40, 60, 5))
    assert height_mm(there, x + by[0], y + by[1]) - by[2] == pytest.approx(height_mm(here, x, y), abs=0.3)


def test_slices_seen_from_the_other_side_show_the_same_fissures() -> None:
    """The same voxels in another order, place by place the same patient, give the same fissures."""
    truth = chest(THICK, 6)
    old, labels = truth.scan.geometry, lungs_of(truth).labels
    width = (old.shape[2] - 1) * old.pixel_spacing_mm[1] * old.row_direction
    turned = Geometry(
        old.shape, old.pixel_spacing_mm, (old.origins_mm + width)[::-1].copy(),
        (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0), old.slice_thickness_mm,
    )  # fmt: skip
    volume = Volume(truth.scan.hu[::-1, :, ::-1].copy(), turned, ScanRef(), Technique())
    lungs = Lungs(labels[::-1, :, ::-1].copy(), turned)
    here = lobes_of(lungs_of(truth), find_fissures(volume_of(truth), lungs_of(truth))).labels
    there = lobes_of(lungs, find_fissures(volume, lungs)).labels[::-1, :, ::-1]
    assert min(dice_of(there, here).values()) >= 0.98


@pytest.mark.parametrize("plan", [SEQUENTIAL, THICK], ids=["sequential", "thick"])
def test_placed_points_overrule_anatomy(plan: SeriesPlan) -> None:
    """Eight points on each fissure give every lobe to 0.95, the middle one to 0.92, on any kind of series."""
    truth = chest(plan, 6)
    lungs, placed = lungs_of(truth), placed_on(truth)
    fissures = find_fissures(volume_of(truth), lungs, placed=placed)
    dice = dice_of(lobes_of(lungs, fissures).labels, truth.lobes)
    assert min(value for lobe, value in dice.items() if lobe is not Lobe.RML) >= 0.95
    assert dice[Lobe.RML] >= 0.92
    assert not list(fissure_doubts(fissures))


def test_placed_points_overrule_what_is_seen() -> None:
    """Points placed 15 mm above a fissure that is plainly seen draw its surface to within 2 mm of them."""
    truth = chest(THICK, 6)
    fissure = placed_on(truth).fissures[0]
    moved = tuple(
        replace(p, position_mm=(p.position_mm[0], p.position_mm[1], p.position_mm[2] + 15)) for p in fissure.points
    )
    placed = FissureSet((replace(fissure, points=moved),))
    surface = find_fissures(volume_of(truth), lungs_of(truth), placed=placed).fissures[0].surface
    assert surface is not None
    for point in moved:
        x, y, z = point.position_mm
        assert float(height_mm(surface, x, y)) == pytest.approx(z, abs=2.0)


@pytest.mark.parametrize("state", [FissureState.ABSENT, FissureState.NOT_ASSESSABLE])
def test_states_that_a_person_set_are_kept(state: FissureState) -> None:
    """A fissure that is said to be absent or not assessable is given back as it is; the others are found."""
    truth = chest(SEQUENTIAL, 6)
    known = Fissure(FissureName.RIGHT_MINOR, state)
    fissures = find_fissures(volume_of(truth), lungs_of(truth), placed=FissureSet((known,)))
    assert fissures.get(FissureName.RIGHT_MINOR) is known
    others = [fissure for fissure in fissures.fissures if fissure is not known]
    assert [fissure.name for fissure in others] == [FissureName.RIGHT_OBLIQUE, FissureName.LEFT_OBLIQUE]
    assert all(fissure.surface is not None for fissure in others)


def test_lingula_is_parted_by_placed_points_only() -> None:
    """The lingula gets the surface of the points placed on its border, and none without them."""
    truth = chest(SEQUENTIAL, 6)
    assert find_fissures(volume_of(truth), lungs_of(truth)).get(FissureName.LINGULA) is None
    point = FissurePoint((70.0, -40.0, 3.0), 1.0, PointOrigin.PLACED)
    placed = FissureSet((Fissure(FissureName.LINGULA, points=(point,)),))
    lingula = find_fissures(volume_of(truth), lungs_of(truth), placed=placed).get(FissureName.LINGULA)
    assert lingula is not None
    assert lingula.surface == fit_surface([point])


def test_slab_of_a_lung_is_not_assessable_until_a_point_is_placed() -> None:
    """In 25 mm of a lung, both ends cut, no fissure is laid; points place it, and it passes through them."""
    truth = chest(THICK, 6)
    part = slice(24, 29)
    old = truth.scan.geometry
    geometry = Geometry(
        (5, *old.shape[1:]), old.pixel_spacing_mm, old.origins_mm[part].copy(), old.orientation, old.slice_thickness_mm
    )
    volume = Volume(truth.scan.hu[part].copy(), geometry, ScanRef(), Technique())
    lungs = Lungs(lungs_of(truth).labels[part].copy(), geometry)
    fissures = find_fissures(volume, lungs)
    assert {fissure.state for fissure in fissures.fissures} == {FissureState.NOT_ASSESSABLE}
    assert not list(fissure_doubts(fissures))
    z = float(geometry.origins_mm[2, 2])
    points = tuple(FissurePoint((x, 10.0, z), 1.0, PointOrigin.PLACED) for x in (-110.0, -80.0))
    placed = FissureSet((Fissure(FissureName.RIGHT_OBLIQUE, points=points),))
    found = find_fissures(volume, lungs, placed=placed).fissures[0]
    assert found.state is FissureState.PRESENT
    assert found.surface is not None
    assert float(height_mm(found.surface, -95.0, 10.0)) == pytest.approx(z, abs=4.0)


def test_lung_cut_at_one_end_is_not_squeezed() -> None:
    """With the base cut off, the prior stays within 20 mm of where it lies in the whole lung."""
    truth = chest(SEQUENTIAL, 6)
    old, keep = truth.scan.geometry, slice(9, None)
    count = old.shape[0] - 9
    geometry = Geometry(
        (count, *old.shape[1:]), old.pixel_spacing_mm, old.origins_mm[keep].copy(), old.orientation, 1.0
    )
    volume = Volume(truth.scan.hu[keep].copy(), geometry, ScanRef(), Technique())
    cut = find_fissures(volume, Lungs(lungs_of(truth).labels[keep].copy(), geometry))
    whole = find_fissures(volume_of(truth), lungs_of(truth))
    for name, x in (
        (FissureName.RIGHT_OBLIQUE, -80.0),
        (FissureName.RIGHT_MINOR, -80.0),
        (FissureName.LEFT_OBLIQUE, 80.0),
    ):
        a, b = cut.get(name), whole.get(name)
        assert a is not None
        assert b is not None
        assert a.surface is not None
        assert b.surface is not None
        assert abs(float(height_mm(a.surface, x, 0.0) - height_mm(b.surface, x, 0.0))) < 20.0


def test_one_lung_or_none() -> None:
    """Without a right lung only the left fissure is found; without lungs none is; points in no lung are kept."""
    truth = chest(SEQUENTIAL, 6)
    labels = lungs_of(truth).labels
    left = Lungs(np.where(labels == 2, labels, np.uint8(0)), truth.scan.geometry)
    assert [f.name for f in find_fissures(volume_of(truth), left).fissures] == [FissureName.LEFT_OBLIQUE]
    none = Lungs(np.zeros_like(labels), truth.scan.geometry)
    assert find_fissures(volume_of(truth), none).fissures == ()
    placed = FissureSet((placed_on(truth).fissures[0],))
    kept = find_fissures(volume_of(truth), none, placed=placed)
    assert kept.fissures[0].points == placed.fissures[0].points


def test_single_slice_has_nothing_to_go_by() -> None:
    """A single slice shows no more than a slab: not assessable, no error."""
    truth = chest(replace(SEQUENTIAL, slices=1), 6)
    fissures = find_fissures(volume_of(truth), lungs_of(truth))
    assert {fissure.state for fissure in fissures.fissures} == {FissureState.NOT_ASSESSABLE}


def test_point_outside_the_lung_is_kept() -> None:
    """A point that is placed outside the lung counts all the same."""
    truth = chest(SEQUENTIAL, 6)
    point = FissurePoint((-300.0, 0.0, 0.0), 1.0, PointOrigin.PLACED)
    placed = FissureSet((Fissure(FissureName.RIGHT_OBLIQUE, points=(point,)),))
    fissures = find_fissures(volume_of(truth), lungs_of(truth), placed=placed)
    assert point in fissures.fissures[0].points


def test_lungs_of_another_scan_are_refused() -> None:
    """Lungs of another shape than the scan are refused with both shapes."""
    with pytest.raises(SegmentError, match="find the lungs of this scan"):
        find_fissures(volume_of(chest(SEQUENTIAL, 6)), lungs_of(chest(THICK, 6)))


ORIENTATIONS = (
    (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
    (1.0, 0.0, 0.0, 0.0, 0.0, -1.0),
    (0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
)


@pytest.mark.parametrize("orientation", ORIENTATIONS, ids=["axial", "coronal", "sagittal"])
@pytest.mark.parametrize("seed", range(4))
def test_lungs_of_any_shape_give_fissures_or_say_why_not(
    seed: int, orientation: tuple[float, float, float, float, float, float]
) -> None:
    """Lungs of a voxel, of noise or that fill a tiny picture, in any orientation, give every fissure a state."""
    random = np.random.default_rng(seed)
    shape = (int(random.integers(1, 12)), int(random.integers(1, 20)), int(random.integers(1, 20)))
    normal = np.cross(orientation[:3], orientation[3:])
    origins = np.asarray(np.arange(shape[0])[:, None] * normal[None] * 2.0, np.float64)
    geometry = Geometry(shape, (2.0, 6.0), origins, orientation, 2.0)
    hu = random.integers(-1100, 300, shape).astype(np.int16)
    for labels in (np.ones(shape, np.uint8), random.integers(0, 3, shape).astype(np.uint8)):
        lungs = Lungs(labels, geometry)
        for fissure in find_fissures(Volume(hu.copy(), geometry, ScanRef(), Technique()), lungs).fissures:
            assert (fissure.surface is not None) == (fissure.state is FissureState.PRESENT)
