"""Numbering: how the numbers of a file become our labels, some voxels at a time, and what is done with unknown ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import LabelError
from kazerooni.labels.conventions import Convention
from kazerooni.labels.wanted import Wanted
from kazerooni.model import OUTSIDE, Notice

NUMBERS: Final = 65536
"""A table of labels holds so many numbers, from 0."""

UNKNOWN: Final = 255
"""What a table holds for a number that means nothing."""

# So many unknown numbers are listed in a message; a map that holds more of them is read no further.
_NUMBERS_TOLD: Final = 8


class NumberingError(LabelError):
    """The numbers of a map are not those that were expected: unknown labels, or lobes where no such lobes lie."""


def blank_table() -> NDArray[np.uint8]:
    """Give a table of labels that knows no number but 0, which is outside."""
    table = np.full(NUMBERS, UNKNOWN, np.uint8)
    table[OUTSIDE] = OUTSIDE
    return table


class Lookup:
    """Looks numbers of any type up in tables, and remembers which of them were unknown.

    refusal: makes the error that refuses a map from the words for its unknown numbers.
    """

    def __init__(self, refusal: Callable[[str], LabelError]) -> None:
        self._refusal = refusal
        self._unknown: set[int | float] = set()

    def labels(self, values: NDArray[np.generic], table: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Give the labels of numbers; unknown ones give 0 until `settle`.

        Raises the refusal as soon as there are more unknown numbers than are told.
        """
        whole = whole_numbers(values)
        ours = table.take(whole, mode="clip")
        if whole.dtype.itemsize > 1 and whole.size and (whole.min() < 0 or whole.max() >= NUMBERS):
            ours[(whole < 0) | (whole >= NUMBERS)] = UNKNOWN
        if ours.size and ours.max() == UNKNOWN:
            self._remember(values[ours == UNKNOWN])
            ours[ours == UNKNOWN] = OUTSIDE
        return ours

    def settle(self) -> None:
        """Raise the refusal where a number was unknown."""
        if self._unknown:
            raise self._refused()

    def _remember(self, values: NDArray[np.generic]) -> None:
        self._unknown.update(np.unique(values)[: _NUMBERS_TOLD + 1].tolist())
        if len(self._unknown) > _NUMBERS_TOLD:
            raise self._refused()

    def _refused(self) -> LabelError:
        listed = sorted(self._unknown, key=lambda number: (number != number, number))  # noqa: PLR0124 - NaN last
        words = [f"{number:g}" if isinstance(number, float) else str(number) for number in listed[:_NUMBERS_TOLD]]
        return self._refusal(", ".join(words) + (", ..." if len(listed) > _NUMBERS_TOLD else ""))


def whole_numbers(values: NDArray[np.generic]) -> NDArray[np.integer]:
    """Give whole numbers as they are, or in a wider type; of a float type, -1 for those that are not whole."""
    if values.dtype == np.int8:  # negative ones are none of the 256 that a table reaches without a test
        return values.astype(np.int16)
    if np.issubdtype(values.dtype, np.integer):
        return cast("NDArray[np.integer]", values)
    with np.errstate(invalid="ignore"):
        numbers = values.astype(np.float64)
        whole = np.clip(numbers, -1, NUMBERS).astype(np.int32)
        return np.where(whole == numbers, whole, -1)


class Numbering:
    """Turns the numbers of a file without names into ours: numbered as we do, or by a convention."""

    def __init__(self, name: str, wanted: Wanted, convention: Convention | None = None) -> None:
        self._name = name
        self._table = blank_table()
        self._lung = np.zeros(0, np.int64)
        self._lung_outside_lobes = 0
        known = f"0 to {wanted.highest}"
        if convention is None:
            self._table[: wanted.highest + 1] = np.arange(wanted.highest + 1)
        else:
            self._fill(convention)
            known = "0, {}".format(", ".join(map(str, convention.lobes)))
        self._lookup = Lookup(
            lambda told: NumberingError(f"{name}: unknown labels {told}; {known} are wanted, renumber the map")
        )

    def _fill(self, convention: Convention) -> None:
        self._table[convention.others.start : convention.others.stop] = OUTSIDE
        for number, lobe in convention.lobes.items():
            self._table[number] = lobe
        if convention.low_byte:
            self._table[:] = np.resize(self._table[:256], self._table.size)
        self._lung = np.array([number for number in convention.lung if number not in convention.lobes], np.int64)

    def translate(self, values: NDArray[np.generic]) -> NDArray[np.uint8]:
        """Give our labels of numbers of any type.

        Raises NumberingError for a map with many unknown numbers.
        """
        if self._lung.size:
            self._lung_outside_lobes += int(np.isin(whole_numbers(values) & 255, self._lung).sum())
        return self._lookup.labels(values, self._table)

    def settle(self) -> tuple[Notice, ...]:
        """Tell what was taken for outside though it is lung.

        Raises NumberingError for a map with unknown numbers.
        """
        self._lookup.settle()
        if not self._lung_outside_lobes:
            return ()
        message = f"{self._lung_outside_lobes} voxels of the lobe map are lung of no named lobe; they count for no lobe"
        return (Notice("map-lung-outside-lobes", "warning", message),)
