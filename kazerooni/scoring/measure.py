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
    SeenScan,
    Tally,
    Volume,
    corners_mm,
    is_on_grid,
)

_Map = TypeVar("_Map", LobeMap, FindingMap)

Labels = NDArray[np.uint8]
Planes = tuple[Labels, Labels | None, Labels | None]
"""Region, alveolar and interstitial labels of one slice, or of a box of it: planes of equal shape (row, column), uint8;
None for a component without a map."""

# The three labels of a voxel are fused into one byte: bits 0-1 interstitial, bits 2-3 alveolar, bits 4-6 region. Eight
# such bytes are handled as one word.
_ALVEOLAR_BIT = 2
_REGION_BIT = 4
_CODES_SHAPE = (8, 4, 4)
_CODES = 8 * 4 * 4
_WORD = 8
_FIRST_BYTE = np.int64(0xFF)
_EIGHT_TIMES = np.int64(0x0101010101010101)

# Voxels counted at once. np.bincount widens a byte to eight: every temporary stays below 8 MB, whatever the slice.
_BLOCK_VOXELS = 2**18


def measure(
    scan: Volume | SeenScan | Geometry,
    lobes: LobeMap,
    *,
    alveolar: FindingMap | None = None,
    interstitial: FindingMap | None = None,
) -> Tally:
    """Count every voxel of a scan by slice, lobe and findings.

    scan: the grid that all maps must lie on. Where slices are missing from a spiral scan, or from one that does not say
        how it was made but lies without gaps, the depth of their neighbours is capped at the usual gap.
    alveolar, interstitial: None where nobody looked for that component; it is then missing, not zero.

    Raises LabelError where a map lies on another grid or is of the other component.
    """
    geometry = scan if isinstance(scan, Geometry) else scan.geometry
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
        counts[i] = _count(region[i], *planes)
    return tally_of(scan, counts, frozenset(component for component, given in maps.items() if given is not None))


def tally_of(scan: Volume | SeenScan | Geometry, counts: NDArray[np.int64], measured: frozenset[Component]) -> Tally:
    """Make the tally of a scan from counts that were kept by `recount`; the same as `measure` of the maps.

    counts: int64 (slices, *LABELS_SHAPE); taken over and set read-only, so give a copy where counting goes on.
    """
    geometry = scan if isinstance(scan, Geometry) else scan.geometry
    missing_after = _missing_after(scan)
    return Tally(
        counts,
        geometry.depths(cap_missing=bool(missing_after)),
        depth_unit_mm=geometry.depth_unit_mm,
        pixel_area_mm2=geometry.pixel_area_mm2,
        measured=measured,
        is_sampled=geometry.is_sampled,
        missing_after=missing_after,
    )


def _missing_after(scan: Volume | SeenScan | Geometry) -> tuple[int, ...]:
    """List the slices after which slices are missing, in a scan that should have had them (score.md, "Measuring")."""
    geometry, acquisition = (
        (scan, "unknown") if isinstance(scan, Geometry) else (scan.geometry, scan.technique.acquisition)
    )
    without_gaps = acquisition == "unknown" and geometry.is_covering
    return geometry.missing_after if acquisition == "spiral" or without_gaps else ()


def count_voxels(region: Labels, alveolar: Labels | None, interstitial: Labels | None) -> NDArray[np.int64]:
    """Count the voxels of one slice, or of a part of one, by region, alveolar and interstitial label.

    Takes planes of equal shape (row, column); None for a component without a map.
    Gives int64 (regions, alveolar labels, interstitial labels); every voxel is counted once.

    Raises LabelError where planes differ in shape, are not uint8 or hold a label that is not known.
    """
    _refuse_unknown((region, alveolar, interstitial))
    return _count(region, alveolar, interstitial)


def recount(counts: NDArray[np.int64], index: int, before: Planes, after: Planes) -> None:
    """Bring the counts of a scan up to date after the labels of a box of one slice have changed, as by a brush stroke.

    counts: int64 (slices, *LABELS_SHAPE), changed in place; what `count_voxels` gives for every slice.
    index: the slice of the box.
    before, after: the labels of the box before and after the change. Boxes may be views of the maps; `before` is a copy
        that was kept. Any of the maps may have changed.

    Afterwards counts equal those of the whole slice counted anew; the time hangs on the size of the box only.

    Raises LabelError, and leaves counts as they are, where the boxes differ in shape, hold what `count_voxels` refuses,
    or `before` cannot have been in that slice: a count would become negative.
    """
    if before[0].shape != after[0].shape:
        raise LabelError(f"the box was {before[0].shape} before and is {after[0].shape} now; give one box twice")
    changed = counts[index] + (count_voxels(*after) - count_voxels(*before))
    if changed.min() < 0:
        raise LabelError(
            f"slice {index} never held all the voxels of the box before the change; give its labels as they were "
            "counted, or count the slice anew"
        )
    counts[index] = changed


def _count(region: Labels, alveolar: Labels | None, interstitial: Labels | None) -> NDArray[np.int64]:
    """Count a plane whose labels are known to be good, a block of rows at a time."""
    counts = np.zeros(_CODES, np.int64)
    rows = max(1, _BLOCK_VOXELS // max(1, region.shape[1]))
    for start in range(0, region.shape[0], rows):
        part = slice(start, start + rows)
        words = _words_of(region[part]) << _REGION_BIT
        if alveolar is not None:
            words |= _words_of(alveolar[part]) << _ALVEOLAR_BIT
        if interstitial is not None:
            words |= _words_of(interstitial[part])
        counts += _count_bytes(words)
        counts[0] += region[part].size - _WORD * words.size
    regions, alveolar_count, interstitial_count = LABELS_SHAPE
    return counts.reshape(_CODES_SHAPE)[:regions, :alveolar_count, :interstitial_count]


def _words_of(plane: Labels) -> NDArray[np.int64]:
    """Give the labels of a plane eight to a word, the last one filled up with zeros; a view where that can be."""
    flat = np.ascontiguousarray(plane).reshape(-1)
    if flat.size % _WORD == 0:
        return flat.view(np.int64)
    words = np.zeros(flat.size // _WORD + 1, np.int64)
    words.view(np.uint8)[: flat.size] = flat
    return words


def _count_bytes(words: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the bytes of words by value, 0 to 127; int64 (128,).

    Label maps are wide areas of one label, so nearly all words are empty, or eight times one byte and counted as one.
    """
    marked = words[words != 0]
    first = marked & _FIRST_BYTE
    alike = first * _EIGHT_TIMES == marked
    counts = _WORD * np.bincount(first[alike], minlength=_CODES)
    counts += np.bincount(marked[~alike].view(np.uint8), minlength=_CODES)
    counts[0] += _WORD * (words.size - marked.size)
    return counts


def _refuse_unknown(planes: Planes) -> None:
    """Refuse planes that are no labels of one box."""
    names = ("lobe", "alveolar", "interstitial")
    for name, plane, labels in zip(names, planes, LABELS_SHAPE, strict=True):
        if plane is None:
            continue
        if plane.shape != planes[0].shape or plane.dtype != np.uint8 or plane.ndim != 2:
            raise LabelError(
                f"{name} labels of shape {plane.shape} and type {plane.dtype}; wanted uint8 (row, column) of the shape "
                f"of the lobe labels, {planes[0].shape}"
            )
        if plane.size and plane.max() >= labels:
            raise LabelError(f"{name} label {plane.max()} found, 0 to {labels - 1} are known; renumber the map")


def _labels_on(geometry: Geometry, labelled: _Map, name: str) -> NDArray[np.uint8]:
    own = labelled.geometry
    if own is not geometry and (own.shape != geometry.shape or not is_on_grid(corners_mm(own), geometry)):
        raise LabelError(
            f"the {name} lies on another grid than the scan: shape {own.shape}, first pixel at {own.origin_mm} mm; "
            f"wanted shape {geometry.shape}, first pixel at {geometry.origin_mm} mm; give the map of this scan"
        )
    return labelled.labels
