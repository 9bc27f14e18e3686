"""Maps of a stored series: a chest with DICOM SEGs of its lobes and findings beside it, as an archive holds it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kazerooni.dicom import find_series
from kazerooni.labels import Author, write_map
from kazerooni.model import Component, FindingMap, LobeMap
from tests.benchmarks.labels import Maps, build

SCAN, MAPS = "scan", "maps"


def write(folder: Path, scan: Path) -> None:
    """Put a scan, whose files are linked, and the SEGs of its maps into a folder."""
    shutil.copytree(scan, folder / SCAN, copy_function=os.link)
    (folder / MAPS).mkdir()
    (series,) = find_series(scan)
    geometry = series.geometry
    assert geometry is not None
    maps = build(*geometry.shape[:2])
    drawn: tuple[LobeMap | FindingMap, ...] = (
        LobeMap(maps.lobes, geometry),
        FindingMap(Component.ALVEOLAR, maps.alveolar, geometry),
        FindingMap(Component.INTERSTITIAL, maps.interstitial, geometry),
    )
    for name, one in zip(Maps._fields, drawn, strict=True):
        write_map(one, folder / MAPS / f"{name}.dcm", series=series, author=Author(reader="R1"), reading="R-1")
