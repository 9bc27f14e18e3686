"""Suggesting: marks copied to the next slice, and marks between two slices that wait until a person accepts them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from napari.layers import Labels
from napari.utils.colormaps import DirectLabelColormap

from kazerooni.errors import LabelError, ReadingError
from napari_kazerooni.between import copy_marks, fill_between
from napari_kazerooni.canvas import Labels as Array
from napari_kazerooni.desk import Desk
from napari_kazerooni.layers import label_colours, labels_kwargs
from napari_kazerooni.paint import MarkingLabels

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
                layer.mark(index, new & (marks == label), label)


def _finding_layer(desk: Desk) -> MarkingLabels:
    layer = desk.layers.painted
    if desk.layers.name_of(layer) == "lobes":
        raise LabelError("choose a finding first: lobes are moved by their fissure points, or painted")
    if desk.open_session.signed is not None:
        raise ReadingError("the reading is signed; amend it to mark something")
    return layer


class Suggestion:
    """Marks of the slices between two marked ones, shown beside the marks until they are accepted or not."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._layer: Any = None
        self._target: MarkingLabels | None = None
        self._made: Mapping[int, Array] = {}
        desk.events.opened.connect(self.drop)

    def make(self) -> tuple[int, int]:
        """Suggest marks between the marked slices next to the one in sight. Gives the two, as shown.

        Raises LabelError where they are not there, or slices lie apart.
        """
        self.drop()
        desk, target, index = self._desk, _finding_layer(self._desk), self._desk.room.index
        marked = np.flatnonzero(target.data.any(axis=(1, 2)))
        below, above = marked[marked <= index], marked[marked > index]
        if index in marked and below.size > 1 and not above.size:
            below, above = below[:-1], below[-1:]
        if not below.size or not above.size:
            raise LabelError("mark a slice below and one above first; the slices between them are filled")
        low, high = int(below[-1]), int(above[0])
        session = desk.open_session
        name, screen = desk.layers.name_of(target), session.screen
        lobes = session.canvas.labels("lobes")
        made = fill_between(
            session.canvas.labels(name),
            session.volume.geometry,
            screen.slice_index(low),
            screen.slice_index(high),
            lobes=lobes if lobes.any() else None,
        )
        self._made = {screen.slice_index(at): screen.plane(plane) for at, plane in made.items()}
        if not self._made:
            raise LabelError("no slice lies between the two marked ones")
        self._target = target
        self._show(target, name)
        return low, high

    def _show(self, target: MarkingLabels, name: Any) -> None:
        shown = np.zeros_like(target.data)
        for index, marks in self._made.items():
            shown[index] = np.where(target.data[index] == 0, marks, 0)
        options = labels_kwargs(name, shown, self._desk.open_session.screen) | {"name": _NAME, "data": shown}
        colours = DirectLabelColormap(color_dict=label_colours(name))
        data = options.pop("data")
        self._layer = Labels(data, opacity=_OPACITY, colormap=colours, **options)
        self._layer.editable = False
        active = self._desk.viewer.layers.selection.active
        self._desk.viewer.add_layer(self._layer)
        self._desk.viewer.layers.selection.active = active

    def accept(self) -> None:
        """Mark what was suggested, as one step of undo."""
        if self._target is not None:
            mark_slices(self._target, self._made)
        self.drop()

    def drop(self) -> None:
        """Forget what was suggested."""
        if self._layer is not None and self._layer in self._desk.viewer.layers:
            self._desk.viewer.layers.remove(self._layer)
        self._layer, self._target, self._made = None, None, {}
