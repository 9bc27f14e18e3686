"""The live counts are those of counting everything, whatever is painted, undone or replaced."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kazerooni.errors import LabelError
from kazerooni.model import LABELS_SHAPE, Component, Finding, Geometry, Lobe, ScanRef, Technique, Volume
from napari_kazerooni.canvas import Canvas, Labels
from napari_kazerooni.layers import LAYER_NAMES, LayerName, labels_kwargs
from napari_kazerooni.screen import Box
from tests.plugins.builders import SHAPE, box_lobes, session_of, small_volume

BOTH = frozenset(Component)


@dataclass
class Stroke:
    """What a brush does: layer, slice, box and label."""

    layer: LayerName
    index: int
    box: Box
    label: int


@st.composite
def strokes(draw: st.DrawFn) -> Stroke:
    """Make a stroke anywhere, of any size."""
    layer = draw(st.sampled_from(LAYER_NAMES))
    edges = [sorted(draw(st.tuples(st.integers(0, 60), st.integers(0, 60)))) for _ in range(2)]
    label = draw(st.integers(0, LABELS_SHAPE[LAYER_NAMES.index(layer)] - 1))
    box = (slice(*edges[0]), slice(*edges[1]))
    return Stroke(layer, draw(st.integers(0, SHAPE[0] - 1)), box, label)


def _canvas() -> Canvas:
    return Canvas(small_volume(), {"lobes": box_lobes()})


def _paint(canvas: Canvas, stroke: Stroke) -> Labels:
    labels = canvas.labels(stroke.layer)[stroke.index]
    before: Labels = labels[stroke.box].copy()
    labels[stroke.box] = stroke.label
    canvas.apply_box(stroke.layer, stroke.index, stroke.box, before)
    return before


@given(st.lists(strokes(), max_size=8))
def test_counts_equal_a_recount(some: list[Stroke]) -> None:
    """After any strokes in any layer the live tally equals that of all maps counted anew."""
    canvas = _canvas()
    for stroke in some:
        _paint(canvas, stroke)
    live, full = canvas.tally(BOTH), canvas.full_tally(BOTH)
    np.testing.assert_array_equal(live.counts, full.counts)
    np.testing.assert_array_equal(live.depths, full.depths)
    assert (live.is_sampled, live.missing_after, live.pixel_area_mm2) == (
        full.is_sampled,
        full.missing_after,
        full.pixel_area_mm2,
    )


@given(st.lists(strokes(), max_size=8))
def test_undoing_all_strokes_leaves_nothing(some: list[Stroke]) -> None:
    """Strokes undone in the opposite order leave the counts and the maps as they were."""
    canvas = _canvas()
    first = canvas.counts.copy()
    kept = [(stroke, _paint(canvas, stroke)) for stroke in some]
    for stroke, before in reversed(kept):
        painted = canvas.labels(stroke.layer)[stroke.index][stroke.box].copy()
        canvas.apply_box(stroke.layer, stroke.index, stroke.box, painted, after=before)
    np.testing.assert_array_equal(canvas.counts, first)
    np.testing.assert_array_equal(canvas.labels("lobes"), box_lobes())
    assert not canvas.labels("alveolar").any()


@given(st.permutations(range(6)), st.lists(st.integers(1, 2), min_size=6, max_size=6))
def test_the_order_of_strokes_side_by_side_does_not_matter(order: list[int], labels: list[int]) -> None:
    """Strokes in boxes that share no pixel give the same counts in any order."""
    made = [
        Stroke("alveolar", 3 + at % 2, (slice(10 + 7 * at, 17 + 7 * at), slice(0, 60)), label)
        for at, label in enumerate(labels)
    ]
    one, other = _canvas(), _canvas()
    for stroke in made:
        _paint(one, stroke)
    for at in order:
        _paint(other, made[at])
    np.testing.assert_array_equal(one.counts, other.counts)


def test_what_was_not_there_is_refused() -> None:
    """Labels that were never in the box, or are not known, are refused and change nothing."""
    canvas = _canvas()
    first = canvas.counts.copy()
    box = (slice(0, 60), slice(0, 60))
    with pytest.raises(LabelError, match="never held"):
        canvas.apply_box("alveolar", 3, box, np.full((60, 60), 2, np.uint8))
    with pytest.raises(LabelError, match="alveolar label 7"):
        canvas.apply_box("alveolar", 3, box, np.zeros((60, 60), np.uint8), np.full((60, 60), 7, np.uint8))
    np.testing.assert_array_equal(canvas.counts, first)
    assert not canvas.labels("alveolar").any()


def test_labels_of_another_series_are_refused() -> None:
    """A map of another shape or type, or with lobes that are none, is told and taken by nobody."""
    canvas = _canvas()
    with pytest.raises(LabelError, match="labels of another series"):
        canvas.replace("lobes", np.zeros((3, 4, 5), np.uint8))
    with pytest.raises(LabelError, match="label 9 is not known"):
        canvas.replace("lobes", np.full(SHAPE, 9, np.uint8))
    with pytest.raises(LabelError, match="int64 labels"):
        Canvas(small_volume(), {"alveolar": np.zeros(SHAPE, np.int64)})
    np.testing.assert_array_equal(canvas.labels("lobes"), box_lobes())


def test_lobes_that_move_are_counted() -> None:
    """Other lobes put in the place of the old ones are counted; the array that a layer shows stays the same one."""
    canvas = _canvas()
    array = canvas.labels("lobes")
    moved = box_lobes()
    moved[moved == Lobe.RML] = Lobe.RUL
    canvas.replace("lobes", moved)
    assert canvas.labels("lobes") is array
    np.testing.assert_array_equal(canvas.tally(BOTH).counts, canvas.full_tally(BOTH).counts)
    assert canvas.tally(BOTH).slices_seen((Lobe.RML,)) == 0


def test_erasing_a_finding_spares_the_rest() -> None:
    """Erasing a finding from lobes leaves other findings, other lobes and marks outside; undone it is back."""
    canvas = _canvas()
    _paint(canvas, Stroke("interstitial", 4, (slice(10, 12), slice(0, 60)), 3))
    _paint(canvas, Stroke("interstitial", 4, (slice(12, 14), slice(0, 60)), 2))
    marked = canvas.labels("interstitial").copy()
    patch = canvas.erase((Lobe.RUL, Lobe.RML), Finding.RETICULATION)
    assert patch.places.size == 2 * 20
    assert np.count_nonzero(canvas.labels("interstitial")) == np.count_nonzero(marked) - 40
    np.testing.assert_array_equal(canvas.tally(BOTH).counts, canvas.full_tally(BOTH).counts)
    assert canvas.put_back(patch) == (4,)
    np.testing.assert_array_equal(canvas.labels("interstitial"), marked)
    assert canvas.do_again(patch) == (4,)
    np.testing.assert_array_equal(canvas.tally(BOTH).counts, canvas.full_tally(BOTH).counts)


def test_a_stroke_is_counted_in_under_a_millisecond() -> None:
    """Counting a brush stroke of 40 x 40 pixels takes under 1 ms (the median; machines that test are shared)."""
    canvas = _canvas()
    labels, box = canvas.labels("alveolar")[5], (slice(10, 50), slice(10, 50))
    took = []
    for label in [1, 2, 0] * 30:
        before = labels[box].copy()
        labels[box] = label
        began = perf_counter()
        canvas.apply_box("alveolar", 5, box, before)
        took.append(perf_counter() - began)
    assert np.median(took) < 1e-3


def test_changed_slices_are_told_once() -> None:
    """A draft asks which slices changed: each is told once, by layer, and the version has grown."""
    canvas = _canvas()
    canvas.take_changed()
    version = canvas.version
    _paint(canvas, Stroke("alveolar", 3, (slice(0, 4), slice(0, 4)), 1))
    assert canvas.take_changed() == {"lobes": set(), "alveolar": {3}, "interstitial": set()}
    assert canvas.take_changed()["alveolar"] == set()
    assert canvas.version > version


def test_strokes_on_the_screen_are_counted_where_they_lie() -> None:
    """On a scan that is shown turned, strokes, undone ones too, are told as shown and counted in the scan."""
    origins = np.zeros((SHAPE[0], 3))
    origins[:, 2] = -np.arange(SHAPE[0])
    geometry = Geometry(SHAPE, (5.0, 5.0), origins, (-1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 1.0)
    volume = Volume(np.zeros(SHAPE, np.int16), geometry, ScanRef(), Technique())
    session = session_of(volume)
    first = session.canvas.counts.copy()
    shown = labels_kwargs("alveolar", session.canvas.labels("alveolar"), session.screen)["data"]
    assert session.screen.turned == (True, False, True)
    box = (slice(12, 15), slice(30, 47))
    before = shown[3][box].copy()
    shown[3][box] = np.arange(3)[:, None]
    session.apply_stroke("alveolar", 3, box, before)
    np.testing.assert_array_equal(session.canvas.tally(BOTH).counts, session.canvas.full_tally(BOTH).counts)
    assert session.canvas.counts[SHAPE[0] - 1 - 3, :, 1:].sum() == 2 * 17
    painted = shown[3][box].copy()
    shown[3][box] = before
    session.apply_stroke("alveolar", 3, box, painted)
    np.testing.assert_array_equal(session.canvas.counts, first)
