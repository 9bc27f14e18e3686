"""This project."""

from __future__ import annotations

from kazerooni.dicom import Found, choose, find_series, read_volume
from tests.benchmarks.result import Index, Scan


def read(folder: str) -> Scan:
    """Find the series, with all checks, and read its volume."""
    volume = read_volume(choose(find_series(folder)))
    return Scan(volume.hu, (volume.geometry.usual_gap_mm or 0.0, *volume.geometry.pixel_spacing_mm))


def index(folder: str) -> Index:
    """Find every series, with all checks and ranked."""
    return {series.series_uid: series.slices for series in find_series(folder)}


def find(folder: str) -> Found:
    """As `index`; gives all that is kept of it."""
    return find_series(folder)
