"""Overlap: how well what was found agrees with what is true."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Lobe

# Part -> Dice, 1 where all agrees.
Dices = dict[str, float]
LOBES: Final = ("RUL", "RML", "RLL", "LUL", "LLL")
LUNGS: Final = ("right", "left", "both")
SIDE_OF: Final = np.array([0, 1, 1, 1, 2, 2, 2], np.uint8)


def dice(found: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    """Give the Dice overlap of two masks, 1 where both are empty."""
    sizes = np.count_nonzero(found) + np.count_nonzero(wanted)
    return 2 * int(np.count_nonzero(found & wanted)) / int(sizes) if sizes else 1.0


def lobe_dices(found: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> Dices:
    """Compare lobe maps lobe by lobe."""
    return {name: dice(found == Lobe[name], wanted == Lobe[name]) for name in LOBES}


def lung_dices(found: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> Dices:
    """Compare lungs, 1 right and 2 left: each, and both as one."""
    sides = {name: dice(found == side, wanted == side) for side, name in ((1, "right"), (2, "left"))}
    return sides | {"both": dice(found > 0, wanted > 0)}
