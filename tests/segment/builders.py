"""Builders: lungs as two boxes whose lobes are known by construction."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import (
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    FissureSurface,
    Geometry,
    Lobe,
    PointOrigin,
    ScanRef,
    Technique,
    Volume,
)
from kazerooni.segment import Lungs

# A box chest on 40 slices of 40 x 40 pixels, all 5 mm apart, about this place; each lung is a box of LPS millimetres.
SHAPE = (40, 40, 40)
SPACING_MM = 5.0
CENTRE_MM = np.array([-2.5, -2.5, 97.5])
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
RIGHT_X, LEFT_X, BOTH_Y, BOTH_Z = (-81.0, -11.0), (9.0, 79.0), (-71.0, 69.0), (9.0, 189.0)


def box_geometry(
    *,
    orientation: tuple[float, float, float, float, float, float] = AXIAL,
    thickness_mm: float = 5.0,
    shear_mm: float = 0.0,
) -> Geometry:
    """Give the grid of the box chest; `shear_mm` shifts every slice along its columns, as a tilted gantry does."""
    along, down = np.array(orientation[:3]), np.array(orientation[3:])
    step = SPACING_MM * np.cross(along, down) + shear_mm * down
    corner = CENTRE_MM - 19.5 * (SPACING_MM * (along + down) + step)
    origins = corner + np.arange(SHAPE[0])[:, None] * step
    return Geometry(SHAPE, (SPACING_MM, SPACING_MM), origins, orientation, thickness_mm)


def places_of(geometry: Geometry) -> NDArray[np.float64]:
    """Give the LPS place of every voxel, float64 (slice, row, column, 3)."""
    _, rows, columns = geometry.shape
    down = np.arange(rows)[None, :, None, None] * geometry.pixel_spacing_mm[0] * geometry.column_direction
    along = np.arange(columns)[None, None, :, None] * geometry.pixel_spacing_mm[1] * geometry.row_direction
    places: NDArray[np.float64] = geometry.origins_mm[:, None, None] + down + along
    return places


def box_lungs(geometry: Geometry | None = None) -> Lungs:
    """Give two lungs, each a box."""
    grid = geometry or box_geometry()
    x, y, z = np.moveaxis(places_of(grid), -1, 0)
    both = (y > BOTH_Y[0]) & (y < BOTH_Y[1]) & (z > BOTH_Z[0]) & (z < BOTH_Z[1])
    labels = np.zeros(SHAPE, np.uint8)
    labels[both & (x > RIGHT_X[0]) & (x < RIGHT_X[1])] = 1
    labels[both & (x > LEFT_X[0]) & (x < LEFT_X[1])] = 2
    return Lungs(labels, grid)


def box_volume(lungs: Lungs) -> Volume:
    """Give a scan of the lungs: air in tissue."""
    hu = np.where(lungs.labels > 0, -850, 40).astype(np.int16)
    return Volume(hu, lungs.geometry, ScanRef(sop_uids=tuple(f"1.2.{n}" for n in range(SHAPE[0]))), Technique())


def plane(name: FissureName, at: float, *, down_back: float = 0.0, origin: PointOrigin = PointOrigin.PLACED) -> Fissure:
    """Give a fissure z = at + down_back y, with points on its lung."""
    x = (-75.0, -15.0) if name in (FissureName.RIGHT_OBLIQUE, FissureName.RIGHT_MINOR) else (15.0, 75.0)
    points = tuple(
        FissurePoint((across, down, at + down_back * down), 1.0, origin) for across in x for down in (-60.0, 0.0, 60.0)
    )
    return Fissure(name, points=points, surface=FissureSurface((at, 0.0, down_back)))


def three_planes(*, lingula: bool = False) -> FissureSet:
    """Give the fissures of the box chest: both oblique ones rise to the back, the minor one is level at 101 mm."""
    fissures = [
        plane(FissureName.RIGHT_OBLIQUE, 81.0, down_back=1.0),
        plane(FissureName.RIGHT_MINOR, 101.0),
        plane(FissureName.LEFT_OBLIQUE, 91.0, down_back=1.0),
    ]
    return FissureSet((*fissures, plane(FissureName.LINGULA, 111.0)) if lingula else tuple(fissures))


def expected_lobes(geometry: Geometry, *, without: frozenset[Lobe] = frozenset()) -> NDArray[np.uint8]:
    """Part the box chest voxel by voxel, in plain words: the rule of the lobes told once more."""
    lungs, labels = box_lungs(geometry).labels, np.zeros(SHAPE, np.uint8)
    places = np.round(places_of(geometry), 6)
    for index, row, column in np.ndindex(*SHAPE):
        if not lungs[index, row, column]:
            continue
        _, y, z = places[index, row, column].tolist()
        if lungs[index, row, column] == 1:
            order = [Lobe.RLL] if z < 81 + y else []
            order += [Lobe.RML, Lobe.RUL] if z < 101 else [Lobe.RUL, Lobe.RML]
            order += [Lobe.RLL]
        else:
            order = [Lobe.LLL, Lobe.LUL] if z < 91 + y else [Lobe.LUL, Lobe.LLL]
        labels[index, row, column] = next((lobe for lobe in order if lobe not in without), 0)
    return labels


def share(labels: NDArray[np.uint8]) -> Mapping[Lobe, float]:
    """Give the share of all labelled voxels that each lobe holds, percent."""
    whole = np.count_nonzero(labels)
    return {lobe: 100 * np.count_nonzero(labels == lobe) / whole for lobe in Lobe if np.any(labels == lobe)}
