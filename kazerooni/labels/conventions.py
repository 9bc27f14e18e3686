"""Conventions: the numbers that other programs give the lobes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kazerooni.errors import LabelError
from kazerooni.model import Lobe


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
