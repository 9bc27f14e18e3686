"""Body: the patient without table, clothing and the air around."""

from __future__ import annotations

import numpy as np

from kazerooni.segment.axial import Axial
from kazerooni.segment.planes import (
    Mask,
    Parts,
    box_of,
    dilate_planes,
    fill_planes,
    label_parts,
    largest_part,
    open_planes,
)

# Half-way between air and soft tissue lies the border of both; fat is near -100, inflated lung near -850 HU.
TISSUE_HU = -400
# Table tops and blankets are thinner than twice this, the wall of a chest thicker.
_THIN_MM = 3.5
# Lung that the border of the picture cuts lies no farther than this beyond tissue.
_AROUND_MM = 80.0
# Lung, even with emphysema, is this much brighter than the air outside, whatever the scanner says that air is.
# As that air, not to be led by lung that lies open, its darker part is taken.
_BRIGHTER_HU, _DARKEST_PERCENT = 45, 20
# Lung that is cut goes on, in planes near by, as lung that is not: at least this share of a part of air.
_ENCLOSED_SHARE = 0.05


def find_body(scan: Axial) -> Mask:
    """Find the body, with all the air in it; bool (z, y, x).

    The largest connected tissue after thin things are taken away, with the air that it encloses in each plane. Lung
    that the border of the picture or padding cuts, or that a wall as thin as a table top encloses, is not enclosed by
    that: it is brighter than the air outside, and joined to lung that is enclosed.
    """
    tissue = scan.hu > TISSUE_HU
    solid = largest_part(open_planes(tissue, scan.pixels(_THIN_MM)))
    body: Mask = np.zeros(solid.shape, bool)
    box = box_of(solid, margin=scan.pixels(_AROUND_MM))
    if box is not None:
        near = (slice(None), *box[1:])
        body[near] = _with_air(scan.cut(near), solid[near] & tissue[near], tissue[near])
    return body


def _with_air(scan: Axial, solid: Mask, tissue: Mask) -> Mask:
    """Give solid tissue with the air in it; bool (z, y, x)."""
    parts, count = label_parts(~solid & ~scan.is_padding, in_plane=True)
    is_open = _open_parts(scan, parts, count)
    enclosed = ~is_open[parts] & ~scan.is_padding
    outside = scan.hu[is_open[parts] & ~tissue & ~scan.is_padding]
    if not outside.size:
        return enclosed
    darkness = float(np.percentile(outside[::16], _DARKEST_PERCENT)) + _BRIGHTER_HU
    cut = (is_open & _is_bright(scan, parts, count, darkness))[parts]
    parts, count = label_parts(~tissue & ~scan.is_padding & ~enclosed, in_plane=True)
    is_thinly = ~_open_parts(scan, parts, count) & _is_bright(scan, parts, count, darkness)
    is_thinly[0] = False
    cut |= is_thinly[parts]
    if not cut.any():
        return enclosed
    joined = _joined(cut & ~tissue, enclosed & ~tissue)
    return enclosed | joined | _around(joined & is_thinly[parts], tissue, scan)


def _is_bright(scan: Axial, parts: Parts, count: int, darkness: float) -> Mask:
    """Tell which parts are mostly brighter than the air outside; bool (parts + 1,)."""
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    bright: Mask = 2 * np.bincount(parts[scan.hu < darkness], minlength=count + 1) < sizes
    return bright


def _around(lung: Mask, tissue: Mask, scan: Axial) -> Mask:
    """Give the thin wall around lung, and what is dense within it."""
    return fill_planes(dilate_planes(lung, scan.pixels(2 * _THIN_MM)) & tissue | lung) if lung.any() else lung


def _open_parts(scan: Axial, parts: Parts, count: int) -> Mask:
    """Tell which parts touch the border of the picture or padding; bool (parts + 1,)."""
    is_open: Mask = np.zeros(count + 1, bool)
    for edge in (np.s_[:, 0], np.s_[:, -1], np.s_[:, :, 0], np.s_[:, :, -1]):
        is_open[parts[edge]] = True
    for towards in (np.s_[:, 1:], np.s_[:, :-1]), (np.s_[:, :, 1:], np.s_[:, :, :-1]):
        for here, there in (towards, towards[::-1]):
            is_open[parts[here][scan.is_padding[there]]] = True
    is_open[0] = False
    return is_open


def _joined(cut: Mask, enclosed: Mask) -> Mask:
    """Keep of the air that is cut what is joined to air that is enclosed."""
    parts, count = label_parts(cut | enclosed)
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    share = np.bincount(parts[enclosed], minlength=count + 1) / np.maximum(sizes, 1)
    share[0] = 0
    kept: Mask = cut & (share >= _ENCLOSED_SHARE)[parts]
    return kept
