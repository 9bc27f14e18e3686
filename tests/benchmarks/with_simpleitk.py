"""SimpleITK: its reader of DICOM series."""

from __future__ import annotations

import os
from collections import Counter

import SimpleITK

from tests.benchmarks.result import Index, Scan


def read(folder: str) -> Scan:
    """Read with the series reader; the values are a view of its memory, not a copy."""
    reader = SimpleITK.ImageSeriesReader()
    reader.SetFileNames(SimpleITK.ImageSeriesReader.GetGDCMSeriesFileNames(folder))
    image = reader.Execute()
    return Scan(SimpleITK.GetArrayViewFromImage(image), image.GetSpacing()[::-1], image)


def index(folder: str) -> Index:
    """List the series of every folder and the sorted file names of each."""
    reader = SimpleITK.ImageSeriesReader
    found: Counter[str] = Counter()
    for place, _, files in os.walk(folder):
        if files:
            for uid in reader.GetGDCMSeriesIDs(place):
                found[uid] += len(reader.GetGDCMSeriesFileNames(place, uid))
    return dict(found)
