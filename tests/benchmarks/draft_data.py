"""Studies that nobody has read: the chests that lobes are sought in, as DICOM, one series to a study."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from kazerooni.phantom import to_bytes
from tests.benchmarks.content import plan_of, slices_of

_HEIGHT_MM = 300.0


def write(folder: Path, thorax: Path, studies: int) -> None:
    """Write so many studies of the chest in a folder of `thorax.write`, each of another patient in its own folder."""
    hu = np.load(thorax / "hu.npy", mmap_mode="r")
    gap_mm = _HEIGHT_MM / len(hu)
    for number in range(studies):
        plan = plan_of(len(hu), hu.shape[1], gap_mm, thickness_mm=min(gap_mm, 1.0), number=number)
        own = folder / f"{number:03d}"
        own.mkdir()
        for index, dataset in enumerate(slices_of(plan)):
            dataset.PixelData = (hu[index] + 1024).astype(np.uint16).tobytes()
            (own / f"{index:08x}").write_bytes(to_bytes(dataset))
