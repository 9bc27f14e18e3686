"""Warm: what napari loads with its first image is loaded while the reader still looks for a folder.

Units and filters take most of a second, which would come between the click and the first slice.
"""

from __future__ import annotations

import threading
from functools import cache

import numpy as np
from napari.layers import Image


@cache
def warm_up() -> threading.Thread:
    """Load it in a thread of its own, once."""
    thread = threading.Thread(target=_make_image, name="kazerooni warms napari up", daemon=True)
    thread.start()
    return thread


def _make_image() -> None:
    Image(np.zeros((2, 2, 2), np.int16), units=("mm", "mm", "mm"), contrast_limits=(0, 1))
