"""Layer rows: which layers the list of a window shows; one that is made before it is wanted does not stand there."""

from __future__ import annotations

from typing import Any

from qtpy.QtCore import Qt


def list_layer(viewer: Any, layer: Any, *, listed: bool) -> None:
    """Let the list of layers show a layer, or not; a viewer without a window has no list."""
    view = getattr(getattr(viewer.window, "_qt_viewer", None), "layers", None)
    if view is None:
        return
    rows = view.model()
    found = rows.match(rows.index(0, 0), Qt.ItemDataRole.UserRole, layer, 1, Qt.MatchFlag.MatchExactly)
    for index in found:
        view.setRowHidden(index.row(), not listed)
