"""Warm: what napari loads with its first image is loaded with the dock, not between a click and the first slice.

Units and filters take half a second. Not in a thread: the registry of units breaks when it is used while it loads.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from napari.layers import Image


@cache
def warm_up() -> None:
    """Make an image that nobody sees, once."""
    Image(np.zeros((2, 2, 2), np.int16), units=("mm", "mm", "mm"), contrast_limits=(0, 1))
