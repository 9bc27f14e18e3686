"""What is shown of another scan comes one layer in a turn, and time goes on where a window stays open after all."""

from __future__ import annotations

import weakref
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from qtpy.compat import isalive
from qtpy.QtCore import QCoreApplication, QEvent, QObject
from qtpy.QtWidgets import QMainWindow, QWidget

from kazerooni.dicom import Series
from kazerooni.model import Volume
from kazerooni.segment import default_fissures, lobes_of
from napari_kazerooni.desk import Desk
from napari_kazerooni.docks import open_docks
from napari_kazerooni.fissure_points import FissurePoints
from napari_kazerooni.later import later
from napari_kazerooni.lobe_finding import lungs_of
from napari_kazerooni.ticking import Ticker
from tests.plugins.desks import boxes, opened, written

Scan = tuple[Series, Volume]


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Scan:
    """Give a small sequential scan."""
    return written(tmp_path_factory.mktemp("scan"))


def _with_points(viewer: Any, scan: Scan) -> tuple[Desk, FissurePoints]:
    """Open a scan with the points of its fissures in sight."""
    desk, _ = opened(viewer, scan, with_lobes=False)
    lungs = lungs_of(boxes(scan[1]), scan[1].geometry)
    fissures = default_fissures(lungs)
    desk.open_session.set_lobes(lobes_of(lungs, fissures), fissures)
    desk.on_lobes(lungs)
    points = FissurePoints(desk)
    points.set_visible(visible=True)
    return desk, points


def test_points_give_way_to_another_scan_one_layer_in_a_turn(viewer: Any, scan: Scan, tmp_path: Path) -> None:
    """No step that shows another scan touches two layers, and none is left for the turn in which its reading begins."""
    desk, points = _with_points(viewer, scan)
    assert len(points.layers) == 3  # right oblique and horizontal, left oblique
    touched: list[str] = []
    for layer in (*points.layers.values(), *desk.layers.all):
        layer.events.data.connect(partial(_note, layer.name, touched))
    series, volume = written(tmp_path / "other")
    in_all: set[str] = set()
    for step in desk.showing(volume):
        step()
        assert len(set(touched)) <= 1
        in_all |= set(touched)
        touched.clear()
    assert in_all == {layer.name for layer in (*points.layers.values(), *desk.layers.all)}
    assert not any(layer.data.size or layer.visible for layer in points.layers.values())
    desk.room.show(volume, series=series)
    assert not set(touched) & {layer.name for layer in points.layers.values()}


def _note(name: str, touched: list[str], _: object = None) -> None:
    touched.append(name)


class Refusing(QObject):  # type: ignore[misc]
    """Answers no to a window that wants to close, as who is asked by napari may."""

    def eventFilter(self, _: QObject | None, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Keep the window open."""
        if event.type() != QEvent.Type.Close:
            return False
        event.ignore()
        return True


def test_time_goes_on_where_the_window_stays(make_napari_viewer: Any, qtbot: Any) -> None:
    """Whoever answers no when napari asks whether to close keeps a desk whose drafts are saved; a closed one rests."""
    viewer = make_napari_viewer(show=True)
    open_docks(viewer)
    window = viewer.window._qt_window
    ticker = window.findChild(Ticker)
    assert ticker.timer.isActive()
    no = Refusing()
    window.installEventFilter(no)
    window.installEventFilter(ticker)  # is asked first, as it is before the window itself
    assert not QMainWindow.close(window)
    assert not ticker.timer.isActive()
    qtbot.waitUntil(ticker.timer.isActive, timeout=20000)
    window.removeEventFilter(no)
    window.hide()
    assert not ticker.timer.isActive()
    window.show()
    assert ticker.timer.isActive()


def _note_of(widget: Any, done: list[str]) -> None:
    done.append("held" if isalive(widget) else "dead")


def test_what_waits_may_be_the_last_to_hold_its_owner(qtbot: Any) -> None:
    """A widget that only what waits for it holds goes after its turn, once; for one that is gone nothing is done."""
    done: list[str] = []
    widget, gone = QWidget(), QWidget()
    held = weakref.ref(widget)
    later(widget, partial(_note_of, widget, done))
    later(gone, lambda: done.append("gone"))
    gone.deleteLater()
    QCoreApplication.sendPostedEvents(gone, QEvent.Type.DeferredDelete)
    del widget
    qtbot.waitUntil(lambda: bool(done), timeout=20000)
    qtbot.waitUntil(lambda: held() is None, timeout=20000)
    assert done == ["held"]


def test_a_step_that_fails_takes_no_other_with_it(qtbot: Any) -> None:
    """What waits behind a step that raises has its turn all the same."""
    done: list[str] = []
    widget = QWidget()
    qtbot.addWidget(widget)
    with qtbot.captureExceptions() as raised:
        later(widget, [].pop)
        later(widget, lambda: done.append("next"))
        qtbot.waitUntil(lambda: bool(done), timeout=20000)
    assert [kind for kind, *_ in raised] == [IndexError]


def test_no_point_is_moved_once_the_reading_is_signed(viewer: Any, scan: Scan) -> None:
    """Points that are in sight while the reading is signed can be looked at only."""
    desk, points = _with_points(viewer, scan)
    for layer in points.layers.values():
        layer.mode = "select"
    desk.events.signed()
    assert {(layer.editable, str(layer.mode)) for layer in points.layers.values()} == {(False, "pan_zoom")}
