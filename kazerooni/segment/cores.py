"""Cores: the air of a body taken apart where it is narrow, so that lung is told from gas that only touches it.

The diaphragm is as thin as a voxel, and a stomach or a colon full of gas comes through it into the lung at some place.
Air is cut at such necks: what is left of it after a few millimetres are taken off all around are its hearts, and the
rest goes to the heart that it is reached from first; what none reaches are pieces of their own. A piece belongs to the
lung that it shares a wide border with.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.segment.axial import Axial
from kazerooni.segment.planes import IN_PLANE, Mask, Parts, label_parts, sizes_of

# Taken off all around: holes that partial volume leaves in the diaphragm (3-5 mm thick) are narrower than twice this.
_OFF_MM = 4.0
# The rest of the air is this much wider at most, in voxels, than what was taken off: thin recesses and rims.
_MOST_STEPS = 40


# Nothing else is in gas: nearly all of a heart is as dark. Of lungs with severe emphysema up to three quarters are.
_GAS_SHARE = 0.85


@dataclass(frozen=True, eq=False)
class Cores:
    """Pieces of air.

    pieces: int32 (z, y, x), 1 and on. sizes: voxels of every piece; [0] is the rest. is_gas: which pieces hold nothing
    but gas. hearts: bool (z, y, x), what lies away from borders and is no gas. is_flat: whether every plane was taken
    apart by itself.
    """

    pieces: Parts
    sizes: NDArray[np.int64]
    is_gas: Mask
    hearts: Mask
    is_flat: bool

    @classmethod
    def of(cls, scan: Axial, air: Mask, *, gas_hu: float) -> Cores:
        """Take air apart, of which gas is darker than `gas_hu`; in single planes, every plane by itself."""
        is_flat = scan.is_sampled or scan.hu.shape[0] == 1
        structure = IN_PLANE if is_flat else None
        off = ndimage.binary_erosion(air, structure=structure, iterations=scan.pixels(_OFF_MM), border_value=1)
        hearts, count = label_parts(off, in_plane=is_flat)
        dark = air & (scan.hu < gas_hu)
        is_gas: Mask = sizes_of(hearts[dark], count) >= _GAS_SHARE * sizes_of(hearts, count)
        is_gas[0] = False  # the rest
        # Gas goes on as gas up to its border, however near a lung lies.
        pieces = _grow(hearts, dark, is_gas, in_plane=is_flat)
        pieces = _grow(pieces, air, np.ones(count + 1, bool), in_plane=is_flat)
        strays, more = label_parts(air & (pieces == 0), in_plane=is_flat)
        is_stray_gas = 2 * sizes_of(strays[dark], more) > sizes_of(strays, more)
        pieces = np.where(strays > 0, strays + np.int32(count), pieces)
        all_gas = np.append(is_gas, is_stray_gas[1:])
        return cls(pieces, sizes_of(pieces, count + more), all_gas, (hearts > 0) & ~is_gas[hearts], is_flat)

    def joined(self, chosen: Mask, least: NDArray[np.float64]) -> NDArray[np.intp]:
        """Give every piece the one of the chosen that it belongs to, 0 none; int (pieces + 1,).

        chosen: bool (pieces + 1,). least: float64 likewise. A chosen piece belongs to itself; another one where its
        border with what belongs there already is large for its size: faces of voxels >= least * size ** (2/3), or in a
        plane ** (1/2).
        """
        here, there, faces = _borders(self.pieces)
        wanted = least * self.sizes.astype(np.float64) ** (1 / 2 if self.is_flat else 2 / 3)
        owner = np.where(chosen, np.arange(self.sizes.size), 0)
        while True:
            known = (owner[there] > 0) & (owner[here] == 0)
            to_lung = np.bincount(here[known], faces[known], minlength=owner.size)
            new = (to_lung >= wanted) & (to_lung > 0)
            if not new.any():
                return owner
            best = np.flatnonzero(known & new[here])
            best = best[np.argsort(faces[best], kind="stable")]
            before = owner.copy()
            owner[here[best]] = before[there[best]]  # the last, the widest border, stays


def _grow(hearts: Parts, air: Mask, chosen: Mask, *, in_plane: bool) -> Parts:
    """Give the rest of the air to that of the chosen hearts, bool (hearts + 1,), that it is reached from first."""
    wide = np.pad(hearts, 1)
    _, rows, columns = wide.shape
    flat = wide.ravel()
    offsets = [1, columns] if in_plane else [1, columns, rows * columns]
    rest = np.flatnonzero(np.pad(air, 1) & (wide == 0))
    for _ in range(_MOST_STEPS):
        found = np.zeros(rest.size, flat.dtype)
        for offset in offsets:
            np.maximum(found, flat[rest + offset], out=found)
            np.maximum(found, flat[rest - offset], out=found)
        reached = (found > 0) & chosen[found]
        if not reached.any():
            break
        flat[rest[reached]] = found[reached]
        rest = rest[~reached]
    return flat.reshape(wide.shape)[1:-1, 1:-1, 1:-1]


def _borders(pieces: Parts) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Count the faces between every two pieces, both ways."""
    keys, base = [], int(pieces.max()) + 1
    for axis in range(3):
        low, high = ([slice(None)] * 3 for _ in range(2))
        low[axis], high[axis] = slice(None, -1), slice(1, None)
        a, b = pieces[tuple(low)], pieces[tuple(high)]
        at = np.nonzero((a != b) & (a > 0) & (b > 0))
        first, second = a[at].astype(np.int64), b[at].astype(np.int64)
        keys += [first * base + second, second * base + first]
    pairs, counts = np.unique(np.concatenate(keys), return_counts=True)
    return pairs // base, pairs % base, counts.astype(np.float64)
