"""By TotalSegmentator: lobes by its nnU-Net (Wasserthal J et al., Radiol Artif Intell 2023;5:e230024).

The package, PyTorch, and the weights that it fetches at first use are the user's; nothing else needs them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import SegmentError
from kazerooni.model import Geometry, LobeMap, Volume
from kazerooni.segment.corrected import corrected
from kazerooni.segment.network import calling, lobes_from, refuse_unproven, source_of, wanted_module
from kazerooni.segment.request import SegmentRequest
from kazerooni.segment.result import Segmentation

_LOBES = [
    "lung_upper_lobe_left",
    "lung_lower_lobe_left",
    "lung_upper_lobe_right",
    "lung_middle_lobe_right",
    "lung_lower_lobe_right",
]
_LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])
# A slice off the straight line of the others by more than this is a sheared or uneven stack.
_STRAIGHT_MM = 0.1


def by_totalsegmentator(volume: Volume, request: SegmentRequest) -> Segmentation:
    """Find the lobes with the task `total` of TotalSegmentator.

    Raises SegmentError where the package or its weights are not there, the values are not HU, or the slices are uneven,
    tilted or have gaps: the network was made for whole volumes.
    """
    refuse_unproven(volume)
    affine = _affine(volume.geometry)
    api = wanted_module("totalsegmentator.python_api", extra="totalsegmentator")
    images = wanted_module("nibabel", extra="totalsegmentator")
    request.tell("Finding lobes with TotalSegmentator")
    with calling("totalsegmentator"):
        picture = images.Nifti1Image(np.ascontiguousarray(volume.hu.transpose(2, 1, 0)), affine)
        image = api.totalsegmentator(picture, None, ml=True, task="total", roi_subset=_LOBES, quiet=True)
        found = np.asarray(image.dataobj)
    labels = lobes_from("totalsegmentator", found, volume.hu.shape[::-1]).transpose(2, 1, 0)
    lobes = LobeMap(np.ascontiguousarray(labels), volume.geometry, source=source_of("TotalSegmentator"))
    return corrected(lobes, request.guidance, method="totalsegmentator")


def _affine(geometry: Geometry) -> NDArray[np.float64]:
    """Give the NIfTI affine of (column, row, slice); RAS mm.

    Raises SegmentError where the slices lie on no regular grid, or have gaps.
    """
    steps = np.diff(geometry.origins_mm, axis=0)
    line = geometry.origin_mm + np.arange(geometry.shape[0])[:, None] * steps.mean(axis=0) if len(steps) else None
    if line is None or geometry.is_sampled or np.abs(line - geometry.origins_mm).max() > _STRAIGHT_MM:
        raise SegmentError(
            "the method totalsegmentator wants a whole volume of even slices without gaps; use --method classical"
        )
    affine = np.eye(4)
    affine[:3, 0] = geometry.row_direction * geometry.pixel_spacing_mm[1]
    affine[:3, 1] = geometry.column_direction * geometry.pixel_spacing_mm[0]
    affine[:3, 2] = steps.mean(axis=0)
    affine[:3, 3] = geometry.origin_mm
    result: NDArray[np.float64] = _LPS_TO_RAS @ affine
    return result
