"""Lobe order: whether the lobes of a map lie where lobes lie, so that no other numbering is taken for ours.

A fissure parts its two lobes along its own normal, also in a scan that covers only some centimetres of the lungs: the
oblique fissures leave the upper and middle lobes in front of and above the lower one, the horizontal fissure (and the
border of the lingula) leaves the upper lobe above and behind.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from kazerooni.labels.conventions import CONVENTIONS
from kazerooni.labels.numbering import NumberingError
from kazerooni.model import Geometry, Lobe, LobeMap, corners_mm

_FRONT_AND_UP = np.array([0.0, -1.0, 1.0])
_BACK_AND_UP = np.array([0.0, 1.0, 1.0])
_ORDER = (
    (Lobe.RUL, Lobe.RLL, _FRONT_AND_UP, "in front of or above"),
    (Lobe.RML, Lobe.RLL, _FRONT_AND_UP, "in front of or above"),
    (Lobe.LUL, Lobe.LLL, _FRONT_AND_UP, "in front of or above"),
    (Lobe.LIN, Lobe.LLL, _FRONT_AND_UP, "in front of or above"),
    (Lobe.RUL, Lobe.RML, _BACK_AND_UP, "above or behind"),
    (Lobe.LUL, Lobe.LIN, _BACK_AND_UP, "above or behind"),
)

# Centres and widths are taken from about this many samples along a row and a column, and may be off by as much.
_SAMPLES = 128
_SLACK_MM = 1.0
# The centres of right and left lobes lie 80 mm apart and more, on single slices too; those of one lung some mm. A scan
# of something small has smaller lungs.
_APART_MM = 20.0
_APART_OF_WIDTH = 0.1
# A whole lung is some 150 mm wide, both together over 220.
_WIDEST_MM = 200.0

_REMEDY = (
    "the map is flipped or numbered by another program; renumber it, or name its numbering (labels: "
    f"{', '.join(CONVENTIONS)})"
)
_MIRRORED = "A mirrored patient (situs inversus) cannot be told from a mirrored map, and is refused too"


def check_placement(name: str, lobes: LobeMap) -> None:
    """Refuse a lobe map whose lobes lie on the wrong side or in the wrong order.

    Sides must lie clearly apart, which the lobes of one lung do not; where all lobes are of one side, they are compared
    with the middle of the scan.

    Raises NumberingError, a LabelError.
    """
    sampled = _sampled(lobes)
    centres = _centres_mm(sampled, lobes.geometry)
    if not centres:
        raise NumberingError(f"{name}: holds no lobe; give a map with lobes numbered 1 to 6")
    _check_widths(name, sampled, lobes.geometry)
    _check_sides(name, centres, lobes.geometry)
    for first, second, direction, words in _ORDER:
        if first in centres and second in centres:
            ahead_mm = float((centres[first] - centres[second]) @ direction)
            if ahead_mm < -_SLACK_MM:
                found = " and ".join(f"label {lobe} at {_point(centres[lobe])}" for lobe in (first, second))
                raise NumberingError(
                    f"{name}: lobes in the wrong order. Found (LPS, mm): {found}; {first.name} is wanted {words} "
                    f"{second.name}; {_REMEDY}"
                )


def lobe_centres_mm(lobes: LobeMap) -> dict[Lobe, NDArray[np.float64]]:
    """Give the centre of gravity of every lobe of a map, LPS; lobes of a few voxels may be passed over."""
    return _centres_mm(_sampled(lobes), lobes.geometry)


class _Sampled(NamedTuple):
    """How many of the sampled voxels each lobe has: by slice, row and column; int64 (places, lobes)."""

    slices: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]


def _sampled(lobes: LobeMap) -> _Sampled:
    """Look at some voxels of every slice, slice by slice so that nothing of the scan's size is made."""
    slices, *sides = lobes.geometry.shape
    found = _Sampled(*(np.zeros((places, len(Lobe)), np.int64) for places in (slices, *sides)))
    row, column = (max(1, side // _SAMPLES) for side in sides)
    wanted = np.array(Lobe, np.uint8)[:, None, None]
    for index, plane in enumerate(lobes.labels):
        sampled = np.ascontiguousarray(plane[::row, ::column])
        if sampled.any():
            held = (sampled == wanted).view(np.uint8)
            by_row = held.sum(axis=2, dtype=np.uint8).T  # fewer than twice as many as _SAMPLES: they fit a byte
            found.slices[index] = by_row.sum(axis=0)
            found.rows[::row] += by_row
            found.columns[::column] += held.sum(axis=1, dtype=np.uint8).T
    return found


def _centres_mm(sampled: _Sampled, geometry: Geometry) -> dict[Lobe, NDArray[np.float64]]:
    totals = sampled.slices.sum(axis=0)
    down = geometry.column_direction * geometry.pixel_spacing_mm[0]
    along = geometry.row_direction * geometry.pixel_spacing_mm[1]
    summed = sampled.slices.T @ geometry.origins_mm
    for counts, step in ((sampled.rows, down), (sampled.columns, along)):
        summed += np.outer(np.arange(len(counts)) @ counts, step)
    return {lobe: place / total for lobe, place, total in zip(Lobe, summed, totals, strict=True) if total}


def _check_widths(name: str, sampled: _Sampled, geometry: Geometry) -> None:
    """Refuse a lobe that reaches across both lungs: a lung mask, whose one label is no lobe."""
    across = np.abs([geometry.column_direction[0], geometry.row_direction[0]]) * geometry.pixel_spacing_mm
    axis = int(np.argmax(across))
    for lobe, counts in zip(Lobe, (sampled.rows, sampled.columns)[axis].T, strict=True):
        held = np.flatnonzero(counts)
        width = float(held[-1] - held[0]) * across[axis] if held.size else 0.0
        if width > _WIDEST_MM:
            raise NumberingError(
                f"{name}: label {lobe} reaches over {width:.0f} mm from side to side, wider than a lobe (at most "
                f"{_WIDEST_MM:.0f} mm); it may be a mask of both lungs; give a map of the lobes"
            )


def _check_sides(name: str, centres: dict[Lobe, NDArray[np.float64]], geometry: Geometry) -> None:
    low, high = _ends_mm(geometry)
    apart = min(_APART_MM, _APART_OF_WIDTH * (high - low))
    middle = (low + high) / 2
    right = {lobe: centre[0] for lobe, centre in centres.items() if lobe.side == "right"}
    left = {lobe: centre[0] for lobe, centre in centres.items() if lobe.side == "left"}
    if right and left:
        wrong = min(left.values()) - max(right.values()) <= apart
    else:
        wrong = any(x > middle for x in right.values()) or any(x < middle for x in left.values())
    if wrong:
        found = ", ".join(f"label {lobe} at x = {x:.0f} mm" for lobe, x in sorted({**right, **left}.items()))
        raise NumberingError(
            f"{name}: lobes on the wrong side. Found (x grows to the patient's left): {found}; wanted are 1 to 3 "
            f"on the right, 4 to 6 on the left, {apart:.0f} mm apart; {_REMEDY}. {_MIRRORED}"
        )


def _ends_mm(geometry: Geometry) -> tuple[float, float]:
    """Give where a scan begins and ends from right to left: the places of its outermost pixels."""
    x = corners_mm(geometry)[..., 0]
    return float(x.min()), float(x.max())


def _point(position_mm: NDArray[np.float64]) -> str:
    return "(" + ", ".join(f"{value:.0f}" for value in position_mm) + ")"
