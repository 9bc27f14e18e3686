"""Inflated: which of the air in a body is lung, and which is gas in gut, windpipe and sinuses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.segment.axial import Axial
from kazerooni.segment.cores import Cores
from kazerooni.segment.planes import Mask, Parts, label_parts, sizes_of

# A lung shows at least this much somewhere, and this much of it away from its borders; a part of it that is cut off in
# a plane, this much.
LEAST_PLANE_MM2, _LEAST_HEART_MM2, _LEAST_PART_MM2 = 900.0, 300.0, 60.0
# Parts smaller than this share of the largest are no lung of their own.
_LEAST_SHARE = 0.02
# Gas is at most this much brighter than the air outside, which scatter makes it.
_BRIGHTER_HU, _DARKEST_PERCENT, _GAS_HU = 70, 20, -925
# Borders between pieces in faces for their size (`Cores.joined`): of pieces of one lung 0.5 to 6, of a bulla, round and
# half bare, 3, of a stomach and the lung above it 0.05.
_LEAST_BORDER, _LEAST_GAS_BORDER = 0.3, 1.0
# The largest part of the air that is no gas is a lung; where it is nowhere wide, one of the next may be.
_MOST_TRIED = 5
# Below the lowest plane where a lung shows this share of what it shows at its widest, there are domes of the diaphragm
# and what lies below them; a lung of its own is widest above.
_WIDE_SHARE = 0.5


def gas_limit(scan: Axial, body: Mask) -> float:
    """Give the value that gas is darker than, from the air around the body, where that is shown."""
    outside = scan.hu[~body & ~scan.is_padding]
    dark = outside[outside < _GAS_HU]
    return float(np.percentile(dark[::16], _DARKEST_PERCENT)) + _BRIGHTER_HU if dark.size else _GAS_HU


@dataclass(frozen=True, eq=False)
class Inflated:
    """What of the air in a body is lung. parts: int32 (z, y, x), 1 to count. gas: what is none; bool (z, y, x)."""

    parts: Parts
    count: int
    gas: Mask


def find_inflated(scan: Axial, air: Mask, *, gas_hu: float) -> Inflated:
    """Give numbers to the parts of the air in the body that are lung.

    In a stack with gaps, gas is told from lung in each plane before planes are linked.
    """
    cores = Cores.of(scan, air, gas_hu=gas_hu)
    least = np.where(cores.is_gas, _LEAST_GAS_BORDER, _LEAST_BORDER)
    if not cores.is_flat:
        owner = cores.joined(_lungs_among(scan, cores.pieces, cores.sizes, ~cores.is_gas, cores.hearts), least)
        return Inflated(*_numbered(cores.pieces, owner), (cores.is_gas & (owner == 0))[cores.pieces])
    lung = ~cores.is_gas & (cores.sizes * scan.pixel_area_mm2 >= _LEAST_PART_MM2)
    lung[0] = False
    owner = cores.joined(lung, least)
    parts, count = label_parts((owner > 0)[cores.pieces])
    chosen = _lungs_among(scan, parts, sizes_of(parts, count), np.ones(count + 1, bool), cores.hearts)
    numbered = _numbered(parts, np.where(chosen, np.arange(count + 1), 0))
    return Inflated(*numbered, (cores.is_gas & (owner == 0))[cores.pieces])


def _lungs_among(scan: Axial, parts: Parts, sizes: NDArray[np.int64], maybe: Mask, hearts: Mask) -> Mask:
    """Tell which parts are lungs, of those that may be: the largest, and what is widest at the same heights.

    parts: int32 (z, y, x). sizes, maybe: int64 and bool (parts + 1,). hearts: bool (z, y, x), what lies away
    from borders.
    """
    chosen: Mask = np.zeros(sizes.size, bool)
    order = np.argsort(-np.where(maybe, sizes, 0)[1:], kind="stable") + 1
    first = next((int(n) for n in order[:_MOST_TRIED] if maybe[n] and _is_wide(scan, parts == n, hearts)), 0)
    if not first:
        return chosen
    area = np.count_nonzero(parts == first, axis=(1, 2))
    low = int(np.flatnonzero(area >= _WIDE_SHARE * area.max())[0])
    high = int(np.flatnonzero(area)[-1])
    for n in order[: int(np.count_nonzero(maybe[1:] & (sizes[1:] >= _LEAST_SHARE * sizes[first])))]:
        widest = int(np.count_nonzero(parts == n, axis=(1, 2)).argmax())
        chosen[n] = low <= widest <= high
    chosen[first] = True
    return chosen


def _is_wide(scan: Axial, part: Mask, hearts: Mask) -> bool:
    """Tell whether a part is large enough in a plane to be a lung, and no web of narrow bits, as the cells of bone."""
    planes = np.count_nonzero(part, axis=(1, 2)), np.count_nonzero(part & hearts, axis=(1, 2))
    area, heart = (float(n.max()) * scan.pixel_area_mm2 for n in planes)
    return area >= LEAST_PLANE_MM2 and heart >= _LEAST_HEART_MM2


def _numbered(pieces: Parts, owner: NDArray[np.intp]) -> tuple[Parts, int]:
    """Give the owners of pieces numbers from 1 on, and how many there are."""
    owners, number = np.unique(owner, return_inverse=True)
    number = number + (0 if owners[0] == 0 else 1)
    return number.astype(np.int32)[pieces], int(np.count_nonzero(owners))
