"""Result: shares, support and states of lobes that are known by construction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from kazerooni.model import (
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    FissureState,
    Lobe,
    LobeMap,
    Notice,
    PointOrigin,
)
from kazerooni.phantom import Thorax, spiral_ct, thorax_series
from kazerooni.segment import LobeCondition, fit_surface, lobes_of, segmentation_json
from kazerooni.segment.lobes import unparted_lobes
from kazerooni.segment.result import segmentation_of
from tests.segment.builders import box_geometry, box_lungs, plane, share, three_planes

MEANS: dict[Lobe, float] = {Lobe.RUL: 17.9, Lobe.RML: 9.3, Lobe.RLL: 26.5, Lobe.LUL: 23.1, Lobe.LLL: 23.2}


def block(shares: Mapping[Lobe, float]) -> LobeMap:
    """Give a map in which every lobe holds its share: rows of the middle of three slices, a thousand voxels in all."""
    labels = np.zeros((3, 40, 40), np.uint8)
    line = np.repeat([int(lobe) for lobe in shares], [round(10 * value) for value in shares.values()])
    labels[1].reshape(-1)[: line.size] = line
    geometry = box_geometry()
    one = replace(geometry, shape=(3, 40, 40), origins_mm=geometry.origins_mm[:3].copy())
    return LobeMap(labels, one)


def test_shares_are_those_of_the_voxels() -> None:
    """Volume and share follow from counts: 5 x 5 mm pixels, 5 mm deep."""
    lobes = lobes_of(box_lungs(), three_planes())
    found = segmentation_of(lobes, method="m", fissures=three_planes())
    for lobe, percent in share(lobes.labels).items():
        told = found.shares[lobe]
        voxels = np.count_nonzero(lobes.labels == lobe)
        assert told.percent == pytest.approx(percent)
        assert told.volume_ml == pytest.approx(voxels * 0.125)
        assert told.slices == np.count_nonzero((lobes.labels == lobe).any(axis=(1, 2)))


def test_shares_of_health_are_not_doubted() -> None:
    """Lobes of the mean shares in health raise no doubt; the lingula counts to its lobe."""
    assert segmentation_of(block(MEANS), method="m").notices == ()
    parted: dict[Lobe, float] = {**MEANS, Lobe.LUL: 15.1, Lobe.LIN: 8.0}
    assert segmentation_of(block(parted), method="m").notices == ()


def test_an_unusual_share_is_told() -> None:
    """A small middle lobe is told with its share and what is usual, and so is one that is not there at all."""
    small: dict[Lobe, float] = {**MEANS, Lobe.RML: 6.5, Lobe.RUL: 20.7}
    (notice,) = segmentation_of(block(small), method="m").notices
    assert (notice.code, notice.severity) == ("lobe-share-unusual", "warning")
    assert "RML 6.5 % (6.6 to 13.8)" in notice.message
    assert "RUL" not in notice.message
    none: dict[Lobe, float] = {lobe: value for lobe, value in MEANS.items() if lobe is not Lobe.RML}
    assert "RML 0.0 %" in segmentation_of(block(none), method="m").notices[0].message


@pytest.mark.parametrize("condition", [LobeCondition.ABSENT, LobeCondition.COLLAPSED])
def test_shares_say_nothing_where_a_lobe_is_gone(condition: LobeCondition) -> None:
    """After a lobectomy, or beside a collapsed lobe, the others have no usual share."""
    none: dict[Lobe, float] = {lobe: value for lobe, value in MEANS.items() if lobe is not Lobe.RML}
    assert segmentation_of(block(none), method="m", conditions={Lobe.RML: condition}).notices == ()


def test_shares_say_nothing_where_lung_is_missing() -> None:
    """Of one lung alone, or where an end slice cuts the lungs, shares are not doubted: they cannot be usual."""
    alone = replace(block({Lobe.RUL: 100.0}), notices=(Notice("lung-missing", "warning", "told"),))
    assert [n.code for n in segmentation_of(alone, method="m").notices] == ["lung-missing"]
    whole = block({Lobe.RUL: 100.0})
    assert [n.code for n in segmentation_of(whole, method="m").notices] == ["lobe-share-unusual"]
    labels = whole.labels.copy()
    labels[2] = labels[1]
    assert segmentation_of(replace(whole, labels=labels), method="m").notices == ()


def test_support_is_the_part_near_points() -> None:
    """A fissure with points over half of it is supported by half; of prior points alone by nothing."""
    lungs, fissures = box_lungs(), three_planes()
    minor = fissures.fissures[1]
    assert minor.surface is not None
    y, x = (grid.reshape(-1) for grid in np.mgrid[-70:70:5.0, -80:-45:5.0])
    half = plane(FissureName.RIGHT_MINOR, 101.0)
    points = tuple(
        replace(half.points[0], position_mm=(a, b, 101.0), origin=PointOrigin.DETECTED)
        for a, b in zip(x.tolist(), y.tolist(), strict=True)
    )
    level = replace(minor, points=points)
    lobes = lobes_of(lungs, FissureSet((plane(FissureName.RIGHT_OBLIQUE, 0.0), level)))
    support = segmentation_of(lobes, method="m", fissures=FissureSet((level,))).support[FissureName.RIGHT_MINOR]
    assert support.percent is not None
    # The lung runs from x = -81 to -11; points from -80 to -50 reach 12 mm farther.
    assert support.percent == pytest.approx(100 * (-38 + 81) / 70, abs=6)
    assert support.points[PointOrigin.DETECTED] == len(points)
    prior = replace(level, points=tuple(replace(p, origin=PointOrigin.PRIOR) for p in points))
    told = segmentation_of(lobes, method="m", fissures=FissureSet((prior,))).support[FissureName.RIGHT_MINOR]
    assert (told.percent, told.points[PointOrigin.PRIOR]) == (0.0, len(points))


def test_a_fissure_outside_its_lung_has_no_support() -> None:
    """Of a surface that parts no lung nothing can be seen; one that is absent is not asked."""
    away = plane(FissureName.RIGHT_MINOR, 4000.0)
    gone = Fissure(FissureName.LEFT_OBLIQUE, FissureState.ABSENT)
    found = segmentation_of(lobes_of(box_lungs(), three_planes()), method="m", fissures=FissureSet((away, gone)))
    assert found.support[FissureName.RIGHT_MINOR].percent is None
    assert FissureName.LEFT_OBLIQUE not in found.support


@pytest.mark.parametrize(
    ("points", "astray"),
    [
        ([(-40.0, 0.0, 101.0), (-85.0, 0.0, 101.0)], 0),
        ([(-40.0, 0.0, 101.0), (40.0, 0.0, 101.0)], 1),
        ([(-40.0, 0.0, 900.0), (40.0, 0.0, 101.0)], 2),
    ],
    ids=["in it or beside it", "one in the other lung", "one above the scan"],
)
def test_points_outside_their_lung_are_told(points: list[tuple[float, float, float]], astray: int) -> None:
    """Points far from the lung of their fissure are counted and told; a few millimetres beside it are nothing."""
    placed = tuple(FissurePoint(place, 1.0, PointOrigin.PLACED) for place in points)
    minor = Fissure(FissureName.RIGHT_MINOR, points=placed, surface=fit_surface(placed))
    lobes = lobes_of(box_lungs(), three_planes())
    told = [n for n in segmentation_of(lobes, method="m", fissures=FissureSet((minor,))).notices if "point" in n.code]
    assert [n.code for n in told] == ["points-outside-lung"] * bool(astray)
    assert not astray or told[0].message.startswith(f"{astray} of 2 points on the right minor fissure")


def test_points_that_contradict_each_other_are_told() -> None:
    """Points one above the other cannot both lie on a surface; points that agree raise no doubt."""
    lobes = lobes_of(box_lungs(), three_planes())
    for heights, told in (((101.0, 101.0, 101.0), []), ((101.0, 161.0, 41.0), ["points-contradict"])):
        placed = tuple(FissurePoint((-40.0, 0.0, z), 1.0, PointOrigin.PLACED) for z in heights)
        minor = Fissure(FissureName.RIGHT_MINOR, points=placed, surface=fit_surface(placed))
        notices = segmentation_of(lobes, method="m", fissures=FissureSet((minor,))).notices
        assert [n.code for n in notices if n.code == "points-contradict"] == told


@pytest.mark.parametrize(
    ("missing", "lobes"),
    [
        (FissureName.RIGHT_MINOR, {Lobe.RUL, Lobe.RML}),
        (FissureName.RIGHT_OBLIQUE, {Lobe.RUL, Lobe.RML, Lobe.RLL}),
        (FissureName.LEFT_OBLIQUE, {Lobe.LUL, Lobe.LLL}),
    ],
)
def test_lobes_without_a_fissure_between_them_are_named(missing: FissureName, lobes: set[Lobe]) -> None:
    """Lobes whose fissure has no surface are told from each other by nothing; those that are gone are not named."""
    known = FissureSet(tuple(f for f in three_planes().fissures if f.name is not missing))
    assert unparted_lobes(box_lungs(), known) == lobes
    gone = min(lobes)
    assert gone not in unparted_lobes(box_lungs(), known, without={gone})
    assert unparted_lobes(box_lungs(), three_planes()) == frozenset()
    assert unparted_lobes(box_lungs(), three_planes(lingula=True)) == frozenset()


def test_json_holds_lobes_and_fissures() -> None:
    """The document names every lobe that is there or spoken of, and every fissure; it is JSON through and through."""
    fissures = FissureSet(
        (*three_planes().fissures[1:], Fissure(FissureName.RIGHT_OBLIQUE, FissureState.NOT_ASSESSABLE))
    )
    lobes = lobes_of(box_lungs(), fissures, without={Lobe.RLL})
    found = segmentation_of(lobes, method="m", fissures=fissures, conditions={Lobe.RLL: LobeCondition.COLLAPSED})
    told = json.loads(json.dumps(segmentation_json(found), allow_nan=False))
    assert [(lobe["lobe"], lobe["condition"]) for lobe in told["lobes"]] == [
        ("RUL", None), ("RML", None), ("RLL", "collapsed"), ("LUL", None), ("LLL", None),
    ]  # fmt: skip
    assert told["lobes"][2]["volume_ml"] is None
    assert told["lobes"][0]["usual_percent"] == [11.8, 22.7]
    assert {f["name"]: (f["state"], f["points"]["placed"]) for f in told["fissures"]} == {
        "right_minor": ("present", 6),
        "left_oblique": ("present", 6),
        "right_oblique": ("not_assessable", 0),
    }


def test_true_lobes_of_a_chest_are_not_doubted() -> None:
    """The lobes of a phantom chest have usual shares."""
    plan = spiral_ct(slices=60, gap_mm=4.0, slice_thickness_mm=4.0, centre_mm=(0.0, 0.0, -8.0))
    truth = thorax_series(plan, Thorax(1))[1]
    assert segmentation_of(LobeMap(truth.lobes.copy(), truth.scan.geometry), method="m").notices == ()
