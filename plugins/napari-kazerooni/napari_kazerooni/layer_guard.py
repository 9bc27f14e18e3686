"""Layer guard: layers that belong to a reading are put back where somebody deletes them, with their undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

Layers = Callable[[], Iterable[Any]]


class LayerGuard:
    """Puts back layers of a viewer that were deleted but belong to a reading.

    It does so at the next `tick`, not at once: a viewer that closes removes its layers one by one.
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
        """Put back what was deleted; gives the names."""
        if not self._removed:
            return ()
        removed, self._removed = self._removed, []
        own = [layer for layers in self._own for layer in layers()]
        back = [(at, layer) for at, layer in reversed(removed) if any(layer is one for one in own)]
        for at, layer in back:
            if layer not in self._viewer.layers:
                self._viewer.layers.insert(min(at, len(self._viewer.layers)), layer)
        return tuple(layer.name for _, layer in back)
