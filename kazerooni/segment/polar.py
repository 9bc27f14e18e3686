"""Polar: axial planes seen from an axis through the chest, by direction and distance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.segment.axial import Axial
from kazerooni.segment.planes import Mask, edge_of

Floats = NDArray[np.float64]

# 4 degrees: 10 mm on the wall of a chest of 300 mm.
DIRECTIONS = 90


@dataclass(frozen=True, eq=False)
class Polar:
    """The pixels of every plane by direction and distance from an axis.

    centre: (row, column) of the axis. direction: of every pixel, int (y, x), counted around from the patient's right
    by way of the front. radius: distance in mm, float32 (y, x).
    """

    centre: tuple[float, float]
    direction: NDArray[np.intp]
    radius: NDArray[np.float32]

    @classmethod
    def of(cls, scan: Axial, centre: tuple[float, float]) -> Polar:
        """See the planes of a scan from a place (row, column)."""
        rows, columns = scan.hu.shape[1:]
        down = (np.arange(rows) - centre[0])[:, None] * scan.spacing_mm[1]
        along = (np.arange(columns) - centre[1])[None] * scan.spacing_mm[2]
        angle = np.arctan2(down, along)
        direction = ((angle / (2 * np.pi) + 0.5) * DIRECTIONS).astype(np.intp) % DIRECTIONS
        return cls(centre, direction, np.hypot(down, along).astype(np.float32))

    def reach(self, mask: Mask) -> tuple[Floats, Floats]:
        """Give the smallest and the largest distance of a mask, both float64 (z, DIRECTIONS), NaN where it is empty."""
        z, y, x = edge_of(mask)
        inner, outer = (np.full((mask.shape[0], DIRECTIONS), n) for n in (np.inf, -np.inf))
        np.minimum.at(inner, (z, self.direction[y, x]), self.radius[y, x])
        np.maximum.at(outer, (z, self.direction[y, x]), self.radius[y, x])
        return np.where(np.isfinite(inner), inner, np.nan), np.where(np.isfinite(outer), outer, np.nan)

    def between(self, low: Floats, high: Floats, chosen: Mask) -> Mask:
        """Give the voxels between two distances, float64 (z, DIRECTIONS), in the chosen directions; bool (z, y, x)."""
        found = np.zeros((low.shape[0], *self.radius.shape), bool)
        low, high = np.where(chosen, low, np.inf), np.where(chosen, high, -np.inf)
        for z in np.flatnonzero(chosen.any(axis=1)):
            found[z] = (self.radius >= low[z][self.direction]) & (self.radius <= high[z][self.direction])
        return found


def outward_degrees(outwards: int) -> Floats:
    """Give the angle of every direction from straight outwards, negative to the front; float64 (DIRECTIONS,).

    outwards: -1 for the right lung, 1 for the left.
    """
    angle = (np.arange(DIRECTIONS) + 0.5) / DIRECTIONS * 2 * np.pi - np.pi
    outward: Floats = np.rad2deg(np.arctan2(np.sin(angle), outwards * np.cos(angle)))
    return outward


def mirrored(surface: Floats) -> Floats:
    """Swap the right and the left of a surface (z, DIRECTIONS)."""
    return np.roll(surface[:, ::-1], DIRECTIONS // 2, axis=1)


def gather_rows(data: Floats, step: int, *, outer: bool) -> Floats:
    """Take planes together, `step` at a time, by the largest or else the smallest of them."""
    fill = -np.inf if outer else np.inf
    missing = np.full((-data.shape[0] % step, data.shape[1]), fill)
    blocks = np.concatenate([np.where(np.isnan(data), fill, data), missing]).reshape(-1, step, data.shape[1])
    taken = blocks.max(axis=1) if outer else blocks.min(axis=1)
    return np.where(np.isfinite(taken), taken, np.nan)


def spread_rows(rows: Floats, step: int, planes: int) -> Floats:
    """Give rows back to the planes they were taken from, linear between their middles."""
    places = np.clip((np.arange(planes) - (step - 1) / 2) / step, 0, rows.shape[0] - 1)
    low = np.minimum(places.astype(np.intp), max(0, rows.shape[0] - 2))
    high = np.minimum(low + 1, rows.shape[0] - 1)
    part = (places - low)[:, None]
    spread: Floats = rows[low] * (1 - part) + rows[high] * part
    return spread
