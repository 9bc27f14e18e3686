"""Measure: count label maps into a Tally, slice by slice, without resampling anything."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.model import (
    LABELS_SHAPE,
    Component,
    FindingMap,
    Geometry,
    LobeMap,
    Tally,
    Volume,
    corners_mm,
    is_on_grid,
)

_Map = TypeVar("_Map", LobeMap, FindingMap)

# The three labels of a voxel are fused into one byte: bits 0-1 interstitial, bits 2-3 alveolar, bits 4-6 region.
_ALVEOLAR_BIT = 2
_REGION_BIT = 4
_CODES_SHAPE = (8, 4, 4)
_CODES = 8 * 4 * 4

# np.bincount widens codes to 8 bytes: at most this many at once keeps every temporary below 8 MB.
_BLOCK_VOXELS = 2**19


def measure(
    scan: Volume | Geometry,
    lobes: LobeMap,
    *,
    alveolar: FindingMap | None = None,
    interstitial: FindingMap | None = None,
) -> Tally:
    """Count every voxel of a scan by slice, lobe and findings.

    scan: the grid that all maps must lie on.
    alveolar, interstitial: None where nobody looked for that component; it is then missing, not zero.

    Raises LabelError where a map lies on another grid or is of the other component.
    """
    geometry = scan.geometry if isinstance(scan, Volume) else scan
    maps = {Component.ALVEOLAR: alveolar, Component.INTERSTITIAL: interstitial}
    for component, given in maps.items():
        if given is not None and given.component is not component:
            raise LabelError(f"the {given.component} map was given as the {component} one; exchange the two")
    region = _labels_on(geometry, lobes, "lobe map")
    alveolar_labels = None if alveolar is None else _labels_on(geometry, alveolar, "alveolar map")
    interstitial_labels = None if interstitial is None else _labels_on(geometry, interstitial, "interstitial map")
    counts = np.zeros((geometry.shape[0], *LABELS_SHAPE), np.int64)
    for i in range(geometry.shape[0]):
        planes = (labels if labels is None else labels[i] for labels in (alveolar_labels, interstitial_labels))
        counts[i] = count_voxels(region[i], *planes)
    return Tally(
        counts,
        geometry.depths(),
        depth_unit_mm=geometry.depth_unit_mm,
        pixel_area_mm2=geometry.pixel_area_mm2,
        measured=frozenset(component for component, given in maps.items() if given is not None),
    )


def count_voxels(
    region: NDArray[np.uint8], alveolar: NDArray[np.uint8] | None, interstitial: NDArray[np.uint8] | None
) -> NDArray[np.int64]:
    """Count the voxels of one slice, or of a part of one, by region, alveolar and interstitial label.

    Takes planes of equal shape (row, column); None for a component without a map.
    Gives int64 (regions, alveolar labels, interstitial labels); every voxel is counted once.
    """
    given = [plane for plane in (region, alveolar, interstitial) if plane is not None]
    box = _box_of_marks(given)
    codes = region[box] << _REGION_BIT
    if alveolar is not None:
        codes |= alveolar[box] << _ALVEOLAR_BIT
    if interstitial is not None:
        codes |= interstitial[box]
    flat = codes.ravel()
    counts = np.zeros(_CODES, np.int64)
    for start in range(0, flat.size, _BLOCK_VOXELS):
        counts += np.bincount(flat[start : start + _BLOCK_VOXELS], minlength=_CODES)
    counts[0] += region.size - flat.size
    regions, alveolar_count, interstitial_count = LABELS_SHAPE
    return counts.reshape(_CODES_SHAPE)[:regions, :alveolar_count, :interstitial_count]


def _box_of_marks(planes: list[NDArray[np.uint8]]) -> tuple[slice, slice]:
    """Give the smallest box of a slice that holds everything marked on any plane; an empty one where nothing is."""
    marked = planes[0] if len(planes) == 1 else np.bitwise_or(planes[0], planes[1])
    for plane in planes[2:]:
        marked |= plane
    columns = np.flatnonzero(np.bitwise_or.reduce(marked, axis=0))
    if columns.size == 0:
        return slice(0, 0), slice(0, 0)
    rows = np.flatnonzero(marked[:, columns[0] : columns[-1] + 1].any(axis=1))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _labels_on(geometry: Geometry, labelled: _Map, name: str) -> NDArray[np.uint8]:
    own = labelled.geometry
    if own is not geometry and (own.shape != geometry.shape or not is_on_grid(corners_mm(own), geometry)):
        raise LabelError(
            f"the {name} lies on another grid than the scan: shape {own.shape}, first pixel at {own.origin_mm} mm; "
            f"wanted shape {geometry.shape}, first pixel at {geometry.origin_mm} mm; give the map of this scan"
        )
    return labelled.labels
