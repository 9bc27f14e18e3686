"""Planes are turned while the picture stays as it is: each layer is sliced in a turn of its own, then all is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from qtpy.QtCore import QEvent, QObject

from kazerooni.dicom import Series
from kazerooni.model import Volume
from kazerooni.phantom import spiral_ct
from napari_kazerooni.docks import open_docks
from tests.plugins.desks import heard, opened, written

Scan = tuple[Series, Volume]


@pytest.fixture(scope="module")
def spiral(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small spiral scan."""
    return written(tmp_path_factory.mktemp("spiral"), spiral_ct(slices=8))


class Sizes(QObject):  # type: ignore[misc]
    """Notes each size that a widget gets."""

    def __init__(self, widget: Any) -> None:
        super().__init__()
        self.heights: list[int] = []
        widget.installEventFilter(self)

    def eventFilter(self, _: QObject | None, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Hold nothing back."""
        if event.type() == QEvent.Type.Resize:
            self.heights.append(event.size().height())
        return False

    def settle(self, qtbot: Any) -> None:
        """Wait until no size has come for a while, and begin anew."""
        known = -1
        while known != len(self.heights):
            known = len(self.heights)
            qtbot.wait(600)
        self.heights.clear()


def _shown(layer: Any) -> Any:
    return np.asarray(layer._slice.image.raw)


@pytest.mark.parametrize(("plane", "axis"), [("coronal", 1), ("sagittal", 2)])
def test_each_layer_is_sliced_in_a_turn_of_its_own(
    make_napari_viewer: Any, spiral: Scan, qtbot: Any, plane: Any, axis: int
) -> None:
    """The canvas is still until all layers show the plane that napari would, and never gets another size."""
    viewer = make_napari_viewer(show=True)
    open_docks(viewer)
    desk, _ = opened(viewer, spiral)
    desk.layers["alveolar"].fill_lobe((4, 30, 30), 1)
    canvas = viewer.window._qt_viewer.canvas.native
    desk.room.show_plane(plane)  # docks that have just come are laid out, and the slider gets its height
    desk.room.show_plane("axial")
    sizes = Sizes(canvas)
    sizes.settle(qtbot)
    sliced = {layer.name: heard(layer.events.set_data) for layer in viewer.layers[:4]}
    desk.room.show_plane(plane)
    assert desk.room.plane == plane
    assert not canvas.updatesEnabled()
    assert not any(sliced.values())
    qtbot.waitUntil(canvas.updatesEnabled, timeout=20000)
    assert [len(events) for events in sliced.values()] == [1] * 4
    at = viewer.dims.current_step[axis]
    for layer in viewer.layers[:4]:
        np.testing.assert_array_equal(_shown(layer), np.take(layer.data, at, axis=axis))
    desk.room.show_plane("axial")
    qtbot.waitUntil(canvas.updatesEnabled, timeout=20000)
    assert sizes.heights == []


def test_tools_know_the_plane_at_once(viewer: Any, spiral: Scan, qtbot: Any) -> None:
    """A stroke that comes before the layers are sliced anew is refused as one out of the axial plane."""
    open_docks(viewer)
    desk, _ = opened(viewer, spiral)
    refused = heard(desk.layers.events.refused)
    desk.room.show_plane("coronal")
    desk.layers["alveolar"].paint((4, 30, 30), 1)
    assert "axial" in refused[-1].reason
    assert not desk.layers["alveolar"].data.any()
    qtbot.waitUntil(viewer.window._qt_viewer.canvas.native.updatesEnabled, timeout=20000)


def test_slices_are_turned_meanwhile(viewer: Any, spiral: Scan, qtbot: Any) -> None:
    """A key that turns the plane before all layers are sliced is not lost: all show where it leads."""
    open_docks(viewer)
    desk, _ = opened(viewer, spiral)
    desk.room.show_plane("coronal")
    desk.room.step(3)
    qtbot.waitUntil(viewer.window._qt_viewer.canvas.native.updatesEnabled, timeout=20000)
    at = viewer.dims.current_step[1]
    for layer in viewer.layers[:4]:
        np.testing.assert_array_equal(_shown(layer), layer.data[:, at])


def test_a_scan_comes_into_the_picture_in_one_piece(viewer: Any, spiral: Scan, tmp_path: Path, qtbot: Any) -> None:
    """In the turn in which another scan is shown nothing is drawn; the next one draws it."""
    open_docks(viewer)
    desk, _ = opened(viewer, spiral)
    canvas = viewer.window._qt_viewer.canvas.native
    qtbot.waitUntil(canvas.updatesEnabled, timeout=20000)
    _, other = written(tmp_path)
    desk.room.preview(other)
    assert not canvas.updatesEnabled()
    qtbot.waitUntil(canvas.updatesEnabled, timeout=20000)
    assert desk.room.volume is other


def test_of_planes_turned_quickly_only_the_last_is_sliced_and_drawn(viewer: Any, spiral: Scan, qtbot: Any) -> None:
    """While a later plane is still being sliced, nothing that came before it lets the canvas be drawn."""
    open_docks(viewer)
    desk, _ = opened(viewer, spiral)
    canvas = viewer.window._qt_viewer.canvas.native
    qtbot.waitUntil(canvas.updatesEnabled, timeout=20000)
    sliced = heard(desk.layers["lobes"].events.set_data)
    drawn: list[tuple[int, ...]] = []
    last = viewer.layers[3]
    last.events.set_data.connect(lambda: drawn.append((int(canvas.updatesEnabled()), *_shown(last).shape)))
    for plane in ("coronal", "sagittal", "coronal", "sagittal"):
        desk.room.show_plane(plane)
        desk.room.hold_picture()
    qtbot.waitUntil(canvas.updatesEnabled, timeout=20000)
    assert desk.room.plane == "sagittal"
    assert len(sliced) == 1
    assert drawn == [(0, *last.data[:, :, 0].shape)]


def test_a_layer_that_fails_leaves_no_picture_that_stands_still(viewer: Any, spiral: Scan, qtbot: Any) -> None:
    """Where a layer cannot be sliced the canvas is drawn again, though the traceback is kept."""
    open_docks(viewer)
    desk, _ = opened(viewer, spiral)
    canvas = viewer.window._qt_viewer.canvas.native
    qtbot.waitUntil(canvas.updatesEnabled, timeout=20000)

    def fail() -> None:
        raise ValueError("cannot be sliced")

    with qtbot.captureExceptions() as kept:
        desk.room.lay_axes((0, 1, 2), lambda: None, [fail])
        qtbot.waitUntil(lambda: len(kept) > 0, timeout=20000)
    assert [kind for kind, *_ in kept] == [ValueError]
    assert canvas.updatesEnabled()
