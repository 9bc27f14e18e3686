"""The room on the model of a viewer: the picture, its window, its planes, the words in its corners, the keys."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from app_model.types import KeyBinding
from napari.components import ViewerModel
from napari.layers import Image, Labels, Points, Shapes
from napari.utils._proxies import PublicOnlyProxy, ReadOnlyWrapper
from napari.utils.action_manager import action_manager
from napari.utils.interactions import mouse_move_callbacks, mouse_press_callbacks, mouse_release_callbacks
from napari.utils.shortcuts import default_shortcuts

from kazerooni.dicom import find_series, read_volume
from kazerooni.model import Notice, Volume, Window
from kazerooni.phantom import SeriesPlan, build_series, sequential_hrct, spiral_ct, uneven_positions_mm, write_series
from napari_kazerooni.corner import cursor_text, plane_text, scan_text, slice_text
from napari_kazerooni.keys import DESK_KEYS, KEYS, Key, as_on_keyboard, collisions
from napari_kazerooni.paint import MarkingLabels
from napari_kazerooni.room import WELCOME, Room, room_of
from napari_kazerooni.windowing import BONE, LUNG, MEDIASTINUM, RANGE_HU, dragged, limits


def scanned(plan: SeriesPlan, folder: Any) -> Volume:
    """Write a plan and read it back."""
    write_series(build_series(plan), folder)
    return read_volume(find_series(folder)[0])


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Volume:
    """Give a sequential scan whose slices lie about every 10 mm."""
    plan = sequential_hrct(slices=7, positions_mm=uneven_positions_mm(7, 10.0, seed=1))
    return scanned(plan, tmp_path_factory.mktemp("uneven"))


@pytest.fixture(scope="module")
def spiral(tmp_path_factory: pytest.TempPathFactory) -> Volume:
    """Give a spiral scan."""
    return scanned(spiral_ct(slices=12), tmp_path_factory.mktemp("spiral"))


def room() -> Room:
    """Give a room without a window."""
    return room_of(ViewerModel())


def test_a_scan_is_shown_in_mm_and_in_the_lung_window(uneven: Volume) -> None:
    """One layer CT with the array itself, the median gap for the eye, the lung window, and room for other windows."""
    shown = room()
    shown.show(uneven)
    (layer,) = shown.viewer.layers
    assert np.shares_memory(layer.data, uneven.hu)
    assert layer.scale[1:] == pytest.approx(uneven.geometry.pixel_spacing_mm)
    assert layer.scale[0] == pytest.approx(np.median(uneven.geometry.gaps_mm))
    assert tuple(layer.contrast_limits) == (-1350, 150)
    assert tuple(layer.contrast_limits_range) == RANGE_HU
    assert {str(unit) for unit in layer.units} == {"millimeter"}
    assert shown.index == 3


def test_a_second_scan_takes_the_place_of_the_first(uneven: Volume, spiral: Volume) -> None:
    """The layer is kept, and so is the window that was chosen."""
    shown = room()
    shown.show(uneven)
    layer = shown.layer
    shown.set_window(BONE)
    shown.show(spiral, index=2)
    assert shown.viewer.layers == [layer]
    assert shown.layer is not None
    assert np.shares_memory(shown.layer.data, spiral.hu)
    assert (shown.index, shown.window) == (2, BONE)


def test_the_corner_tells_the_true_z(uneven: Volume) -> None:
    """Each slice is told with its own z from the header, not with that of an even grid."""
    shown = room()
    shown.show(uneven)
    for index in (0, 6, 3):
        shown.go_to(index)
        assert shown.index == index
        z = f"{uneven.geometry.origins_mm[index, 2]:.1f}".replace("-", "\N{MINUS SIGN}")
        assert f"slice {index + 1} of 7   z {z} mm" in shown.captions["slice"]
    assert "1 mm about every" in shown.captions["scan"]
    assert "kernel B70f (sharp)" in shown.captions["scan"]


def test_what_is_under_the_cursor_is_told(uneven: Volume) -> None:
    """HU and the place in the patient follow the cursor; nothing is told beside the picture."""
    shown = room()
    shown.show(uneven)
    assert shown.layer is not None
    place = (3, 20, 31)
    shown.viewer.cursor.position = tuple(shown.layer.data_to_world(place))
    value = f"{uneven.hu[place]:.0f} HU".replace("-", "\N{MINUS SIGN}")
    x, y, _ = uneven.geometry.origins_mm[3] + np.array([31, 20, 0]) * np.array(
        [*uneven.geometry.pixel_spacing_mm[::-1], 0]
    )
    assert shown.captions["cursor"].startswith(f"{value}   x {x:.1f}  y {y:.1f}".replace("-", "\N{MINUS SIGN}"))
    assert cursor_text(uneven, (3, -20, 31)) == cursor_text(uneven, (9, 2, 3)) == ""


def test_values_that_are_not_proven_are_told_as_such(uneven: Volume) -> None:
    """Where the values are not known to be HU, the corner does not call them so."""
    raw = Volume(
        uneven.hu, uneven.geometry, uneven.scan, uneven.technique, (Notice("hu-unproven", "warning", "no intercept"),)
    )
    assert "not proven to be HU" in cursor_text(raw, (1, 2, 3))


def test_corner_texts_of_a_spiral_scan(spiral: Volume) -> None:
    """Kernel, thickness, gap, acquisition and the name of the window are told."""
    assert scan_text(spiral).splitlines()[1:] == ["kernel B60f (sharp)", "1.25 mm every 1.25 mm", "spiral, contiguous"]
    assert slice_text(spiral, 0, LUNG).endswith("lung window   W 1500  L \N{MINUS SIGN}600")
    assert slice_text(spiral, 0, Window(0.0, 500.0)).endswith("own window   W 500  L 0")
    assert plane_text(spiral, "coronal", (0, 4, 0), LUNG).startswith("coronal plane 5 of 64, for looking only")


def test_notices_stay_in_sight_until_they_are_acknowledged(uneven: Volume) -> None:
    """A warning of the scan is told in the corner until somebody has read it; the next scan brings its own."""
    shown = room()
    shown.show(uneven)
    assert [notice.code for notice in shown.unseen] == ["irregular-gaps", "partial-lung"]
    assert shown.captions["notices"].startswith("2 notices of this scan")
    shown.acknowledge()
    assert not shown.unseen
    assert not shown.captions["notices"]
    shown.show(uneven)
    assert shown.unseen


def test_planes_of_a_scan_without_gaps(spiral: Volume) -> None:
    """Coronal and sagittal show the head up; slices are turned along the plane that is shown, and axial comes back."""
    shown = room()
    shown.show(spiral)
    camera, dims = shown.viewer.scene.camera, shown.viewer.dims
    shown.show_plane("coronal")
    assert tuple(dims.displayed) == (0, 2)
    assert camera.orientation2d == ("up", "right")
    before = dims.current_step
    shown.step(1)
    assert dims.current_step[1] == before[1] + 1
    shown.show_plane("sagittal")
    assert tuple(dims.displayed) == (0, 1)
    assert camera.orientation2d == ("up", "right")
    shown.show_plane("axial")
    assert tuple(dims.displayed) == (1, 2)
    assert camera.orientation2d == ("down", "right")


def test_there_are_no_planes_across_gaps(uneven: Volume) -> None:
    """A scan with gaps has no coronal plane; the reader is told why."""
    shown = room()
    shown.show(uneven)
    told: list[str] = []
    shown.events.told.connect(lambda event: told.append(event.message))
    shown.show_plane("coronal")
    assert tuple(shown.viewer.dims.displayed) == (1, 2)
    assert "gaps" in told[0]


def test_keys_change_the_window_and_the_slice(uneven: Volume) -> None:
    """Each key of the table is bound on the viewer and does what the table says."""
    shown = room()
    shown.show(uneven)
    viewer = shown.viewer
    press = {str(key): function for key, function in viewer.keymap.items()}
    assert len(press) == len(KEYS)
    for key, window in (("F3", MEDIASTINUM), ("F4", BONE), ("F2", LUNG), ("F5", LUNG)):
        press[key](viewer)
        assert shown.window == window
    for key, index in (("Home", 0), ("PageUp", 1), ("PageUp", 2), ("PageDown", 1), ("End", 6), ("PageUp", 6)):
        press[key](viewer)
        assert shown.index == index
    asked: list[object] = []
    shown.events.help.connect(asked.append)
    press["F1"](viewer)
    assert asked


def test_no_key_is_taken_from_napari() -> None:
    """None of the keys is bound by napari's viewer, its layers or its actions; one that is taken is found."""
    keymaps = [kind.class_keymap for kind in (Labels, MarkingLabels, Image, Points, Shapes, ViewerModel)]
    keymaps += [{key: name for name, keys in default_shortcuts.items() for key in keys}]
    keymaps += [{key: name for name, keys in action_manager._shortcuts.items() for key in keys}]
    assert not collisions(keymaps, (*KEYS, *DESK_KEYS))
    assert not collisions([{key.key: key for key in KEYS}], DESK_KEYS)
    assert len({key.key for key in DESK_KEYS}) == len(DESK_KEYS)
    assert collisions(keymaps, [Key("Ctrl+Z", "", ""), Key("M", "", "")]) == ["Ctrl+Z", "M"]


def test_keys_are_named_as_on_the_keyboard() -> None:
    """A Mac has Cmd where others have Ctrl, as Qt takes shortcuts; the help says so."""
    assert as_on_keyboard("Ctrl+Return signs", "darwin") == "Cmd+Return signs"
    assert as_on_keyboard("Ctrl+Return signs", "win32") == "Ctrl+Return signs"


def test_the_how_to_lists_every_key() -> None:
    """The page on the reading room has each key with the words of the help."""
    page = Path(__file__).parents[2] / "docs" / "how-to" / "open-the-reading-room.md"
    listed = [
        tuple(cell.strip() for cell in line.split("|")[1:3])
        for line in page.read_text("utf-8").splitlines()
        if "|" in line
    ]
    assert listed[2:] == [(key.key, key.words) for key in (*KEYS, *DESK_KEYS)]


def drag(viewer: Any, start: tuple[float, float], end: tuple[float, float], button: int) -> Any:
    """Drag on the canvas; give the event of the move."""

    def event(kind: str, pos: tuple[float, float]) -> Any:
        event = SimpleNamespace(type=kind, pos=pos, button=button, modifiers=(), is_dragging=True, handled=False)
        return ReadOnlyWrapper(event, exceptions=("handled",))

    mouse_press_callbacks(viewer, event("mouse_press", start))
    moved = event("mouse_move", end)
    mouse_move_callbacks(viewer, moved)
    mouse_release_callbacks(viewer, event("mouse_release", end))
    return moved


def test_the_right_button_drags_the_window(uneven: Volume) -> None:
    """To the right is wider, down is a higher level; the left button leaves the window; F5 gives the own one back."""
    shown = room()
    shown.show(uneven)
    drag(shown.viewer, (10, 10), (110, 10), 1)
    assert shown.window == LUNG
    drag(shown.viewer, (10, 10), (110, 10), 2)
    assert shown.window.width_hu == pytest.approx(1875)
    assert shown.window.level_hu == pytest.approx(-600, abs=1)
    shown.set_window(LUNG)
    drag(shown.viewer, (10, 10), (10, 90), 2)
    own = shown.window
    assert own.level_hu == pytest.approx(-300)
    shown.set_window(BONE)
    shown.viewer.keymap[KeyBinding.from_str("F5")](shown.viewer)
    assert shown.window == own


@pytest.mark.parametrize(("right", "down"), [(1e6, 0), (-1e6, 0), (0, 1e6), (0, -1e6), (1e6, 1e6), (-1e6, -1e6)])
def test_no_drag_leaves_the_range(right: float, down: float) -> None:
    """However far one drags, a window has a width and stays within what a CT can hold."""
    low, high = limits(dragged(LUNG, right, down))
    assert RANGE_HU[0] <= low < high <= RANGE_HU[1]


def test_the_wheel_turns_slices(uneven: Volume) -> None:
    """The wheel alone turns slices and does not zoom; with Shift it zooms; with Control it is napari's."""
    shown = room()
    shown.show(uneven)
    (turn,) = [call for call in shown.viewer.mouse_wheel_callbacks if getattr(call, "__self__", None) is shown]

    def wheel(amount: float, *modifiers: str) -> bool:
        event = SimpleNamespace(delta=(0, amount), modifiers=modifiers, handled=False)
        turn(shown.viewer, event)
        return bool(event.handled)

    assert wheel(1)
    assert shown.index == 4
    assert wheel(-1)
    assert wheel(-1)
    assert shown.index == 2
    zoom = shown.viewer.scene.camera.zoom
    assert wheel(1, "Shift")
    assert shown.viewer.scene.camera.zoom > zoom
    assert not wheel(1, "Control")
    assert shown.index == 2


def test_an_empty_room_says_how_a_scan_comes_into_it(uneven: Volume) -> None:
    """Before a scan is shown the picture says what to do; a scan's own words take that place and keep it."""
    empty = room()
    empty.prepare()
    empty.welcome()
    assert empty.captions["scan"] == WELCOME
    empty.show(uneven)
    words = empty.captions["scan"]
    assert words not in ("", WELCOME)
    empty.welcome()
    assert empty.captions["scan"] == words


def test_the_picture_is_fitted_anew_until_somebody_zooms(uneven: Volume) -> None:
    """In a canvas half as wide all of the picture stays in sight; a zoom of the reader's own is left as it is."""
    seen = room()
    seen.viewer.canvas.size = (600, 600)
    seen.show(uneven)
    wide = seen.viewer.scene.camera.zoom
    seen.viewer.canvas.size = (600, 300)
    seen.refit()
    assert seen.viewer.scene.camera.zoom == pytest.approx(wide / 2)
    seen.viewer.scene.camera.zoom = 3.0
    seen.viewer.canvas.size = (600, 600)
    seen.refit()
    assert seen.viewer.scene.camera.zoom == 3.0


def test_a_viewer_has_one_room() -> None:
    """Asking twice gives the same room; another viewer has another."""
    viewer = ViewerModel()
    made = room_of(viewer)
    assert room_of(viewer) is made
    assert room_of(PublicOnlyProxy(viewer)) is made  # what napari hands to plugins
    assert room_of(ViewerModel()) is not made


def test_a_room_goes_with_its_viewer() -> None:
    """A viewer that has gone leaves no room behind."""

    def leave() -> weakref.ref[Room]:
        viewer = ViewerModel()
        return weakref.ref(room_of(viewer))

    gone = leave()
    gc.collect()
    assert gone() is None
