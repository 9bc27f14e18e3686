"""Locks: where a stroke may leave marks. Pure: arrays in, masks out.

Three locks, each on or off: inside the lobe under the first click, inside the lungs, inside a window of HU. The eraser
is held by the first one only: a mark outside the lungs must not be locked in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_kazerooni.rasters import Box, Mask

Place = tuple[int, int, int]


@dataclass(slots=True)
class Locks:
    """The locks of a marking layer. All arrays are (slice, row, column) and may be replaced at any time.

    lobes: lobe labels, 0 outside; None where no lobes are known. lungs: True in the lungs; None: wherever a lobe is.
    hu: the values of the scan; None where they are not known to be HU.
    window: the closed range [low, high] of HU that may be marked, None: any. in_lobe, in_lungs: locks that are on.
    closed: why nothing at all may be changed now, None where it may.
    """

    lobes: NDArray[np.uint8] | None = None
    lungs: NDArray[Any] | None = None
    hu: NDArray[Any] | None = None
    window: tuple[float, float] | None = None
    in_lobe: bool = False
    in_lungs: bool = False
    closed: str | None = None

    def why_not(self, first: Place, *, erasing: bool) -> str | None:
        """Tell why a stroke that starts at `first` may mark nothing at all, None where it may."""
        if self.closed is not None:
            return self.closed
        return self._why_locked(first, erasing=erasing)

    def _why_locked(self, first: Place, *, erasing: bool) -> str | None:
        if self.in_lobe and self.lobes is None:
            return "The lobe lock needs lobes: find or load them, or take the lock off."
        if erasing:
            return None
        if self.in_lungs and self.lungs is None and self.lobes is None:
            return "The lung lock needs lungs or lobes: find or load them, or take the lock off."
        if self.window is not None and self.hu is None:
            return "The values of this scan are not known to be HU: take the HU window off."
        if self.in_lobe and self.lobes is not None and not self.lobes[first]:
            return "No lobe lies under the first click: start inside one, or take the lobe lock off."
        return None

    def allowed(self, index: int, box: Box, first: Place, *, erasing: bool) -> Mask:
        """Give which pixels of a box of one slice a stroke that started at `first` may change; bool, as the box."""
        here = (index, *box)
        rows, columns = box
        mask = np.ones((rows.stop - rows.start, columns.stop - columns.start), np.bool_)
        if self.in_lobe and self.lobes is not None:
            mask &= self.lobes[here] == self.lobes[first]
        if erasing:
            return mask
        inside = self.lobes if self.lungs is None else self.lungs
        if self.in_lungs and inside is not None:
            mask &= inside[here] != 0
        if self.window is not None and self.hu is not None:
            mask &= (self.hu[here] >= self.window[0]) & (self.hu[here] <= self.window[1])
        return mask
