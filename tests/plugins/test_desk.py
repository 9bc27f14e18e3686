"""The desk on the model of a viewer: opening, strokes, locks, words, what was seen; without a window."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from napari.components import ViewerModel

from kazerooni.dicom import Series
from kazerooni.model import Component, Finding, Lobe, State, Volume
from kazerooni.phantom import ORIENTATIONS, spiral_ct
from napari_kazerooni.desk import Desk
from napari_kazerooni.windowing import LUNG, MEDIASTINUM
from tests.plugins.desks import ROWS, SLICES, Clock, boxes, centre, columns, heard, opened, written
from tests.plugins.hand import Hand

Scan = tuple[Series, Volume]
AREA = 40 * 10


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small sequential scan."""
    return written(tmp_path_factory.mktemp("scan"))


@pytest.fixture
def desk(scan: Scan, quiet: None) -> Desk:
    """Give a desk with lobes."""
    del quiet
    return opened(ViewerModel(), scan)[0]


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look for no drafts and write none: these tests have no threads."""
    monkeypatch.setattr("napari_kazerooni.keeping.Keeping.look_for_drafts", lambda _: None)
    monkeypatch.setattr("napari_kazerooni.keeping.Keeping.save_if_due", lambda *_, **__: None)


def marked(desk: Desk, lobe: Lobe, component: Component = Component.ALVEOLAR) -> int:
    """Count the marked pixels of a lobe, as the scores see them."""
    return desk.open_session.places.marked(lobe, component)


def hand_with(desk: Desk, finding: Finding, mode: str) -> Hand:
    """Take a tool into the hand."""
    desk.layers.choose(finding)
    layer = desk.layers.painted
    layer.mode = mode
    return Hand(desk.viewer, layer)


def test_opening_a_scan_makes_a_reading_and_its_layers(desk: Desk) -> None:
    """The three label layers lie over the scan and show the arrays that are counted."""
    assert [layer.name for layer in desk.viewer.layers] == ["CT", "lobes", "alveolar", "interstitial"]
    session = desk.open_session
    for name in ("lobes", "alveolar", "interstitial"):
        layer = desk.layers[name]
        assert np.shares_memory(layer.data, session.canvas.labels(name))
        assert tuple(layer.scale) == pytest.approx(session.screen.scale_mm)
    assert session.reader == "Reader A"


def test_a_second_scan_begins_another_reading_in_the_same_layers(desk: Desk, scan: Scan) -> None:
    """The layers are kept, their marks are those of the new reading, and it is the second of the session."""
    hand_with(desk, Finding.GROUND_GLASS, "paint").drag(centre(Lobe.RUL, 2))
    first, layers = desk.open_session, list(desk.viewer.layers)
    desk.room.show(scan[1], series=scan[0])
    assert desk.open_session is not first
    assert list(desk.viewer.layers) == layers
    assert not desk.layers["alveolar"].data.any()
    assert (first.setting.order, desk.open_session.setting.order) == (1, 2)


def test_a_stroke_is_counted_and_undone_to_zero(desk: Desk) -> None:
    """Counts follow each stroke, its undoing and redoing, and are those of a full count."""
    hand = hand_with(desk, Finding.CONSOLIDATION, "paint")
    layer = desk.layers.painted
    layer.brush_mm = 5 * layer.spacing_mm[0]
    hand.drag(centre(Lobe.RLL, 1), (1, 40, 32))
    painted = marked(desk, Lobe.RLL)
    assert painted == np.count_nonzero(layer.data == 2) > 30
    layer.undo()
    assert marked(desk, Lobe.RLL) == 0
    layer.redo()
    assert marked(desk, Lobe.RLL) == painted
    assert not desk.open_session.canvas.miscounted()


@pytest.mark.parametrize("mode", ["paint", "fill", "polygon"])
def test_every_tool_keeps_to_the_locks_and_is_counted(desk: Desk, mode: str) -> None:
    """With the lobe lock on, a tool that sweeps over two lobes marks the first one alone; undo leaves nothing."""
    desk.layers.locks.in_lobe = True
    hand = hand_with(desk, Finding.GROUND_GLASS, mode)
    layer = desk.layers.painted
    layer.brush_mm = 6 * layer.spacing_mm[0]
    if mode == "polygon":
        layer.paint_polygon([centre(Lobe.RUL, 3), (3, 5, 30), (3, 55, 30), (3, 55, 3)], 1)
    else:
        hand.drag(centre(Lobe.RUL, 3), centre(Lobe.RML, 3))
    assert marked(desk, Lobe.RUL) == np.count_nonzero(layer.data) > 0
    assert marked(desk, Lobe.RML) == 0
    while layer._undo_history:
        layer.undo()
    assert not layer.data.any()
    assert not desk.open_session.canvas.miscounted()


def test_the_hu_window_holds_and_may_be_taken_off(desk: Desk, scan: Scan) -> None:
    """Only pixels within the window are marked, as the scan's own values say."""
    hu = scan[1].hu
    low, high = np.percentile(hu[2, ROWS, columns(Lobe.LUL)], [30, 60])
    desk.layers.locks.window = (float(low), float(high))
    hand_with(desk, Finding.GROUND_GLASS, "pan_zoom")
    layer = desk.layers.painted
    layer.fill_lobe(centre(Lobe.LUL, 2), 1)
    part = hu[2, ROWS, columns(Lobe.LUL)]
    assert marked(desk, Lobe.LUL) == np.count_nonzero((part >= low) & (part <= high)) < AREA
    desk.layers.locks.window = None
    layer.fill_lobe(centre(Lobe.LUL, 2), 1)
    assert marked(desk, Lobe.LUL) == AREA


def test_a_lobe_brush_keeps_to_the_lungs(desk: Desk) -> None:
    """Once there are lobes, painting one of them does not leave the lungs, and the counts follow."""
    layer = desk.layers["lobes"]
    layer.selected_label, layer.mode, layer.brush_mm = int(Lobe.RUL), "paint", 100.0
    Hand(desk.viewer, layer).drag(centre(Lobe.RML, 0))
    held = np.count_nonzero(layer.data)
    assert held == np.count_nonzero(boxes(desk.open_session.volume))
    assert desk.open_session.canvas.sums()[Lobe.RML].sum() < AREA * SLICES
    assert not desk.open_session.canvas.miscounted()


def test_paint_on_a_turned_scan_is_counted_where_it_lies(tmp_path: Any, quiet: None) -> None:
    """A scan whose rows or slices run the other way is painted as it is seen, and counted in its own order."""
    del quiet
    plan = spiral_ct(slices=8, patient_position="FFP", orientation=ORIENTATIONS["FFP"])
    desk, _ = opened(ViewerModel(), written(tmp_path, plan))
    session = desk.open_session
    assert any(session.screen.turned)
    layer = desk.layers["alveolar"]
    layer.brush_mm = 3 * layer.spacing_mm[0]
    hand = hand_with(desk, Finding.GROUND_GLASS, "paint")
    place = tuple(np.argwhere(desk.layers["lobes"].data[2] == Lobe.LLL)[70])
    hand.drag((2, *place))
    assert marked(desk, Lobe.LLL) == np.count_nonzero(layer.data[2]) > 0
    assert not session.canvas.miscounted()
    desk.room.go_to(0)
    z = f"{session.screen.position_mm(0):.1f}".replace("-", "\N{MINUS SIGN}")
    assert f"slice 1 of 8   z {z} mm" in desk.room.captions["slice"]


def test_while_it_is_closed_nothing_is_painted_and_the_reason_is_told(desk: Desk) -> None:
    """Strokes, undo and redo wait while lobes are taken over; the undo history stays."""
    hand = hand_with(desk, Finding.GROUND_GLASS, "paint")
    hand.drag(centre(Lobe.RUL, 2))
    painted, told = marked(desk, Lobe.RUL), heard(desk.events.told)
    desk.layers.close("Taking over the lobes: marks wait.")
    hand.drag(centre(Lobe.LLL, 2))
    desk.layers.painted.undo()
    assert (marked(desk, Lobe.RUL), marked(desk, Lobe.LLL)) == (painted, 0)
    assert told[0].message == "Taking over the lobes: marks wait."
    desk.layers.open()
    desk.layers.painted.undo()
    assert marked(desk, Lobe.RUL) == 0


_TOUCH = st.tuples(st.integers(0, 3), st.integers(0, 39), st.integers(0, 39), st.integers(0, 2), st.booleans())
_ENDS = st.sampled_from(["end", "abort", "undo", "redo"])


@given(strokes=st.lists(st.tuples(st.lists(_TOUCH, min_size=1, max_size=5), _ENDS), max_size=6))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_counts_follow_a_stroke_while_it_is_drawn(desk: Desk, strokes: list[tuple[list[tuple[int, ...]], str]]) -> None:
    """At each tick of a stroke, and once it ends, breaks off, is undone or redone, counts are those of a full count."""
    layer = desk.layers.painted
    layer.brush_mm = 5 * layer.spacing_mm[0]
    for touches, end in strokes:
        layer._begin_stroke()
        for *place, label, ticks in touches:
            layer.paint(tuple(place), label)
            if not ticks:
                continue
            desk.tick()
            assert not desk.open_session.canvas.miscounted()
        if end == "abort":
            layer._abort_stroke()
        else:
            layer._commit_stroke()
            for step in {"end": (), "undo": (layer.undo,), "redo": (layer.undo, layer.redo)}[end]:
                step()
        assert not desk.open_session.canvas.miscounted()


def test_changes_are_told_ten_times_a_second_at_most(desk: Desk) -> None:
    """Of twenty strokes within a tenth of a second the first is told at once, then all: the last is never left out."""
    clock = Clock()
    desk.clock = clock
    clock.turn(desk, 1.0)
    changed = heard(desk.events.changed)
    hand = hand_with(desk, Finding.GROUND_GLASS, "paint")
    for row in range(15, 35):
        hand.drag((2, row, 10))
        clock.turn(desk, 0.004)
    assert len(changed) == 1
    clock.turn(desk, 0.1)
    assert len(changed) == 2
    clock.turn(desk, 0.2)
    assert len(changed) == 2


def test_words_are_undone_and_refusals_are_told(desk: Desk) -> None:
    """Typed grades and states are undone and redone; what cannot be said is told and changes nothing."""
    told = heard(desk.events.told)
    assert desk.do(lambda say: say.type_grade(Lobe.RML, Component.ALVEOLAR, 3))
    assert desk.do(lambda say: say.set_state(Lobe.LLL, Component.INTERSTITIAL, State.NOT_ASSESSABLE, "motion"))
    assert not desk.do(lambda say: say.type_grade(Lobe.RML, Component.ALVEOLAR, 9))
    assert "Grade 9" in told[-1].message
    desk.undo()
    desk.undo()
    assert not desk.open_session.said.entries
    desk.redo()
    assert len(desk.open_session.said.entries) == 1


def test_a_spill_is_erased_and_comes_back_with_undo(desk: Desk) -> None:
    """A trace that is called a spill is taken out of the layer; undo of the words brings its marks back."""
    desk.layers.painted.brush_mm = 2.0
    hand_with(desk, Finding.GROUND_GLASS, "paint").drag(centre(Lobe.RUL, 2))
    (trace,) = desk.open_session.open_traces()
    desk.spill(trace)
    assert not desk.layers["alveolar"].data.any()
    desk.undo()
    assert marked(desk, Lobe.RUL) == trace.voxels
    assert not desk.open_session.canvas.miscounted()


def test_slices_are_seen_after_a_tenth_of_a_second_at_lung_window(scan: Scan, quiet: None) -> None:
    """A slice counts once it was on the screen for 0.1 s at lung window; not in the mediastinal one."""
    del quiet
    desk, clock = opened(ViewerModel(), scan)
    seen, session = heard(desk.events.seen), desk.open_session
    desk.room.go_to(0)
    clock.turn(desk, 0.05)
    desk.room.go_to(1)
    clock.turn(desk, 0.12)
    assert session.looking.seen == {1}
    assert len(seen) == 1
    desk.room.set_window(MEDIASTINUM)
    desk.room.go_to(2)
    clock.turn(desk, 0.5)
    assert session.looking.seen == {1}
    desk.room.set_window(LUNG)
    clock.turn(desk, 0.5)
    assert session.looking.seen == {1, 2}
    assert [window.width_hu for window in session.looking.windows] == [1500, 400]
    desk.room.go_to(3)
    desk.viewer.dims.order = (1, 0, 2)
    clock.turn(desk, 0.5)
    assert session.looking.seen == {1, 2}


def test_another_finding_keeps_tool_and_brush(desk: Desk) -> None:
    """The next finding is painted with the same brush, in the layer that it belongs to."""
    hand_with(desk, Finding.CONSOLIDATION, "paint")
    desk.layers.painted.brush_mm = 17.0
    desk.layers.choose_next()
    layer = desk.layers.painted
    assert desk.layers.finding is Finding.SEPTAL
    assert desk.layers.name_of(layer) == "interstitial"
    assert (layer.brush_mm, str(layer.mode), layer.selected_label) == (17.0, "paint", 1)
    desk.layers.change_brush(2.0)
    assert layer.brush_mm == 34.0


def test_the_next_lobe_goes_around(desk: Desk) -> None:
    """Keys go through the lobes of the scheme and begin anew behind the last one."""
    met = []
    for _ in range(5):
        desk.choose_lobe(1)
        met.append(desk.lobe.name)
    assert met == ["RML", "RLL", "LUL", "LLL", "RUL"]
    desk.choose_lobe(-1)
    assert desk.lobe is Lobe.LLL
