"""pydicom: the loops that its users write, in their fast and lean form."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pydicom

from tests.benchmarks.files import paths_in
from tests.benchmarks.result import ATTRIBUTES, Index, Scan


def read(folder: str) -> Scan:
    """Read all files, sort along the normal, fill a volume reserved before; each dataset is let go once it is used."""
    datasets = [pydicom.dcmread(path) for path in paths_in(folder)]
    first = datasets[0]
    normal = np.cross(first.ImageOrientationPatient[:3], first.ImageOrientationPatient[3:])
    datasets.sort(key=lambda d: float(np.dot(normal, d.ImagePositionPatient)), reverse=True)
    low, high = (float(np.dot(normal, d.ImagePositionPatient)) for d in (datasets[-1], datasets[-2]))
    volume = np.empty((len(datasets), first.Rows, first.Columns), np.int16)
    for target in volume:
        dataset = datasets.pop()
        np.add(dataset.pixel_array.view(np.int16), int(dataset.RescaleIntercept), out=target)
    return Scan(volume, (high - low, *map(float, first.PixelSpacing)))


def index(folder: str) -> Index:
    """Read the twelve attributes of each file and their values, stopping before the pixels."""
    found: Counter[str] = Counter()
    for path in paths_in(folder):
        dataset = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=list(ATTRIBUTES))
        for keyword in ATTRIBUTES:
            dataset.get(keyword)
        found[str(dataset.SeriesInstanceUID)] += 1
    return dict(found)
