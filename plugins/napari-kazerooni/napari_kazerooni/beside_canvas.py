"""Beside canvas: places a dock between the canvas and the other docks on the right, as wide as the canvas.

Qt lays out all docks anew for each step, and draws what gets another size: so steps come in turns, and nothing is drawn
until all have their place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final
from weakref import ref

from qtpy.compat import isalive
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

from napari_kazerooni.later import Step, in_turns

_RIGHT: Final = Qt.DockWidgetArea.RightDockWidgetArea
_ALONG: Final = Qt.Orientation.Horizontal


def put_beside_canvas(widget: QWidget, pictures: list[QWidget], then: Callable[[], None]) -> None:
    """Put the dock of a widget beside the canvas, and share its width; other docks on the right stand behind as tabs.

    A dock that floats, or that somebody put elsewhere, stays there. pictures: of the window, drawn last, each in a turn
    of its own. then: called once the widths are shared.
    """
    dock, window = widget.parent(), widget.window()
    if not isinstance(dock, QDockWidget) or dock.isFloating() or window.dockWidgetArea(dock) != _RIGHT:
        return
    others = [other for other in _shown_docks(window) if other is not dock and not other.isFloating()]
    behind = [other for other in others if window.dockWidgetArea(other) == _RIGHT]
    front = next((other for other in behind if not other.visibleRegion().isEmpty()), None) or next(iter(behind), None)
    # What waits for a turn may outlive the window, and does not hold it.
    placed, before = ref(dock), None if front is None else ref(front)
    share = partial(_share_width, placed, before)
    moves: list[Step] = []
    if front is not None and not _stands_before(dock, front):
        moves = [partial(_split, placed, ref(front))]
        moves += [partial(_put_behind, ref(front), ref(other)) for other in behind if other is not front]
    # Qt lays the docks out anew after the first time, by widths that it has from before; the second time they stay.
    in_turns(widget, _unseen(ref(window), [ref(picture) for picture in pictures], (*moves, share, share, then)))


def _unseen(window: ref[QWidget], pictures: list[ref[QWidget]], steps: tuple[Step, ...]) -> Iterator[Step]:
    """Take steps while nothing is drawn, then let the window be drawn, then each picture."""
    parts = [window, *pictures]
    for part in parts:
        _draw(part, on=False)
    try:
        yield from steps
        for part in parts:
            yield partial(_draw, part, on=True)
    finally:
        for part in parts:
            _draw(part, on=True)


def _draw(held: ref[QWidget], *, on: bool) -> None:
    part = held()
    if part is not None and isalive(part) and part.testAttribute(Qt.WidgetAttribute.WA_ForceUpdatesDisabled) == on:
        part.setUpdatesEnabled(on)


def _split(placed: ref[QDockWidget], before: ref[QDockWidget]) -> None:
    """Put a dock to the left of another one."""
    dock, front = placed(), before()
    if dock is not None and front is not None:
        dock.window().splitDockWidget(dock, front, _ALONG)


def _put_behind(before: ref[QDockWidget], behind: ref[QDockWidget]) -> None:
    """Put a dock behind another one, as a tab."""
    front, other = before(), behind()
    if front is not None and other is not None:
        front.window().tabifyDockWidget(front, other)
        front.raise_()


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
