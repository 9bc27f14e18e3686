"""Unseen: draws once, before there is a scan, what napari makes shaders for when it is first drawn (50 ms and more)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from napari_kazerooni.desk import Desk


def drawing(desk: Desk) -> Iterator[Callable[[], None]]:
    """Give the steps that draw the circle of the brush, and each hidden layer, into a picture that nobody sees."""
    canvas = getattr(getattr(desk.viewer.window, "_qt_viewer", None), "canvas", None)
    if canvas is None:
        return
    brush = desk.viewer.canvas.overlays._brush_circle  # noqa: SLF001 - napari is pinned
    for part in (brush, *(layer for layer in desk.viewer.layers if not layer.visible)):
        yield partial(_draw, part, canvas)


def _draw(part: Any, canvas: Any) -> None:
    part.visible = True
    canvas.native.grabFramebuffer()
    part.visible = False
