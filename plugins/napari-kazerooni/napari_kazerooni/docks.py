"""Docks: the docks of the reading room in a window."""

from __future__ import annotations

from typing import Any, Final

PLUGIN: Final = "napari-kazerooni"


def open_docks(viewer: Any) -> None:
    """Open the docks to mark and to score with, where the viewer has a window; those that are open stay."""
    for name, tabify in (("Marking", True), ("Score", False)):
        if name not in _open(viewer):
            viewer.window.add_plugin_dock_widget(PLUGIN, name, tabify=tabify)


def _open(viewer: Any) -> set[str]:
    return {name.split(" (")[0] for name in viewer.window.dock_widgets}
