"""Thorax: the volume of a chest with vessels and fissures, as lungs and lobes are looked for in.

It is computed on every other pixel and, where slices lie closer than 1.5 mm, every few slices, and drawn between these
by linear interpolation; then it gets noise and a round field of view at full resolution. At 600 x 512 x 512 that takes
a minute instead of ten, and fissures are still lines.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Geometry, ScanRef, Technique, Volume
from kazerooni.phantom import Thorax, ThoraxBody
from tests.benchmarks.content import FIELD_OF_VIEW_MM, noisy

PERSON = Thorax(5)
_LOW_MM, _HEIGHT_MM = -156.0, 300.0
_THIN_MM = 1.0
_COMPUTED_MM = 1.5


def write(folder: Path, slices: int, side: int) -> None:
    """Make a chest of so many slices, spread over 300 mm, of side x side pixels; write its HU."""
    gap = _HEIGHT_MM / slices
    step = max(1, round(_COMPUTED_MM / gap))
    heights = _LOW_MM + step * gap * np.arange((slices - 1) // step + 2)
    with ProcessPoolExecutor() as pool:
        computed = list(pool.map(_plane, heights, [side] * heights.size))
    hu = np.lib.format.open_memmap(folder / "hu.npy", "w+", np.int16, (slices, side, side))
    for index in range(slices):
        before, share = index // step, index % step / step
        plane = computed[before] * (1 - share) + computed[before + 1] * share
        stored = np.rint(_doubled(plane, side) + 1024).clip(0, 4095).astype(np.uint16)
        hu[index] = noisy(stored, index).astype(np.int16) - 1024
    hu.flush()


def load(folder: str) -> Volume:
    """Load the volume of a chest, as a reader would return it."""
    hu = np.load(Path(folder) / "hu.npy")
    slices, side = hu.shape[:2]
    gap, pixel = _HEIGHT_MM / slices, FIELD_OF_VIEW_MM / side
    corner = np.array([-FIELD_OF_VIEW_MM / 2, -FIELD_OF_VIEW_MM / 2, _LOW_MM])
    origins = corner + np.arange(slices)[:, None] * np.array([0.0, 0.0, gap])
    thickness = min(gap, _THIN_MM) if gap >= 2 * _COMPUTED_MM else gap
    geometry = Geometry((slices, side, side), (pixel, pixel), origins, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), thickness)
    return Volume(hu, geometry, ScanRef(), Technique())


def _plane(z: float, side: int) -> NDArray[np.int16]:
    """Compute every other pixel of an axial plane, and one beyond; (row, column)."""
    along = np.linspace(-FIELD_OF_VIEW_MM / 2, FIELD_OF_VIEW_MM / 2, side // 2 + 1)
    return ThoraxBody(PERSON).hu(along[None], along[:, None], np.full((1, 1), z))


def _doubled(plane: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Draw the pixels between."""
    for axis in (0, 1):
        middle = (plane.take(range(side // 2), axis) + plane.take(range(1, side // 2 + 1), axis)) / 2
        whole = np.stack([plane.take(range(side // 2), axis), middle], axis=axis + 1)
        shape = list(plane.shape)
        shape[axis] = side // 2 * 2
        plane = whole.reshape(shape)
    return plane
