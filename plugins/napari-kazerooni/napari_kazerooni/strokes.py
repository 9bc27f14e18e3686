"""Strokes: what one step of marking changed, so that counts follow from the touched box alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from napari_kazerooni.rasters import Box

Labels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Stroke:
    """What a step changed on one slice: its index, the touched box, and the labels in it before and after."""

    index: int
    box: Box
    before: Labels
    after: Labels


class Change(NamedTuple):
    """One change of the labels, as napari's history keeps it.

    where: the touched box (slice, row, column). mask: the changed voxels in it, None: all. old: their labels before, in
    the order of the mask (or the whole box).
    """

    where: tuple[slice, ...]
    mask: NDArray[np.bool_] | None
    old: NDArray[Any]


def changes_of(atoms: Iterable[Any]) -> list[Change]:
    """Read napari's history atoms: masked ones, and (indices, old, new) as `data_setitem` leaves them."""
    return [_masked(atom) if hasattr(atom, "slice_key") else _indexed(atom) for atom in atoms]


def _masked(atom: Any) -> Change:
    return Change(atom.slice_key, atom.mask, atom.old_values)


def _indexed(atom: Any) -> Change:
    indices, old, _ = atom
    where = tuple(slice(int(axis.min()), int(axis.max()) + 1) for axis in indices)
    mask = np.zeros([side.stop - side.start for side in where], np.bool_)
    mask[tuple(axis - side.start for axis, side in zip(indices, where, strict=True))] = True
    box = np.zeros(mask.shape, np.asarray(old).dtype)
    box[tuple(axis - side.start for axis, side in zip(indices, where, strict=True))] = old
    return Change(where, mask, box[mask])


def boxes_of(changes: Iterable[Change]) -> dict[int, Box]:
    """Give the box of rows and columns that changes touch, by slice."""
    boxes: dict[int, Box] = {}
    for change in changes:
        slices, rows, columns = change.where
        for index in range(slices.start, slices.stop):
            boxes[index] = _joined(boxes.get(index), (rows, columns))
    return boxes


def _joined(one: Box | None, other: Box) -> Box:
    if one is None:
        return other
    rows, columns = (slice(min(a.start, b.start), max(a.stop, b.stop)) for a, b in zip(one, other, strict=True))
    return rows, columns


def strokes_of(labels: Labels, changes: list[Change]) -> Iterator[Stroke]:
    """Give what changes that were just made did to `labels`, by slice: the labels before are put together from them."""
    for index, box in boxes_of(changes).items():
        after = labels[(index, *box)].copy()
        before = after.copy()
        for change in reversed(changes):
            _take_back(before, index, box, change)
        yield Stroke(index, box, before, after)


def _take_back(labels: Labels, index: int, box: Box, change: Change) -> None:
    slices, rows, columns = change.where
    if not slices.start <= index < slices.stop:
        return
    part = labels[_within(rows, box[0]), _within(columns, box[1])]
    if change.mask is None:
        part[...] = change.old[index - slices.start]
        return
    old = np.zeros(change.mask.shape, labels.dtype)
    old[change.mask] = change.old
    mask = change.mask[index - slices.start]
    part[mask] = old[index - slices.start][mask]


def _within(side: slice, box: slice) -> slice:
    return slice(side.start - box.start, side.stop - box.start)
