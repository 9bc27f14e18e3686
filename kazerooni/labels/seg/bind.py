"""Bind the frames of a SEG to the slices of a scan: by the pictures they were drawn on, else by their exact place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.place import Place
from kazerooni.labels.seg.file import SegFile
from kazerooni.labels.seg.frames import Source
from kazerooni.model import Geometry, Notice, corners_mm
from kazerooni.model.maps import slices_on_grid

OUTSIDE_SCAN = -1
_Value = TypeVar("_Value", bound=np.generic)


@dataclass(frozen=True, slots=True)
class FrameTurn:
    """How the pixels of a frame are turned into rows and columns of the scan: exchanged first, then flipped."""

    exchanged: bool
    flip_rows: bool
    flip_columns: bool

    def apply(self, plane: NDArray[_Value]) -> NDArray[_Value]:
        """Turn a plane; gives a view."""
        turned = plane.T if self.exchanged else plane
        return turned[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]

    def undo(self, plane: NDArray[_Value]) -> NDArray[_Value]:
        """Turn rows and columns of the scan into those of the frame; gives a view."""
        flipped = plane[:: -1 if self.flip_rows else 1, :: -1 if self.flip_columns else 1]
        return flipped.T if self.exchanged else flipped


@dataclass(frozen=True, eq=False)
class Binding:
    """Where the frames of a SEG belong.

    slices: index of the slice of every frame, OUTSIDE_SCAN where it is of none.
    """

    slices: NDArray[np.int64]
    turn: FrameTurn
    notices: tuple[Notice, ...]


def bind(seg: SegFile, place: Place) -> Binding:
    """Find the slice of every frame.

    A frame that names a picture of the scan belongs to its slice, and must lie there. One that names pictures of
    another series of the same frame of reference, or none, belongs where it lies exactly, and that is told.

    Raises LabelError where a frame lies elsewhere than the picture it names, or its size, spacing or orientation is
    another than the scan's.
    """
    turn, by_position = _positions(seg, place.geometry)
    named = _Named(seg.name, place)
    slices = np.full(len(seg.frames), OUTSIDE_SCAN, np.int64)
    foreign = unnamed = 0
    same_space = _is_same_space(seg, place)
    for index, frame in enumerate(seg.frames):
        there = int(by_position[index])
        if named.knows(frame.sources):
            slices[index] = named.slice_of(index, frame.sources, there)
        elif not frame.sources or not named.any:
            slices[index] = OUTSIDE_SCAN if same_space is False else there
            unnamed += slices[index] != OUTSIDE_SCAN
        elif same_space:
            slices[index] = there
            foreign += there != OUTSIDE_SCAN
    return Binding(slices, turn, tuple(_notices(foreign=foreign, unnamed=unnamed, total=len(slices))))


def _is_same_space(seg: SegFile, place: Place) -> bool | None:
    """Tell whether both lie in one frame of reference, None where one of them does not say."""
    if not seg.frame_of_reference_uid or not place.frame_of_reference_uid:
        return None
    return seg.frame_of_reference_uid == place.frame_of_reference_uid


class _Named:
    """The slices of a scan by the pictures they are."""

    def __init__(self, name: str, place: Place) -> None:
        self._name = name
        self._numbers = place.frame_numbers
        self._slices: dict[str, list[int]] = {}
        for index, uid in enumerate(place.sop_uids):
            if uid:
                self._slices.setdefault(uid, []).append(index)

    @property
    def any(self) -> bool:
        """Whether the scan says what its slices are called."""
        return bool(self._slices)

    def knows(self, sources: Iterable[Source]) -> bool:
        """Tell whether any of the pictures is of an object of this scan."""
        return any(uid in self._slices for uid, _ in sources)

    def slice_of(self, index: int, sources: Iterable[Source], there: int) -> int:
        """Give the slice that the pictures name; where they name several, that of them at which the frame lies."""
        fitting = {
            found
            for uid, number in sources
            for found in self._slices.get(uid, ())
            if number is None or not self._numbers or self._numbers[found] == number
        }
        if not fitting:
            return OUTSIDE_SCAN
        if there in fitting:
            return there
        if self._numbers or len(fitting) == 1:
            wanted = " or ".join(f"slice {found + 1}" for found in sorted(fitting)[:3])
            found = "on none of the slices" if there == OUTSIDE_SCAN else f"on slice {there + 1}"
            raise LabelError(
                f"{self._name}: frame {index + 1} was drawn on {wanted} of the scan, but lies {found} (by its "
                "position, orientation, size and pixel spacing); the two contradict each other, make the map again"
            )
        return OUTSIDE_SCAN


def _positions(seg: SegFile, geometry: Geometry) -> tuple[FrameTurn, NDArray[np.int64]]:
    """Give how frames are turned, and the slice on whose pixels each frame lies exactly (OUTSIDE_SCAN: on none)."""
    orientation, spacing = (_one(seg.name, {getattr(f, key) for f in seg.frames}, key, n) for key, n in _PLANE_NUMBERS)
    turn = _turn(orientation, geometry)
    _, rows, columns = geometry.shape
    stored = (columns, rows) if turn.exchanged else (rows, columns)
    if (seg.rows, seg.columns) != stored:
        raise LabelError(
            f"{seg.name}: frames of {seg.rows} rows and {seg.columns} columns; the scan has {rows} and {columns}; give "
            "the map of this scan, not resampled"
        )
    origins = np.array([_numbers(frame.position, 3) for frame in seg.frames]).reshape(-1, 3)
    corners = origins[:, None, :] + _corner_steps(seg, turn, orientation, spacing)[None, :, :]
    along = np.nan_to_num(corners[:, 0] @ geometry.normal, nan=np.inf)
    middles = (geometry.slice_positions_mm[1:] + geometry.slice_positions_mm[:-1]) / 2
    nearest = np.searchsorted(middles, along)
    with np.errstate(invalid="ignore"):
        fits = slices_on_grid(corners, geometry, corners_mm(geometry)[nearest])
    return turn, np.where(fits, nearest, OUTSIDE_SCAN)


_PLANE_NUMBERS = (("orientation", 6), ("spacing", 2))
_SAME_PLANE = 1e-4  # cosines or mm


def _one(name: str, told: Collection[bytes], what: str, count: int) -> NDArray[np.float64]:
    """Give the numbers that all frames share."""
    found = np.array([_numbers(raw, count) for raw in sorted(told)]).reshape(-1, count)
    if not found.size or not np.all(np.isfinite(found)) or np.ptp(found, axis=0).max() > _SAME_PLANE:
        raise LabelError(
            f"{name}: does not say one {what} for all its frames; a map with the planes of the scan is wanted"
        )
    first: NDArray[np.float64] = found[0]
    return first


def _numbers(raw: bytes, count: int) -> NDArray[np.float64]:
    try:
        found = np.array([float(part) for part in raw.rstrip(b"\0 ").split(b"\\")])
    except ValueError:
        found = np.zeros(0)
    return found if found.size == count else np.full(count, np.nan)


def _turn(orientation: NDArray[np.float64], geometry: Geometry) -> FrameTurn:
    along, down = orientation[:3], orientation[3:]
    row, column = geometry.row_direction, geometry.column_direction
    exchanged = bool(abs(along @ row) < abs(along @ column))
    if exchanged:
        along, down = down, along
    return FrameTurn(exchanged, bool(down @ column < 0), bool(along @ row < 0))


def _corner_steps(
    seg: SegFile, turn: FrameTurn, orientation: NDArray[np.float64], spacing: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give the ways from a frame's first stored pixel to its corners in the order of `corners_mm`; float64 (4, 3)."""
    along = orientation[:3] * spacing[1] * (seg.columns - 1)
    down = orientation[3:] * spacing[0] * (seg.rows - 1)
    corner = np.arange(4).reshape(2, 2).astype(np.uint8)
    order = turn.apply(corner).ravel()
    stored = np.stack([0 * down, along, down, down + along])
    return stored[order]


def _notices(*, foreign: int, unnamed: int, total: int) -> Iterable[Notice]:
    if foreign:
        yield Notice(
            "map-of-another-series",
            "warning",
            f"{foreign} of {total} frames of a SEG were drawn on another series of this frame of reference; they lie "
            "exactly on slices of this one and were taken by position",
        )
    if unnamed:
        yield Notice(
            "map-placed-by-position",
            "warning",
            f"{unnamed} of {total} frames of a SEG are tied to no picture of the scan; they lie exactly on its slices "
            "and were taken by position",
        )
