"""Real: the public scans and masks that lie beside the checkout, see ../shared/data."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import SimpleITK
from numpy.typing import NDArray

from kazerooni.model import Geometry, ScanRef, Technique, Volume
from kazerooni.segment import Lungs, find_lungs, lobes_of
from tests.accuracy.overlap import SIDE_OF, Dices, dice, lobe_dices, lung_dices
from tests.accuracy.points import placed_between

# Measures a case, given the folder of the real data.
Measure = Callable[[Path], Dices]
FOLDER: Final = Path(__file__).resolve().parents[3] / "shared" / "data"
_CIP: Final = "cip/Testing/Data/Input"
# Voxels of the fine mask to one of ct-64, along each axis (0.52 and 4.2 mm); halves of them are enough to average.
_FINER: Final = 4


def elastix(folder: Path) -> Dices:
    """Compare the lungs of a chest with emphysema, 2.5 mm slices, with the mask that came with it."""
    lungs = _lungs_of(folder / "elastix/Testing/Baselines/3DCT_lung.mha")
    wanted = _array(SimpleITK.ReadImage(str(folder / "elastix/Testing/Data/3DCT_lung_baseline_mask.mha")))
    return {"both": dice(lungs > 0, wanted > 0)}


def ct64(folder: Path) -> Dices:
    """Compare the lungs of a whole chest of 4 mm voxels with the mask of the same voxels."""
    wanted = _array(SimpleITK.ReadImage(str(folder / _CIP / "wholeLung-64.nrrd")))
    return {"both": dice(_lungs_of(folder / _CIP / "ct-64.nrrd") > 0, wanted > 0)}


def ct64_fine(folder: Path) -> Dices:
    """Compare them with the lungs drawn on the scan before it was made coarse: voxels of which they fill half or more.

    Labels of cip: 2 right, 3 left lung.
    """
    path = folder / _CIP / "ct-64.nrrd"
    name = "cip/Resources/LungLobeAtlasData/10002K_INSP_STD_BWH_COPD_leftLungRightLung.nrrd"
    fine = _sampled(SimpleITK.ReadImage(str(folder / name)), SimpleITK.ReadImage(str(path)))
    right, left = (_share(fine == label) for label in (2, 3))
    wanted = np.where(right + left >= 0.5, np.where(right >= left, 1, 2), 0).astype(np.uint8)
    return lung_dices(_lungs_of(path), wanted)


def _lobes(folder: Path, *, count: int) -> Dices:
    """Part the real lungs of 48 mm of a chest again by points placed on the borders between their lobes.

    Labels of cip: 4 to 8 are the five lobes in our order.
    """
    image = SimpleITK.ReadImage(str(folder / _CIP / "crop_ct_interactiveLobeSegmentation.nrrd"))
    regions = _array(image) & 255
    wanted = np.where((regions >= 4) & (regions <= 8), regions - 3, 0).astype(np.uint8)
    geometry = _geometry(image)
    lungs = Lungs(SIDE_OF[wanted], geometry)
    return lobe_dices(lobes_of(lungs, placed_between(wanted, geometry, count)).labels, wanted)


lobes_by_8_points: Final[Measure] = partial(_lobes, count=8)
lobes_by_12_points: Final[Measure] = partial(_lobes, count=12)


def _lungs_of(path: Path) -> NDArray[np.uint8]:
    image = SimpleITK.ReadImage(str(path))
    volume = Volume(_array(image).astype(np.int16), _geometry(image), ScanRef(), Technique())
    return find_lungs(volume).labels


def _geometry(image: SimpleITK.Image) -> Geometry:
    x, y, z = image.GetSpacing()
    columns, rows, slices = image.GetSize()
    axes = np.array(image.GetDirection()).reshape(3, 3)
    origins = np.array(image.GetOrigin()) + np.arange(slices)[:, None] * axes[:, 2] * z
    row, column = axes[:, 0].tolist(), axes[:, 1].tolist()
    return Geometry((slices, rows, columns), (y, x), origins, (*row, *column), z)


def _sampled(fine: SimpleITK.Image, coarse: SimpleITK.Image) -> NDArray[np.uint8]:
    """Sample the nearest label at places that lie evenly in the voxels of a coarse image, `_FINER` along each axis."""
    spacing = np.array(coarse.GetSpacing()) / _FINER
    start = np.array(coarse.GetOrigin()) - np.array(coarse.GetSpacing()) / 2 + spacing / 2
    size = [n * _FINER for n in coarse.GetSize()]
    nearest, identity = SimpleITK.sitkNearestNeighbor, SimpleITK.Transform()
    sampled = SimpleITK.Resample(
        fine, size, identity, nearest, start.tolist(), spacing.tolist(), coarse.GetDirection(), 0, SimpleITK.sitkUInt8
    )
    return _array(sampled)


def _share(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give the share of each coarse voxel that a finer mask fills."""
    slices, rows, columns = (n // _FINER for n in mask.shape)
    share: NDArray[np.float64] = mask.reshape(slices, _FINER, rows, _FINER, columns, _FINER).mean(axis=(1, 3, 5))
    return share


def _array(image: SimpleITK.Image) -> NDArray[np.uint8]:
    array: NDArray[np.uint8] = SimpleITK.GetArrayFromImage(image)
    return array
