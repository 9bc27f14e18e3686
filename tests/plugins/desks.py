"""Desks for tests: a small scan from real files at a viewer, its lobes as boxes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from kazerooni.dicom import Series
from kazerooni.model import Lobe, LobeMap, Volume
from kazerooni.phantom import SeriesPlan, sequential_hrct
from napari_kazerooni.canvas import Labels
from napari_kazerooni.desk import Desk, desk_of
from napari_kazerooni.lobe_finding import lungs_in
from tests.plugins.builders import written_series

FIVE = (Lobe.RUL, Lobe.RML, Lobe.RLL, Lobe.LUL, Lobe.LLL)
SLICES = 6
ROWS = slice(10, 50)
"""Rows of each lobe; every lobe is 40 x 10 pixels on each slice."""


def columns(lobe: Lobe) -> slice:
    """Give the columns of a lobe."""
    start = 5 + 11 * FIVE.index(lobe)
    return slice(start, start + 10)


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.at_s = 100.0

    def __call__(self) -> float:
        """Give the seconds."""
        return self.at_s

    def turn(self, desk: Desk, seconds: float) -> None:
        """Let time pass at a desk."""
        self.at_s += seconds
        desk.tick()


def boxes(volume: Volume) -> Labels:
    """Give five lobes as boxes."""
    labels = np.zeros(volume.hu.shape, np.uint8)
    for lobe in FIVE:
        labels[:, ROWS, columns(lobe)] = lobe
    return labels


def written(folder: Path, plan: SeriesPlan | None = None) -> tuple[Series, Volume]:
    """Write a small scan and read it back."""
    return written_series(plan or sequential_hrct(slices=SLICES), folder)


def opened(viewer: Any, scan: tuple[Series, Volume], *, with_lobes: bool = True) -> tuple[Desk, Clock]:
    """Open a scan at the desk of a viewer, with its lobes."""
    series, volume = scan
    desk, clock = desk_of(viewer), Clock()
    desk.clock = clock
    desk.reader = "Reader A"
    desk.room.show(volume, series=series)
    if with_lobes:
        give_lobes(desk)
    return desk, clock


def give_lobes(desk: Desk) -> None:
    """Give the reading its lobes at once, as `Desk.find_lobes` does in the background."""
    volume = desk.open_session.volume
    desk.open_session.set_lobes(LobeMap(boxes(volume), volume.geometry, source="kazerooni.segment 0.1.0"))
    desk.on_lobes(lungs_in(desk.open_session))


def heard(emitter: Any) -> list[Any]:
    """Collect the events of an emitter; the list keeps what listens alive."""
    events: list[Any] = []
    emitter.connect(events.append)
    return events


def centre(lobe: Lobe, index: int) -> tuple[int, int, int]:
    """Give the middle of a lobe on a slice."""
    return index, (ROWS.start + ROWS.stop) // 2, (columns(lobe).start + columns(lobe).stop) // 2
