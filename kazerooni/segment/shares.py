"""Shares: how much of the lungs each lobe holds, and whether that is usual."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from kazerooni.model import Lobe, LobeMap, Notice

# Shares of lung volume in health, percent, lowest and highest (score.md, "Density"); means 17.9, 9.3, 26.5, 23.1, 23.2.
USUAL_SHARES: Final[Mapping[Lobe, tuple[float, float]]] = MappingProxyType(
    {
        Lobe.RUL: (11.8, 22.7),
        Lobe.RML: (6.6, 13.8),
        Lobe.RLL: (22.3, 34.0),
        Lobe.LUL: (18.1, 26.6),
        Lobe.LLL: (19.4, 28.7),
    }
)
_MM3_PER_ML = 1000.0
# An end slice that shows more than this share of the largest cross-section has lost some percent of the lungs.
_CUT_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class LobeShare:
    """How large a lobe is on a scan.

    volume_ml: None where the depth of a single slice is not known. percent: of both lungs, by area and depth.
    slices: on how many it is seen.
    """

    volume_ml: float | None
    percent: float
    slices: int


def shares_of(lobes: LobeMap) -> Mapping[Lobe, LobeShare]:
    """Measure every lobe that a map holds; the lingula stands apart where it is labelled."""
    geometry = lobes.geometry
    counts = np.stack([np.bincount(plane.reshape(-1), minlength=max(Lobe) + 1) for plane in lobes.labels])
    sums = geometry.depths() @ counts
    whole = int(sums[1:].sum())
    unit = geometry.depth_unit_mm
    per_count = None if unit is None else unit * geometry.pixel_area_mm2 / _MM3_PER_ML
    return {
        lobe: LobeShare(
            volume_ml=None if per_count is None else float(sums[lobe]) * per_count,
            percent=100 * float(sums[lobe]) / whole,
            slices=int(np.count_nonzero(counts[:, lobe])),
        )
        for lobe in Lobe
        if sums[lobe]
    }


def is_cut(lobes: LobeMap) -> bool:
    """Tell whether the scan cuts off a part of the lungs that shares would feel: an end slice shows a good deal."""
    areas = np.array([np.count_nonzero(plane) for plane in lobes.labels])
    return bool(max(areas[0], areas[-1]) > _CUT_SHARE * areas.max())


def usual_share(lobe: Lobe) -> tuple[float, float] | None:
    """Give the lowest and highest share of a lobe in health, percent; None for the lingula."""
    return USUAL_SHARES.get(lobe)


def doubts_of_shares(shares: Mapping[Lobe, LobeShare], gone: Collection[Lobe]) -> Iterator[Notice]:
    """Tell which lobes are larger or smaller than in health, once for all of them.

    gone: lobes that are absent or collapsed: the others then have no usual share, and nothing is told.
    """
    if gone or not shares:
        return
    percents = {lobe: share.percent for lobe, share in shares.items()}
    percents[Lobe.LUL] = percents.get(Lobe.LUL, 0.0) + percents.pop(Lobe.LIN, 0.0)
    odd = [
        f"{lobe.name} {percents.get(lobe, 0.0):.1f} % ({low:g} to {high:g})"
        for lobe, (low, high) in USUAL_SHARES.items()
        if not low <= percents.get(lobe, 0.0) <= high
    ]
    if odd:
        yield Notice(
            "lobe-share-unusual",
            "warning",
            f"share of the lungs unlike in health: {', '.join(odd)}; check the fissures beside them",
        )
