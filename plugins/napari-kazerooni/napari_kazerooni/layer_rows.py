"""Layer rows: layers that are made before they are wanted, and stand in no list until then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from weakref import WeakSet

from napari.layers import Layer
from qtpy.QtCore import Qt

from napari_kazerooni.room import Room


class Waiting(Layer):
    """A layer that follows neither the slices nor the canvas while it waits: napari asks hidden layers at each step."""

    waits: bool = False

    def _slice_dims(self, *arguments: Any, **options: Any) -> None:
        if not self.waits:
            super()._slice_dims(*arguments, **options)

    def _update_draw(self, *arguments: Any, **options: Any) -> None:
        if not self.waits:
            super()._update_draw(*arguments, **options)


class WaitingLayers:
    """Layers of a room that are hidden, and have no line in the list of layers, until they are wanted.

    is_wanted: tells of a layer whether it is to be seen now.
    """

    def __init__(self, room: Room, is_wanted: Callable[[Any], bool]) -> None:
        self._room, self._is_wanted = room, is_wanted
        self._own: WeakSet[Any] = WeakSet()
        # Last: once the list has a line for it.
        room.viewer.layers.events.inserted.connect(self._on_inserted, position="last")

    def add(self, layer: Waiting) -> None:
        """Add a layer to the viewer, listed where it is visible; the one that is active stays so."""
        layers = self._room.viewer.layers
        active = layers.selection.active
        layer.events.visible.connect(self._on_visible)
        self._room.viewer.add_layer(layer)
        layers.selection.active = active
        self._own.add(layer)
        layer.waits = not layer.visible
        list_layer(self._room.viewer, layer, listed=layer.visible)

    def see(self, layer: Waiting, *, visible: bool) -> None:
        """Show or hide a layer and its line; napari does all its work for one that is so already, too."""
        list_layer(self._room.viewer, layer, listed=visible)
        layer.waits = not visible
        if layer.visible != visible:
            layer._slice_dims(self._room.viewer.dims)  # noqa: SLF001 - it may have waited for long
            layer.visible = visible

    def _on_inserted(self, event: Any) -> None:
        """List a layer that was deleted and put back only where it is wanted."""
        if event.value in self._own:
            list_layer(self._room.viewer, event.value, listed=self._is_wanted(event.value))

    def _on_visible(self, event: Any) -> None:
        """Hide again what was shown with all others, as by napari's own key: nobody could click its eye.

        Before there is a scan it is left alone: it is drawn once then (unseen.py).
        """
        layer = event.source
        if layer.visible and not self._is_wanted(layer) and self._room.volume is not None:
            layer.visible = False


def list_layer(viewer: Any, layer: Any, *, listed: bool) -> None:
    """Let the list of layers show a layer, or not; a viewer without a window has no list."""
    view = getattr(getattr(viewer.window, "_qt_viewer", None), "layers", None)
    if view is None:
        return
    rows = view.model()
    found = rows.match(rows.index(0, 0), Qt.ItemDataRole.UserRole, layer, 1, Qt.MatchFlag.MatchExactly)
    for index in found:
        view.setRowHidden(index.row(), not listed)
