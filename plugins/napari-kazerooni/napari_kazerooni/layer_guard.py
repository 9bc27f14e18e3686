"""Layer guard: layers that belong to a reading are put back where somebody deletes or shifts them, with their undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

import numpy as np
from napari.layers import Labels

_TRANSFORMS: Final = "transform"

Layers = Callable[[], Iterable[Any]]


class Mended(NamedTuple):
    """The names of layers that were put back: deleted ones, and those that were shifted or turned.

    beside: of label layers that somebody added, as copies, which belong to nothing.
    """

    deleted: tuple[str, ...] = ()
    shifted: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


def never() -> bool:
    """Close no layer."""
    return False


class LayerGuard:
    """Puts back layers of a viewer that were deleted, shifted or turned, but belong to a reading.

    It does so at the next `tick`, not at once: a viewer that closes removes its layers one by one. napari's tool that
    transforms a layer drags marks off the scan: what is painted then counts elsewhere than where it is seen.
    """

    def __init__(self, viewer: Any) -> None:
        self._viewer = viewer
        self._own: list[tuple[Layers, Callable[[], bool]]] = []
        self._removed: list[tuple[int, Any]] = []
        self._added: list[Any] = []
        viewer.layers.events.removed.connect(self._on_removed)
        viewer.layers.events.inserted.connect(self._on_inserted)

    def watch(self, layers: Layers, closed: Callable[[], bool] = never) -> None:
        """Guard these layers too, as they are at the time; closed: tells whether nobody may change what they hold."""
        self._own.append((layers, closed))

    def _on_removed(self, event: Any) -> None:
        self._removed.append((event.index, event.value))

    def _on_inserted(self, event: Any) -> None:
        if type(event.value) is Labels:
            self._added.append(event.value)

    def tick(self) -> Mended:
        """Put back what was deleted, shifted or turned, and close what is closed: napari opens what it adds."""
        own = [layer for layers, _ in self._own for layer in layers()]
        shifted = tuple(layer.name for layer in own if _put_straight(layer))
        deleted = self._put_back(own) if self._removed else ()
        for layers, closed in self._own:
            if closed():
                _close(layers())
        return Mended(deleted, shifted, self._beside(own) if self._added else ())

    def _beside(self, own: list[Any]) -> tuple[str, ...]:
        added, self._added = self._added, []
        return tuple(
            layer.name
            for layer in added
            if layer.visible and layer in self._viewer.layers and not any(layer is one for one in own)
        )

    def _put_back(self, own: list[Any]) -> tuple[str, ...]:
        removed, self._removed = self._removed, []
        back = [(at, layer) for at, layer in reversed(removed) if any(layer is one for one in own)]
        for at, layer in back:
            if layer not in self._viewer.layers:
                self._viewer.layers.insert(min(at, len(self._viewer.layers)), layer)
        return tuple(layer.name for layer in own if any(layer is one for _, one in back))


def _close(layers: Iterable[Any]) -> None:
    """Let nothing be changed in layers; napari drops their undo, which is of no use then."""
    for layer in layers:
        if layer.editable:
            layer.mode = "pan_zoom"
            layer.editable = False


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
