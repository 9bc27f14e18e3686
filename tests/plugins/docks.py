"""Docks of a window, as the tests press and read them."""

from __future__ import annotations

from typing import Any, TypeVar

from qtpy.QtWidgets import QWidget

from napari_kazerooni.marking_widget import MarkingWidget
from napari_kazerooni.score_widget import ScoreWidget

_Dock = TypeVar("_Dock", bound=QWidget)


def score_dock(viewer: Any) -> ScoreWidget:
    """Give the score dock of a window."""
    return _only(viewer, ScoreWidget)


def marking_dock(viewer: Any) -> MarkingWidget:
    """Give the marking dock of a window."""
    return _only(viewer, MarkingWidget)


def _only(viewer: Any, kind: type[_Dock]) -> _Dock:
    (found,) = (widget for widget in viewer.window.dock_widgets.values() if isinstance(widget, kind))
    return found
