"""Suggesting: marks copied to the next slice, and marks between two slices that wait until a person accepts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import numpy as np
from napari.layers import Labels
from napari.utils.colormaps import DirectLabelColormap
from napari.utils.events import EmitterGroup, Event
from numpy.typing import NDArray

from kazerooni.errors import LabelError, ReadingError
from napari_kazerooni.between import copy_marks, fill_between, refuse_gaps
from napari_kazerooni.canvas import Labels as Array
from napari_kazerooni.desk import Desk
from napari_kazerooni.layer_rows import Waiting, WaitingLayers
from napari_kazerooni.layers import (
    LAYER_NAMES,
    LayerName,
    empty_labels_kwargs,
    label_colours,
    labels_kwargs,
    swap,
)
from napari_kazerooni.paint import MarkingLabels
from napari_kazerooni.screen import Screen

_NAME: Final = "suggestion"
_OPACITY: Final = 0.35


def copy_to_next(desk: Desk, by: int) -> int:
    """Copy the marks of the slice in sight to the next one but so many, and show that; one step of undo.

    Gives the slice. Raises LabelError where there is none, or no marks.
    """
    layer, index = _finding_layer(desk), desk.room.index
    target = index + by
    if not 0 <= target < layer.data.shape[0]:
        raise LabelError("there is no slice beyond this one")
    if not layer.data[index].any():
        raise LabelError(f"slice {index + 1} holds no marks of {layer.name} to copy")
    lobes = desk.layers["lobes"].data[target]
    copied = copy_marks(layer.data[index], layer.data[target], lobes if lobes.any() else None)
    mark_slices(layer, {target: copied})
    desk.room.go_to(target)
    return target


def mark_slices(layer: MarkingLabels, wanted: Mapping[int, Array]) -> None:
    """Put marks beside those of slices, as one step of undo and within the locks."""
    with layer.block_history():
        for index, marks in wanted.items():
            new = (marks != layer.data[index]) & (marks != 0)
            for label in np.unique(marks[new]).tolist():
                layer.mark(index, new & (marks == label), label, refresh=False)
    layer.refresh()


def _finding_layer(desk: Desk) -> MarkingLabels:
    layer = desk.layers.painted
    if desk.layers.name_of(layer) == "lobes":
        raise LabelError("choose a finding first: lobes are moved by their fissure points, or painted")
    if desk.open_session.signed is not None:
        raise ReadingError("the reading is signed; amend it to mark something")
    return layer


class SuggestedLabels(Waiting, Labels):
    """Labels that are shown beside those of the reading, and are none of it."""

    @property
    def _type_string(self) -> str:
        return "labels"  # for napari it is one: icon, menus, writers


class Suggestion:
    """Marks of the slices between two marked ones, shown beside the marks until they are accepted or not.

    The layer that shows them is made before there is a scan (`preparing`) and stays in the viewer, hidden and not
    listed, from one suggestion to the next: napari takes a tenth of a second and more to add or to remove one.

    Event: `waits` (marks are suggested, or not any more).
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.layer: Any = None
        self._target: MarkingLabels | None = None
        self._made: Mapping[int, Array] = {}
        self.events = EmitterGroup(source=self, waits=Event)
        desk.events.opened.connect(self._on_opened)
        desk.places.append(self.placing)
        desk.preparations.append(self.preparing)
        desk.guard.watch(lambda: (self.layer,) if self.waits else ())
        self._rows = WaitingLayers(desk.room, lambda layer: self.waits and layer is self.layer)

    def preparing(self) -> Iterator[Callable[[], None]]:
        """Give the step that adds the layer before there is a scan."""
        yield self._prepare

    def _prepare(self) -> None:
        if self.layer is None and self._desk.room.volume is None:  # else a scan came first
            self._add(
                empty_labels_kwargs("alveolar") | {"name": _NAME, "visible": False, "colormap": _colours("alveolar")}
            )

    @property
    def waits(self) -> bool:
        """Whether marks are suggested now."""
        return self._target is not None

    def make(self) -> tuple[int, int]:
        """Suggest marks between the marked slices next to the one in sight, in the background. Gives the two, as shown.

        Raises LabelError where they are not there, or slices lie apart.
        """
        self.drop()
        self._desk.layers.tell_strokes()
        desk, target, index = self._desk, _finding_layer(self._desk), self._desk.room.index
        session = desk.open_session
        name, screen = desk.layers.name_of(target), session.screen
        low, high = _between(_marked(desk, name), index)
        if high == low + 1:
            raise LabelError("no slice lies between the two marked ones")
        ends = screen.slice_index(low), screen.slice_index(high)
        refuse_gaps(session.volume.geometry)
        lobes = session.canvas.labels("lobes") if session.places.has_labels else None

        def work(*_: object) -> Mapping[int, Array]:
            made = fill_between(session.canvas.labels(name), session.volume.geometry, *ends, lobes=lobes)
            return {screen.slice_index(at): screen.plane(plane) for at, plane in made.items()}

        def made(between: Mapping[int, Array]) -> None:
            self._target, self._made = target, between
            self._show(target, name, low + 1, high)

        desk.start("Filling between", work, made)
        return low, high

    def _show(self, target: MarkingLabels, name: LayerName, first: int, end: int) -> None:
        """Show what is suggested of the slices from `first` on, before `end`, in a layer of these slices alone."""
        shown = np.stack([np.where(target.data[at] == 0, self._made[at], 0) for at in range(first, end)])
        screen = self._desk.open_session.screen
        options = labels_kwargs(name, target.data, screen) | {"name": _NAME}
        gap, start = screen.scale_mm[0], screen.translate_mm[0]
        options["translate"] = (start + gap * first, *screen.translate_mm[1:])
        if self.layer is None or self.layer not in self._desk.viewer.layers:
            self._add(options | {"data": shown, "colormap": _colours(name)})
        else:
            self.layer.colormap = _colours(name)
            swap(self.layer, shown, options)
        self._rows.see(self.layer, visible=True)
        self.events.waits()

    def _add(self, options: Mapping[str, Any]) -> None:
        self.layer = SuggestedLabels(opacity=_OPACITY, **options)
        self.layer.editable = False
        self._rows.add(self.layer)

    def accept(self) -> None:
        """Mark what was suggested, as one step of undo."""
        if self._target is not None:
            mark_slices(self._target, self._made)
        self.drop()

    def drop(self) -> None:
        """Forget what was suggested."""
        if self.layer is not None:
            self._rows.see(self.layer, visible=False)
        self._target, self._made = None, {}
        self.events.waits()

    def placing(self, screen: Screen) -> Iterator[Callable[[], None]]:
        """Give the step that forgets it before the reading of another scan begins."""
        if not self._is_placed(screen):
            yield partial(self._place, screen)

    def _on_opened(self) -> None:
        """Forget it with the reading."""
        self.drop()
        screen = self._desk.open_session.screen
        if not self._is_placed(screen):
            self._place(screen)

    def _is_placed(self, screen: Screen) -> bool:
        """Tell whether nothing is to be done: a viewer turns slices by all its layers, also by this one."""
        layer = self.layer
        if layer is None or layer not in self._desk.viewer.layers:
            return True
        return (tuple(layer.scale), tuple(layer.translate)) == (screen.scale_mm, screen.translate_mm)

    def _place(self, screen: Screen) -> None:
        """Let the layer go, empty, to the place of a scan."""
        self.drop()
        place = {"scale": screen.scale_mm, "translate": screen.translate_mm, "metadata": {}}
        swap(self.layer, np.zeros((1, 1, 1), np.uint8), place)


def _colours(name: LayerName) -> DirectLabelColormap:
    return DirectLabelColormap(color_dict=label_colours(name))


def _marked(desk: Desk, name: LayerName) -> NDArray[np.intp]:
    """Give the slices, as shown, on which a layer holds marks; the counts tell it."""
    session = desk.open_session
    axis = LAYER_NAMES.index(name) + 1
    other = tuple(each for each in (1, 2, 3) if each != axis)
    held = session.canvas.counts.sum(axis=other)[:, 1:].any(axis=1)
    return np.sort([session.screen.slice_index(int(at)) for at in np.flatnonzero(held)]).astype(np.intp)


def _between(marked: NDArray[np.intp], index: int) -> tuple[int, int]:
    """Give the marked slices next to the one in sight. Raises LabelError where there are none."""
    below, above = marked[marked <= index], marked[marked > index]
    if index in marked and below.size > 1 and not above.size:
        below, above = below[:-1], below[-1:]
    if not below.size or not above.size:
        raise LabelError("mark a slice below and one above first; the slices between them are filled")
    return int(below[-1]), int(above[0])
