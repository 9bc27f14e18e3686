"""Findings: how each of them looks in the lung, in HU.

Looks after the Fleischner glossary (Hansell DM et al., Radiology 2008;246:697): ground glass is hazy and lets vessels
be seen; consolidation hides them and shows bronchi filled with air; thick septa outline lobules of 1-2.5 cm;
reticulation is a net of 3-6 mm; honeycombing is made of clustered air cysts of 3-10 mm with walls of 1-3 mm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Finding
from kazerooni.phantom.thorax.disease import depth_mm, honeycomb_cells
from kazerooni.phantom.thorax.shapes import Floats, Places, share, smooth_step
from kazerooni.phantom.thorax.texture import foam, noise

GROUND_GLASS_RISE_HU, GROUND_GLASS_LEAST_HU = 250.0, 80.0
CONSOLIDATION_HU = 25.0
CYST_HU, FIBROSIS_HU = -940.0, -90.0
# Septa are seen side on as lines and aslant as faint bands; neither reaches the density of a vessel.
SEPTUM_HU, MESH_HU = -260.0, -420.0

# Over this part of the field a border fades.
_HAZE, _BORDER = 0.16, 0.03
_LOBULE_MM, _SEPTUM_MM = 15.0, 0.7
_MESH_MM, _MESH_LINE_MM = 4.6, 0.5
_CYST_WALL_MM = 1.3
_LEAST_CYST_MM, _CYST_RANGE_MM = 5.2, 4.6
_PLEURAL_WALL_MM = 1.0


def ground_glass(hu: Floats, p: Places, below: Floats, seed: int) -> Floats:
    """Raise the density of places with ground glass; `below` is how far their field lies below the threshold."""
    haze = smooth_step(below, 0.0, _HAZE) * (0.85 + 0.35 * noise(p, 7.0, seed + 251))
    return hu + GROUND_GLASS_LEAST_HU + (GROUND_GLASS_RISE_HU - GROUND_GLASS_LEAST_HU) * haze


def consolidation(hu: Floats, p: Places, below: Floats, seed: int) -> Floats:
    """Fill the air of places with consolidation; `below` as for ground glass."""
    filled = CONSOLIDATION_HU + 25 * noise(p, 5.0, seed + 257)
    return hu + (filled - hu) * (0.6 + 0.4 * smooth_step(below, 0.0, _BORDER))


def septal(hu: Floats, p: Places, seed: int) -> Floats:
    """Draw the walls of lobules."""
    walls = foam(_bent(p, seed + 281), _LOBULE_MM, seed + 263, jitter=0.6).wall_mm
    return _lines(hu, walls - _SEPTUM_MM / 2, SEPTUM_HU)


def reticulation(hu: Floats, p: Places, seed: int) -> Floats:
    """Draw a fine net over slightly denser lung."""
    walls = foam(_bent(p, seed + 283), _MESH_MM, seed + 269, jitter=0.95).wall_mm
    faint = 0.5 * (1 + noise(p, 6.0, seed + 293))
    return _lines(hu + 30, walls - _MESH_LINE_MM * faint, MESH_HU)


def honeycomb(p: Places, is_right: NDArray[np.bool_], seed: int) -> Floats:
    """Give the density of a honeycomb: round air cysts of many sizes in fibrous tissue.

    A cyst whose middle lies outside the lung, or hardly below the pleura, is filled.
    """
    cells = honeycomb_cells(p, seed)
    size_mm = _LEAST_CYST_MM + _CYST_RANGE_MM * (cells.word * 2.0**-32)
    wall = np.maximum(_CYST_WALL_MM / 2 - cells.wall_mm, cells.radius_mm - size_mm / 2)
    wall = np.maximum(wall, _PLEURAL_WALL_MM - depth_mm(p, is_right))
    wall = np.where(depth_mm(cells.centre, is_right) < _PLEURAL_WALL_MM, np.inf, wall)
    fibrosis = FIBROSIS_HU + 60 * noise(p, 4.0, seed + 271)
    return fibrosis + (CYST_HU - fibrosis) * share(wall)


def draw(
    hu: Floats,
    p: Places,
    labels: dict[Finding, NDArray[np.intp]],
    below: dict[Finding, Floats],
    seed: int,
) -> Floats:
    """Draw all findings but honeycombing, which leaves nothing of the lung and is drawn last.

    labels: the indices of the places of every finding. below: how far each of these lies below the threshold.
    """
    hu = hu.copy()
    for finding, paint in ((Finding.GROUND_GLASS, ground_glass), (Finding.CONSOLIDATION, consolidation)):
        if finding in labels:
            index = labels[finding]
            hu[index] = paint(hu[index], p[index], below[finding], seed)
    for finding, net in ((Finding.SEPTAL, septal), (Finding.RETICULATION, reticulation)):
        if finding in labels:
            index = labels[finding]
            hu[index] = net(hu[index], p[index], seed)
    return hu


def _lines(hu: Floats, distance: Floats, line_hu: float) -> Floats:
    """Draw lines where they are denser than what is there."""
    result: Floats = np.maximum(hu, hu + (line_hu - hu) * share(distance))
    return result


def _bent(p: Places, seed: int) -> Places:
    """Shift places by about a millimetre, so that nothing drawn over them is straight."""
    x, y, z = (a + 2.5 * noise(p, 9.0, seed + 1000 * n) for n, a in enumerate((p.x, p.y, p.z)))
    return Places(x, y, z)
