"""Bare napari: a volume that is in memory and three empty label maps as layers, scrolled and painted."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from kazerooni.dicom import find_series, read_volume
from tests.benchmarks.room_actions import bare
from tests.benchmarks.room_window import Loop, start_screen
from tests.benchmarks.worker import peak_mb

IS_WINDOW = True
STEPS, STROKES = 60, 30
_NAMES = ("lobes", "alveolar", "interstitial")
_BRUSH_PIXELS = 14


def room(folder: str) -> dict[str, float]:
    """Show, scroll, paint; gives the figures by name."""
    figures: dict[str, float] = {}
    start_screen()
    loop = Loop()
    loop.settle()
    figures["peak before the scan, MB"] = peak_mb(room)
    volume = read_volume(find_series(folder)[0])
    labels = [np.zeros(volume.hu.shape, np.uint8) for _ in _NAMES]
    for each in labels:
        each.fill(0)  # memory that was never touched is not there
    with loop.stalls("first series", figures):
        start = time.perf_counter()
        loop.call(lambda: loop.viewer.add_image(volume.hu, contrast_limits=(-1350, 150), name="CT"))
        loop.until_drawn()
        figures["first series: first slice, ms"] = 1000 * (time.perf_counter() - start)
        layers = []
        for name, data in zip(_NAMES, labels, strict=True):
            start = len(loop.turns)
            loop.call(lambda name=name, data=data: layers.append(loop.viewer.add_labels(data, name=name)))  # type: ignore[misc]
            loop.settle()
            figures[f"{name} added: longest turn, ms"] = 1000 * max(loop.turns[start:])
            figures[f"{name} added: most work in a turn, ms"] = 1000 * max(loop.work[start:])
    work(loop, figures, layers[1], volume.hu.shape[0] // 2)
    figures["peak, MB"] = peak_mb(room)
    bare(loop, [loop.viewer.layers["CT"], *layers], figures)
    _swap(loop, figures, [loop.viewer.layers["CT"], *layers])
    _second_canvas(loop, figures)
    loop.viewer.close()
    return figures


def _swap(loop: Loop, figures: dict[str, float], layers: list[Any]) -> None:
    """Show other data of the same kind in layers that are there: what any room built on napari pays."""
    for layer in layers:
        data = layer.data.copy()
        loop.settle()
        with loop.stalls(f"{layer.name} swapped", figures):
            loop.call(lambda layer=layer, data=data: setattr(layer, "data", data))  # type: ignore[misc]
            loop.settle()
    with loop.stalls("four layers swapped", figures):
        for layer in layers:
            data = layer.data[:-1]
            loop.call(lambda layer=layer, data=data: setattr(layer, "data", data))  # type: ignore[misc]
            loop.turn()
        loop.settle()


def _second_canvas(loop: Loop, figures: dict[str, float]) -> None:
    """Make another canvas of napari in the window, empty: what a picture beside costs at least."""
    from napari.components import ViewerModel  # noqa: PLC0415 - wants the screen
    from napari.qt import QtViewer  # noqa: PLC0415

    made: list[Any] = []

    def make() -> None:
        made.append(QtViewer(ViewerModel()))
        loop.viewer.window.add_dock_widget(made[0], area="right")

    with loop.stalls("a second canvas made", figures):
        loop.call(make)
        loop.settle()
    made[0].close()


def work(loop: Loop, figures: dict[str, float], layer: Any, index: int) -> None:
    """Scroll, then paint."""
    dims = loop.viewer.dims
    with loop.stalls("scrolling", figures):
        figures["scroll step, ms"] = loop.scroll(lambda by: dims.set_current_step(0, dims.current_step[0] + by), STEPS)
    layer.brush_size = _BRUSH_PIXELS
    with loop.stalls("painting", figures):
        figures["stroke, ms"] = loop.strokes(layer, index, STROKES)
