"""Room actions: what a reader does with an open scan, each a figure; bare napari does what it has of the same.

The lobes are boxes, parted by fissures in their usual places: how they are found is measured elsewhere (`lobes`).
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from kazerooni.model import Component, FissureName, Lobe
from tests.benchmarks.room_window import Loop

_FIVE = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
_APART = 12  # slices between the two that are marked, to fill those between
_AUTOSAVE_S = 6.0  # within which the draft is saved
_CORNERS = ((-40, -40), (-40, 40), (40, 40), (40, -40))
_POINTS = 60  # of a fissure, about as many as are found


def boxes(shape: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Give five lobes as boxes beside each other, from the second slice to the last but one."""
    labels = np.zeros(shape, np.uint8)
    wide, rows = shape[2] // 6, slice(shape[1] // 5, 4 * shape[1] // 5)
    for at, lobe in enumerate(_FIVE):
        labels[1:-1, rows, wide // 2 + at * wide : wide // 2 + (at + 1) * wide - 2] = lobe
    return labels


class Acting:
    """Does things in a window, and notes what each took."""

    def __init__(self, loop: Loop, figures: dict[str, float], is_idle: Callable[[], bool] = lambda: True) -> None:
        self.loop, self.figures, self._is_idle = loop, figures, is_idle

    def __call__(self, what: str, act: Callable[[], object]) -> None:
        """Do something, and wait until nothing follows from it any more."""
        with self.loop.stalls(what, self.figures):
            self.loop.call(act)
            self.loop.until(self._is_idle)
            self.loop.settle()


def ours(loop: Loop, desk: Any, figures: dict[str, float]) -> None:
    """Mark, fill between, move a fissure, look at planes, keep a draft, sign and look at what is signed."""
    act = Acting(loop, figures, lambda: desk.busy is None and desk.keeping._job is None)
    marking = next(dock for name, dock in loop.viewer.window.dock_widgets.items() if name.startswith("Marking"))
    layer, middle = desk.layers["alveolar"], desk.room.index
    _give_lobes(desk, act)
    row, column = (size // 2 for size in layer.data.shape[1:])
    act("tool chosen", lambda: marking.choose_tool("paint"))
    act("lobe filled", lambda: layer.fill_lobe((middle, row, column), 1))
    act("fill undone", layer.undo)
    act("fill redone", layer.redo)
    act("polygon", lambda: layer.paint_polygon([(middle, row + up, column + right) for up, right in _CORNERS], 2))
    act("next slice, draft kept", lambda: desk.room.step(1))
    apart = _apart(layer.data.shape[0], middle)
    desk.room.go_to(middle + apart)
    act("lobe filled above", lambda: layer.fill_lobe((middle + apart, row, column), 1))
    desk.room.go_to(middle + apart // 2)
    act("marks between suggested", marking.suggestion.make)
    act("suggestion accepted", marking.suggestion.accept)
    act("suggestion undone", layer.undo)
    _points(desk, marking, act)
    act("percent typed", lambda: desk.do(lambda say: say.type_percent(Lobe.LLL, Component.INTERSTITIAL, "12")))
    _looks(act, desk.room.show_plane, desk.layers.toggle_findings)
    layer.paint((desk.room.index, row, column), 1)
    with loop.stalls("draft kept after 5 s", figures):
        end = time.perf_counter() + _AUTOSAVE_S
        loop.until(lambda: time.perf_counter() > end)
    _sign(desk, act)


def _apart(slices: int, middle: int) -> int:
    """Give how far above the middle slice the other marked one lies: within the boxes, which end before the last."""
    return min(_APART, slices - 2 - middle)


def _give_lobes(desk: Any, act: Acting) -> None:
    from kazerooni.segment import default_fissures, lobes_of  # noqa: PLC0415 - with the room
    from napari_kazerooni.lobe_finding import lungs_of  # noqa: PLC0415

    session = desk.open_session
    lungs = lungs_of(boxes(session.volume.hu.shape), session.volume.geometry)
    fissures = default_fissures(lungs)
    session.set_lobes(lobes_of(lungs, fissures), fissures)
    act("lobes taken over", lambda: desk.on_lobes(lungs))


def _points(desk: Any, marking: Any, act: Acting) -> None:
    """Show the points of fissures, twice, drag one, and take that back."""
    box = marking.lobes.show_points
    act("points of fissures shown first", lambda: box.setChecked(True))
    act("points of fissures hidden", lambda: box.setChecked(False))
    act("points of fissures shown again", lambda: box.setChecked(True))
    layer = marking.points.layers[FissureName.RIGHT_OBLIQUE]
    nearest = int(np.argmin(abs(layer.data[:, 0] - desk.room.index)))

    def drag() -> None:
        layer._move([nearest], layer.data[nearest] + np.array([0, 8, 0]))
        layer.events.data(value=layer.data, action="changed", data_indices=(nearest,), vertex_indices=((),))

    act("point dragged", drag)
    act("drag undone", desk.undo)
    box.setChecked(False)


def _looks(act: Acting, show_plane: Callable[[str], object], toggle: Callable[[], object]) -> None:
    for plane in ("coronal", "sagittal", "axial"):
        act(f"{plane} plane", lambda plane=plane: show_plane(plane))  # type: ignore[misc]
    act("findings hidden", toggle)
    act("findings shown", toggle)


def _sign(desk: Any, act: Acting) -> None:
    session = desk.open_session
    for lobe in _FIVE:
        desk.do(lambda say, lobe=lobe: say.nothing_else(lobe))
    for trace in session.open_traces():
        desk.do(lambda say, trace=trace: say.count_trace(trace))
    for conflict in session.places.conflicts:
        desk.do(lambda say, one=conflict: say.clear(one.lobe, one.component))
    session.confirmed |= {"coverage", "ungraded"}
    desk.reader = session.reader = "Reader A"
    with tempfile.TemporaryDirectory() as folder:
        act("signed", lambda: desk.sign(Path(folder)))
        act("signed reading looked at", lambda: desk.look_at_signed(desk.signed_in))


def bare(loop: Loop, layers: list[Any], figures: dict[str, float]) -> None:
    """Do with layers of bare napari what it has of the same."""
    act, viewer = Acting(loop, figures), loop.viewer
    image, lobes, layer = layers[:3]
    lobes.data[:] = boxes(lobes.data.shape)
    middle = viewer.dims.current_step[0]
    row, column = (size // 2 for size in layer.data.shape[1:])
    viewer.layers.selection.active = layer
    act("tool chosen", lambda: setattr(layer, "mode", "paint"))
    act("lobe filled", lambda: _fill(layer, lobes, (middle, row, column)))
    act("fill undone", layer.undo)
    act("fill redone", layer.redo)
    act("polygon", lambda: layer.paint_polygon([(middle, row + up, column + right) for up, right in _CORNERS], 2))
    act("next slice, draft kept", lambda: viewer.dims.set_current_step(0, middle + 1))
    shape = (_apart(layer.data.shape[0], middle) - 1, *layer.data.shape[1:])
    few = np.ones(shape, np.uint8)
    act("marks between suggested", lambda: viewer.add_labels(few, translate=(middle, 0, 0), name="few"))
    places = np.column_stack([np.full(_POINTS, float(middle)), *np.mgrid[100:400:2j, 100:400:30j].reshape(2, -1)])
    act("points of fissures shown first", lambda: viewer.add_points(places, size=8))
    points = viewer.layers[-1]
    act("points of fissures hidden", lambda: setattr(points, "visible", False))
    act("points of fissures shown again", lambda: setattr(points, "visible", True))
    act("point dragged", lambda: points._move([0], points.data[0] + np.array([0, 8, 0])))
    points.visible = viewer.layers["few"].visible = False
    orders = {"coronal": (1, 0, 2), "sagittal": (2, 0, 1), "axial": (0, 1, 2)}
    both = layers[2:4]

    def show_plane(plane: str) -> None:
        viewer.dims.order = orders[plane]
        viewer.reset_view()

    def toggle() -> None:
        for each in both:
            each.visible = not each.visible

    _looks(act, show_plane, toggle)
    viewer.layers.remove(points)
    viewer.layers.remove("few")
    viewer.layers.selection.active = image


def _fill(layer: Any, lobes: Any, place: tuple[int, int, int]) -> None:
    """Give the lobe at a place a label: a step of undo as napari's own bucket makes one."""
    index = place[0]
    inside = np.nonzero(lobes.data[index] == lobes.data[place])
    layer.data_setitem((np.full(inside[0].size, index), *inside), 1)
