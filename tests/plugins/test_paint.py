"""Marking with real napari: every tool keeps to the locks, and every step can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers.labels._labels_constants import Mode
from numpy.typing import NDArray

from napari_kazerooni.locks import Locks
from napari_kazerooni.paint import MarkingLabels
from napari_kazerooni.strokes import Stroke
from tests.plugins.hand import Hand

SHAPE = (5, 60, 60)
SLICE = 2
SCALE = (10.0, 0.7, 0.7)
WINDOW = (-700.0, -300.0)
Volumes = dict[str, Any]


def body() -> Volumes:
    """Two lobes side by side with a rim outside the lungs; HU that change in stripes across both."""
    lobes = np.zeros(SHAPE, np.uint8)
    lobes[:, 10:50, 10:30] = 1
    lobes[:, 10:50, 30:50] = 3
    lungs = (lobes > 0) & (np.arange(SHAPE[1])[:, None] > 12)
    hu = np.broadcast_to(np.where(np.arange(SHAPE[2]) % 4 < 2, -500, -850).astype(np.int16), SHAPE)
    return {"lobes": lobes, "lungs": lungs, "hu": hu}


def painter(viewer: Any | None = None, **locks: Any) -> tuple[MarkingLabels, Hand]:
    """Give a marking layer in a viewer (or a model of one) that shows the middle slice, and a hand to paint on it."""
    viewer = ViewerModel() if viewer is None else viewer
    layer = MarkingLabels(np.zeros(SHAPE, np.uint8), highest=3, locks=Locks(**body(), **locks), scale=SCALE)
    viewer.add_layer(layer)
    viewer.dims.set_point(0, SLICE * SCALE[0])
    layer.selected_label = 2
    return layer, Hand(viewer, layer)


def brush(layer: MarkingLabels, hand: Hand) -> None:
    """Paint a wide stroke across everything."""
    layer.mode = Mode.PAINT
    layer.brush_mm = 14.0
    hand.drag((SLICE, 30, 20), (SLICE, 12, 40), (SLICE, 55, 55), (SLICE, 30, 5))


def bucket(layer: MarkingLabels, hand: Hand) -> None:
    """Fill what is unmarked."""
    layer.mode = Mode.FILL
    hand.drag((SLICE, 30, 20))


def polygon(layer: MarkingLabels, hand: Hand) -> None:
    """Draw a polygon around nearly everything."""
    layer.mode = Mode.POLYGON
    hand.polygon((SLICE, 30, 20), (SLICE, 2, 20), (SLICE, 2, 57), (SLICE, 57, 57), (SLICE, 57, 3))


def outline(layer: MarkingLabels, _: Hand) -> None:
    """Paint a polygon by its corners, as a program does."""
    layer.paint_polygon([(SLICE, 30, 20), (SLICE, 2, 20), (SLICE, 2, 57), (SLICE, 57, 57), (SLICE, 57, 3)], 2)


def mark(layer: MarkingLabels, _: Hand) -> None:
    """Mark all of the slice at once, as suggestions are."""
    layer.mark(SLICE, np.ones(SHAPE[1:], np.bool_), 2)


WAYS = [brush, bucket, polygon, outline, mark]
Way = Callable[[MarkingLabels, Hand], None]


def permitted(*, in_lobe: bool, in_lungs: bool, window: tuple[float, float] | None) -> NDArray[np.bool_]:
    """Tell where marks may be, written down without the program: lobe 1, rows below 12, stripes."""
    place = np.zeros(SHAPE, np.bool_)
    place[SLICE] = True
    if in_lobe:
        place[:, :, :10] = place[:, :, 30:] = place[:, :10] = place[:, 50:] = False
    if in_lungs:
        place[:, :13] = place[:, 50:] = place[:, :, :10] = place[:, :, 50:] = False
    if window is not None:
        place[:, :, [c for c in range(SHAPE[2]) if c % 4 >= 2]] = False
    return place


@pytest.mark.parametrize("way", WAYS)
def test_no_tool_gets_round_a_lock(make_napari_viewer: Any, way: Way) -> None:
    """Brush, bucket, polygon and marking at once leave marks only where every lock that is on permits them."""
    layer, hand = painter(make_napari_viewer())
    for in_lobe, in_lungs, window in product((False, True), (False, True), (None, WINDOW)):
        layer.locks = Locks(**body(), in_lobe=in_lobe, in_lungs=in_lungs, window=window)
        way(layer, hand)
        marked = layer.data > 0
        # Marking at once has no first click, so no lobe to keep to.
        place = permitted(in_lobe=in_lobe and way is not mark, in_lungs=in_lungs, window=window)
        assert marked.any()
        assert not (marked & ~place).any()
        if way in (bucket, mark):
            assert (marked == place).all()
        while layer._undo_history:
            layer.undo()
        assert not layer.data.any()


@pytest.mark.parametrize("way", [brush, polygon, bucket, mark])
def test_one_stroke_is_one_step(make_napari_viewer: Any, way: Way) -> None:
    """A stroke, however long, is taken back by one undo and made again by one redo."""
    layer, hand = painter(make_napari_viewer() if way is polygon else None, in_lungs=True)
    way(layer, hand)
    marked = layer.data.copy()
    layer.undo()
    assert not layer.data.any()
    layer.redo()
    assert (layer.data == marked).all()


@pytest.mark.parametrize("way", [brush, polygon, bucket, mark])
def test_each_stroke_is_told_with_the_touched_box(make_napari_viewer: Any, way: Way) -> None:
    """Strokes, undo and redo tell slice, box, labels before and after; put together they are the layer."""
    layer, hand = painter(make_napari_viewer() if way is polygon else None, in_lungs=True)
    kept = np.zeros(SHAPE, np.uint8)
    told: list[Stroke] = []

    def follow(event: Any) -> None:
        stroke = event.stroke
        told.append(stroke)
        assert (kept[(stroke.index, *stroke.box)] == stroke.before).all()
        kept[(stroke.index, *stroke.box)] = stroke.after

    layer.events.stroke.connect(follow)
    way(layer, hand)
    assert {stroke.index for stroke in told} == {SLICE}
    layer.selected_label = 1
    brush(layer, hand)
    assert (kept == layer.data).all()
    touches = len(told)
    for step in (layer.undo, layer.undo, layer.redo, layer.redo, layer.undo):
        step()
        assert (kept == layer.data).all()
    assert len(told) == touches + 5


def test_the_lobe_is_that_under_the_first_click() -> None:
    """A stroke that wanders from one lobe into the next marks the first only; the next stroke is free again."""
    layer, hand = painter(None, in_lobe=True)
    lobes = layer.locks.lobes
    assert lobes is not None
    layer.mode = Mode.PAINT
    hand.drag((SLICE, 30, 40), (SLICE, 30, 15))
    assert set(np.unique(lobes[layer.data > 0])) == {3}
    hand.drag((SLICE, 20, 15), (SLICE, 20, 40))
    assert set(np.unique(lobes[layer.data > 0])) == {1, 3}
    assert not layer.data[SLICE, 20, 36]


def test_a_stroke_that_starts_outside_every_lobe_marks_nothing() -> None:
    """With the lobe lock on, a first click outside the lobes is refused once and told why."""
    layer, hand = painter(None, in_lobe=True)
    told: list[str] = []
    layer.events.refused.connect(lambda event: told.append(event.reason))
    layer.mode = Mode.PAINT
    hand.drag((SLICE, 5, 5), (SLICE, 30, 20), (SLICE, 30, 40))
    assert not layer.data.any()
    assert len(told) == 1
    assert "No lobe lies under the first click" in told[0]


def test_the_eraser_is_held_by_the_lobe_alone() -> None:
    """Marks outside lungs and HU window can be erased; those in the neighbouring lobe stay."""
    layer, hand = painter()
    layer.mark(SLICE, np.ones(SHAPE[1:], np.bool_), 1)
    layer.locks.in_lobe = layer.locks.in_lungs = True
    layer.locks.window = WINDOW
    layer.mode = Mode.ERASE
    layer.brush_mm = 200.0
    hand.drag((SLICE, 30, 20))
    lobes = body()["lobes"]
    assert not layer.data[SLICE][lobes[SLICE] == 1].any()
    assert layer.data[SLICE][lobes[SLICE] != 1].all()


@pytest.mark.parametrize(
    ("missing", "lock"), [("lobes", {"in_lobe": True}), ("lungs", {"in_lungs": True}), ("hu", {"window": WINDOW})]
)
def test_a_lock_without_what_it_needs_marks_nothing(
    make_napari_viewer: Any, missing: str, lock: dict[str, Any]
) -> None:
    """A lock to lobes, lungs or HU that are not known refuses every mark instead of being ignored."""
    layer, hand = painter(make_napari_viewer(), **lock)
    setattr(layer.locks, missing, None)
    if missing == "lungs":
        layer.locks.lobes = None
    told: list[str] = []
    layer.events.refused.connect(lambda event: told.append(event.reason))
    for way in WAYS:
        if not (way is mark and missing == "lobes"):
            way(layer, hand)
    assert not layer.data.any()
    assert told


def test_lungs_are_the_lobes_where_only_lobes_are_known() -> None:
    """The lung lock takes the lobes where no map of the lungs is there."""
    layer, hand = painter(None, in_lungs=True)
    layer.locks.lungs = None
    bucket(layer, hand)
    assert ((layer.data[SLICE] > 0) == (body()["lobes"][SLICE] > 0)).all()


def test_a_lobe_is_filled_on_this_slice() -> None:
    """Filling a lobe marks all of it on the slice, one step, within the HU window; elsewhere it is told why not."""
    layer, _ = painter(None, window=WINDOW)
    told: list[str] = []
    layer.events.refused.connect(lambda event: told.append(event.reason))
    layer.fill_lobe((SLICE, 30, 20), 2)
    expected = (body()["lobes"] == 1) & permitted(in_lobe=True, in_lungs=False, window=WINDOW)
    assert ((layer.data > 0) == expected).all()
    layer.fill_lobe((SLICE, 2, 2), 2)
    layer.fill_lobe((SLICE, 2, 200), 2)
    assert len(told) == 2
    layer.undo()
    assert not layer.data.any()


def test_one_slice_is_painted_at_a_time() -> None:
    """Asking for painting in three dimensions changes nothing, and a stroke stays on its slice."""
    layer, hand = painter()
    seen: list[int] = []
    layer.events.n_edit_dimensions.connect(lambda: seen.append(layer.n_edit_dimensions))
    layer.n_edit_dimensions = 3
    assert seen == [2]
    brush(layer, hand)
    assert np.flatnonzero(layer.data.any(axis=(1, 2))).tolist() == [SLICE]


@pytest.mark.parametrize("way", [brush, bucket, outline, mark])
def test_nothing_is_painted_across_gaps(way: Way) -> None:
    """In coronal, sagittal and three-dimensional views every tool marks nothing and says why."""
    viewer = ViewerModel()
    for order, displayed in (((1, 0, 2), 2), ((2, 0, 1), 2), ((0, 1, 2), 3)):
        layer, hand = painter(viewer)
        viewer.dims.order, viewer.dims.ndisplay = order, displayed
        told: list[str] = []
        layer.events.refused.connect(lambda event, told=told: told.append(event.reason))
        way(layer, hand)
        assert not layer.data.any()
        if displayed == 2:
            assert told == ["Marks are painted on axial slices only: go back to the axial view."]
        viewer.dims.order, viewer.dims.ndisplay = (0, 1, 2), 2


def test_no_other_labels_than_findings() -> None:
    """A label above the highest finding can be neither selected nor painted."""
    layer, _ = painter()
    attempts: list[Callable[[], object]] = [
        lambda: setattr(layer, "selected_label", 4),
        lambda: layer.paint((SLICE, 30, 20), 4),
        lambda: layer.mark(SLICE, np.ones(SHAPE[1:], np.bool_), 4),
    ]
    for attempt in attempts:
        with pytest.raises(ValueError, match="out of bounds"):
            attempt()
    assert layer.selected_label == 2
    with pytest.raises(NotImplementedError):
        layer.data_setitem((np.array([0]), np.array([0]), np.array([0])), 1)
    assert not layer.data.any()


@pytest.mark.parametrize("mode", [Mode.PAINT, Mode.ERASE, Mode.FILL])
def test_the_right_button_marks_nothing(make_napari_viewer: Any, mode: Mode) -> None:
    """The right button is for the window: with it, no tool draws, and napari's encircling is off."""
    layer, hand = painter(make_napari_viewer())
    layer.mark(SLICE, np.eye(*SHAPE[1:], dtype=bool), 1)
    before = layer.data.copy()
    layer.mode = mode
    hand.drag((SLICE, 30, 20), (SLICE, 5, 20), (SLICE, 5, 55), (SLICE, 55, 55), (SLICE, 30, 20), button=2)
    assert (layer.data == before).all()


def test_a_stroke_that_broke_off_binds_no_other() -> None:
    """After a stroke that ended in an error the next one keeps to its own first click."""
    layer, hand = painter(None, in_lobe=True)
    lobes = layer.locks.lobes
    assert lobes is not None

    def break_off() -> None:
        with layer.block_history():
            layer.paint((SLICE, 30, 20), 1)
            layer.paint((99, 30, 20), 1)

    with pytest.raises(IndexError):
        break_off()
    layer.mode = Mode.PAINT
    hand.drag((SLICE, 30, 40), (SLICE, 30, 42))
    assert set(np.unique(lobes[layer.data == 2])) == {3}


def test_a_click_beside_the_picture_marks_nothing() -> None:
    """With the lobe lock on, a stroke that starts outside the picture is refused; without, it marks what it reaches."""
    layer, hand = painter(None, in_lobe=True)
    layer.mode = Mode.PAINT
    hand.drag((SLICE, -8, 20), (SLICE, 30, 20))
    assert not layer.data.any()
    layer.locks.in_lobe = False
    hand.drag((SLICE, -8, 20), (SLICE, 30, 20))
    assert layer.data.any()
    layer.mode = Mode.FILL
    hand.drag((SLICE, -8, 20))


def test_a_polygon_over_several_slices_is_refused() -> None:
    """Corners on two slices make no polygon."""
    layer, _ = painter()
    told: list[str] = []
    layer.events.refused.connect(lambda event: told.append(event.reason))
    layer.paint_polygon([(1, 10, 10), (1, 10, 30), (2, 30, 30)], 1)
    assert not layer.data.any()
    assert "several slices" in told[0]


@pytest.mark.parametrize("radius", [10, 20, 40])
def test_a_polygon_has_its_true_area(radius: int) -> None:
    """A circle drawn as a polygon has the area of a circle within 1 %, where napari's own counts up to 14 % more."""
    viewer = ViewerModel()
    layer = MarkingLabels(np.zeros((1, 100, 100), np.uint8), highest=1, scale=SCALE)
    viewer.add_layer(layer)
    angles = np.linspace(0, 2 * np.pi, 200, endpoint=False)
    corners = np.stack((0 * angles, 50.3 + radius * np.sin(angles), 49.6 + radius * np.cos(angles)), axis=1)
    layer.paint_polygon(corners, 1)
    assert layer.data.sum() == pytest.approx(np.pi * radius**2, rel=0.01)


def test_the_brush_has_its_true_area_in_mm() -> None:
    """Over all places within a pixel a brush paints the area of its circle within 1 %, also with oblong pixels."""
    viewer = ViewerModel()
    layer = MarkingLabels(np.zeros((1, 60, 60), np.uint8), highest=1, scale=(10.0, 1.0, 0.5))
    viewer.add_layer(layer)
    layer.brush_mm = 10.0
    areas = []
    for row, column in product(np.linspace(30, 31, 9), np.linspace(30, 31, 9)):
        layer.paint((0, row, column), 1)
        areas.append(float(layer.data.sum()) * 0.5)
        layer.undo()
    assert np.mean(areas) == pytest.approx(np.pi * 25, rel=0.01)
    assert np.ptp(areas) < 0.1 * np.pi * 25


def test_brush_sizes_in_mm_and_in_pixels_agree() -> None:
    """The brush is set in mm; napari's own size in pixels follows and leads; the smallest brush marks one pixel."""
    layer, _ = painter()
    layer.brush_mm = 7.0
    assert (layer.brush_size, layer.cursor_size) == (10, 7.0)
    layer.brush_size = 20
    assert layer.brush_mm == pytest.approx(14.0)
    layer.brush_mm = 0.1
    layer.paint((SLICE, 30.4, 20.4), 1)
    assert np.argwhere(layer.data).tolist() == [[SLICE, 30, 20]]
    with pytest.raises(ValueError, match="mm"):
        layer.brush_mm = 0
