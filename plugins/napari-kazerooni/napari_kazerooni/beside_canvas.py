"""Beside canvas: places a dock between the canvas and the other docks on the right, as wide as the canvas."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final
from weakref import ref

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

from napari_kazerooni.later import in_turns

_RIGHT: Final = Qt.DockWidgetArea.RightDockWidgetArea
_ALONG: Final = Qt.Orientation.Horizontal


def put_beside_canvas(widget: QWidget, then: Callable[[], None]) -> None:
    """Put the dock of a widget beside the canvas, and share its width; other docks on the right stand behind as tabs.

    A dock that floats, or that somebody put elsewhere, stays there. then: called once the widths are shared.
    """
    dock, window = widget.parent(), widget.window()
    if not isinstance(dock, QDockWidget) or dock.isFloating() or window.dockWidgetArea(dock) != _RIGHT:
        return
    others = [other for other in _shown_docks(window) if other is not dock and not other.isFloating()]
    behind = [other for other in others if window.dockWidgetArea(other) == _RIGHT]
    front = next((other for other in behind if not other.visibleRegion().isEmpty()), None) or next(iter(behind), None)
    if front is not None and not _stands_before(dock, front):
        window.splitDockWidget(dock, front, _ALONG)
        for other in behind:
            if other is not front:
                window.tabifyDockWidget(front, other)
        front.raise_()
    # What waits for a turn may outlive the window, and does not hold it.
    share = partial(_share_width, ref(dock), None if front is None else ref(front))
    # Qt lays the docks out anew after the first time, by widths that it has from before; the second time they stay.
    in_turns(widget, iter((share, share, then)))


def _share_width(placed: ref[QDockWidget], before: ref[QDockWidget] | None) -> None:
    """Give dock and canvas the same width, and the docks behind no more than they want."""
    dock, front = placed(), None if before is None else before()
    window: Any = None if dock is None else dock.window()
    if dock is None or not isinstance(window, QMainWindow):
        return
    docks, widths = [dock], [0]
    room = window.centralWidget().width() + dock.width()
    if front is not None:
        wanted = max(front.minimumSizeHint().width(), front.minimumWidth())
        room += front.width() - wanted
        docks, widths = [dock, front], [0, wanted]
    widths[0] = room // 2
    window.resizeDocks(docks, widths, _ALONG)


def _stands_before(dock: QDockWidget, other: QDockWidget) -> bool:
    return bool(dock.geometry().right() < other.geometry().left())


def _shown_docks(window: Any) -> list[QDockWidget]:
    return [dock for dock in window.findChildren(QDockWidget) if not dock.isHidden()]
