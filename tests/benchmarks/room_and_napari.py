"""Both in turns: the reading room and bare napari scrolled by turns in two windows of one process, ten steps each.

The layers show the same arrays at the same place in the same colours, and windows and canvases have the same size; what
other programs take from the machine meanwhile is taken from both.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from kazerooni.dicom import find_series
from tests.benchmarks.room_window import Loop, start_screen

IS_WINDOW = True
_STEPS, _TURNS = 10, 16


def turns(folder: str) -> dict[str, float]:
    """Scroll by turns; gives medians of a step, from key to picture, and of the work of the main thread in it."""
    (series,) = find_series(folder)
    start_screen()
    room = Loop()
    from napari_kazerooni.desk import desk_of  # noqa: PLC0415 - wants the screen
    from napari_kazerooni.reader import series_dock  # noqa: PLC0415
    from napari_kazerooni.ticking import Ticker  # noqa: PLC0415

    dock, desk = series_dock(room.viewer), desk_of(room.viewer)
    room.settle()
    dock.open(series)
    room.until(lambda: desk.room.is_whole and desk.session is not None)
    room.settle()
    bare = _bare(desk)
    ticker = room.viewer.window._qt_window.findChild(Ticker)
    dims = bare.viewer.dims
    steps: dict[str, tuple[Loop, Callable[[int], object]]] = {
        "room": (room, desk.room.step),
        "napari": (bare, lambda by: dims.set_current_step(0, dims.current_step[0] + by)),
    }
    took: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(_TURNS):
        for name, (loop, step) in steps.items():
            (ticker.timer.start if loop is room else ticker.timer.stop)()  # the room does nothing meanwhile
            loop.settle()
            took[name] += _scroll(loop, step)
    figures: dict[str, float] = {}
    for at, what in enumerate(("scroll step, ms", "work of the main thread in a step, ms")):
        for name in steps:
            figures[f"{name}: {what}"] = 1000 * median(each[at] for each in took[name])
        figures[f"times napari: {what}"] = figures[f"room: {what}"] / figures[f"napari: {what}"]
    for loop in (bare, room):
        loop.viewer.close()
    return figures


def _bare(desk: Any) -> Loop:
    """Show the arrays of a reading in layers of a bare viewer, in a canvas of the same size."""
    from qtpy.QtWidgets import QLabel  # noqa: PLC0415

    from napari_kazerooni.layers import image_kwargs, labels_kwargs  # noqa: PLC0415 - wants the screen

    canvas = desk.open_session.canvas
    loop = Loop()
    loop.viewer.add_image(**image_kwargs(desk.room.volume))
    for name in desk.layers.visible:
        canvas.labels(name).fill(0)  # memory that was never touched is not there
        options, own = labels_kwargs(name, canvas.labels(name), desk.room.screen), desk.layers[name]
        loop.viewer.add_labels(**options, colormap=own.colormap, opacity=own.opacity, blending=own.blending)
    loop.settle()
    own, wanted = (viewer.window._qt_viewer.canvas.native.width() for viewer in (loop.viewer, desk.viewer))
    beside = QLabel()  # a window of the same size with a canvas of the same width: Qt draws both anew
    beside.setFixedWidth(own - wanted)
    loop.viewer.window.add_dock_widget(beside, area="right")
    loop.settle()
    loop.viewer.dims.set_current_step(0, desk.room.index)
    loop.settle()
    loop.viewer.scene.camera.zoom = desk.viewer.scene.camera.zoom
    loop.settle()
    return loop


def _scroll(loop: Loop, step: Callable[[int], object]) -> list[tuple[float, float]]:
    """Show the next slices; gives the seconds from key to picture, and the work of the main thread, of each."""
    took = []
    for _ in range(_STEPS):
        start, before, known = time.perf_counter(), loop.drawn, len(loop.work)
        loop.call(lambda: step(1))
        loop.until(lambda before=before: loop.drawn > before)  # type: ignore[misc]
        took.append((time.perf_counter() - start, sum(loop.work[known:])))
    return took
