"""Layer rows: which layers the list of a window shows; one that is made before it is wanted does not stand there."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt

from napari_kazerooni.room import Room


def list_layer(viewer: Any, layer: Any, *, listed: bool) -> None:
    """Let the list of layers show a layer, or not; a viewer without a window has no list."""
    view = getattr(getattr(viewer.window, "_qt_viewer", None), "layers", None)
    if view is None:
        return
    rows = view.model()
    found = rows.match(rows.index(0, 0), Qt.ItemDataRole.UserRole, layer, 1, Qt.MatchFlag.MatchExactly)
    for index in found:
        view.setRowHidden(index.row(), not listed)


def keep_hidden(room: Room, layer: Any, *, is_wanted: bool) -> None:
    """Hide again a layer that waits and was shown with all others, as by napari's own key: nobody could click its eye.

    Before there is a scan it is left alone: it is drawn once then (unseen.py).
    """
    if layer.visible and not is_wanted and room.volume is not None:
        layer.visible = False
