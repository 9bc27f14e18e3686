"""Prior: where fissures usually lie in a lung, for scans in which nothing else is known of them.

The shapes are those of `atlas`; their height is drawn half-way to where they part this lung in the shares that its
lobes have in health. A prior is a place to begin from: in a single person it is off by a centimetre and more.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Fissure, FissureName, FissurePoint, FissureSet, PointOrigin
from kazerooni.segment.atlas import SHAPES, terms_of
from kazerooni.segment.fissures import fit_surface
from kazerooni.segment.frame import Frame, frame_of
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.sides import LEFT, RIGHT

Floats = NDArray[np.float64]

# Shares of a lung below its oblique fissure, and of what is above the right one below the minor one (score.md: RUL
# 17.9, RML 9.3, RLL 26.5, LUL 23.1, LLL 23.2 % of both lungs).
_SHARE_BELOW: Mapping[FissureName, float] = {
    FissureName.RIGHT_OBLIQUE: 26.5 / (17.9 + 9.3 + 26.5),
    FissureName.RIGHT_MINOR: 9.3 / (17.9 + 9.3),
    FissureName.LEFT_OBLIQUE: 23.2 / (23.1 + 23.2),
}
# Shares differ between people as much as heights do: the two are believed alike.
_BELIEF_IN_SHARES = 0.5
# Points of a prior lie on so many places along each side of the box.
_GRID = (0.06, 0.28, 0.5, 0.72, 0.94)
# A point that a person places, of weight 1, wins over all of these.
PRIOR_WEIGHT = 0.01


def default_fissures(lungs: Lungs) -> FissureSet:
    """Give the fissures that the lungs would have by anatomy alone, each of 25 points over the box of its lung.

    The lingula has no fissure and gets none; a lung that was not found gets none either.
    """
    fissures = []
    for side in (RIGHT, LEFT):
        frame = frame_of(lungs, side)
        if frame is None:
            continue
        for name, coefficients in usual_coefficients(frame).items():
            points = tuple(
                FissurePoint((x, y, z), PRIOR_WEIGHT, PointOrigin.PRIOR)
                for x, y, z in surface_places(frame, name, coefficients).tolist()
            )
            fissures.append(Fissure(name, points=points, surface=fit_surface(points)))
    return FissureSet(tuple(fissures))


def usual_coefficients(frame: Frame) -> dict[FissureName, Floats]:
    """Give the coefficients of the usual fissures of a lung, their heights adapted to it where all of it is seen."""
    result: dict[FissureName, Floats] = {}
    shares = frame.to_shares(frame.places_mm)
    for name in (n for n, shape in SHAPES.items() if shape.side == frame.side):
        coefficients = np.array(SHAPES[name].mean)
        if frame.is_whole:
            above = shares[:, 2] - heights_of(name, coefficients, shares)
            coefficients[0] += _BELIEF_IN_SHARES * float(np.quantile(above, _SHARE_BELOW[name]))
            # The minor fissure parts only what lies above the oblique one.
            oblique = shares[:, 2] - heights_of(name, coefficients, shares)
            shares = shares[oblique > 0] if np.any(oblique > 0) else shares
        result[name] = coefficients
    return result


def heights_of(name: FissureName, coefficients: Floats, shares: Floats) -> Floats:
    """Give the height of a fissure over places (n, 2 or 3), all in shares of the box of the lung."""
    heights: Floats = terms_of(shares[:, 0], shares[:, 1], SHAPES[name].degree) @ coefficients
    return heights


def surface_places(frame: Frame, name: FissureName, coefficients: Floats) -> Floats:
    """Give places spread over a fissure, float64 (n, 3), LPS mm."""
    u, v = (grid.ravel() for grid in np.meshgrid(_GRID, _GRID))
    flat = np.column_stack([u, v])
    return frame.to_mm(np.column_stack([flat, heights_of(name, coefficients, flat)]))
