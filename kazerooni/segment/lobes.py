"""Lobes: the lungs parted by the sign of their fissure surfaces, so that lobes never overlap and leave no holes."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import SegmentError
from kazerooni.model import (
    OUTSIDE,
    Fissure,
    FissureName,
    FissureSet,
    FissureState,
    FissureSurface,
    Lobe,
    LobeMap,
    Notice,
)
from kazerooni.segment.fissures import fit_surface
from kazerooni.segment.heights import Levels, height_field, is_below, is_upright, levels_below
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.sides import LEFT, RIGHT

_SOURCE = "kazerooni.segment"
# The labels of a lung, and above them a bit for each surface that a voxel lies below.
_LUNG_BITS = 2
# A surface that moves far moves over millions of voxels: their places are listed in parts of some 50 MB.
_COLUMNS_AT_ONCE = 4096
_MOST_THREADS = 4

Labels = NDArray[np.uint8]
Surfaces = Mapping[FissureName, FissureSurface]
NO_LOBES: frozenset[Lobe] = frozenset()


@dataclass(frozen=True, slots=True)
class _Lung:
    """How one lung is parted: the oblique fissure cuts off the lower lobe; a second one parts what is above it."""

    side: int
    oblique: FissureName
    second: FissureName
    upper: Lobe
    between: Lobe
    lower: Lobe

    def lobe(self, below: Collection[FissureName], without: Collection[Lobe]) -> int:
        """Give the lobe of a place that lies below some surfaces; its neighbour where it is not there, 0 for none."""
        above_oblique = (self.between, self.upper) if self.second in below else (self.upper, self.between)
        wanted = (self.lower, *above_oblique) if self.oblique in below else (*above_oblique, self.lower)
        return next((int(lobe) for lobe in wanted if lobe not in without), OUTSIDE)

    @property
    def lobes(self) -> tuple[Lobe, Lobe, Lobe]:
        """The lobes of the lung from above."""
        return self.upper, self.between, self.lower

    def borders(self, without: Collection[Lobe]) -> tuple[FissureName, ...]:
        """Name the fissures that part lobes of this lung that are there."""
        has_upper, has_between, has_lower = (n not in without for n in (self.upper, self.between, self.lower))
        oblique = (self.oblique,) if has_lower and (has_upper or has_between) else ()
        return (*oblique, *((self.second,) if has_upper and has_between else ()))


_LUNGS = (
    _Lung(RIGHT, FissureName.RIGHT_OBLIQUE, FissureName.RIGHT_MINOR, Lobe.RUL, Lobe.RML, Lobe.RLL),
    _Lung(LEFT, FissureName.LEFT_OBLIQUE, FissureName.LINGULA, Lobe.LUL, Lobe.LIN, Lobe.LLL),
)


def lobes_of(
    lungs: Lungs, fissures: FissureSet, *, without: Collection[Lobe] = NO_LOBES, source: str | None = _SOURCE
) -> LobeMap:
    """Part lungs by their fissures: every voxel of a lung goes to exactly one lobe.

    Above the right oblique fissure lie the upper lobe (above the minor one) and the middle lobe, below it the lower
    lobe; on the left upper and lower lobe, and the lingula apart where a surface for it is given. A fissure counts with
    its surface, or with its points where none was laid yet.

    without: lobes that are not there, taken out or collapsed: their neighbours fill the lung, and a lung of which no
        lobe is left has none.

    A fissure that is absent or not assessable, or that nothing is known of, parts nothing: what it would part stays one
    lobe, the upper one, and a notice `lobes-not-parted` says so; `unparted_lobes` names the lobes.
    """
    surfaces = _surfaces(fissures)
    without = _gone(without, surfaces)
    labels = np.zeros(lungs.labels.shape, np.uint8)
    slices = np.flatnonzero(lungs.labels.any(axis=(1, 2)))
    _Parting(lungs, surfaces, without).write(labels, slices)
    notices = (*lungs.notices, *_unparted(lungs, surfaces, without))
    return LobeMap(labels, lungs.geometry, source=source, notices=notices)


def unparted_lobes(lungs: Lungs, fissures: FissureSet, *, without: Collection[Lobe] = NO_LOBES) -> frozenset[Lobe]:
    """Name the lobes that `lobes_of` cannot tell from their neighbours, as the fissure between them has no surface."""
    surfaces = _surfaces(fissures)
    without = _gone(without, surfaces)
    return frozenset(
        lobe
        for lung, name in _missing(lungs, surfaces, without)
        for lobe in (lung.lobes if name is lung.oblique else (lung.upper, lung.between))
        if lobe not in without
    )


def parting_fissures(without: Collection[Lobe] = NO_LOBES) -> frozenset[FissureName]:
    """Name the fissures that part lobes that are there."""
    return frozenset(name for lung in _LUNGS for name in lung.borders(without))


def move_fissures(
    labels: Labels,
    lungs: Lungs,
    before: FissureSet,
    after: FissureSet,
    *,
    without: Collection[Lobe] = NO_LOBES,
) -> tuple[int, ...]:
    """Bring lobe labels up to date after fissures have moved, as by a point that a person drags.

    labels: uint8 (slice, row, column), the lobes by `before`; changed in place to those by `after`.

    In an upright scan only the voxels that a surface has moved across are written. Gives the indices of the slices that
    were written, ascending.

    Raises SegmentError where the labels are not of these lungs.
    """
    if labels.shape != lungs.labels.shape or labels.dtype != np.uint8:
        raise SegmentError(
            f"lobes of shape {labels.shape} and type {labels.dtype} are moved; uint8 of {lungs.labels.shape} is wanted"
        )
    old, new = _surfaces(before), _surfaces(after)
    moved = {name for name in FissureName if old.get(name) != new.get(name)}
    parting = _Parting(lungs, new, _gone(without, new))
    return tuple(int(index) for index in parting.rewrite(labels, old, moved))


class _Parting:
    """Lungs and the surfaces that part them, and for each the pixels of a slice that lie below it."""

    def __init__(self, lungs: Lungs, surfaces: Surfaces, without: Collection[Lobe]) -> None:
        self._labels, self._geometry = lungs.labels, lungs.geometry
        borders = [name for lung in _LUNGS for name in lung.borders(without)]
        self._names = [name for name in borders if name in surfaces]
        self._fields = {name: height_field(surfaces[name], self._geometry) for name in self._names}
        self._lobes = _lobe_table(self._names, without)

    def write(self, labels: Labels, slices: Sequence[int] | NDArray[np.intp]) -> None:
        """Write the lobes of some slices."""
        rows, columns = self._box

        def write_one(index: int) -> None:
            code = self._labels[index, rows, columns].copy()
            for bit, name in enumerate(self._names, _LUNG_BITS):
                code |= self._is_below(name, index).view(np.uint8) << np.uint8(bit)
            labels[index, rows, columns] = self._lobes[code]

        if self._is_upright:
            _ = self._levels, self._ranks  # made before threads ask for them
        with ThreadPoolExecutor(min(os.cpu_count() or 1, _MOST_THREADS)) as pool:
            list(pool.map(write_one, map(int, slices)))

    def rewrite(self, labels: Labels, before: Surfaces, moved: Collection[FissureName]) -> NDArray[np.intp]:
        """Write what surfaces have moved across, `before` being what they were; gives the slices, ascending.

        Where slices are not upright, or a surface was not there before, every slice is written.
        """
        if not self._is_upright or any(name not in before or name not in self._fields for name in moved):
            held = np.flatnonzero(self._labels.any(axis=(1, 2)))
            self.write(labels, held)
            return held
        crossed = np.zeros(self._geometry.shape[0], bool)
        for name in moved:
            old = levels_below(height_field(before[name], self._geometry), self._geometry).reshape(-1)
            new = self._levels[name].reshape(-1)
            columns = np.flatnonzero(old != new)
            for start in range(0, columns.size, _COLUMNS_AT_ONCE):
                part = columns[start : start + _COLUMNS_AT_ONCE]
                crossed[self._write_between(labels, part, old[part], new[part])] = True
        return np.flatnonzero(crossed)

    def _write_between(self, labels: Labels, columns: NDArray[np.intp], old: Levels, new: Levels) -> NDArray[np.intp]:
        """Write the voxels between two levels over some pixels; gives the slices in which lung was written."""
        low, count = np.minimum(old, new), np.abs(old - new)
        pixel = np.repeat(columns, count)
        rank = np.arange(pixel.size) - np.repeat(np.cumsum(count) - count - low, count)
        index = np.argsort(self._ranks)[rank]
        place = index * (labels.shape[1] * labels.shape[2]) + pixel
        code = self._labels.reshape(-1)[place]
        is_lung = code > 0
        code, pixel, rank, place = code[is_lung], pixel[is_lung], rank[is_lung], place[is_lung]
        for bit, name in enumerate(self._names, _LUNG_BITS):
            code |= (self._levels[name].reshape(-1)[pixel] > rank).view(np.uint8) << np.uint8(bit)
        np.put(labels, place, self._lobes[code])
        crossed: NDArray[np.intp] = index[is_lung]
        return crossed

    def _is_below(self, name: FissureName, index: int) -> NDArray[np.bool_]:
        if self._is_upright:
            below: NDArray[np.bool_] = self._levels[name][self._box] > self._ranks[index]
            return below
        return is_below(self._fields[name], self._geometry, index, self._box)

    @cached_property
    def _is_upright(self) -> bool:
        return is_upright(self._geometry)

    @cached_property
    def _levels(self) -> Mapping[FissureName, Levels]:
        return {name: levels_below(field, self._geometry) for name, field in self._fields.items()}

    @cached_property
    def _ranks(self) -> NDArray[np.intp]:
        """Give for each slice how many lie lower."""
        return np.argsort(np.argsort(self._geometry.origins_mm[:, 2]))

    @cached_property
    def _box(self) -> tuple[slice, slice]:
        """Rows and columns that hold lung on any slice."""
        held: NDArray[np.bool_] = np.any(self._labels, axis=0)
        spans = (np.flatnonzero(held.any(axis=1)), np.flatnonzero(held.any(axis=0)))
        rows, columns = (slice(int(s[0]), int(s[-1]) + 1) if s.size else slice(0, 0) for s in spans)
        return rows, columns


def _lobe_table(names: Sequence[FissureName], without: Collection[Lobe]) -> Labels:
    """Give the lobe for each code of a voxel: its lung, and a bit for each of the surfaces that it lies below."""
    table = np.zeros(1 << (_LUNG_BITS + len(names)), np.uint8)
    for code in range(table.size):
        below = {name for bit, name in enumerate(names, _LUNG_BITS) if code >> bit & 1}
        lung = next((lung for lung in _LUNGS if lung.side == code & ((1 << _LUNG_BITS) - 1)), None)
        if lung is not None:
            table[code] = lung.lobe(below, without)
    return table


def _surfaces(fissures: FissureSet) -> Surfaces:
    found = {fissure.name: _surface(fissure) for fissure in fissures.fissures}
    return {name: surface for name, surface in found.items() if surface is not None}


def _surface(fissure: Fissure) -> FissureSurface | None:
    if fissure.state is not FissureState.PRESENT:
        return None
    if fissure.surface is not None:
        return fissure.surface
    return fit_surface(fissure.points) if fissure.points else None


def _gone(without: Collection[Lobe], surfaces: Surfaces) -> frozenset[Lobe]:
    """Give the lobes that are not told apart: those that are gone, and the lingula where nothing parts it off.

    Raises SegmentError for what is no Lobe.
    """
    said: Collection[object] = without
    strangers = [name for name in said if not isinstance(name, Lobe)]
    if strangers:
        raise SegmentError(f"{strangers[0]!r} is no lobe; members of Lobe are wanted")
    return frozenset(without) if FissureName.LINGULA in surfaces else frozenset({*without, Lobe.LIN})


def _missing(lungs: Lungs, surfaces: Surfaces, without: Collection[Lobe]) -> Iterator[tuple[_Lung, FissureName]]:
    """List the fissures that would part a lung that was found, but have no surface."""
    for lung in _LUNGS:
        if any(np.any(plane == lung.side) for plane in lungs.labels):
            yield from ((lung, name) for name in lung.borders(without) if name not in surfaces)


def _unparted(lungs: Lungs, surfaces: Surfaces, without: Collection[Lobe]) -> Iterator[Notice]:
    """Tell of the lungs whose lobes are not parted because a fissure is missing."""
    missing = [name.full_name for _, name in _missing(lungs, surfaces, without)]
    if missing:
        yield Notice(
            "lobes-not-parted",
            "warning",
            f"no surface of the {', '.join(missing)}: the lobes beside are labelled as the upper one, not"
            " to be graded; place points where the border is",
        )
