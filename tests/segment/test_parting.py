"""Parting: lobes by the sign of surfaces, on every kind of grid, with lobes that are gone, and while points move."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import SegmentError
from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, FissureState, Lobe, PointOrigin
from kazerooni.segment import fit_surface, lobes_of, move_fissures
from tests.segment.builders import SHAPE, box_geometry, box_lungs, expected_lobes, plane, three_planes

GRIDS = {
    "upright": box_geometry(),
    "seen from the head": box_geometry(orientation=(1.0, 0.0, 0.0, 0.0, -1.0, 0.0)),
    "rows from left to right": box_geometry(orientation=(-1.0, 0.0, 0.0, 0.0, -1.0, 0.0)),
    "tilted": box_geometry(shear_mm=0.9),
    "turned in the plane": box_geometry(orientation=(0.96, 0.28, 0.0, -0.28, 0.96, 0.0)),
    "coronal": box_geometry(orientation=(1.0, 0.0, 0.0, 0.0, 0.0, -1.0)),
}


@pytest.mark.parametrize("name", GRIDS)
def test_lobes_follow_from_the_sign_on_every_grid(name: str) -> None:
    """Every voxel gets the lobe that its place has by the planes, however rows, columns and slices run."""
    geometry = GRIDS[name]
    found = lobes_of(box_lungs(geometry), three_planes()).labels
    assert np.array_equal(found, expected_lobes(geometry))


@pytest.mark.parametrize(
    "without",
    [{Lobe.RUL}, {Lobe.RML}, {Lobe.RLL}, {Lobe.LUL}, {Lobe.LLL}, {Lobe.RUL, Lobe.RML}, {Lobe.LUL, Lobe.LLL}],
    ids=lambda lobes: " and ".join(lobe.name for lobe in sorted(lobes)),
)
def test_neighbours_fill_the_place_of_a_lobe_that_is_gone(without: set[Lobe]) -> None:
    """A lobe that was taken out has no voxel, its neighbours have them; a lung that was taken out has none at all."""
    found = lobes_of(box_lungs(), three_planes(), without=without)
    assert np.array_equal(found.labels, expected_lobes(box_geometry(), without=frozenset(without)))
    assert found.notices == ()


def test_lingula_lies_below_its_surface_and_above_the_oblique_one() -> None:
    """With a surface for the lingula the left upper lobe is parted, with the lingula taken out it is not."""
    six, five = (lobes_of(box_lungs(), three_planes(lingula=wanted)).labels for wanted in (True, False))
    assert np.array_equal(np.where(six == Lobe.LIN, Lobe.LUL, six), five)
    assert np.any(six == Lobe.LIN)
    gone = lobes_of(box_lungs(), three_planes(lingula=True), without={Lobe.LIN}).labels
    assert np.array_equal(gone, five)


@given(st.lists(st.floats(-60, 60), min_size=6, max_size=6), st.sampled_from(list(GRIDS)))
def test_a_moved_point_gives_what_parting_anew_gives(offsets: list[float], name: str) -> None:
    """After any points have moved, the labels are those of the new fissures, on every grid."""
    lungs, before = box_lungs(GRIDS[name]), three_planes()
    oblique = before.fissures[0]
    points = tuple(
        FissurePoint((x, y, z + offset), 1.0, PointOrigin.PLACED)
        for ((x, y, z), offset) in zip((p.position_mm for p in oblique.points), offsets, strict=True)
    )
    moved = Fissure(oblique.name, points=points, surface=fit_surface(points))
    after = FissureSet((moved, *before.fissures[1:]))
    labels = lobes_of(lungs, before).labels.copy()
    kept = labels.copy()
    slices = move_fissures(labels, lungs, before, after)
    assert np.array_equal(labels, lobes_of(lungs, after).labels)
    changed = np.flatnonzero((labels != kept).any(axis=(1, 2)))
    assert set(changed.tolist()) <= set(slices)
    assert list(slices) == sorted(set(slices))


def test_a_fissure_that_comes_or_goes_is_followed() -> None:
    """Saying that a fissure is absent, and taking that back, gives the lobes of either set of fissures."""
    lungs, whole = box_lungs(), three_planes()
    without = FissureSet(
        (*whole.fissures[:1], Fissure(FissureName.RIGHT_MINOR, FissureState.ABSENT), *whole.fissures[2:])
    )
    labels = lobes_of(lungs, whole).labels.copy()
    move_fissures(labels, lungs, whole, without)
    assert np.array_equal(labels, lobes_of(lungs, without).labels)
    move_fissures(labels, lungs, without, whole)
    assert np.array_equal(labels, lobes_of(lungs, whole).labels)


def test_nothing_moved_changes_nothing() -> None:
    """Fissures that stay where they are touch no slice."""
    lungs, whole = box_lungs(), three_planes()
    labels = lobes_of(lungs, whole).labels.copy()
    assert move_fissures(labels, lungs, whole, three_planes()) == ()


def test_labels_of_another_scan_are_not_moved() -> None:
    """Labels of another shape or type are refused."""
    lungs, whole = box_lungs(), three_planes()
    for labels in (np.zeros((1, 2, 3), np.uint8), np.zeros(SHAPE, np.int16)):
        with pytest.raises(SegmentError, match="is wanted"):
            move_fissures(labels, lungs, whole, whole)  # type: ignore[arg-type]


def test_a_surface_in_the_plane_of_a_slice_has_the_slice_above_it() -> None:
    """A level fissure exactly at the height of a slice parts it cleanly: all of the slice lies above."""
    level = plane(FissureName.RIGHT_MINOR, 100.0)
    points = FissureSet((Fissure(level.name, points=level.points, surface=fit_surface(level.points)),))
    labels = lobes_of(box_lungs(), points).labels
    assert set(np.unique(labels[20, :, :20]).tolist()) == {0, Lobe.RUL}
    assert set(np.unique(labels[19, :, :20]).tolist()) == {0, Lobe.RML}


def test_what_is_no_lobe_is_refused() -> None:
    """Names of lobes as text are refused: they would be passed over."""
    with pytest.raises(SegmentError, match="'RUL' is no lobe"):
        lobes_of(box_lungs(), three_planes(), without={"RUL"})  # type: ignore[arg-type]
