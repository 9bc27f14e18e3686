"""Warm: what costs time once is done when the dock opens, not between a click and the first slice.

napari loads units and filters with its first image (half a second), and builds controls and shaders of a layer when it
is added (0.1 to 0.3 s each). Not in a thread: the registry of units breaks when it is used while it loads, and Qt and
OpenGL belong to the main thread.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from functools import cache, partial
from itertools import chain

import numpy as np
from napari.layers import Image
from qtpy.QtCore import QObject
from qtpy.QtWidgets import QWidget

from napari_kazerooni.desk import Desk
from napari_kazerooni.docks import prepare_docks
from napari_kazerooni.garbage import leave_out_of_search
from napari_kazerooni.later import later
from napari_kazerooni.unseen import drawing


@cache
def warm_up() -> None:
    """Make an image that nobody sees, once."""
    Image(np.zeros((2, 2, 2), np.int16), units=("mm", "mm", "mm"), contrast_limits=(0, 1))


class Preparation(QObject):
    """Gives an empty window the layers and docks of a scan before there is one, one in each turn of Qt's loop.

    A window that shows something already is left alone. `stop` ends it, as when the window closes.
    """

    def __init__(self, owner: QWidget, desk: Desk) -> None:
        super().__init__(owner)
        self._steps: Iterator[Callable[[], object]] = _steps(desk, owner)
        self._window = weakref.ref(desk.viewer.window)
        later(self, self._next)

    def _next(self) -> None:
        if getattr(self._window(), "_qt_window", None) is None:  # napari takes it away when a window closes
            self.stop()
        step = next(self._steps, None)
        if step is not None:
            step()
            later(self, self._next)

    def stop(self) -> None:
        """Do no further step."""
        self._steps = iter(())


def _steps(desk: Desk, owner: QWidget) -> Iterator[Callable[[], object]]:
    if len(desk.viewer.layers):
        return iter(())
    layers = desk.layers.preparations()  # now: before anything is read in a thread
    docks = prepare_docks(desk.viewer, owner)
    return chain((desk.room.prepare,), layers, docks, _further(desk), (desk.room.welcome, partial(_leave_out, desk)))


def _further(desk: Desk) -> Iterator[Callable[[], object]]:
    """Give the steps that docks have told of (`Desk.preparations`), then those that draw all of it once, unseen."""
    for prepare in desk.preparations:
        yield from prepare()
    if desk.room.volume is None:
        yield from drawing(desk)


def _leave_out(desk: Desk) -> None:
    """Let Python search no more in what there is, unless a scan came first, which is to go again."""
    if desk.room.volume is None:
        leave_out_of_search()
