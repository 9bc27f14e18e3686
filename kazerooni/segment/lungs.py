"""Lungs: the left and the right lung of a scan, found without a network.

Threshold, connected parts and closing, after Hu S et al., IEEE Trans Med Imaging 2001;20:490, in axial planes at
working resolution; ribs and diaphragm keep dense disease inside; borders are drawn at the resolution of the scan.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import SegmentError
from kazerooni.model import Geometry, Notice, Volume
from kazerooni.segment.airways import find_airways
from kazerooni.segment.axial import Axial, axial_of
from kazerooni.segment.body import find_body
from kazerooni.segment.borders import draw_fully
from kazerooni.segment.cage import find_cage
from kazerooni.segment.doubts import doubts_of, holds_gas
from kazerooni.segment.inflated import LEAST_PLANE_MM2, find_inflated, gas_limit
from kazerooni.segment.planes import Mask, box_of, close_planes, dilate_planes, fill_upwards
from kazerooni.segment.sides import LEFT, RIGHT, part_sides, parting_line
from kazerooni.segment.wall import reach_the_wall

# Ground glass is up to about -300 HU, soft tissue begins at -100.
LUNG_HU = -400
# Vessels of the hilum and nodules below the pleura are narrower than twice this.
_CLOSING_MM = 12.0
# Ribs so far above and below the lungs tell where the wall runs.
_AROUND_MM = 30.0
# On the lowest plane, where nothing tells a mass from the dome of the liver: masses are seldom wider than 45 mm.
_LARGEST_HOLE_MM2 = 1500.0


@dataclass(frozen=True, eq=False)
class Lungs:
    """Both lungs of a scan. Frozen; the array is taken over and set read-only.

    labels: uint8 (slice, row, column); 0 outside, 1 right lung, 2 left lung.
    notices: what a person should look at; `lungs-not-found` where the labels are empty.

    Raises SegmentError where labels are none of these or do not fill the geometry.
    """

    labels: NDArray[np.uint8]
    geometry: Geometry
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        if self.labels.shape != self.geometry.shape or self.labels.dtype != np.uint8:
            raise SegmentError(
                f"lungs: {self.labels.dtype} labels of shape {self.labels.shape}; uint8 of {self.geometry.shape} is"
                " wanted, give one a voxel"
            )
        highest = int(self.labels.max())
        if highest > LEFT:
            raise SegmentError(f"lungs: label {highest} found, 0 to {LEFT} are known; renumber the map")
        self.labels.setflags(write=False)

    def __repr__(self) -> str:
        return f"<Lungs of {self.geometry.shape[0]} slices, {len(self.notices)} notices>"


def find_lungs(volume: Volume) -> Lungs:
    """Find both lungs of a scan.

    Spiral series are looked at in three dimensions, but every plane is filled and closed by itself; the slices of a
    sequential or uneven series are linked by what overlaps, and nothing is interpolated between them. The airways
    outside the lungs, gas in the bowel and the air around the body are left out; a scan without lungs gives empty
    labels and a notice.

    Raises SegmentError where the values are not known to be HU, or a stack with gaps is not axial.
    """
    if not volume.is_hu_proven:
        raise SegmentError(
            "lungs cannot be found: the values of this scan are not known to be Hounsfield units (hu-unproven);"
            " give lobes from a file"
        )
    scan = axial_of(volume)
    labels, dense = _find_in(scan)
    full = draw_fully(scan, labels, dense, volume.hu, lung_hu=LUNG_HU)
    return Lungs(full, volume.geometry, doubts_of(full, volume.geometry, leaks=holds_gas(scan, labels > 0)))


def _find_in(scan: Axial) -> tuple[NDArray[np.uint8], Mask]:
    """Give the lungs at working resolution, and which of their voxels are dense though they are lung.

    The work is done within the box of the body, and that of the lungs within the heights around them.
    """
    body = find_body(scan)
    labels, dense = np.zeros(body.shape, np.uint8), np.zeros(body.shape, bool)
    box = box_of(body)
    if box is None:
        return labels, dense
    scan, body = scan.cut(box), body[box]
    airways = find_airways(scan, body)
    air = (scan.hu < LUNG_HU) & body & ~airways & ~scan.is_padding
    inflated = find_inflated(scan, air, gas_hu=gas_limit(scan, body))
    sides = part_sides(inflated.parts, inflated.count, parting_line(scan, body))
    _drop_specks(sides, scan)
    low, high = _heights(scan, sides > 0)
    if low < high:
        near = np.s_[low:high]
        taken = dilate_planes(airways[near] | inflated.gas[near], 1) | ~body[near]
        found = _with_dense(scan.cut(near), sides[near], body[near], air[near] & ~taken, taken)
        labels[box][near], dense[box][near] = found
    return labels, dense


def _heights(scan: Axial, lung: Mask) -> tuple[int, int]:
    """Give the planes that the lungs lie on, and some around them: from, to."""
    planes = np.flatnonzero(lung.any(axis=(1, 2)))
    more = round(_AROUND_MM / scan.spacing_mm[0])
    return (max(0, int(planes[0]) - more), int(planes[-1]) + more + 1) if planes.size else (0, 0)


def _with_dense(
    scan: Axial, sides: NDArray[np.uint8], body: Mask, air: Mask, taken: Mask
) -> tuple[NDArray[np.uint8], Mask]:
    """Add to inflated lungs, uint8 (z, y, x), what is dense of them; give it all, and which of it is dense.

    air: what is dark, and may be lung. taken: what is none.
    """
    inflated = sides > 0
    cage = find_cage(scan, inflated, body)
    hole = _LARGEST_HOLE_MM2 / scan.pixel_area_mm2
    whole, sure = np.zeros_like(sides), np.zeros_like(inflated)
    for side, outwards in ((RIGHT, -1), (LEFT, 1)):
        lung = sides == side
        if not lung.any():
            continue
        reached = reach_the_wall(scan, cage, fill_upwards(lung, most_pixels=hole), air & ~inflated, outwards=outwards)
        sure |= reached.sure
        closed = fill_upwards(close_planes(reached.lung, scan.pixels(_CLOSING_MM)), most_pixels=hole)
        whole[closed & ~taken & (whole == 0) & (~inflated | lung)] = side
    return whole, (whole > 0) & sure & ~inflated


def _drop_specks(sides: NDArray[np.uint8], scan: Axial) -> None:
    """Take away a side that is nowhere large enough in a plane to be a lung."""
    for side in (RIGHT, LEFT):
        lung = sides == side
        if lung.sum(axis=(1, 2)).max(initial=0) * scan.pixel_area_mm2 < LEAST_PLANE_MM2:
            sides[lung] = 0
