"""Samples: three visits of a patient who does not exist, from napari's menu File > Open Sample."""

from __future__ import annotations

import napari

from kazerooni.dicom import choose, find_series
from kazerooni.phantom import sample_folder
from napari_kazerooni.layers import image_kwargs
from napari_kazerooni.opening import middle, read_slice
from napari_kazerooni.reader import LayerData, read, series_dock
from napari_kazerooni.room import SAMPLE


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
    folder = sample_folder() / name
    if viewer is None:
        return read(folder)
    # napari wants a layer at once: one slice, which the room takes over for the whole scan.
    series = choose(find_series(folder))
    first = read_slice(series, middle(series))
    series_dock(viewer).look_at([folder])
    options = image_kwargs(first)
    data = options.pop("data")
    return [(data, {**options, "metadata": {**options["metadata"], SAMPLE: name}}, "image")]
