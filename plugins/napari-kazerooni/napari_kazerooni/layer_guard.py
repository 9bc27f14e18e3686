"""Layer guard: layers that belong to a reading are put back where somebody deletes or shifts them, with their undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import numpy as np

_TRANSFORMS: Final = "transform"

Layers = Callable[[], Iterable[Any]]


class LayerGuard:
    """Puts back layers of a viewer that were deleted, shifted or turned, but belong to a reading.

    It does so at the next `tick`, not at once: a viewer that closes removes its layers one by one. napari's tool that
    transforms a layer drags marks off the scan: what is painted then counts elsewhere than where it is seen.
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._own: list[Layers] = []
        self._removed: list[tuple[int, Any]] = []
        viewer.layers.events.removed.connect(self._on_removed)

    def watch(self, layers: Layers) -> None:
        """Guard these layers too, as they are at the time."""
        self._own.append(layers)

    def _on_removed(self, event: Any) -> None:
        self._removed.append((event.index, event.value))

    def tick(self) -> tuple[str, ...]:
        """Put back what was deleted, shifted or turned; gives the names."""
        own = [layer for layers in self._own for layer in layers()]
        moved = tuple(layer.name for layer in own if _put_straight(layer))
        if not self._removed:
            return moved
        removed, self._removed = self._removed, []
        back = [(at, layer) for at, layer in reversed(removed) if any(layer is one for one in own)]
        for at, layer in back:
            if layer not in self._viewer.layers:
                self._viewer.layers.insert(min(at, len(self._viewer.layers)), layer)
        return (*moved, *(layer.name for _, layer in back))


def _put_straight(layer: Any) -> bool:
    """End the tool of napari that transforms a layer, and take back what it did; gives whether there was anything."""
    straight = np.eye(layer.ndim + 1)
    is_transformed = bool(layer.mode == _TRANSFORMS)
    if is_transformed:
        layer.mode = "pan_zoom"
    if np.array_equal(layer.affine.affine_matrix, straight):
        return is_transformed
    layer.affine = straight
    return True
