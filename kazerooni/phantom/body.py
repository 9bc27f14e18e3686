"""Body: what the phantom is made of, as a pure function of the place in the patient.

Places are LPS millimetres (x to the left, y to the back, z to the head; see `kazerooni.model.geometry`). The simple
chest is different left and right, front and back, head and foot, so that any flip of a scan shows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

AIR_HU = -1000


class Matter(Protocol):
    """What a scan can show: something that has a density at every place, always the same.

    Its `repr` tells it from all others, and it can be hashed: the UIDs of a series follow from it.
    """

    def hu(self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.int16]:
        """Give the HU at LPS places in millimetres that broadcast together; int16 of the broadcast shape."""
        ...


@dataclass(frozen=True)
class Solid:
    """An ellipsoid of one density; a half axis of `math.inf` makes it a cylinder.

    centre_mm, half_axes_mm: LPS (x, y, z).
    hu: its density in Hounsfield units.
    above_mm: only the part whose z is at least this belongs to the solid.
    """

    centre_mm: tuple[float, float, float]
    half_axes_mm: tuple[float, float, float]
    hu: int
    above_mm: float = -math.inf

    def __post_init__(self) -> None:
        if not all(a > 0 for a in self.half_axes_mm):
            raise ValueError(f"half_axes_mm {self.half_axes_mm}: three positive numbers are wanted")

    def holds(self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Tell which places lie in the solid. `x`, `y`, `z` are LPS millimetres that broadcast together."""
        # Summed as x + y first: on axial slices z is one number, and the sum costs one pass over the slice.
        parts = zip((x, y, z), self.centre_mm, self.half_axes_mm, strict=True)
        squared_x, squared_y, squared_z = (((place - centre) / axis) ** 2 for place, centre, axis in parts)
        inside: NDArray[np.bool_] = squared_x + squared_y <= 1 - squared_z
        return inside if self.above_mm == -math.inf else inside & (z >= self.above_mm)


@dataclass(frozen=True)
class Body:
    """Solids in air, each painted over those before it."""

    solids: tuple[Solid, ...]

    def hu(self, x: NDArray[np.float64], y: NDArray[np.float64], z: NDArray[np.float64]) -> NDArray[np.int16]:
        """Give the HU at LPS places in millimetres that broadcast together; int16 of the broadcast shape."""
        hu = np.full(np.broadcast_shapes(x.shape, y.shape, z.shape), AIR_HU, np.int16)
        for solid in self.solids:
            np.copyto(hu, np.int16(solid.hu), where=solid.holds(x, y, z))
        return hu


TRUNK = Solid((0.0, 0.0, 0.0), (161.3, 112.7, math.inf), 40)
# Upper halves of ellipsoids: wide at the base (z about -125 mm), narrow at the apex. The right lung is the larger one.
RIGHT_LUNG = Solid((-72.4, 3.1, -125.7), (54.3, 79.6, 251.3), -820, above_mm=-125.7)
LEFT_LUNG = Solid((69.7, 6.2, -125.7), (45.9, 72.8, 238.9), -820, above_mm=-125.7)
LIVER = Solid((-68.3, 2.3, -131.1), (66.1, 88.7, 47.9), 60)
STOMACH = Solid((63.9, -9.4, -138.2), (49.3, 61.2, 29.4), 20)
HEART = Solid((27.3, -24.6, -46.8), (53.7, 46.1, 54.3), 45)
SPINE = Solid((0.0, 78.3, 0.0), (19.7, 19.7, math.inf), 300)
TRACHEA = Solid((-2.6, 12.4, 0.0), (8.7, 8.7, math.inf), -990, above_mm=22.3)
# A ball in the front of the right lung: where it is seen tells every flip at once.
MARKER = Solid((-78.1, -24.7, 12.6), (12.9, 12.9, 12.9), 900)

SIMPLE_CHEST = Body((TRUNK, RIGHT_LUNG, LEFT_LUNG, LIVER, STOMACH, HEART, SPINE, TRACHEA, MARKER))
