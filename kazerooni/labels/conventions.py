"""Conventions: the numbers that other programs give the lobes, and how the numbers of a file become ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.wanted import Wanted
from kazerooni.model import OUTSIDE, Lobe, Notice

# So many unknown labels are listed in a message.
_LABELS_TOLD = 8
_UNKNOWN = 255


class NumberingError(LabelError):
    """The numbers of a map are not those that were expected: unknown labels, or lobes where no such lobes lie."""


@dataclass(frozen=True, slots=True)
class Convention:
    """How a program numbers the lobes.

    lobes: its number of every lobe.
    others: numbers of its other organs, which are taken for outside.
    lung: those of them that are lung of no named lobe; they are told where they are found.
    low_byte: whether only the lower eight bits say the region (the upper ones say vessel, airway, disease).
    """

    lobes: Mapping[int, Lobe]
    others: range = range(0)
    lung: range = range(0)
    low_byte: bool = False


CONVENTIONS: Final[Mapping[str, Convention]] = {
    # https://github.com/JoHof/lungmask, models LTRCLobes and LTRCLobes_R231
    "lungmask": Convention({1: Lobe.LUL, 2: Lobe.LLL, 3: Lobe.RUL, 4: Lobe.RML, 5: Lobe.RLL}),
    # https://github.com/wasserth/TotalSegmentator, version 2, task total (117 classes)
    "totalsegmentator": Convention(
        {10: Lobe.LUL, 11: Lobe.LLL, 12: Lobe.RUL, 13: Lobe.RML, 14: Lobe.RLL}, others=range(1, 118)
    ),
    # https://lola11.grand-challenge.org
    "lola11": Convention({10: Lobe.LUL, 11: Lobe.LLL, 20: Lobe.RUL, 21: Lobe.RML, 22: Lobe.RLL}),
    # Chest Imaging Platform, chest regions; 1-3 and 9-19 are lungs, sides and thirds of them
    "cip": Convention(
        {4: Lobe.RUL, 5: Lobe.RML, 6: Lobe.RLL, 7: Lobe.LUL, 8: Lobe.LLL},
        others=range(1, 256),
        lung=range(1, 20),
        low_byte=True,
    ),
}


def convention_of(name: str, labels: str) -> Convention:
    """Give a convention by its name.

    Raises LabelError for an unknown one.
    """
    found = CONVENTIONS.get(labels.lower())
    if found is None:
        known = ", ".join(CONVENTIONS)
        raise LabelError(f"{name}: no numbering is called {labels!r}; known are {known}; without one it is ours")
    return found


class Numbering:
    """Turns the numbers of a file into ours, some voxels at a time, and remembers which it did not know."""

    def __init__(self, wanted: Wanted, convention: Convention | None = None) -> None:
        self._highest = wanted.highest
        self._known = f"0 to {wanted.highest}"
        self._table = np.full(65536, _UNKNOWN, np.uint8)
        self._lung = np.zeros(0, np.int64)
        if convention is None:
            self._table[: wanted.highest + 1] = np.arange(wanted.highest + 1)
        else:
            self._fill(convention)
            self._known = "0, {}".format(", ".join(map(str, convention.lobes)))
        self.unknown: set[int | float] = set()
        self.lung_outside_lobes = 0

    def _fill(self, convention: Convention) -> None:
        self._table[OUTSIDE] = OUTSIDE
        self._table[convention.others.start : convention.others.stop] = OUTSIDE
        for number, lobe in convention.lobes.items():
            self._table[number] = lobe
        if convention.low_byte:
            self._table[:] = np.resize(self._table[:256], self._table.size)
            self._table[self._table == _UNKNOWN] = OUTSIDE
        self._lung = np.array([number for number in convention.lung if number not in convention.lobes], np.int64)
        self._low_byte = convention.low_byte

    def translate(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Give our labels of numbers of any type; unknown ones are remembered and become 255."""
        whole = self._whole(values)
        ours = self._table.take(whole, mode="clip")
        if whole.dtype.itemsize > 1 and whole.size and (whole.min() < 0 or whole.max() >= self._table.size):
            ours[(whole < 0) | (whole >= self._table.size)] = _UNKNOWN
        if ours.size and ours.max() == _UNKNOWN:
            self.unknown.update(np.unique(values[ours == _UNKNOWN]).tolist())
        if self._lung.size:
            self.lung_outside_lobes += int(np.isin(whole & 255, self._lung).sum())
        return ours

    def _whole(self, values: NDArray[np.generic]) -> NDArray[np.integer]:
        """Give whole numbers as they are; numbers of a float type as whole ones, -1 for those that are none."""
        if np.issubdtype(values.dtype, np.integer):
            return cast("NDArray[np.integer]", values)
        with np.errstate(invalid="ignore"):
            numbers = values.astype(np.float64)
            whole = np.clip(numbers, -1, self._table.size).astype(np.int32)
            return np.where(whole == numbers, whole, -1)

    def settle(self, name: str) -> tuple[Notice, ...]:
        """Tell what was taken for outside though it is lung.

        Raises NumberingError for a map with unknown numbers.
        """
        if self.unknown:
            listed = sorted(self.unknown, key=lambda number: (number != number, number))  # noqa: PLR0124 - NaN last
            told = ", ".join(
                f"{number:g}" if isinstance(number, float) else str(number) for number in listed[:_LABELS_TOLD]
            )
            more = ", ..." if len(listed) > _LABELS_TOLD else ""
            raise NumberingError(f"{name}: unknown labels {told}{more}; {self._known} are wanted, renumber the map")
        if not self.lung_outside_lobes:
            return ()
        message = f"{name}: {self.lung_outside_lobes} voxels are lung of no named lobe; they count for no lobe"
        return (Notice("map-lung-outside-lobes", "warning", message),)
