"""A hand on the mouse: strokes on a layer of a real viewer, through the callbacks that napari itself calls."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
from napari.utils._proxies import ReadOnlyWrapper
from napari.utils.interactions import (
    mouse_double_click_callbacks,
    mouse_move_callbacks,
    mouse_press_callbacks,
    mouse_release_callbacks,
)

Point = Sequence[float]


class Hand:
    """Clicks and drags at points (slice, row, column) of a layer."""

    def __init__(self, viewer: Any, layer: Any) -> None:
        self.viewer = viewer
        self.layer = layer
        viewer.layers.selection.active = layer

    def drag(self, *points: Point, button: int = 1) -> None:
        """Press at the first point, move over the others, release."""
        mouse_press_callbacks(self.layer, self._event("mouse_press", points[0], button))
        for point in points[1:]:
            mouse_move_callbacks(self.layer, self._event("mouse_move", point, button))
        mouse_release_callbacks(self.layer, self._event("mouse_release", points[-1], button))

    def polygon(self, *corners: Point) -> None:
        """Click at each corner and finish with a double click."""
        for corner in corners:
            self.drag(corner)
            mouse_move_callbacks(self.layer, self._event("mouse_move", corner, 1))
        mouse_double_click_callbacks(self.layer, self._event("mouse_double_click", corners[-1], 1))

    def _event(self, kind: str, point: Point, button: int) -> Any:
        world = tuple(self.layer.data_to_world(np.asarray(point, float)))
        event = SimpleNamespace(
            type=kind,
            position=world,
            pos=np.asarray(point[-1:-3:-1], float),
            button=button,
            modifiers=[],
            is_dragging=kind == "mouse_move",
            view_direction=np.array([1.0, 0.0, 0.0]),
            dims_displayed=list(self.viewer.dims.displayed),
            dims_point=list(self.viewer.dims.point),
            camera_zoom=1.0,
            handled=False,
        )
        return ReadOnlyWrapper(event, exceptions=("handled",))
