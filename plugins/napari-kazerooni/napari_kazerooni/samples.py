"""Samples: three visits of a patient who does not exist, from napari's menu File > Open Sample."""

from __future__ import annotations

import napari

from kazerooni.dicom import Found, Progress, find_series
from kazerooni.phantom import sample_folder
from napari_kazerooni.reader import NO_LAYER, LayerData, read, series_dock
from napari_kazerooni.worker import Tell


def visit_1999() -> list[LayerData]:
    """Open the sequential scan of 1999, 1 mm every 25 mm."""
    return _visit("1999")


def visit_2000() -> list[LayerData]:
    """Open the sequential scan of 2000, 1 mm about every 10 mm."""
    return _visit("2000")


def visit_2009() -> list[LayerData]:
    """Open the spiral scan of 2009, 1.25 mm."""
    return _visit("2009")


def _visit(name: str) -> list[LayerData]:
    viewer = napari.current_viewer()
    if viewer is None:
        return read(sample_folder() / name)

    def work(progress: Progress, _: Tell) -> Found:
        return find_series(sample_folder(progress=progress) / name, progress=progress)

    series_dock(viewer).look_for(work)
    return NO_LAYER
