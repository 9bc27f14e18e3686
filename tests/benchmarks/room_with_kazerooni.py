"""This project: the reading room opens a series, another one, and an earlier visit beside; scrolled and painted."""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from kazerooni.dicom import Series, find_series
from tests.benchmarks.room_actions import ours
from tests.benchmarks.room_window import Loop, start_screen
from tests.benchmarks.room_with_napari import STEPS, STROKES
from tests.benchmarks.worker import peak_mb

IS_WINDOW = True


def room(folder: str) -> dict[str, float]:
    """Open, scroll, paint, open another one, then one beside; gives the figures by name."""
    figures: dict[str, float] = {}
    (series,) = find_series(folder)
    start_screen()
    loop = Loop()
    from napari_kazerooni.desk import desk_of  # noqa: PLC0415 - wants the screen
    from napari_kazerooni.reader import series_dock  # noqa: PLC0415

    with loop.stalls("the room prepared", figures):
        docks: list[Any] = []
        loop.call(lambda: docks.append(series_dock(loop.viewer)))
        loop.settle()
    (dock,) = docks
    figures["peak before the scan, MB"] = peak_mb(room)
    _open(loop, dock, series, "first series", figures)
    _work(loop, figures)
    figures["peak, MB"] = peak_mb(room)
    with tempfile.TemporaryDirectory(prefix="kazerooni-room-") as drafts:
        desk_of(loop.viewer).keeping.folder = Path(drafts)
        ours(loop, desk_of(loop.viewer), figures)
        _open(loop, dock, series, "second series", figures)
    with loop.stalls("a view for other visits made", figures):
        loop.call(lambda: _find_earlier(loop, series))
        loop.settle()
    for number in ("first", "second"):
        _show_beside(loop, f"{number} visit beside", figures)
    loop.viewer.close()
    return figures


def _open(loop: Loop, dock: object, series: Series, what: str, figures: dict[str, float]) -> None:
    from napari_kazerooni.desk import desk_of  # noqa: PLC0415 - wants the screen

    desk = desk_of(loop.viewer)
    before = desk.session
    with loop.stalls(what, figures):
        start = time.perf_counter()
        shown = desk.room.volume
        loop.call(lambda: dock.open(series))  # type: ignore[attr-defined]
        loop.until(lambda: desk.room.volume is not shown)
        loop.until_drawn()
        figures[f"{what}: first slice, ms"] = 1000 * (time.perf_counter() - start)
        loop.until(lambda: desk.room.is_whole and desk.session is not before)
        loop.until_drawn()
        figures[f"{what}: all slices, ms"] = 1000 * (time.perf_counter() - start)
        loop.settle()


def _work(loop: Loop, figures: dict[str, float]) -> None:
    from napari_kazerooni.desk import desk_of  # noqa: PLC0415 - wants the screen

    desk = desk_of(loop.viewer)
    for each in desk.layers.visible:
        desk.open_session.canvas.labels(each).fill(0)  # memory that was never touched is not there
    with loop.stalls("scrolling", figures):
        figures["scroll step, ms"] = loop.scroll(desk.room.step, STEPS)
    layer = desk.layers["alveolar"]
    layer.brush_mm = 10.0
    with loop.stalls("painting", figures):
        figures["stroke, ms"] = loop.strokes(layer, desk.room.index, STROKES)


def _find_earlier(loop: Loop, series: Series) -> None:
    """Let the series be known as an earlier visit of the same patient too, as one that was in the folder."""
    from napari_kazerooni.prior_widget import prior_dock  # noqa: PLC0415 - wants the screen
    from napari_kazerooni.room import room_of  # noqa: PLC0415

    prior_dock(loop.viewer)
    earlier = replace(series, study_uid=f"{series.study_uid}.1", study_date=date(2000, 1, 1))
    room_of(loop.viewer).take_found((series, earlier))


def _show_beside(loop: Loop, what: str, figures: dict[str, float]) -> None:
    from napari_kazerooni.prior_widget import prior_dock  # noqa: PLC0415 - wants the screen

    dock = prior_dock(loop.viewer)
    loop.settle()
    with loop.stalls(what, figures):
        loop.call(lambda: dock.show_visit(dock.priors.rows[0]))
        loop.until(lambda: dock.view is not None)
        loop.settle()
