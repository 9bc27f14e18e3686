"""Paint: a labels layer whose every tool keeps to the locks, paints one axial slice at a time, and tells each stroke.

napari's brush, eraser, bucket and polygon all end in one private method, `_paint_region_with_mask`; here it marks only
what the locks allow, so undo and redo hold too: napari is pinned below 0.10, and tests drive every tool.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from napari.layers import Labels
from napari.utils.events import Event
from numpy.typing import NDArray

from napari_kazerooni.locks import Locks, Place
from napari_kazerooni.rasters import Mask, Raster, contours, disc, polygon
from napari_kazerooni.strokes import Stroke, changes_of, strokes_of

_IN_PLANE = [1, 2]
_ERASED = 0
_NOT_AXIAL = "Marks are painted on axial slices only: go back to the axial view."
_SCATTERED = "The corners of the polygon lie on several slices: draw it anew on one."


def _with_left_button(callback: Callable[..., Any]) -> Callable[..., Any]:
    """Let a tool of napari draw with the left button only: the right one drags the window (windowing.py)."""

    def draw(layer: Labels, event: Any) -> Iterator[None]:
        if event.button == 1:
            yield from callback(layer, event)

    return draw


class MarkingLabels(Labels):
    """Labels of one map, painted slice by slice within `locks`; uint8 (slice, row, column), scaled in mm.

    highest: the highest label there is; a higher one is neither selected nor painted.

    Events beside napari's own:
    stroke: labels of a slice changed: what a stroke did since it was last told, when it ends or `tell_now` is called; a
    step that is undone, redone or broke off. `event.stroke` is a Stroke. One event for each slice.
    refused: nothing was marked; `event.reason` is a sentence for the reader.
    """

    _drag_modes: ClassVar[dict[Any, Any]] = {
        mode: _with_left_button(tool) if mode in {"paint", "erase", "fill"} else tool
        for mode, tool in Labels._drag_modes.items()
    }
    _first: tuple[int, ...] | None = None
    _centre: NDArray[np.float64] | None = None
    _brush_mm: float | None = None
    _told: str | None = None
    _known = 0

    def __init__(self, data: NDArray[np.uint8], *, highest: int, locks: Locks | None = None, **options: Any) -> None:
        self.highest = highest
        self.locks = locks or Locks()
        super().__init__(data, **options)
        self.events.add(stroke=Event, refused=Event)

    @property
    def _type_string(self) -> str:
        return "labels"  # for napari it is one: icon, menus, writers

    def _calculate_contour(self, labels: NDArray[np.uint8], data_slice: tuple[slice, ...]) -> NDArray[np.uint8] | None:
        """Give the outlines of what is shown: each scroll step waits for them; scipy's filters take 10 ms."""
        if self.contour < 1 or labels.ndim != 2:
            outlines: NDArray[np.uint8] | None = super()._calculate_contour(labels, data_slice)
            return outlines
        part = tuple(slice(max(side.start - self.contour, 0), side.stop + self.contour) for side in data_slice)
        made = contours(labels[part], self.contour)
        rows, columns = (
            slice(side.start - own.start, side.stop - own.start) for side, own in zip(data_slice, part, strict=True)
        )
        return made[rows, columns]

    # --- What may be painted at all ---

    @property
    def n_edit_dimensions(self) -> int:
        """Always 2: a ball of voxels would jump over the gaps between slices."""
        return 2

    @n_edit_dimensions.setter
    def n_edit_dimensions(self, n_edit_dimensions: int) -> None:
        self.events.n_edit_dimensions()  # whoever asked for more sees that it is still 2

    def _validate_label_in_range(self, label: int) -> None:
        if not 0 <= label <= self.highest:
            self._refuse(f"There is no label {label}: 1 to {self.highest} are findings of this map.")
            label = -1  # napari's own words for a label that cannot be
        super()._validate_label_in_range(label)

    def _is_axial(self) -> bool:
        return sorted(self._slice_input.displayed) == _IN_PLANE

    def _refuse(self, reason: str) -> None:
        if reason != self._told:
            self._told = reason
            self.events.refused(reason=reason)

    # --- The brush, in mm ---

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """Distance between rows, distance between columns."""
        return abs(float(self.scale[1])), abs(float(self.scale[2]))

    @property
    def brush_mm(self) -> float:
        """Diameter of brush and eraser in mm."""
        return self._brush_size * min(self.spacing_mm) if self._brush_mm is None else self._brush_mm

    @brush_mm.setter
    def brush_mm(self, diameter_mm: float) -> None:
        if not 0 < diameter_mm < np.inf:
            raise ValueError(f"brush of {diameter_mm} mm: a positive number is wanted")
        self._brush_mm = float(diameter_mm)
        self._brush_size = max(1, round(diameter_mm / min(self.spacing_mm)))  # napari steps by it, and shows it
        self.cursor_size = self._calculate_cursor_size()
        self.events.brush_size()

    @property
    def brush_size(self) -> int:
        """Diameter of brush and eraser in pixels, rounded; what counts is `brush_mm`."""
        return self._brush_size

    @brush_size.setter
    def brush_size(self, brush_size: float) -> None:
        self.brush_mm = max(1, int(brush_size)) * min(self.spacing_mm)

    def _calculate_cursor_size(self) -> float:
        return self.brush_mm

    def _get_brush_mask_and_bbox(
        self, coord: Sequence[float], dims_to_paint: list[int], shape: list[int]
    ) -> tuple[Mask, NDArray[np.int_], NDArray[np.int_]] | None:
        centre = np.asarray(coord, float)[_IN_PLANE] if self._centre is None else self._centre
        return _in_napari(disc(centre, self.brush_mm, self.spacing_mm, self.data.shape[1:]))

    # --- The tools ---

    def paint(self, coord: Sequence[float], new_label: int, refresh: bool = True) -> None:
        """Paint a disc of `brush_mm` about a point (slice, row, column), within the locks."""
        self._touch(coord)
        self._centre = np.asarray(coord, float)[_IN_PLANE]
        try:
            super().paint(coord, new_label, refresh)
        finally:
            self._centre = None

    def fill(self, coord: Sequence[float], new_label: int, refresh: bool = True) -> None:
        """Give the joined pixels of one label about a point another one, on this slice and within the locks."""
        self._touch(coord)
        if not self._is_axial():
            self._refuse(_NOT_AXIAL)
        elif self._is_inside(coord):
            super().fill(coord, new_label, refresh)

    def paint_polygon(self, points: Any, new_label: int) -> None:
        """Paint the pixels whose centres lie in a polygon of points (slice, row, column), within the locks."""
        corners = np.asarray(points, float)
        index = int(np.rint(corners[0, 0]))
        if np.any(np.rint(corners[:, 0]) != index):
            self._refuse(_SCATTERED)
            return
        self._touch(corners[0])
        self._mark(index, polygon(corners[:, 1:], self.data.shape[1:]), new_label)

    def mark(self, index: int, mask: Mask, label: int, *, refresh: bool = True) -> None:
        """Give pixels of one slice a label as one step, within the lungs and the HU window; `mask` is (row, column).

        The lock to one lobe needs a click, so it does not hold here. refresh: draw it; where many slices are marked at
        once, `refresh` of the layer does it for all of them.
        """
        self._first = None
        rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        if rows.size:
            box = slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)
            self._mark(index, Raster(box, mask[box]), label, refresh=refresh)

    def fill_lobe(self, coord: Sequence[float], label: int) -> None:
        """Give the whole lobe under a point a label, on this slice, within the lungs and the HU window."""
        index, row, column = _pixel(coord)
        lobes = self.locks.lobes
        if lobes is None or not self._is_inside(coord) or not lobes[index, row, column]:
            self._told = None
            self._refuse("No lobe lies here: point into one, or find or load lobes first.")
            return
        self.mark(index, lobes[index] == lobes[index, row, column], label)

    def _mark(self, index: int, raster: Raster, label: int, *, refresh: bool = True) -> None:
        self._validate_label_in_range(label)
        if not 0 <= index < self.data.shape[0]:
            raise IndexError(f"slice {index}: 0 to {self.data.shape[0] - 1} is wanted")
        if raster.mask.any():
            key = (slice(index, index + 1), *raster.box)
            self._paint_region_with_mask(key, raster.mask, label, _IN_PLANE, refresh)

    def _touch(self, coord: Any) -> None:
        """Remember where a stroke starts: the lock to one lobe holds to the lobe there."""
        if self._first is None or not self._block_history:
            self._told = None
            self._first = _pixel(coord)

    def _is_inside(self, coord: Any) -> bool:
        return all(0 <= at < size for at, size in zip(_pixel(coord), self.data.shape, strict=True))

    # --- Where all tools end ---

    def _paint_region_with_mask(
        self,
        slice_key: tuple[slice, ...],
        mask: Mask,
        new_label: int,
        dims_to_paint: list[int],
        refresh: bool = True,
        region_data: NDArray[Any] | None = None,
    ) -> None:
        allowed = self._allowed(slice_key, erasing=new_label == _ERASED) if self._is_axial() else None
        if allowed is None:
            if not self._is_axial():
                self._refuse(_NOT_AXIAL)
            return
        with nullcontext() if self._block_history else self.block_history():
            super()._paint_region_with_mask(slice_key, mask & allowed, new_label, dims_to_paint, refresh, region_data)

    def _allowed(self, key: tuple[slice, ...], *, erasing: bool) -> Mask | None:
        """Give the pixels of a box on one slice that may be changed now; None, and the reason told, where none may."""
        locks = self.locks if self._first is not None else replace(self.locks, in_lobe=False)
        first: Place = (0, 0, 0)
        if self._first is not None:
            if locks.in_lobe and not self._is_inside(self._first):
                self._refuse("The first click lies outside the picture.")
                return None
            index, row, column = self._first
            first = index, row, column
        reason = locks.why_not(first, erasing=erasing)
        if reason is not None:
            self._refuse(reason)
            return None
        return locks.allowed(key[0].start, (key[1], key[2]), first, erasing=erasing)

    def data_setitem(self, indices: tuple[Any, ...], value: Any, refresh: bool = True) -> None:
        """Refuse: what is set voxel by voxel would get round the locks; `mark` does it within them."""
        raise NotImplementedError("data_setitem gets round the locks: use mark, paint, fill or paint_polygon")

    # --- Telling strokes ---

    @contextmanager
    def block_history(self) -> Iterator[None]:
        """Group edits into one step; one that broke off leaves its first click to no other."""
        if not self._block_history:
            self._first = None
        with super().block_history():
            yield

    def _append_to_undo_history(self, item: list[Any]) -> None:
        super()._append_to_undo_history(item)
        self._first = None

    def _commit_staged_history(self) -> None:
        self.tell_now()
        self._known = 0
        super()._commit_staged_history()
        self._first = None

    def _abort_stroke(self) -> None:
        self.tell_now()
        self._known = 0
        undone = self._undone(self._staged_history)
        super()._abort_stroke()
        self._first = None
        for stroke in undone:
            self.events.stroke(stroke=stroke)

    def _mode_setter_helper(self, mode: Any) -> Any:
        mode = super()._mode_setter_helper(mode)
        if "brush_stroke" in self._overlays:
            self._overlays["brush_stroke"].enabled = False  # it begins with the right button
        return mode

    def _load_history(self, before: Any, after: Any, undoing: bool = True) -> None:
        if not before:
            return
        if self.locks.closed is not None:
            self._refuse(self.locks.closed)
            return
        item = before[-1]
        if undoing:
            undone = self._undone(item)
            super()._load_history(before, after, undoing)
            for stroke in undone:
                self.events.stroke(stroke=stroke)
            return
        super()._load_history(before, after, undoing)
        self._tell(list(reversed(item)))

    def _reset_history(self, event: Any = None) -> None:
        super()._reset_history(event)
        self._known = 0

    def tell_now(self) -> None:
        """Tell what a stroke that is still drawn did since it was last told."""
        untold, self._known = self._staged_history[self._known :], len(self._staged_history)
        if untold:
            self._tell(untold)

    def _tell(self, item: list[Any]) -> None:
        for stroke in self._strokes(item):
            self.events.stroke(stroke=stroke)

    def _undone(self, item: list[Any]) -> list[Stroke]:
        """Give what taking changes back will do."""
        return [replace(stroke, before=stroke.after, after=stroke.before) for stroke in self._strokes(item)]

    def _strokes(self, item: list[Any]) -> list[Stroke]:
        return list(strokes_of(self.data, changes_of(item)))


def _pixel(coord: Any) -> Place:
    index, row, column = (int(at) for at in np.rint(np.asarray(coord, float)))
    return index, row, column


def _in_napari(raster: Raster) -> tuple[Mask, NDArray[np.int_], NDArray[np.int_]] | None:
    """Give a raster as napari wants one: mask, first row and column, row and column behind the last."""
    if not raster.mask.any():
        return None
    rows, columns = raster.box
    return raster.mask, np.array([rows.start, columns.start]), np.array([rows.stop, columns.stop])
