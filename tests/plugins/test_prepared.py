"""What is made before there is a scan: layers that wait unlisted, what is drawn unseen, what is searched no more."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import pytest
from napari.layers import Labels

from kazerooni.dicom import Series
from kazerooni.model import Lobe, Volume
from kazerooni.phantom import spiral_ct
from kazerooni.segment import default_fissures, lobes_of
from napari_kazerooni.desk import Desk, desk_of
from napari_kazerooni.layer_rows import list_layer
from napari_kazerooni.lobe_finding import lungs_of
from napari_kazerooni.reader import series_dock
from napari_kazerooni.room import WELCOME
from tests.plugins.desks import boxes, centre, opened, written
from tests.plugins.docks import marking_dock

Scan = tuple[Series, Volume]
_OURS = ["CT", "lobes", "alveolar", "interstitial"]
_WAITING = ["right oblique fissure", "right minor fissure", "left oblique fissure", "suggestion"]


@pytest.fixture(scope="module")
def spiral(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small spiral scan."""
    return written(tmp_path_factory.mktemp("spiral"), spiral_ct(slices=8))


@pytest.fixture
def prepared(viewer: Any, qtbot: Any) -> Any:
    """Give a window whose room is prepared for a scan."""
    series_dock(viewer)
    room = desk_of(viewer).room
    qtbot.waitUntil(lambda: room.captions["scan"] == WELCOME and gc.get_freeze_count() > 0, timeout=20000)
    return viewer


def _listed(viewer: Any) -> list[str]:
    """Name the layers that the list shows, the lowest first."""
    view = viewer.window._qt_viewer.layers
    rows = [view.model().index(at, 0) for at in range(view.model().rowCount())]
    return [row.data() for row in reversed(rows) if not view.isRowHidden(row.row())]


def _with_lobes(viewer: Any, scan: Scan) -> Desk:
    desk, _ = opened(viewer, scan, with_lobes=False)
    lungs = lungs_of(boxes(scan[1]), scan[1].geometry)
    fissures = default_fissures(lungs)
    desk.open_session.set_lobes(lobes_of(lungs, fissures), fissures)
    desk.on_lobes(lungs)
    return desk


def test_points_and_suggestion_add_no_layer(prepared: Any, spiral: Scan, qtbot: Any) -> None:
    """In a prepared window fissure points and a suggestion come in layers that are there, listed while they are."""
    assert ([layer.name for layer in prepared.layers], _listed(prepared)) == (_OURS + _WAITING, _OURS)
    desk, marking = _with_lobes(prepared, spiral), marking_dock(prepared)
    before = list(prepared.layers)
    marking.lobes.show_points.setChecked(True)
    qtbot.waitUntil(lambda: _listed(prepared) == _OURS + _WAITING[:3], timeout=20000)
    assert all(layer.visible and len(layer.data) for layer in marking.points.layers.values())
    marking.lobes.show_points.setChecked(False)
    assert _listed(prepared) == _OURS
    layer = desk.layers["alveolar"]
    for index in (1, 5):
        layer.fill_lobe(centre(Lobe.LUL, index), 1)
    desk.room.go_to(3)
    marking.suggestion.make()
    qtbot.waitUntil(lambda: marking.suggestion.waits, timeout=20000)
    assert _listed(prepared) == [*_OURS, "suggestion"]
    marking.suggestion.accept()
    assert layer.data[3].any()
    assert _listed(prepared) == _OURS
    assert list(prepared.layers) == before


def test_what_waits_follows_no_slice_until_it_is_wanted(prepared: Any, spiral: Scan) -> None:
    """Scrolling asks nothing of layers that wait; once they are shown they stand at the slice on the screen."""
    desk, marking = _with_lobes(prepared, spiral), marking_dock(prepared)
    waiting = [prepared.layers[name] for name in _WAITING]
    before = [layer._slice_input for layer in waiting]
    for index in (7, 2):
        desk.room.go_to(index)
    assert all(layer._slice_input is one for layer, one in zip(waiting, before, strict=True))
    marking.points.set_visible(visible=True)
    on_screen = prepared.layers["CT"]._slice_input.world_slice.point
    assert all(layer._slice_input.world_slice.point == on_screen for layer in marking.points.layers.values())
    desk.room.go_to(5)
    on_screen = prepared.layers["CT"]._slice_input.world_slice.point
    assert all(layer._slice_input.world_slice.point == on_screen for layer in marking.points.layers.values())


def test_what_waits_and_was_deleted_is_made_anew(prepared: Any, spiral: Scan) -> None:
    """Whoever deletes the layers that wait has points all the same, in layers of their own that are listed."""
    for name in _WAITING:
        prepared.layers.remove(name)
    desk, marking = _with_lobes(prepared, spiral), marking_dock(prepared)
    marking.points.set_visible(visible=True)
    assert {layer.name for layer in marking.points.layers.values()} == set(_WAITING[:3])
    assert set(_WAITING[:3]) < set(_listed(prepared))
    assert desk.room.index == 4


def test_points_that_were_put_back_stay_unlisted_until_they_are_wanted(prepared: Any, spiral: Scan) -> None:
    """All layers deleted at once come back, and the list shows those that it showed before."""
    desk, marking = _with_lobes(prepared, spiral), marking_dock(prepared)
    marking.points.set_visible(visible=True)
    marking.points.set_visible(visible=False)
    prepared.layers.select_all()
    prepared.layers.remove_selected()
    desk.tick()
    assert _listed(prepared) == _OURS
    marking.points.set_visible(visible=True)
    assert _listed(prepared) == _OURS + _WAITING[:3]
    prepared.layers.select_all()
    prepared.layers.remove_selected()
    desk.tick()
    assert _listed(prepared) == _OURS + _WAITING[:3]


def test_what_waits_stays_hidden_when_all_layers_are_shown(prepared: Any, spiral: Scan) -> None:
    """The keys of napari that show, or turn the eyes of, all layers show none that the list has no eye for."""
    _with_lobes(prepared, spiral)
    prepared.layers.select_all()
    prepared.layers.toggle_selected_visibility()
    assert not any(layer.visible for layer in prepared.layers)
    prepared.layers.toggle_selected_visibility()
    assert [layer.name for layer in prepared.layers if layer.visible] == _OURS


def test_a_suggestion_that_was_deleted_comes_back(prepared: Any, spiral: Scan, qtbot: Any) -> None:
    """What is accepted is in sight: while a suggestion waits its layer is put back, listed; once dropped it may go."""
    desk, marking = _with_lobes(prepared, spiral), marking_dock(prepared)
    for index in (1, 5):
        desk.layers["alveolar"].fill_lobe(centre(Lobe.LUL, index), 1)
    desk.room.go_to(3)
    marking.suggestion.make()
    qtbot.waitUntil(lambda: marking.suggestion.waits, timeout=20000)
    prepared.layers.remove("suggestion")
    desk.tick()
    assert prepared.layers["suggestion"].visible
    assert _listed(prepared) == [*_OURS, "suggestion"]
    marking.suggestion.drop()
    prepared.layers.remove("suggestion")
    desk.tick()
    assert "suggestion" not in prepared.layers


def test_brush_and_points_have_been_drawn_before_they_are_wanted(prepared: Any) -> None:
    """The canvas has made the circle of the brush; neither it nor a layer that waits is in sight."""
    canvas = prepared.window._qt_viewer.canvas
    brush = prepared.canvas.overlays._brush_circle
    assert brush in canvas._viewer_overlay_to_visual
    assert not brush.visible
    assert not any(prepared.layers[name].visible for name in _WAITING)


def test_python_searches_no_more_in_what_stays_until_the_window_closes(prepared: Any) -> None:
    """Hundreds of thousands of objects of the prepared window are left out of the search for garbage, none after it."""
    assert gc.get_freeze_count() > 100_000
    prepared.close()
    assert gc.get_freeze_count() == 0


def test_a_scan_that_came_first_is_searched(viewer: Any, spiral: Scan, qtbot: Any) -> None:
    """Where a scan is opened before all is prepared, nothing is left out, and no layer that waits is put beside it."""
    widget = series_dock(viewer)
    desk_of(viewer).room.show(spiral[1], series=spiral[0])
    qtbot.waitUntil(lambda: next(widget._preparation._steps, None) is None, timeout=20000)
    assert gc.get_freeze_count() == 0
    assert not set(_WAITING) & {layer.name for layer in viewer.layers}


def test_a_viewer_without_a_window_lists_nothing(viewer: Any) -> None:
    """Where there is no list of layers, or the layer is not in it, there is nothing to do."""
    layer = Labels(np.zeros((2, 2, 2), np.uint8))
    list_layer(viewer, layer, listed=False)
    list_layer(type("Bare", (), {"window": None})(), layer, listed=False)
