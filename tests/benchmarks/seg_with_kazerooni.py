"""This project: three label maps of a series to three DICOM SEGs on the disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

from kazerooni.dicom import Series, find_series
from kazerooni.labels import Author, write_map
from kazerooni.model import Component, FindingMap, LobeMap
from tests.benchmarks.labels import Maps, build
from tests.benchmarks.result import Index
from tests.benchmarks.seg_voxels import voxels_of

Given = tuple[Series, Maps]


def load(folder: str) -> Given:
    """Find the series, and make maps of its shape."""
    (series,) = find_series(Path(folder))
    assert series.geometry is not None
    slices, side, _ = series.geometry.shape
    return series, build(slices, side)


def write(given: Given) -> Index:
    """Write the SEGs; gives the voxels of each segment as their bits have them."""
    series, maps = given
    geometry = series.geometry
    assert geometry is not None
    drawn: tuple[LobeMap | FindingMap, ...] = (
        LobeMap(maps.lobes, geometry),
        FindingMap(Component.ALVEOLAR, maps.alveolar, geometry),
        FindingMap(Component.INTERSTITIAL, maps.interstitial, geometry),
    )
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.dcm" for name in Maps._fields]
        for labels, file in zip(drawn, files, strict=True):
            write_map(labels, file, series=series, author=Author(reader="R1"), reading="R-1")
        return voxels_of(files)
