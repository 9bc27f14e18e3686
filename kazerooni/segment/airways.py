"""Airways: the trachea and the main bronchi, followed from plane to plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.segment.axial import Axial
from kazerooni.segment.planes import Mask, box_of, dilate_planes, label_parts

# Cross section of the trachea of adults: 13-27 mm wide in men, 10-23 mm in women (Breatnach E et al., AJR
# 1984;142:903), so 80-570 mm2; wider ones are rare. A main bronchus is 9-20 mm wide; at the carina both are cut as one.
_LEAST_MM2, _MOST_MM2 = 60.0, 700.0
_CARINA_MM2 = 1000.0
# Air in a tube is near -1000 HU, in lung seldom below -930.
_AIR_HU = -900
# Main bronchi are 25 mm (right) and 50 mm (left) long (Gray's Anatomy, 41st ed.); below that lies lung.
_BELOW_CARINA_MM = 55.0
_NEAR_MIDLINE_MM = 45.0
# A cut along the end of a main bronchus; the mean around one outside the lung, a third of it lung at most.
_LEAST_TUBE_MM2, _WALL_HU = 12.0, -250


def find_airways(scan: Axial, body: Mask) -> Mask:
    """Find lumen and wall of trachea and main bronchi; bool (z, y, x), empty where no trachea is seen.

    In each plane the parts of dark air that are as large as a trachea; the one that goes on over the most planes near
    the midline is the trachea. From it down, parts that overlap those of the plane above and are no larger than the
    carina belong to it, for the length of the main bronchi.
    """
    parts, count = label_parts((scan.hu < _AIR_HU) & body & ~scan.is_padding, in_plane=True)
    found: Mask = np.zeros(body.shape, bool)
    if not count:
        return found
    area = np.bincount(parts.ravel(), minlength=count + 1).astype(np.float64) * scan.pixel_area_mm2
    area[0] = 0
    chain = _longest_chain(_trachea_parts(scan, body, parts, area), parts, scan)
    if not chain:
        return found
    for z, part in chain:
        found[z] |= parts[z] == part
    _follow_down(scan, found, parts, area)
    return dilate_planes(found, 1) & body


def _trachea_parts(scan: Axial, body: Mask, parts: NDArray[np.int32], area: NDArray[np.float64]) -> list[int]:
    """List the parts that could be a cut through the trachea: size, roundness, near the middle of the body."""
    columns = np.flatnonzero(body.any(axis=(0, 1)))
    middle = float(columns.mean())
    chosen = []
    boxes = ndimage.find_objects(parts)
    for part in np.flatnonzero((area >= _LEAST_MM2) & (area <= _MOST_MM2)):
        _, rows, across = boxes[part - 1]
        height = (rows.stop - rows.start) * scan.spacing_mm[1]
        width = (across.stop - across.start) * scan.spacing_mm[2]
        away = abs((across.start + across.stop - 1) / 2 - middle) * scan.spacing_mm[2]
        is_round = max(height, width) <= 2.5 * min(height, width) and area[part] >= 0.5 * height * width
        if is_round and away <= _NEAR_MIDLINE_MM:
            chosen.append(int(part))
    return chosen


def _longest_chain(chosen: list[int], parts: NDArray[np.int32], scan: Axial) -> list[tuple[int, int]]:
    """Give the longest run of such parts, each overlapping the one above, from the head down: (plane, part)."""
    planes = {part: int(index) for part, index in zip(chosen, _planes_of(parts, chosen), strict=True)}
    best: list[tuple[int, int]] = []
    runs: dict[int, list[tuple[int, int]]] = {}
    for part in sorted(chosen, key=lambda p: -planes[p]):
        z = planes[part]
        run: list[tuple[int, int]] = []
        if z + 1 < parts.shape[0]:
            above = np.unique(parts[z + 1][parts[z] == part])
            run = max((runs[int(a)] for a in above if int(a) in runs), key=len, default=[])
        runs[part] = [*run, (z, part)]
        if len(runs[part]) > len(best):
            best = runs[part]
    least = max(1, min(scan.hu.shape[0], round(15.0 / scan.spacing_mm[0])))
    return best if len(best) >= least or (scan.is_sampled and best) else []


def _planes_of(parts: NDArray[np.int32], chosen: list[int]) -> list[int]:
    boxes = ndimage.find_objects(parts)
    return [boxes[part - 1][0].start for part in chosen]


def _follow_down(scan: Axial, found: Mask, parts: NDArray[np.int32], area: NDArray[np.float64]) -> None:
    """Add, plane by plane down to below the carina, the tubes that overlap what was found in the plane above.

    The chain of the trachea may have gone on into one main bronchus: the other one is sought from above it.
    """
    planes = np.flatnonzero(found.any(axis=(1, 2)))
    last = max(0, int(planes[0]) - round(_BELOW_CARINA_MM / scan.spacing_mm[0]))
    reach = scan.pixels(min(6.0, scan.spacing_mm[0]))
    boxes = ndimage.find_objects(parts)
    for z in range(int(planes[-1]) - 1, last - 1, -1):
        box = box_of(found[z + 1 : z + 2], margin=reach)
        if box is None:
            return
        above = dilate_planes(found[z + 1 : z + 2][box], reach)[0]
        touched = np.unique(parts[z][box[1:]][above & ~found[z][box[1:]]])
        for part in touched[(touched > 0) & (area[touched] >= _LEAST_TUBE_MM2) & (area[touched] <= _CARINA_MM2)]:
            if _has_wall(scan, parts, int(part), boxes[part - 1]):
                found[z] |= parts[z] == part


def _has_wall(scan: Axial, parts: NDArray[np.int32], part: int, box: tuple[slice, slice, slice]) -> bool:
    """Tell whether dense tissue lies around a part, as around a bronchus outside the lung, and not lung."""
    wide = (box[0], *(slice(max(0, n.start - 3), n.stop + 3) for n in box[1:]))
    lumen = parts[wide] == part
    ring = dilate_planes(lumen, 3) & ~dilate_planes(lumen, 1)
    return bool(scan.hu[wide][ring].mean() > _WALL_HU) if ring.any() else False
