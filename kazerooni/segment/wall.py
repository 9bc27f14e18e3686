"""Wall: lung that dense disease has made as dense as the chest wall, kept inside by the shape of the chest.

What lies within the cage (`cage`), above the diaphragm and below the roof (`dome`), and beyond the outermost air in its
direction, is lung: between that air and the wall there is nothing else but fluid, which looks the same without contrast
and is taken too. In front, where heart and fat lie on the wall, and at the spine, nothing is taken where no air is
seen. The rind of the lung, its outermost centimetre, tells whether it is diseased at all: in health it is all but air.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from kazerooni.segment.axial import Axial
from kazerooni.segment.cage import SPINE_HALF_MM, Cage, rows_step
from kazerooni.segment.dome import Dome, find_cupola, find_dome
from kazerooni.segment.envelope import fit_envelope
from kazerooni.segment.planes import Mask, box_of, dilate_planes, open_planes
from kazerooni.segment.polar import DIRECTIONS, Polar, gather_rows, outward_degrees, spread_rows

Floats = NDArray[np.float64]

# Of this rind of a healthy lung less than this share is dense: vessels, and what the cage is off by.
_RIND_MM, _DENSE_SHARE = 10.0, 0.4
# Disease not much thicker than the rind is taken in all directions but straight to front and back.
_THIN_MM = 12.0
# Directions in which lung lies on the wall, from straight outwards, where air is seen: to the front, where the heart
# begins, and to the back, where the spine does; and where none is seen, for then heart or aorta may be all there is.
_FRONT_DEGREES, _BACK_DEGREES = -55.0, 66.0
# Beside breastbone and spine the lung is rounder than the cage; slivers count only where it lies along it.
_SIDE_DEGREES = 60.0
_HEART_DEGREES, _SPINE_DEGREES = -20.0, 66.0
# How well known the cage must be.
_TRUSTED = 0.1
# Air begins this much deeper than near by only where disease hides it; the hilum leaves smaller gaps.
_DEEP_MM = 6.0
# Disease towards the mediastinum is believed this near to disease at the wall, in height and directions (12 degrees);
# nearer to the midline than this lie gullet and, on the left, the aorta; nearer to the dome than this it is the liver.
_NEAR_MM, _NEAR_DIRECTIONS = 15.0, 3
_MEDIASTINUM_MM, _OFF_DOME_MM = {-1: 30.0, 1: 42.0}, 5.0
# Where lung begins bends more than the wall does: heart and hilum.
_STIFF = 0.5
# The recess beside the diaphragm is a few centimetres deep; below its own lowest air a lung is dense no deeper.
_BELOW_AIR_MM = 45.0
# On less height than this nothing tells dense lung from the dome of the liver; masses are seldom wider than this.
_TALL_MM, _MASS_MM = 30.0, 45.0
# Fat is near -100 HU: lighter than disease as dense as tissue, denser than disease that holds air. Pads of it on the
# heart are thick, walls of honeycomb that look like it are thin.
_FAT_HU, _FAT_RADIUS_MM = (-150, -30), 4.0
# Cysts of honeycomb are up to 10 mm wide (Hansell DM et al., Radiology 2008;246:697); wider pockets of gas are bowel.
_CYST_MM, _GAS_HU = 10.0, -940
# Slivers thinner than twice this are no disease, but the walls of cysts where air comes as close to the wall as this.
_CLOSE_MM = 4.5
_SLIVER_MM = 2.5


@dataclass(frozen=True, eq=False)
class Reached:
    """One lung with what was reached beyond its air; both bool (z, y, x).

    sure: where dense places are lung though they lie on its border.
    """

    lung: Mask
    sure: Mask


def reach_the_wall(scan: Axial, cage: Cage, lung: Mask, air: Mask, *, outwards: int) -> Reached:
    """Give one lung with what lies between it and the chest wall or diaphragm.

    air: everything else dark in the body, of which pockets within these bounds are lung. outwards: -1 for the right
    lung (towards smaller x), 1 for the left.
    """
    view, wall = cage.view, cage.radius_mm
    sight = _Sight.of(scan, cage, lung, outwards)
    bounds = find_dome(scan, lung, cage.floor), find_cupola(scan, lung)
    lung = lung | _pockets(scan, sight, air, *bounds)
    sight = sight.again(lung)
    diseased = _diseased(sight, lung)
    beyond = view.between(_starts(sight) - scan.pixel_mm / 2, wall, diseased) & ~lung
    medial = view.between(sight.guess, sight.inner, _is_deep(scan, sight, diseased)) & ~lung
    _leave_middle(scan, view, beyond, SPINE_HALF_MM)
    _leave_middle(scan, view, medial, _MEDIASTINUM_MM[outwards])
    _keep_between(scan, beyond, *bounds)
    _keep_between(scan, medial, *bounds, margin_mm=_OFF_DOME_MM)
    added = beyond | medial
    _leave_fat(scan, added)
    added &= open_planes(added, scan.pixels(_SLIVER_MM)) | view.between(wall - _RIND_MM, wall, sight.is_close)
    return Reached(lung | added, added | view.between(wall - _RIND_MM, wall, diseased))


@dataclass(frozen=True, eq=False)
class _Sight:
    """One lung seen from the axis of the chest.

    angle: of every direction from straight outwards, degrees, negative to the front. inner, outer: the smallest and
    largest distance of air in every direction, float64 (z, DIRECTIONS), NaN where there is none. guess: where lung
    begins, as deep as air lies near by, likewise but everywhere. floor: the lowest plane where this lung may be dense.
    is_tall: whether it is seen over such a height that it shows what is diaphragm.
    """

    cage: Cage
    angle: Floats
    inner: Floats
    outer: Floats
    guess: Floats
    floor: int
    is_tall: bool

    @classmethod
    def of(cls, scan: Axial, cage: Cage, lung: Mask, outwards: int) -> _Sight:
        inner, outer = cage.view.reach(lung)
        step = rows_step(scan)
        rows = fit_envelope(gather_rows(inner, step, outer=False), outer=False, around=_STIFF, along=_STIFF).surface
        planes = np.flatnonzero(lung.any(axis=(1, 2)))
        lowest = int(planes[0]) - round(_BELOW_AIR_MM / scan.spacing_mm[0])
        is_tall = (int(planes[-1]) - int(planes[0])) * scan.spacing_mm[0] >= _TALL_MM
        guess = spread_rows(rows, step, inner.shape[0])
        return cls(cage, outward_degrees(outwards), inner, outer, guess, max(cage.floor, lowest), is_tall)

    def again(self, lung: Mask) -> _Sight:
        """See more of the lung, with the same guess."""
        inner, outer = self.cage.view.reach(lung)
        return replace(self, inner=inner, outer=outer)

    @cached_property
    def seen(self) -> Mask:
        """In which directions of which planes there is air; bool (z, DIRECTIONS)."""
        seen: Mask = np.isfinite(self.outer)
        return seen

    @cached_property
    def is_close(self) -> Mask:
        """Where air all but reaches the wall; bool (z, DIRECTIONS)."""
        close: Mask = np.where(self.seen, self.cage.radius_mm - self.outer, np.inf) < _CLOSE_MM
        return close & (np.abs(self.angle) < _SIDE_DEGREES)

    @cached_property
    def is_thin(self) -> Mask:
        """Where little lies between air and wall; bool (z, DIRECTIONS)."""
        gap = np.where(self.seen, self.cage.radius_mm - self.outer, np.inf)
        thin: Mask = gap < _THIN_MM
        return thin


def _pockets(scan: Axial, sight: _Sight, air: Mask, dome: Dome, cupola: Dome) -> Mask:
    """Give the air within the bounds of a lung that is cut off from it: cysts of honeycomb, aerated lung in dense."""
    sideways = (sight.angle > _FRONT_DEGREES) & (sight.angle < 90) & sight.seen.any(axis=1, keepdims=True)
    pockets = air & sight.cage.view.between(sight.guess, sight.cage.radius_mm, sideways)
    gas = open_planes(pockets & (scan.hu < _GAS_HU), scan.pixels(_CYST_MM / 2))
    pockets &= ~dilate_planes(gas, scan.pixels(_CYST_MM / 2))
    _leave_middle(scan, sight.cage.view, pockets, SPINE_HALF_MM)
    _keep_between(scan, pockets, dome, cupola)
    return pockets


def _starts(sight: _Sight) -> Floats:
    """Give from where on dense places are taken: the outermost air, or the rind below it, or where air should begin."""
    rind = np.fmin(sight.outer, sight.cage.radius_mm - _RIND_MM)
    return np.where(sight.is_thin, rind, np.where(sight.seen, sight.outer, sight.guess))


def _diseased(sight: _Sight, lung: Mask) -> Mask:
    """Tell in which directions of which planes the rind of a lung is dense; bool (z, DIRECTIONS)."""
    front = np.where(sight.seen, _FRONT_DEGREES, _HEART_DEGREES)
    back = np.where(sight.seen, _BACK_DEGREES, _SPINE_DEGREES)
    looks = (sight.angle > front) & (sight.angle < back)
    looks |= sight.is_thin & (np.abs(sight.angle) < _SIDE_DEGREES)
    planes, own = np.arange(lung.shape[0]), np.flatnonzero(lung.any(axis=(1, 2)))
    within = (planes >= sight.floor) & (planes <= own[-1])
    if not sight.is_tall:
        looks &= np.where(sight.seen, sight.cage.radius_mm - sight.outer, np.inf) < _MASS_MM
    looks &= (sight.cage.trust > _TRUSTED) & within[:, None]
    dense = looks & (_dense_share(sight, lung) >= _DENSE_SHARE)
    around = ndimage.uniform_filter(dense.astype(np.float64), 3, mode=("nearest", "wrap"))
    diseased: Mask = dense & (around > 0.5)
    return diseased


def _dense_share(sight: _Sight, lung: Mask) -> Floats:
    """Give the share of the rind that holds no air; float64 (z, DIRECTIONS).

    In the recess beside the diaphragm the lung itself is thinner than the rind: what lies before its air is left out.
    """
    share, view = np.ones(sight.outer.shape), sight.cage.view
    begins = np.fmax(sight.cage.radius_mm - _RIND_MM, sight.inner)
    for z in np.flatnonzero(lung.any(axis=(1, 2))):
        rind = view.radius <= sight.cage.radius_mm[z][view.direction]
        rind &= view.radius >= begins[z][view.direction]
        whole = np.bincount(view.direction[rind], minlength=DIRECTIONS)
        air = np.bincount(view.direction[rind & lung[z]], minlength=DIRECTIONS)
        share[z] = 1 - air / np.maximum(whole, 1)
    smooth: Floats = ndimage.uniform_filter1d(share, 3, axis=1, mode="wrap")
    return smooth


def _is_deep(scan: Axial, sight: _Sight, diseased: Mask) -> Mask:
    """Tell where disease hides where the lung begins towards the mediastinum; bool (z, DIRECTIONS)."""
    reach = (2 * round(_NEAR_MM / scan.spacing_mm[0]) + 1, 2 * _NEAR_DIRECTIONS + 1)
    near = ndimage.maximum_filter(diseased.view(np.uint8), reach, mode=("nearest", "wrap")).view(bool)
    looks = (sight.angle > _HEART_DEGREES) & (sight.angle < _BACK_DEGREES)
    deep: Mask = sight.is_tall & near & looks & sight.seen & (sight.inner - sight.guess >= _DEEP_MM)
    return deep


def _leave_middle(scan: Axial, view: Polar, added: Mask, half_mm: float) -> None:
    """Take away what lies behind the axis and this near to the midline: the spine and what lies before it."""
    row, column = (round(n) for n in view.centre)
    half = scan.pixels(half_mm)
    added[:, max(0, row) :, max(0, column - half) : max(0, column + half + 1)] = False


def _leave_fat(scan: Axial, added: Mask) -> None:
    box = box_of(added, margin=2)
    if box is None:
        return
    hu = ndimage.uniform_filter(scan.hu[box], (1, 3, 3))
    fat = (hu > _FAT_HU[0]) & (hu < _FAT_HU[1])
    added[box] &= ~open_planes(fat, scan.pixels(_FAT_RADIUS_MM))


def _keep_between(scan: Axial, added: Mask, dome: Dome, cupola: Dome, *, margin_mm: float = 0.0) -> None:
    """Take away what lies below the diaphragm, or a margin above it, or above the roof of the lung."""
    voxels = np.nonzero(added)
    added[voxels] = dome.is_beyond(scan, voxels, margin_mm) & ~cupola.is_beyond(scan, voxels)
