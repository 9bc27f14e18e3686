"""Both by turns: the reading room and bare napari, scrolled and painted by turns in two windows of one process.

The layers show the same arrays at the same place in the same colours, and windows and canvases have the same size; what
other programs take from the machine meanwhile is taken from both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, NamedTuple

from kazerooni.dicom import find_series
from tests.benchmarks.room_window import Loop, start_screen
from tests.benchmarks.worker import peak_mb

IS_WINDOW = True
_STEPS, _STROKES, _TURNS = 10, 10, 16
_APART = 9  # slices between those that both paint: a stroke is counted from what was there before
_BRUSH_MM = 10.0


class _Window(NamedTuple):
    """A window, and how a key scrolls in it."""

    loop: Loop
    step: Callable[[int], object]
    ways: Iterator[int]


def turns(folder: str) -> dict[str, float]:
    """Give medians of a step, from key to picture, of the work of the main thread in it, and of a stroke."""
    figures: dict[str, float] = {}
    (series,) = find_series(folder)
    start_screen()
    loop = Loop()
    from napari_kazerooni.desk import desk_of  # noqa: PLC0415 - wants the screen
    from napari_kazerooni.reader import series_dock  # noqa: PLC0415

    dock, desk = series_dock(loop.viewer), desk_of(loop.viewer)
    loop.settle()
    figures["peak before the scan, MB"] = peak_mb(turns)
    dock.open(series)
    loop.until(lambda: desk.room.is_whole and desk.session is not None)
    loop.settle()
    bare = _bare(desk)
    dims, count, start = bare.viewer.dims, series.slices, desk.room.index
    room = _Window(loop, desk.room.step, _ways(count, start))
    napari = _Window(bare, lambda by: dims.set_current_step(0, dims.current_step[0] + by), _ways(count, start))
    _scroll_both(desk, room, napari, figures)
    _paint_both(desk, room, napari, figures)
    figures["peak, MB"] = peak_mb(turns)
    for each in (bare, loop):
        each.viewer.close()
    return figures


def _bare(desk: Any) -> Loop:
    """Show the arrays of a reading in layers of a bare viewer, in a window and a canvas of the same size."""
    from qtpy.QtWidgets import QLabel  # noqa: PLC0415 - wants the screen

    from napari_kazerooni.layers import image_kwargs, labels_kwargs  # noqa: PLC0415

    canvas = desk.open_session.canvas
    loop = Loop()
    loop.viewer.add_image(**image_kwargs(desk.room.volume))
    for name in desk.layers.visible:
        canvas.labels(name).fill(0)  # memory that was never touched is not there
        options, own = labels_kwargs(name, canvas.labels(name), desk.room.screen), desk.layers[name]
        loop.viewer.add_labels(**options, colormap=own.colormap, opacity=own.opacity, blending=own.blending)
    loop.settle()
    wide, wanted = (viewer.window._qt_viewer.canvas.native.width() for viewer in (loop.viewer, desk.viewer))
    beside = QLabel()
    beside.setFixedWidth(max(wide - wanted, 1))
    loop.viewer.window.add_dock_widget(beside, area="right")
    loop.settle()
    loop.viewer.dims.set_current_step(0, desk.room.index)
    loop.viewer.scene.camera.zoom = desk.viewer.scene.camera.zoom
    loop.settle()
    return loop


def _ways(count: int, start: int) -> Iterator[int]:
    """Go up to the last slice, then down and up again."""
    at, way = start, 1
    while True:
        if not 0 <= at + way < count:
            way = -way
        at += way
        yield way


def _by_turns(desk: Any, room: _Window, napari: _Window) -> Iterator[tuple[str, _Window]]:
    """Give both windows by turns; while bare napari has its turn, no time passes at the desk."""
    from napari_kazerooni.ticking import Ticker  # noqa: PLC0415 - wants the screen

    timer = desk.viewer.window._qt_window.findChild(Ticker).timer
    for _ in range(_TURNS):
        for name, window in (("room", room), ("napari", napari)):
            (timer.start if window is room else timer.stop)()
            window.loop.settle()
            yield name, window


def _scroll_both(desk: Any, room: _Window, napari: _Window, figures: dict[str, float]) -> None:
    took: dict[str, list[float]] = {"room": [], "napari": []}
    work: dict[str, list[float]] = {"room": [], "napari": []}
    for name, (loop, step, ways) in _by_turns(desk, room, napari):
        for _ in range(_STEPS):
            start, before, known, way = time.perf_counter(), loop.drawn, len(loop.work), next(ways)
            loop.call(lambda step=step, way=way: step(way))  # type: ignore[misc]
            loop.until(lambda loop=loop, before=before: loop.drawn > before)  # type: ignore[misc]
            took[name].append(time.perf_counter() - start)
            work[name].append(sum(loop.work[known:]))
    figures["scroll step, ms"], bare = (1000 * median(took[name]) for name in ("room", "napari"))
    figures["scroll step of napari, ms"] = bare
    figures["scroll step, times napari's"] = figures["scroll step, ms"] / bare
    for name in took:
        figures[f"work of the main thread in a step of {name}, ms"] = 1000 * median(work[name])


def _paint_both(desk: Any, room: _Window, napari: _Window, figures: dict[str, float]) -> None:
    index = min(desk.room.index, napari.loop.viewer.layers["CT"].data.shape[0] - 1 - _APART)
    layers = {"room": desk.layers["alveolar"], "napari": napari.loop.viewer.layers["alveolar"]}
    layers["room"].brush_mm = _BRUSH_MM
    layers["napari"].brush_size = round(_BRUSH_MM / min(layers["room"].spacing_mm))
    desk.room.go_to(index)
    napari.loop.viewer.dims.set_current_step(0, index + _APART)
    took: dict[str, list[float]] = {"room": [], "napari": []}
    for name, window in _by_turns(desk, room, napari):
        at = index if name == "room" else index + _APART
        took[name].append(window.loop.strokes(layers[name], at, _STROKES))
    for name, each in took.items():
        figures[f"stroke of {name}, ms"] = median(each)
