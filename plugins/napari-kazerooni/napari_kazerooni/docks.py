"""Docks: the docks of the reading room in a window."""

from __future__ import annotations

from typing import Any, Final

from qtpy.QtCore import Qt

from napari_kazerooni.later import later

PLUGIN: Final = "napari-kazerooni"
_MARKING_HEIGHT: Final = 480


def open_docks(viewer: Any) -> None:
    """Open the docks to mark and to score with, where the viewer has a window; those that are open stay."""
    if "Marking" not in _open(viewer):
        dock, _ = viewer.window.add_plugin_dock_widget(PLUGIN, "Marking")
        _put_left(viewer, dock)
    if "Score" not in _open(viewer):
        dock, _ = viewer.window.add_plugin_dock_widget(PLUGIN, "Score", tabify=True)
        later(dock, dock.raise_)


def _put_left(viewer: Any, dock: Any) -> None:
    """Put a dock over the controls of the layers, so that marking and scores are in sight at once."""
    controls = getattr(getattr(viewer.window, "_qt_viewer", None), "dockLayerControls", None)
    window = getattr(viewer.window, "_qt_window", None)
    if controls is not None and window is not None:
        window.tabifyDockWidget(controls, dock)

        def settle() -> None:
            window.resizeDocks([dock], [_MARKING_HEIGHT], Qt.Orientation.Vertical)
            dock.raise_()

        later(dock, settle)  # Qt lays out a dock that has just come only then


def _open(viewer: Any) -> set[str]:
    return {name.split(" (")[0] for name in viewer.window.dock_widgets}
