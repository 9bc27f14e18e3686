"""Atlas: the mean shape of each fissure and the ways in which people differ from it, in coordinates of their lung.

From points on the fissures of a hundred smokers, at inspiration or expiration (by their file names of the COPDGene and
ECLIPSE studies), that the Chest Imaging Platform comes with, and the affine registrations of each to one pair of lungs
(github.com/acil-bwh/ChestImagingPlatform, Resources/LungLobeAtlasData, commit c73ca30, Chest Imaging Platform licence;
Ross JC et al., MICCAI 2010, LNCS 6363:163). Only numbers derived from them stand here: for each fissure a polynomial of
each person, under a normal law of its coefficients, by expectation and maximisation with robust weights (96 right, 94
left lungs; what a polynomial misses the points by is 4 to 6 mm, registration included).

The levels (the first coefficients) were moved towards where the mean surfaces part those lungs in the shares that
lobes have of healthy ones (score.md), smokers having larger upper lobes: the oblique ones wholly, by +10 (right) and
-1 mm (left); the minor one half-way, as the points put it 25 mm lower than the shares do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import FissureName
from kazerooni.segment.sides import LEFT, RIGHT

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class FissureShape:
    """A fissure in the coordinates of its lung (u, v, w): shares of its box, from LPS right, front and bottom.

    w is a polynomial in 2 u - 1 and 2 v - 1, its terms in the order of `terms_of`.

    side: of the lung. degree: of the polynomial.
    mean: its coefficients in the mean. modes: one row for each way in which people differ, one standard deviation long.
    rest: standard deviation of every coefficient beside these ways.
    """

    side: int
    degree: int
    mean: tuple[float, ...]
    modes: tuple[tuple[float, ...], ...]
    rest: float

    @cached_property
    def covariance(self) -> Floats:
        """Of the coefficients between people, float64 (terms, terms)."""
        modes = np.array(self.modes)
        covariance: Floats = modes.T @ modes + self.rest**2 * np.eye(len(self.mean))
        return covariance


def terms_of(u: Floats, v: Floats, degree: int) -> Floats:
    """Give the terms of the polynomial over places (u, v), float64 (..., terms); it is not carried on beyond the box.

    Ordered by their degree, then by the power of u: 1, b, a, b^2, a b, a^2, and so on, with a = 2 u - 1, b = 2 v - 1.
    """
    a, b = np.clip(2 * u - 1, -1.0, 1.0), np.clip(2 * v - 1, -1.0, 1.0)
    return np.stack([a**i * b ** (whole - i) for whole in range(degree + 1) for i in range(whole + 1)], axis=-1)


SHAPES: Mapping[FissureName, FissureShape] = {
    FissureName.RIGHT_OBLIQUE: FissureShape(
        RIGHT,
        3,
        (0.481, 0.327, 0.012, -0.058, 0.073, -0.012, -0.013, 0.002, 0.001, 0.018),
        (
            (-0.013, 0.104, -0.030, 0.080, 0.033, 0.041, -0.147, 0.134, -0.005, 0.079),
            (0.005, -0.056, -0.049, -0.009, 0.000, -0.012, 0.047, 0.080, 0.047, 0.027),
            (-0.039, -0.026, 0.017, 0.070, 0.015, 0.002, 0.016, -0.005, 0.000, -0.004),
            (-0.010, 0.027, -0.046, 0.004, 0.027, -0.008, 0.019, -0.015, -0.004, -0.007),
            (0.002, -0.033, -0.030, 0.004, -0.007, -0.001, -0.030, -0.014, -0.016, -0.002),
        ),
        0.04,
    ),
    FissureName.RIGHT_MINOR: FissureShape(
        RIGHT,
        2,
        (0.563, -0.049, -0.004, -0.089, 0.029, -0.031),
        (
            (-0.003, -0.073, 0.024, -0.002, 0.005, 0.013),
            (0.000, 0.023, 0.065, -0.002, 0.004, 0.003),
            (-0.059, 0.002, -0.001, 0.012, 0.004, -0.006),
            (-0.008, -0.001, -0.001, -0.044, 0.004, -0.013),
        ),
        0.035,
    ),
    FissureName.LEFT_OBLIQUE: FissureShape(
        LEFT,
        3,
        (0.474, 0.498, -0.016, -0.066, -0.124, 0.053, 0.003, 0.011, -0.013, -0.022),
        (
            (-0.033, 0.158, 0.066, 0.102, -0.084, 0.058, -0.010, -0.149, -0.094, -0.123),
            (0.016, -0.077, 0.055, 0.013, -0.013, -0.003, 0.000, -0.021, -0.012, -0.021),
            (0.026, -0.019, -0.048, 0.065, 0.000, 0.008, -0.003, 0.001, -0.002, 0.001),
            (0.052, 0.028, 0.034, 0.015, 0.012, -0.018, 0.000, 0.015, 0.009, 0.012),
            (-0.037, 0.001, 0.021, 0.031, 0.014, -0.006, -0.002, 0.015, 0.008, 0.012),
        ),
        0.04,
    ),
}
