"""highdicom: stored maps read as volumes, and the voxels of each lobe counted with numpy.

Written for its speed: all pixels read at once, segments combined to one map of bytes without looking for overlaps. It
does less than an archive: neither the scan nor its voxels are read, so nothing says that the maps belong to it.
`get_volume` gives the slices from the first to the last that has a frame, evenly spaced, in an order of its own; the
three maps here hold a frame for every slice, so that their volumes lie on each other. Of maps without empty frames it
gives fewer slices, and it raises where slices are unevenly spaced: then frames must be bound one by one.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from highdicom import Volume
from highdicom.seg import segread
from numpy.typing import NDArray

from kazerooni.model import LABELS_SHAPE
from tests.benchmarks.labels import Maps
from tests.benchmarks.maps_data import MAPS
from tests.benchmarks.result import Index

_CODES = int(np.prod(LABELS_SHAPE))


def count(folder: str) -> Index:
    """Count the voxels of each lobe by both findings, slice by slice, which is faster and smaller than all at once."""
    read = [_volume(Path(folder) / MAPS / f"{name}.dcm") for name in Maps._fields]
    if any(not np.allclose(one.affine, read[0].affine) or one.shape != read[0].shape for one in read):
        raise RuntimeError("the volumes of the maps do not lie on each other")
    counts = np.zeros(_CODES, np.int64)
    for planes in zip(*(one.array for one in read), strict=True):
        counts += np.bincount(_fused(planes).ravel(), minlength=_CODES)
    return {str(label): int(voxels) for label, voxels in enumerate(counts) if voxels}


def _volume(path: Path) -> Volume:
    return segread(path).get_volume(combine_segments=True, dtype=np.uint8, skip_overlap_checks=True)


def _fused(planes: tuple[NDArray[np.uint8], ...]) -> NDArray[np.uint8]:
    lobes, alveolar, interstitial = planes
    _, of_alveolar, of_interstitial = LABELS_SHAPE
    return (lobes * np.uint8(of_alveolar) + alveolar) * np.uint8(of_interstitial) + interstitial
