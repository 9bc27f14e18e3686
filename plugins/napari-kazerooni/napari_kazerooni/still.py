"""Still: a canvas keeps its picture, and its size, while another plane is sliced, one layer in each turn of Qt's loop.

napari slices all layers in one piece, and shows the slider of the new axis before it hides that of the old one, so that
the canvas is made lower, drawn, made higher and drawn again.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from typing import Any, Final

from qtpy.compat import isalive
from qtpy.QtCore import QObject

from napari_kazerooni.later import Step, in_turns
from napari_kazerooni.room import Room

_NAME: Final = "kazerooni-still"


class StillPicture(QObject):
    """Takes steps in turns while a canvas is not drawn: see `Room.take_turns`."""

    def __init__(self, viewer: Any, qt_viewer: Any) -> None:
        super().__init__(qt_viewer.canvas.native)
        self.setObjectName(_NAME)
        self._dims, self._sliders = viewer.dims, weakref.ref(qt_viewer.dims)
        viewer.dims.events.order.connect(self._hide_sliders, position="first")

    def _hide_sliders(self) -> None:
        sliders = self._sliders()
        if sliders is not None:
            for axis in self._dims.displayed:
                sliders.slider_widgets[axis].hide()

    def __call__(self, steps: Iterator[Step]) -> None:
        """Take each step in a turn of its own, and draw once, after the last one."""
        if isalive(self):
            in_turns(self, self._held(steps))

    def _held(self, steps: Iterator[Step]) -> Iterator[Step]:
        canvas = self.parent()
        canvas.setUpdatesEnabled(False)
        try:
            yield from steps
        finally:
            if isalive(canvas):
                canvas.setUpdatesEnabled(True)


def keep_still(room: Room, viewer: Any, qt_viewer: Any) -> None:
    """Let a room turn planes so in napari's view of its viewer, once for each canvas; None is no view."""
    if qt_viewer is not None and qt_viewer.canvas.native.findChild(StillPicture, _NAME) is None:
        room.take_turns = StillPicture(viewer, qt_viewer)
