"""The marking dock in a real window: tools, locks, copying, suggestions, fissure points, keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from napari.utils.interactions import mouse_press_callbacks
from qtpy.QtWidgets import QPushButton

from kazerooni.dicom import Series, find_series, read_volume
from kazerooni.model import Component, Finding, FissureName, FissureState, Lobe, State, Volume
from kazerooni.phantom import spiral_ct
from kazerooni.segment import Lungs, default_fissures, lobes_of
from napari_kazerooni import fissure_points, saying
from napari_kazerooni.desk import Desk
from napari_kazerooni.docks import open_docks
from napari_kazerooni.help_widget import help_html
from napari_kazerooni.keys import DESK_KEYS
from napari_kazerooni.lobe_finding import guidance_of, lungs_of
from napari_kazerooni.marking_widget import MarkingWidget
from tests.plugins.desks import boxes, centre, columns, heard, opened, written
from tests.plugins.docks import marking_dock
from tests.plugins.hand import Hand

Scan = tuple[Series, Volume]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small sequential scan."""
    return written(tmp_path_factory.mktemp("scan"))


@pytest.fixture(scope="module")
def spiral(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small spiral scan."""
    return written(tmp_path_factory.mktemp("spiral"), spiral_ct(slices=8))


@pytest.fixture
def viewer(make_napari_viewer: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Give a window with the docks of the reading room."""
    monkeypatch.setattr("napari_kazerooni.keeping.drafts_folder", lambda: tmp_path / "drafts")
    made = make_napari_viewer()
    open_docks(made)
    return made


def press(viewer: Any, key: str) -> Any:
    """Press a key as napari does; gives what is left to do at its release."""
    return {str(bound): act for bound, act in viewer.keymap.items()}[key](viewer)


def give_fissures(desk: Desk) -> Lungs:
    """Part the lungs of the boxes by fissures in their usual places, as finding the lobes does."""
    session = desk.open_session
    lungs = lungs_of(boxes(session.volume), session.volume.geometry)
    fissures = default_fissures(lungs)
    session.set_lobes(lobes_of(lungs, fissures), fissures)
    desk.on_lobes(lungs)
    return lungs


def test_tools_are_chosen_and_the_brush_is_told_in_mm(viewer: Any, scan: Scan) -> None:
    """Each tool is napari's own mode of the layer; the size goes both ways; a finding has its layer."""
    desk, _ = opened(viewer, scan)
    marking = marking_dock(viewer)
    for tool, mode in (("paint", "paint"), ("erase", "erase"), ("polygon", "polygon"), ("threshold", "paint")):
        marking.tools[tool].click()
        assert str(desk.layers.painted.mode) == mode
    assert desk.layers.locks.window == (-700.0, -300.0)
    marking.tools["paint"].click()
    assert not marking.in_window.isChecked()
    marking.brush.setValue(23.5)
    assert desk.layers.painted.brush_mm == 23.5
    desk.layers.change_brush(2.0)
    assert marking.brush.value() == 47.0
    marking.finding.setCurrentIndex(3)
    marking.finding.activated.emit(3)
    assert desk.layers.finding is Finding.RETICULATION
    assert desk.layers.painted is desk.layers["interstitial"]
    marking.in_lobe.setChecked(True)
    assert desk.layers.locks.in_lobe


def test_the_threshold_brush_marks_within_its_hu_window_only(viewer: Any, scan: Scan) -> None:
    """Painted with the mouse over a lobe, it marks all pixels within the HU that the dock names, and no others."""
    desk, _ = opened(viewer, scan)
    marking, layer = marking_dock(viewer), desk.layers.painted
    hu = desk.open_session.volume.hu
    whole = (2, slice(10, 50), columns(Lobe.LUL))
    low, high = (float(value) for value in np.percentile(hu[whole], (30, 60)).round())
    marking.low.setValue(low)
    marking.high.setValue(high)
    marking.tools["threshold"].click()
    marking.in_lobe.setChecked(True)
    layer.brush_mm = 70 * layer.spacing_mm[0]
    Hand(viewer, layer).drag(centre(Lobe.LUL, 2), centre(Lobe.LUL, 2))
    marked = desk.open_session.canvas.labels("alveolar") > 0
    within = (hu >= low) & (hu <= high)
    np.testing.assert_array_equal(marked[whole], within[whole])
    assert marked.sum() == within[whole].sum() > 0
    marking.tools["paint"].click()
    Hand(viewer, layer).drag(centre(Lobe.LUL, 2), centre(Lobe.LUL, 2))
    assert (desk.open_session.canvas.labels("alveolar")[whole] > 0).all(), "the brush marks all of the lobe"


def test_a_click_fills_the_lobe(viewer: Any, scan: Scan) -> None:
    """With the tool on, a click marks the whole lobe on this slice; a click beside it is told."""
    desk, _ = opened(viewer, scan)
    told = heard(desk.events.told)
    marking_dock(viewer).tools["fill_lobe"].click()
    layer = desk.layers.painted
    for place in (centre(Lobe.LUL, 2), (2, 0, 0)):
        viewer.cursor.position = tuple(layer.data_to_world(place))
        press(viewer, "Q")
    assert np.count_nonzero(layer.data) == 400
    assert "No lobe lies here" in told[-1].message
    layer.undo()
    mouse_press_callbacks(viewer, Hand(viewer, layer)._event("mouse_press", centre(Lobe.RML, 3), 1))
    assert np.count_nonzero(layer.data[3]) == 400


def test_marks_are_copied_to_the_next_slice_as_one_step(viewer: Any, scan: Scan) -> None:
    """The marks of a slice come to the next one within its lungs; one undo takes them back."""
    desk, _ = opened(viewer, scan)
    told = heard(desk.events.told)
    layer = desk.layers.painted
    desk.room.go_to(2)
    layer.fill_lobe(centre(Lobe.RML, 2), 1)
    press(viewer, "Shift+PageUp")
    assert desk.room.index == 3
    assert np.array_equal(layer.data[3], layer.data[2])
    assert desk.open_session.places.marked(Lobe.RML, Component.ALVEOLAR) == 800
    layer.undo()
    assert not layer.data[3].any()
    press(viewer, "Shift+PageDown")
    assert "no marks" in told[-1].message
    assert not desk.open_session.canvas.miscounted()


def test_between_two_marked_slices_a_suggestion_waits(viewer: Any, spiral: Scan, qtbot: Any) -> None:
    """The suggestion is shown and counts nothing until it is accepted; then it is one step of undo."""
    desk, _ = opened(viewer, spiral)
    marking = marking_dock(viewer)
    layer = desk.layers.painted
    for index in (1, 5):
        layer.fill_lobe(centre(Lobe.LUL, index), 1)
    desk.room.go_to(3)
    counted = desk.open_session.places.marked(Lobe.LUL, Component.ALVEOLAR)
    assert not marking.accept.isEnabled()
    marking.between.click()
    qtbot.waitUntil(lambda: marking.suggestion.waits and desk.busy is None, timeout=20000)
    assert marking.accept.isEnabled()
    assert marking.drop.isEnabled()
    shown = viewer.layers[-1]
    assert (shown.name, shown.visible, shown.data.shape[0]) == ("suggestion", True, 3)
    np.testing.assert_allclose(shown.extent.world[:, 0], layer.extent.world[:, 0] + np.array([2, -3]) * layer.scale[0])
    assert desk.open_session.places.marked(Lobe.LUL, Component.ALVEOLAR) == counted == 800
    marking.drop.click()
    assert not shown.visible
    assert not marking.accept.isEnabled()
    assert not marking.drop.isEnabled()
    marking.between.click()
    qtbot.waitUntil(lambda: marking.suggestion.waits and desk.busy is None, timeout=20000)
    assert shown.visible
    marking.accept.click()
    assert not shown.visible
    assert desk.open_session.places.marked(Lobe.LUL, Component.ALVEOLAR) == 5 * 400
    layer.undo()
    assert desk.open_session.places.marked(Lobe.LUL, Component.ALVEOLAR) == counted
    assert not desk.open_session.canvas.miscounted()


def test_over_gaps_nothing_is_suggested(viewer: Any, scan: Scan) -> None:
    """Of a sequential scan marks are copied; what would fill its gaps is refused in words."""
    desk, _ = opened(viewer, scan)
    told = heard(desk.events.told)
    marking = marking_dock(viewer)
    for index in (1, 4):
        desk.layers.painted.fill_lobe(centre(Lobe.LUL, index), 1)
    desk.room.go_to(2)
    marking.between.click()
    assert "gaps" in told[-1].message
    assert marking.between.isHidden()
    assert not marking.copy_up.isHidden()


def points_of(marking: MarkingWidget) -> Any:
    """Let the points of the fissures be seen, and give the layer of one."""
    marking.points.set_visible(visible=True)
    return marking.points.layers[FissureName.LEFT_OBLIQUE]


def test_before_a_scan_the_brush_is_told_as_it_will_be(viewer: Any, scan: Scan) -> None:
    """The dock shows the diameter that the brush has once a scan is open."""
    told_mm = marking_dock(viewer).brush.value()
    desk, _ = opened(viewer, scan)
    assert told_mm == marking_dock(viewer).brush.value() == desk.layers.painted.brush_mm


def test_the_name_of_a_fissure_takes_up_its_points(viewer: Any, spiral: Scan) -> None:
    """A click on it shows all points and lets its own be dragged; hidden again, the scan is the active layer."""
    desk, _ = opened(viewer, spiral)
    told = heard(desk.events.told)
    marking = marking_dock(viewer)
    button = next(one for one in marking.lobes.findChildren(QPushButton) if one.text() == "left oblique fissure")
    button.click()
    assert told[-1].message == "This fissure was not laid; find the lobes first"
    assert not marking.lobes.show_points.isChecked()
    give_fissures(desk)
    button.click()
    assert marking.lobes.show_points.isChecked()
    layer = viewer.layers.selection.active
    assert (layer.name, layer.visible, layer.mode) == ("left oblique fissure", True, "select")
    marking.lobes.show_points.setChecked(False)
    assert viewer.layers.selection.active is desk.room.layer


def test_dragging_a_fissure_point_moves_the_lobe_border(viewer: Any, spiral: Scan) -> None:
    """Points dragged down lower the border at once, counted; deleting and adding count, too; a state is followed."""
    desk, _ = opened(viewer, spiral)
    lungs = give_fissures(desk)
    marking, session = marking_dock(viewer), desk.open_session
    layer = points_of(marking)
    assert tuple(layer.scale) == pytest.approx(session.screen.scale_mm)
    before = session.canvas.labels("lobes").copy()
    layer.data = layer.data - (0, 12.0, 0)
    after = session.canvas.labels("lobes")
    assert (before != after).any()
    assert session.fissures is not None
    assert np.array_equal(after, lobes_of(lungs, session.fissures).labels)
    moved = after.copy()
    layer.selected_data = {0, 1, 2}
    layer.remove_selected()
    layer.add(np.array([[3.0, 20.0, 45.0]]))
    assert np.array_equal(session.canvas.labels("lobes"), lobes_of(lungs, session.fissures).labels)
    assert (moved != session.canvas.labels("lobes")).any()
    marking.lobes.states[FissureName.LEFT_OBLIQUE].setCurrentText("absent")
    marking.lobes.states[FissureName.LEFT_OBLIQUE].activated.emit(1)
    fissure = session.fissures.get(FissureName.LEFT_OBLIQUE)
    assert fissure is not None
    assert fissure.state is FissureState.ABSENT
    assert not session.places.holds(Lobe.LLL)
    assert not session.canvas.miscounted()
    assert [fissure.name for fissure in guidance_of(session).fissures.fissures] == [FissureName.LEFT_OBLIQUE]


def test_moved_points_are_undone_on_the_screen_too(viewer: Any, spiral: Scan) -> None:
    """Ctrl+Z on the points takes back the last drag, points and border; a state that was said is one step as well."""
    desk, _ = opened(viewer, spiral)
    give_fissures(desk)
    marking, session = marking_dock(viewer), desk.open_session
    layer = points_of(marking)
    kept, places = session.canvas.labels("lobes").copy(), layer.data.copy()
    layer.data = layer.data - (0, 12.0, 0)
    moved = session.canvas.labels("lobes").copy()
    states = marking.lobes.states[FissureName.LEFT_OBLIQUE]
    states.setCurrentText("absent")
    states.activated.emit(1)
    undo = next(act for key, act in layer.keymap.items() if str(key) == "Ctrl+Z")
    undo(layer)
    assert states.currentText() == "present"
    np.testing.assert_array_equal(session.canvas.labels("lobes"), moved)
    undo(layer)
    np.testing.assert_array_equal(session.canvas.labels("lobes"), kept)
    np.testing.assert_allclose(layer.data, places, atol=1e-3)
    desk.redo()
    np.testing.assert_array_equal(session.canvas.labels("lobes"), moved)
    assert not session.canvas.miscounted()


def test_on_a_large_scan_borders_move_in_the_background(
    viewer: Any, spiral: Scan, qtbot: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window goes on meanwhile; of two drags in a row the last one counts; undoing many pixels is done so, too."""
    monkeypatch.setattr(fissure_points, "_SLOW_VOXELS", 1)
    monkeypatch.setattr(saying, "_SLOW_STEP_BYTES", 1)
    desk, _ = opened(viewer, spiral)
    lungs = give_fissures(desk)
    marking, session = marking_dock(viewer), desk.open_session
    layer = points_of(marking)
    kept = session.canvas.labels("lobes").copy()
    for _ in range(2):
        layer.data = layer.data - (0, 6.0, 0)
    assert desk.busy is not None
    qtbot.waitUntil(lambda: desk.busy is None, timeout=20000)
    assert session.fissures is not None
    assert session.fissures.get(FissureName.LEFT_OBLIQUE) == marking.points._fissure(FissureName.LEFT_OBLIQUE)
    np.testing.assert_array_equal(session.canvas.labels("lobes"), lobes_of(lungs, session.fissures).labels)
    for _ in range(2):
        desk.undo()
        qtbot.waitUntil(lambda: desk.busy is None, timeout=20000)
    np.testing.assert_array_equal(session.canvas.labels("lobes"), kept)
    assert not session.canvas.miscounted()


def test_the_lingula_is_found_on_request(viewer: Any, visits: list[Path], qtbot: Any) -> None:
    """With "lingula apart" the lobe map holds it, its fissure has points, and the six-lobe scheme grades it."""
    (series,) = (one for one in find_series(visits[0]) if one.usable)
    desk, _ = opened(viewer, (series, read_volume(series)), with_lobes=False)
    marking = marking_dock(viewer)
    marking.lobes.lingula.setChecked(True)
    marking.lobes.find.click()
    qtbot.waitUntil(lambda: desk.busy is None and desk.open_session.places.has_labels, timeout=60000)
    assert desk.open_session.places.holds(Lobe.LIN)
    marking.points.set_visible(visible=True)
    assert FissureName.LINGULA in marking.points.layers
    desk.open_session.choose_scheme("kazerooni-lingula")
    desk.do(lambda say: say.nothing_found(Lobe.LIN))
    assert desk.open_session.said.entries[Lobe.LIN, Component.ALVEOLAR].state is State.ASSESSED


def test_points_are_layers_once_they_are_wanted(viewer: Any, spiral: Scan, qtbot: Any) -> None:
    """No layer is added before; the tick adds one in each turn; another scan empties and hides them, none is lost."""
    desk, _ = opened(viewer, spiral)
    give_fissures(desk)
    marking = marking_dock(viewer)
    names = [each.name for each in viewer.layers]
    assert not [name for name in names if "fissure" in name]
    marking.lobes.show_points.setChecked(True)
    wanted = len(desk.open_session.fissures.fissures)  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: len(marking.points.layers) == wanted, timeout=20000)
    layers = list(marking.points.layers.values())
    assert all(each.visible and len(each.data) for each in layers)
    marking.lobes.show_points.setChecked(False)
    assert not any(each.visible for each in layers)
    desk.room.show(spiral[1], series=spiral[0])
    assert [len(each.data) for each in layers] == [0] * wanted
    assert viewer.dims.nsteps[0] == spiral[1].geometry.shape[0]
    give_fissures(desk)
    marking.points.set_visible(visible=True)
    assert list(marking.points.layers.values()) == layers
    assert all(each.visible and len(each.data) for each in layers)


def test_points_do_not_change_how_slices_are_turned(viewer: Any, scan: Scan) -> None:
    """With fissure points beside it, one step still is one slice, and there are as many as before."""
    desk, _ = opened(viewer, scan)
    give_fissures(desk)
    steps = viewer.dims.nsteps[0]
    desk.room.go_to(1)
    desk.room.step(1)
    assert (desk.room.index, steps) == (2, 6)


def test_a_lobe_is_called_absent_and_its_neighbours_fill_the_lung(viewer: Any, spiral: Scan, qtbot: Any) -> None:
    """After lobectomy the lobe is gone from the map, graded as absent; and it can be taken back."""
    desk, _ = opened(viewer, spiral)
    give_fissures(desk)
    marking, session = marking_dock(viewer), desk.open_session
    held = session.places.holds(Lobe.LUL)
    marking.points.set_absent(Lobe.LUL, absent=True)
    qtbot.waitUntil(lambda: desk.busy is None, timeout=20000)
    assert not session.places.holds(Lobe.LUL)
    assert session.said.entries[Lobe.LUL, Component.ALVEOLAR].state is State.ABSENT
    marking.points.set_absent(Lobe.LUL, absent=False)
    qtbot.waitUntil(lambda: desk.busy is None, timeout=20000)
    assert session.places.holds(Lobe.LUL) is held
    assert not session.said.entries


def test_keys_go_through_lobes_and_findings_and_hide_marks_while_held(viewer: Any, scan: Scan) -> None:
    """Every key of the table does what the help says."""
    desk, _ = opened(viewer, scan)
    layers = desk.layers
    press(viewer, "N")
    assert desk.lobe is Lobe.RML
    press(viewer, "Shift+N")
    press(viewer, "F9")
    assert (Lobe.RUL, Component.ALVEOLAR) in desk.open_session.said.entries
    press(viewer, "K")
    assert layers.finding is Finding.CONSOLIDATION
    size = layers.painted.brush_mm
    press(viewer, "H")
    assert layers.painted.brush_mm == pytest.approx(size * 1.25)
    press(viewer, "G")
    assert layers.painted.brush_mm == pytest.approx(size)
    press(viewer, "U")
    assert layers.visible == ("alveolar", "interstitial")
    held = press(viewer, "W")
    next(held)
    shown = [len(layers.visible)]
    assert next(held, None) is None
    shown.append(len(layers.visible))
    press(viewer, "J")
    assert [*shown, len(layers.visible)] == [0, 2, 0]
    words = help_html()
    assert all(key.words.split(":")[0] in words for key in DESK_KEYS)


def test_lobes_are_painted_by_hand(viewer: Any, scan: Scan) -> None:
    """Without any lobes a reader paints them, and marks in them are graded."""
    desk, _ = opened(viewer, scan, with_lobes=False)
    marking = marking_dock(viewer)
    marking.lobes.paint_lobe.activated.emit(list(Lobe).index(Lobe.RLL) + 1)
    layer = desk.layers["lobes"]
    layer.brush_mm = 10 * layer.spacing_mm[0]
    Hand(viewer, layer).drag((2, 30, columns(Lobe.RLL).start))
    desk.layers.choose(Finding.GROUND_GLASS)
    desk.layers.painted.fill_lobe((2, 30, columns(Lobe.RLL).start), 1)
    assert desk.open_session.places.marked(Lobe.RLL, Component.ALVEOLAR) == np.count_nonzero(layer.data) > 50
