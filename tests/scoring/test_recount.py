"""Counting again only what a brush stroke touched gives what counting everything gives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.model import LABELS_SHAPE
from kazerooni.scoring import count_voxels, recount

Maps = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


@dataclass
class Stroke:
    """What a brush does: the slice, the box that it touches, which map, the label, and which pixels of the box."""

    index: int
    box: tuple[slice, slice]
    which: int
    label: int
    seed: int


def _maps(seed: int, shape: tuple[int, int, int]) -> Maps:
    rng = np.random.default_rng(seed)
    region, alveolar, interstitial = (rng.integers(0, labels, shape, np.uint8) for labels in LABELS_SHAPE)
    return region, alveolar, interstitial


def _full(maps: Maps) -> NDArray[np.int64]:
    """Count by plain comparison, nothing shared with the program."""
    counts = np.zeros((maps[0].shape[0], *LABELS_SHAPE), np.int64)
    for labels in np.ndindex(*LABELS_SHAPE):
        held = np.logical_and.reduce([plane == label for plane, label in zip(maps, labels, strict=True)])
        counts[:, *labels] = held.sum(axis=(1, 2))
    return counts


def _box(maps: Maps, stroke: Stroke) -> Maps:
    region, alveolar, interstitial = (labels[stroke.index][stroke.box] for labels in maps)
    return region, alveolar, interstitial


@st.composite
def _scenes(draw: st.DrawFn) -> tuple[Maps, list[Stroke]]:
    shape = (draw(st.integers(1, 3)), draw(st.integers(1, 40)), draw(st.integers(1, 40)))
    strokes = []
    for _ in range(draw(st.integers(1, 5))):
        edges = [sorted(draw(st.tuples(st.integers(0, size), st.integers(0, size)))) for size in shape[1:]]
        which = draw(st.integers(0, 2))
        strokes.append(
            Stroke(
                index=draw(st.integers(0, shape[0] - 1)),
                box=(slice(*edges[0]), slice(*edges[1])),
                which=which,
                label=draw(st.integers(0, LABELS_SHAPE[which] - 1)),
                seed=draw(st.integers(0, 2**32 - 1)),
            )
        )
    return _maps(draw(st.integers(0, 2**32 - 1)), shape), strokes


@given(scene=_scenes())
def test_recounting_the_box_is_counting_the_scan(scene: tuple[Maps, list[Stroke]]) -> None:
    """After any strokes on any of the three maps the counts are those of the whole scan counted anew."""
    maps, strokes = scene
    counts = _full(maps)
    for stroke in strokes:
        touched = _box(maps, stroke)
        region, alveolar, interstitial = (plane.copy() for plane in touched)
        brush = np.random.default_rng(stroke.seed).random(region.shape) < 0.6
        touched[stroke.which][brush] = stroke.label
        recount(counts, stroke.index, (region, alveolar, interstitial), touched)
    assert (counts == _full(maps)).all()


@given(scene=_scenes())
def test_undoing_restores_the_counts(scene: tuple[Maps, list[Stroke]]) -> None:
    """Recounting from after to before gives the counts back."""
    maps, (stroke, *_) = scene
    counts = _full(maps)
    before = _box(maps, stroke)
    after = _maps(stroke.seed, (1, *before[0].shape))
    changed = (after[0][0], after[1][0], after[2][0])
    recount(counts, stroke.index, before, changed)
    recount(counts, stroke.index, changed, before)
    assert (counts == _full(maps)).all()


def test_a_component_without_a_map() -> None:
    """A stroke on the only finding map that is there is counted; the other component stays unmarked."""
    region = np.full((6, 7), 3, np.uint8)
    painted = np.zeros_like(region)
    counts = count_voxels(region, painted, None)[None].copy()
    after = painted[1:3, 2:5].copy()
    after[0] = 2
    recount(counts, 0, (region[1:3, 2:5], painted[1:3, 2:5], None), (region[1:3, 2:5], after, None))
    assert (counts[0, 3, 2, 0], counts[0, 3, 0, 0], counts.sum()) == (3, 39, 42)


def test_a_box_that_was_never_there_is_refused() -> None:
    """Labels that the slice never held are refused, and the counts stay as they were."""
    counts = count_voxels(np.ones((4, 4), np.uint8), None, None)[None].copy()
    kept = counts.copy()
    region = np.full((2, 2), 2, np.uint8)
    with pytest.raises(LabelError, match="slice 0 never held all the voxels of the box"):
        recount(counts, 0, (region, None, None), (region - 1, None, None))
    assert (counts == kept).all()


def test_two_boxes_of_unequal_shape_are_refused() -> None:
    """Before and after must be one box."""
    counts = count_voxels(np.ones((4, 4), np.uint8), None, None)[None].copy()
    box = np.ones((2, 3), np.uint8)
    with pytest.raises(LabelError, match=r"the box was \(2, 3\) before and is \(3, 2\) now"):
        recount(counts, 0, (box, None, None), (box.T, None, None))


@pytest.mark.parametrize(
    ("planes", "message"),
    [
        (([[7]], [[0]], [[0]]), "lobe label 7 found, 0 to 6 are known"),
        (([[1]], [[3]], [[0]]), "alveolar label 3 found, 0 to 2 are known"),
        (([[1]], [[0]], [[4]]), "interstitial label 4 found, 0 to 3 are known"),
        (([[1, 1]], [[0]], [[0]]), r"alveolar labels of shape \(1, 1\)"),
        (([1], [0], [0]), r"lobe labels of shape \(1,\)"),
    ],
)
def test_what_is_no_label_is_refused(planes: tuple[list[int], list[int], list[int]], message: str) -> None:
    """Unknown labels, planes of unequal shape and what is no plane are refused, by name, before anything is counted."""
    region, alveolar, interstitial = (np.array(plane, np.uint8) for plane in planes)
    with pytest.raises(LabelError, match=message):
        count_voxels(region, alveolar, interstitial)


def test_labels_of_another_type_are_refused() -> None:
    """Labels must be uint8, as in the maps."""
    with pytest.raises(LabelError, match="type int64; wanted uint8"):
        count_voxels(np.zeros((2, 2), np.int64), None, None)
