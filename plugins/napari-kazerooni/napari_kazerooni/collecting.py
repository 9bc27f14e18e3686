"""Collecting: what a window holds as long as it is open is not searched for garbage again and again.

A full search of Python through the 370,000 objects of an open napari takes 0.28 s of the main thread at any moment, and
napari asks for one each time a layer is removed. Once the room is prepared its objects are set apart, so that a search
goes through what came since; when a window closes they are searched again.
"""

from __future__ import annotations

import gc


def set_apart() -> None:
    """Set apart all objects that there are, after a last search."""
    gc.collect()
    gc.freeze()


def search_again() -> None:
    """Search all objects again, as before a window goes."""
    gc.unfreeze()
