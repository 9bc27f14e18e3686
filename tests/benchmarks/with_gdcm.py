"""GDCM: its scanner of many files."""

from __future__ import annotations

from collections import Counter

import gdcm

from tests.benchmarks.files import paths_in
from tests.benchmarks.result import ATTRIBUTES, Index


def index(folder: str) -> Index:
    """Scan all files for the twelve attributes."""
    paths = paths_in(folder)
    scanner = gdcm.Scanner()
    for group, element in ATTRIBUTES.values():
        scanner.AddTag(gdcm.Tag(group, element))
    scanner.Scan(paths)
    series = gdcm.Tag(*ATTRIBUTES["SeriesInstanceUID"])
    return dict(Counter(scanner.GetValue(path, series) for path in paths))
