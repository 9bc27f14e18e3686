"""Fitting: all of the picture stays in sight when docks come and go, until the reader zooms or shifts it himself."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Final

from qtpy.QtCore import QEvent, QObject

from napari_kazerooni.later import later

if TYPE_CHECKING:
    from napari_kazerooni.room import Room

_NAME: Final = "kazerooni-fitter"


class Fitter(QObject):
    """Fits the picture of a room anew, once Qt is idle, when the canvas has another size."""

    def __init__(self, room: Room, canvas: Any) -> None:
        super().__init__(canvas)
        self.setObjectName(_NAME)
        self._room = weakref.ref(room)  # Qt may keep what watches a canvas longer than the viewer
        canvas.installEventFilter(self)

    def eventFilter(self, _: QObject | None, event: Any) -> bool:  # noqa: N802 - Qt's name
        """Hear of another size; nothing is held back."""
        if event is not None and event.type() == QEvent.Type.Resize:
            later(self, self._refit)
        return False

    def _refit(self) -> None:
        room = self._room()
        if room is not None:
            room.refit()


def keep_fitted(room: Room, window: Any) -> None:
    """Keep the picture of a room fitted to the canvas of its window, once for each window."""
    canvas = window.centralWidget()
    if canvas is not None and canvas.findChild(Fitter, _NAME) is None:
        Fitter(room, canvas)
