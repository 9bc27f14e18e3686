"""Lobes: the lungs parted by the sign of their fissure surfaces, so that lobes never overlap and leave no holes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import (
    Fissure,
    FissureName,
    FissureSet,
    FissureState,
    FissureSurface,
    Geometry,
    Lobe,
    LobeMap,
    Notice,
)
from kazerooni.segment.fissures import fit_surface, height_mm
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.sides import LEFT, RIGHT

_SOURCE = "kazerooni.segment"
Floats = NDArray[np.float64]
Surfaces = dict[FissureName, FissureSurface | None]


def lobes_of(lungs: Lungs, fissures: FissureSet, *, source: str = _SOURCE) -> LobeMap:
    """Part lungs by their fissures: every voxel of a lung goes to exactly one lobe.

    Above the right oblique fissure lie the upper lobe (above the minor one) and the middle lobe, below it the lower
    lobe; on the left upper and lower lobe, and the lingula apart where a surface for it is given. A fissure counts with
    its surface, or with its points where none was laid yet.

    A fissure that is absent or not assessable, or that nothing is known of, parts nothing: what it would part stays one
    lobe, the upper one, and a notice `lobes-not-parted` says so. Which lobe is absent after a lobectomy, a person says.
    """
    surfaces: Surfaces = {fissure.name: _surface(fissure) for fissure in fissures.fissures}
    labels = np.zeros(lungs.labels.shape, np.uint8)
    heights: dict[FissureName, Floats] = {}
    for index in np.flatnonzero(lungs.labels.any(axis=(1, 2))):
        if not heights or not _is_upright(lungs.geometry):
            heights = _heights(surfaces, lungs.geometry, int(index))
        _part(labels[index], lungs.labels[index], _z_mm(lungs.geometry, int(index)), heights)
    notices = (*lungs.notices, *_unparted(lungs, surfaces))
    return LobeMap(labels, lungs.geometry, source=source, notices=notices)


def _surface(fissure: Fissure) -> FissureSurface | None:
    if fissure.state is not FissureState.PRESENT:
        return None
    if fissure.surface is not None:
        return fissure.surface
    return fit_surface(fissure.points) if fissure.points else None


def _part(
    labels: NDArray[np.uint8], lungs: NDArray[np.uint8], z_mm: Floats, heights: dict[FissureName, Floats]
) -> None:
    """Write the lobes of one slice; a missing surface has everything above it."""
    for side, oblique, second, (upper, between, lower) in (
        (RIGHT, FissureName.RIGHT_OBLIQUE, FissureName.RIGHT_MINOR, (Lobe.RUL, Lobe.RML, Lobe.RLL)),
        (LEFT, FissureName.LEFT_OBLIQUE, FissureName.LINGULA, (Lobe.LUL, Lobe.LIN, Lobe.LLL)),
    ):
        labels[lungs == side] = upper
        for name, below in ((second, between), (oblique, lower)):
            if name in heights:
                labels[(lungs == side) & (z_mm < heights[name])] = below


def _is_upright(geometry: Geometry) -> bool:
    """Tell whether all slices are axial and lie right above each other: a surface has one height on each pixel."""
    level = abs(float(geometry.row_direction[2])) + abs(float(geometry.column_direction[2])) < 1e-9
    return level and bool(np.ptp(geometry.origins_mm[:, :2], axis=0).max() < 1e-6)


def _heights(surfaces: Surfaces, geometry: Geometry, index: int) -> dict[FissureName, Floats]:
    """Give the height of every surface over the pixels of a slice, float64 (row, column)."""
    x, y = (_coordinate(geometry, index, n) for n in (0, 1))
    return {name: height_mm(surface, x, y) for name, surface in surfaces.items() if surface is not None}


def _z_mm(geometry: Geometry, index: int) -> Floats:
    return _coordinate(geometry, index, 2)


def _coordinate(geometry: Geometry, index: int, axis: int) -> Floats:
    """Give one LPS coordinate of the pixels of a slice, float64 (row, column)."""
    rows, columns = geometry.shape[1:]
    down = np.arange(rows)[:, None] * geometry.column_direction[axis] * geometry.pixel_spacing_mm[0]
    along = np.arange(columns)[None] * geometry.row_direction[axis] * geometry.pixel_spacing_mm[1]
    place: Floats = geometry.origins_mm[index, axis] + down + along
    return place


def _unparted(lungs: Lungs, surfaces: dict[FissureName, FissureSurface | None]) -> list[Notice]:
    """Tell of the lungs whose lobes are not parted because a fissure is missing."""
    notices = []
    for side, names in (
        (RIGHT, (FissureName.RIGHT_OBLIQUE, FissureName.RIGHT_MINOR)),
        (LEFT, (FissureName.LEFT_OBLIQUE,)),
    ):
        if not np.any(lungs.labels == side):
            continue
        notices += [
            Notice(
                "lobes-not-parted",
                "warning",
                f"no surface of the {name.replace('_', ' ')} fissure: the lobes that it parts are counted as the upper"
                " one; place points on it",
            )
            for name in names
            if surfaces.get(name) is None
        ]
    return notices
