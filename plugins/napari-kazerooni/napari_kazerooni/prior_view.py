"""Prior view: the picture of another visit in a dock beside the current one.

It is the canvas of napari (`napari.qt.QtViewer`) of a viewer model of its own, with a room in it: window, wheel, keys
and words in the corners are those of the current visit. A second window of napari would take over `current_viewer()`,
bring menus of its own and hide one behind the other; layers of one viewer share an even z, which visits do not have.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from napari.components import ViewerModel
from napari.qt import QtViewer
from qtpy.QtCore import QCoreApplication, QEvent
from qtpy.QtWidgets import QVBoxLayout, QWidget

from napari_kazerooni.caption_labels import show_captions
from napari_kazerooni.later import later
from napari_kazerooni.prior_link import LinkedRooms
from napari_kazerooni.room import Room, room_of
from napari_kazerooni.still import keep_still

_NARROWEST = 300


class PriorView(QWidget):
    """Shows another visit, linked to the room of the current one.

    It is kept from one visit to the next (napari takes half a second to make a canvas): `begin` links it, `rest` ends
    that and lets go of the scan, `leave` takes it away.
    """

    def __init__(self, current: Room) -> None:
        super().__init__()
        self.model = ViewerModel(title="other visit")
        self.room = room_of(self.model)
        self._current = current
        self.linked = LinkedRooms(current, self.room)
        self._canvas: Any = QtViewer(self.model)
        self._canvas.setMinimumWidth(_NARROWEST)
        show_captions(self.room.captions, self._canvas)
        keep_still(self.room, self._canvas)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._canvas)

    @property
    def canvas(self) -> QWidget:
        """The widget that is drawn into."""
        native: QWidget = self._canvas.canvas.native
        return native

    def begin(self) -> None:
        """Link it anew, after a rest."""
        self.linked = LinkedRooms(self._current, self.room)

    def warming(self) -> Iterator[Callable[[], None]]:
        """Give the steps that make and draw once, unseen, what takes time when it is first shown."""
        yield self.room.prepare
        yield self._draw

    def _draw(self) -> None:
        self._canvas.canvas.native.grabFramebuffer()

    def rest(self) -> None:
        """End the link, and let go of the scan in the next turn: napari takes as long for it as for another one."""
        self.linked.end()
        later(self, self.room.empty)

    def leave(self) -> None:
        """End the link, free the canvas and go at once: what a canvas holds on the graphics card waits for nothing."""
        self.linked.end()
        self._canvas.close()
        self.model.layers.clear()
        self.setParent(None)
        self.deleteLater()
        QCoreApplication.sendPostedEvents(self, QEvent.Type.DeferredDelete)
