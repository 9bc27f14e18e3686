"""Docks: the docks of the reading room in a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QDockWidget, QWidget

from napari_kazerooni.later import later

PLUGIN: Final = "napari-kazerooni"
_WAITS: Final = "kazerooni-waits"
_MARKING_SHARE: Final = 0.6
"""Of the height of the window that the dock to mark with takes; the list of layers needs no more than the rest."""


def open_docks(viewer: Any) -> None:
    """Open the docks to mark and to score with, where the viewer has a window; those that are open stay.

    The score comes to the front when it is opened, or when the first scan came after `prepare_docks`.
    """
    _open_marking(viewer)
    dock = _open_score(viewer) or _waiting(viewer)
    if dock is not None:
        dock.setProperty(_WAITS, False)  # noqa: FBT003 - Qt's property
        later(dock, dock.raise_)


def prepare_docks(viewer: Any, front: QWidget) -> Iterator[Callable[[], object]]:
    """Give the steps that open these docks before there is a scan; the dock of `front` stays in front."""

    def score() -> None:
        dock = _open_score(viewer)
        if dock is not None:
            dock.setProperty(_WAITS, True)  # noqa: FBT003 - Qt's property
            later(front, front.parentWidget().raise_)

    yield lambda: _open_marking(viewer)
    yield score


def _open_marking(viewer: Any) -> Any:
    if "Marking" in _open(viewer):
        return None
    dock, _ = viewer.window.add_plugin_dock_widget(PLUGIN, "Marking")
    _put_left(viewer, dock)
    return dock


def _open_score(viewer: Any) -> Any:
    if "Score" in _open(viewer):
        return None
    return viewer.window.add_plugin_dock_widget(PLUGIN, "Score", tabify=True)[0]


def _waiting(viewer: Any) -> Any:
    docks = viewer.window._qt_window.findChildren(QDockWidget)  # noqa: SLF001 - napari offers no list of docks
    return next((dock for dock in docks if dock.property(_WAITS)), None)


def _put_left(viewer: Any, dock: Any) -> None:
    """Put a dock over the controls of the layers, so that marking and scores are in sight at once."""
    controls = getattr(getattr(viewer.window, "_qt_viewer", None), "dockLayerControls", None)
    window = getattr(viewer.window, "_qt_window", None)
    if controls is not None and window is not None:
        window.tabifyDockWidget(controls, dock)

        def settle() -> None:
            window.resizeDocks([dock], [round(_MARKING_SHARE * window.height())], Qt.Orientation.Vertical)
            dock.raise_()

        later(dock, settle)  # Qt lays out a dock that has just come only then


def _open(viewer: Any) -> set[str]:
    return {name.split(" (")[0] for name in viewer.window.dock_widgets}
