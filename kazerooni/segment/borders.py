"""Borders: what was found at working resolution, drawn at the resolution of the scan."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kazerooni.segment.axial import PADDING_HU, THREADS, Axial
from kazerooni.segment.planes import Mask, box_of

Labels = NDArray[np.uint8]


def draw_fully(scan: Axial, labels: Labels, dense: Mask, hu: NDArray[Any], *, lung_hu: int) -> Labels:
    """Draw working labels on the grid of the scan; uint8 (slice, row, column).

    labels: uint8 (z, y, x) of the working grid. dense: which of them are lung though they are dense.
    hu: of the scan. lung_hu: inflated lung is darker.

    Within a working voxel of a border, what is darker than `lung_hu` is lung; deeper inside, and in dense lung,
    everything is; farther outside, nothing.
    """
    across = scan.steps[0] > 1
    maybe = _grown(labels, across=across)
    sure = (labels > 0) & (dense | (_grown((labels == 0).astype(np.uint8), across=across) == 0))
    full = np.zeros(hu.shape, np.uint8)
    view, turned = scan.turn.apply(full), scan.turn.apply(hu)
    box = box_of(maybe > 0)
    if box is None:
        return full
    rows, columns = (_full_range(box[n], scan.steps[n], labels.shape[n], view.shape[n]) for n in (1, 2))
    down, along = (_working_index(wide, scan.steps[n], labels.shape[n]) for n, wide in ((1, rows), (2, columns)))

    def draw(low: int) -> None:
        here, certain = (plane[low][down][:, along] for plane in (maybe, sure))
        for z in _full_range(slice(low, low + 1), scan.steps[0], labels.shape[0], view.shape[0]):
            values = turned[z, rows.start : rows.stop, columns.start : columns.stop]
            is_lung = (values < lung_hu) & (values >= PADDING_HU)
            is_lung |= certain
            np.multiply(here, is_lung, out=view[z, rows.start : rows.stop, columns.start : columns.stop])

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(draw, range(box[0].start, box[0].stop)))
    return full


def _grown(labels: Labels, *, across: bool) -> Labels:
    """Let labels grow by one voxel in the plane, and across planes; where two meet, nothing of either changes."""
    around = labels.copy()
    for axis in range(0 if across else 1, 3):
        low, high = ([slice(None)] * 3 for _ in range(2))
        low[axis], high[axis] = slice(None, -1), slice(1, None)
        for here, there in ((low, high), (high, low)):
            np.maximum(around[tuple(here)], labels[tuple(there)], out=around[tuple(here)])
    return np.where(labels > 0, labels, around)


def _full_range(part: slice, step: int, count: int, size: int) -> range:
    """Give the full indices of a part of the working ones; the last of them also has what is left over."""
    return range(part.start * step, size if part.stop >= count else part.stop * step)


def _working_index(full: range, step: int, count: int) -> NDArray[np.intp]:
    return np.minimum(np.arange(full.start, full.stop) // step, count - 1)
