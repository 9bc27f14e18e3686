"""The mouse on a window that is on a screen: events of Qt, from the canvas to the room."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from kazerooni.dicom import find_series, read_volume
from kazerooni.phantom import build_series, sequential_hrct, write_series
from napari_kazerooni.locks import Locks
from napari_kazerooni.paint import MarkingLabels
from napari_kazerooni.reader import series_dock
from napari_kazerooni.windowing import LUNG

LEFT, RIGHT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.NoButton


def drag(canvas: Any, button: Any, start: QPoint, end: QPoint) -> None:
    """Press, move in two steps, release."""
    keys = Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, button, keys, start)
    for at in ((start + end) / 2, end):
        event = mouse_move(at, button, keys)
        QApplication.sendEvent(canvas, event)
        QTest.qWait(20)  # napari takes one move in 5 ms
    QTest.mouseRelease(canvas, button, keys, end)


def mouse_move(at: QPoint, button: Any, keys: Any) -> Any:
    """Give the event of a move with a button held."""
    from qtpy.QtCore import QEvent  # noqa: PLC0415 - used here alone
    from qtpy.QtGui import QMouseEvent  # noqa: PLC0415 - used here alone

    return QMouseEvent(QEvent.Type.MouseMove, QPointF(at), QPointF(at), NONE, button, keys)


def wheel(canvas: Any, clicks: int, keys: Any) -> None:
    """Turn the wheel over the middle of the canvas."""
    middle = QPointF(canvas.rect().center())
    phase = Qt.ScrollPhase.NoScrollPhase
    event = QWheelEvent(middle, middle, QPoint(), QPoint(0, 120 * clicks), NONE, keys, phase, False)  # noqa: FBT003 - Qt's
    QApplication.sendEvent(canvas, event)


def test_mouse_and_wheel_reach_the_room(make_napari_viewer: Any, tmp_path: Path) -> None:
    """Right drag changes the window and no zoom, the wheel turns slices, with Shift it zooms, left drag paints."""
    write_series(build_series(sequential_hrct(slices=5)), tmp_path)
    viewer = make_napari_viewer(show=True)
    shown = series_dock(viewer).room
    shown.show(read_volume(find_series(tmp_path)[0]))
    QTest.qWait(50)
    canvas = viewer.window._qt_viewer.canvas.native
    middle, camera = canvas.rect().center(), viewer.scene.camera
    zoom, centre = camera.zoom, camera.center
    drag(canvas, RIGHT, middle, middle + QPoint(80, 0))
    assert shown.window.width_hu > LUNG.width_hu
    assert (camera.zoom, camera.center) == (zoom, centre)
    wheel(canvas, 1, Qt.KeyboardModifier.NoModifier)
    assert shown.index == 3
    assert camera.zoom == zoom
    wheel(canvas, 1, Qt.KeyboardModifier.ShiftModifier)
    assert camera.zoom > zoom
    lobes = np.zeros(shown.layer.data.shape, np.uint8)
    lobes[:, :, :32] = 1
    lobes[:, :, 32:] = 2
    layer = MarkingLabels(
        np.zeros_like(lobes),
        highest=2,
        locks=Locks(lobes=lobes, in_lobe=True),
        **{name: getattr(shown.layer, name) for name in ("scale", "translate", "units")},
    )
    viewer.add_layer(layer)
    layer.mode = "paint"
    drag(canvas, LEFT, middle - QPoint(30, 0), middle + QPoint(60, 0))
    assert set(np.unique(lobes[layer.data > 0])) == {1}
    before, window = layer.data.copy(), shown.window
    drag(canvas, RIGHT, middle, middle + QPoint(-60, 0))
    assert (layer.data == before).all()
    assert shown.window != window
