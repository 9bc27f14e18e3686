"""SimpleITK: single steps at full resolution that finding lungs and fissures is often made of."""

from __future__ import annotations

import numpy as np
import SimpleITK

from tests.benchmarks.thorax import load as load_volume

_CLOSING_MM = 7.0
_AIR_HU = -400
_FISSURE_MM = 1.0


def load(folder: str) -> SimpleITK.Image:
    """Load the volume as its image."""
    volume = load_volume(folder)
    image = SimpleITK.GetImageFromArray(volume.hu)
    gap = float(np.diff(volume.geometry.slice_positions_mm).mean())
    image.SetSpacing([*volume.geometry.pixel_spacing_mm[::-1], gap])
    return image


def close(image: SimpleITK.Image) -> None:
    """Close all that is air by a ball of 7 mm."""
    radius = [max(1, round(_CLOSING_MM / mm)) for mm in image.GetSpacing()]
    SimpleITK.BinaryMorphologicalClosing(image < _AIR_HU, radius, SimpleITK.sitkBall)


def sheets(image: SimpleITK.Image) -> None:
    """Measure how like a bright sheet the surroundings of every voxel are, by the eigenvalues of the Hessian."""
    smooth = SimpleITK.SmoothingRecursiveGaussian(SimpleITK.Cast(image, SimpleITK.sitkFloat32), _FISSURE_MM)
    SimpleITK.ObjectnessMeasure(smooth, objectDimension=2, brightObject=True)
