"""Every tool with every lock, by events of Qt on a screen: nothing outside a lock changes, and all is counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray
from qtpy.QtCore import QPoint, Qt
from qtpy.QtTest import QTest
from qtpy.QtWidgets import QApplication

from kazerooni.dicom import Series
from kazerooni.model import Lobe, Volume
from kazerooni.phantom import sequential_hrct
from napari_kazerooni.canvas import Canvas
from napari_kazerooni.desk import Desk
from napari_kazerooni.docks import open_docks
from tests.plugins.desks import SLICES, centre, columns, opened, written
from tests.plugins.docks import marking_dock
from tests.plugins.test_mouse import LEFT, mouse_move

Mask = NDArray[np.bool_]
TOOLS: Final = ("paint", "erase", "fill", "polygon", "fill_lobe", "threshold")
LOCKS: Final = ("in_lobe", "in_lungs", "in_window")
_INDEX: Final = 3
_WINDOW: Final = (-900.0, -600.0)


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> tuple[Series, Volume]:
    """Give a scan so noisy that every lobe holds pixels within and without the window of HU."""
    plan = sequential_hrct(slices=SLICES, noise_hu=250.0)
    return written(tmp_path_factory.mktemp("scan"), plan)


class Mouse:
    """A mouse over the canvas of a window: clicks and drags at places (row, column) of a layer."""

    def __init__(self, viewer: Any, layer: Any) -> None:
        canvas = viewer.window._qt_viewer.canvas
        self.native = canvas.native
        self._node = canvas.layer_to_visual[layer].node

    def at(self, place: Sequence[float]) -> QPoint:
        """Give where the middle of a pixel lies on the canvas."""
        row, column = place
        x, y = self._node.get_transform("visual", "canvas").map([column + 0.5, row + 0.5])[:2]
        return QPoint(round(float(x)), round(float(y)))

    def drag(self, *places: Sequence[float]) -> None:
        """Press at the first place, move over the others, release at the last."""
        keys = Qt.KeyboardModifier.NoModifier
        QTest.mousePress(self.native, LEFT, keys, self.at(places[0]))
        for place in places[1:]:
            QApplication.sendEvent(self.native, mouse_move(self.at(place), LEFT, keys))
            QTest.qWait(20)  # napari takes one move in 5 ms
        QTest.mouseRelease(self.native, LEFT, keys, self.at(places[-1]))

    def polygon(self, *places: Sequence[float]) -> None:
        """Click at each corner, and twice at the last."""
        keys = Qt.KeyboardModifier.NoModifier
        for place in places:
            QTest.mouseMove(self.native, self.at(place))
            QTest.qWait(20)
            QTest.mouseClick(self.native, LEFT, keys, self.at(place))
        QTest.mouseDClick(self.native, LEFT, keys, self.at(places[-1]))


def allowed_by(lock: str, desk: Desk, volume: Volume) -> Mask:
    """Give which pixels of the slice a lock leaves open, from the boxes of the lobes and the HU of the scan alone."""
    shown = desk.open_session.screen.shown
    open_ = np.zeros(volume.hu.shape[1:], np.bool_)
    if lock == "in_lobe":
        open_[10:50, columns(Lobe.RLL)] = True
        return open_
    if lock == "in_lungs":
        for lobe in (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL):
            open_[10:50, columns(lobe)] = True
        return open_
    hu = shown(volume.hu)[_INDEX]
    within: Mask = (hu >= _WINDOW[0]) & (hu <= _WINDOW[1])
    return within


def use(mouse: Mouse, way: str) -> None:
    """Use a tool across the borders of RLL."""
    _, row, column = centre(Lobe.RLL, _INDEX)
    if way == "polygon":
        mouse.polygon((row, column), (6, column - 14), (6, column + 14), (54, column + 14), (54, column - 14))
    elif way in {"fill", "fill_lobe"}:
        mouse.drag((row, column))
    else:
        mouse.drag((row, column), (row - 12, column + 6), (row - 26, column - 12), (row + 20, column + 12))


@pytest.mark.parametrize("way", TOOLS)
@pytest.mark.parametrize("lock", LOCKS)
def test_no_tool_of_the_mouse_gets_round_a_lock(
    make_napari_viewer: Any, scan: tuple[Series, Volume], way: str, lock: str, tmp_path: Path
) -> None:
    """Outside a lock no pixel changes, the live counts are those of a full count, and one undo gives all back."""
    viewer = make_napari_viewer(show=True)
    open_docks(viewer)
    desk, _ = opened(viewer, scan)
    desk.keeping.folder = tmp_path
    desk.room.go_to(_INDEX)
    QTest.qWait(50)
    marking, layer, canvas = marking_dock(viewer), desk.layers["alveolar"], desk.open_session.canvas
    for name in LOCKS:
        getattr(marking, name).setChecked(False)
    before = np.zeros(layer.data.shape, np.uint8)
    if way == "erase":
        layer.mark(_INDEX, np.ones(layer.data.shape[1:], np.bool_), 1)
        before[_INDEX] = 1
    viewer.layers.selection.active = layer
    layer.brush_mm = 40.0
    if way == "fill":
        layer.mode = "fill"  # napari's bucket has no button in the dock, but one in napari
    else:
        marking.tools[way].click()
    set_lock(desk, lock, way)
    QTest.qWait(20)
    use(Mouse(viewer, layer), way)
    changed = layer.data != before
    allowed = allowed_by(lock, desk, scan[1])
    if way == "erase" and lock != "in_lobe":
        allowed[...] = True  # a mark outside the lungs, or of other HU, must not be locked in
    if way == "threshold":
        allowed &= allowed_by("in_window", desk, scan[1])
    assert changed[_INDEX].any()
    assert not changed[_INDEX][~allowed].any()
    assert not np.delete(changed, _INDEX, axis=0).any()
    assert counted_anew(canvas)
    layer.undo()
    assert np.array_equal(layer.data, before)
    assert counted_anew(canvas)


def set_lock(desk: Desk, lock: str, way: str) -> None:
    """Turn one lock on and the others off; the threshold brush has its window beside."""
    locks = desk.layers.locks
    locks.in_lobe, locks.in_lungs = lock == "in_lobe", lock == "in_lungs"
    locks.window = _WINDOW if lock == "in_window" or way == "threshold" else None


def counted_anew(canvas: Canvas) -> bool:
    """Tell whether the counts are those of another canvas over copies of the maps, which counts everything."""
    maps: Any = {name: canvas.labels(name).copy() for name in ("lobes", "alveolar", "interstitial")}
    return np.array_equal(canvas.counts, Canvas(canvas.volume, maps).counts) and canvas.miscounted() == ()
