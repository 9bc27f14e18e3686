"""Still: a canvas keeps its picture, and its size, while another plane is sliced, one layer in each turn of Qt's loop.

It keeps its picture, too, in the turn in which another scan is shown. napari slices all layers in one piece, and shows
the slider of the new axis before it hides that of the old one, so that the canvas is made lower, drawn, made higher and
drawn again.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator
from typing import Any, Final

from qtpy.compat import isalive
from qtpy.QtCore import QObject

from napari_kazerooni.later import Step, in_turns, later
from napari_kazerooni.room import Room

_NAME: Final = "kazerooni-still"


class StillPicture(QObject):
    """Lays the axes of a viewer otherwise while its canvas is not drawn: see `Room.lay_axes`."""

    def __init__(self, qt_viewer: Any) -> None:
        super().__init__(qt_viewer.canvas.native)
        self.setObjectName(_NAME)
        self._sliders = weakref.ref(qt_viewer.dims)
        self._latest: object = None

    def hold(self) -> None:
        """Draw nothing in this turn: a slider that comes or goes changes the size of the canvas, and Qt draws each."""
        if isalive(self):
            self.parent().setUpdatesEnabled(False)
            later(self, self._go_on)

    def _go_on(self) -> None:
        if self._latest is None:
            self.parent().setUpdatesEnabled(True)

    def __call__(self, order: tuple[int, int, int], lay: Step, steps: Iterable[Step]) -> None:
        """Lay the axes at once, take each step in a turn of its own, and draw after the last one.

        Steps of a plane that was left again before they were taken are dropped: those of the next one do all anew.
        """
        if not isalive(self):
            return
        canvas, self._latest = self.parent(), object()
        canvas.setUpdatesEnabled(False)
        sliders = self._sliders()
        if sliders is not None:
            for axis in order[1:]:
                sliders.slider_widgets[axis].hide()
        lay()
        in_turns(self, self._held(canvas, self._latest, steps))

    def _held(self, canvas: Any, own: object, steps: Iterable[Step]) -> Iterator[Step]:
        try:
            for step in steps:
                if self._latest is not own:
                    return
                yield step
        finally:
            if self._latest is own:
                self._latest = None
                if isalive(canvas):
                    canvas.setUpdatesEnabled(True)


def keep_still(room: Room, qt_viewer: Any) -> None:
    """Let a room hold its picture so in napari's view of its viewer, once for each canvas; None is no view."""
    if qt_viewer is not None and qt_viewer.canvas.native.findChild(StillPicture, _NAME) is None:
        room.lay_axes = still = StillPicture(qt_viewer)
        room.hold_picture = still.hold
