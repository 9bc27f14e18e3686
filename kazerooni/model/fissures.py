"""Fissures: the surfaces that part the lobes, and the points that they were laid through."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from kazerooni.errors import ReadingError

Point = tuple[float, float, float]


class FissureName(StrEnum):
    """A surface that parts two regions."""

    RIGHT_OBLIQUE = "right_oblique"
    RIGHT_MINOR = "right_minor"
    LEFT_OBLIQUE = "left_oblique"
    LINGULA = "lingula"

    @property
    def full_name(self) -> str:
        """The name for people."""
        return "boundary of the lingula" if self is FissureName.LINGULA else f"{self.replace('_', ' ')} fissure"


class FissureState(StrEnum):
    """What is known of a fissure."""

    PRESENT = "present"
    ABSENT = "absent"
    NOT_ASSESSABLE = "not_assessable"


class PointOrigin(StrEnum):
    """Where a point of a fissure comes from."""

    PRIOR = "prior"
    DETECTED = "detected"
    PLACED = "placed"


@dataclass(frozen=True, slots=True)
class FissurePoint:
    """One point that a fissure is laid through.

    position_mm: LPS (x, y, z).
    weight: how strongly the surface is drawn to it, above 0.
    """

    position_mm: Point
    weight: float
    origin: PointOrigin

    def __post_init__(self) -> None:
        if not all(map(isfinite, self.position_mm)):
            raise ReadingError(f"fissure point at {self.position_mm}: three finite numbers of mm are wanted")
        if not (isfinite(self.weight) and self.weight > 0):
            raise ReadingError(f"fissure point of weight {self.weight}: a weight above 0 is wanted")


@dataclass(frozen=True, slots=True)
class FissureSurface:
    """A smooth surface z = f(x, y) in LPS millimetres: a plane and a thin-plate spline on it.

    f(x, y) = a + b x + c y + sum of w_i r_i^2 ln r_i, with r_i the distance of (x, y) to the i-th centre (Duchon 1977).

    plane: (a, b, c).
    centres_mm: (x, y) of every centre.
    weights: w_i, one for each centre.
    """

    plane: tuple[float, float, float]
    centres_mm: tuple[tuple[float, float], ...] = ()
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if len(self.centres_mm) != len(self.weights):
            raise ReadingError(f"fissure surface: {len(self.centres_mm)} centres, {len(self.weights)} weights")
        numbers = (*self.plane, *self.weights, *(value for centre in self.centres_mm for value in centre))
        if not all(map(isfinite, numbers)):
            raise ReadingError("fissure surface: every number must be finite")


@dataclass(frozen=True, slots=True)
class Fissure:
    """One fissure: the points it was laid through and the surface that came of it, None before it was laid."""

    name: FissureName
    state: FissureState = FissureState.PRESENT
    points: tuple[FissurePoint, ...] = ()
    surface: FissureSurface | None = None

    def __post_init__(self) -> None:
        if self.state is FissureState.ABSENT and self.surface is not None:
            raise ReadingError(f"{self.name} is said to be absent but has a surface; correct one of the two")


@dataclass(frozen=True, slots=True)
class FissureSet:
    """The fissures of a scan, each once."""

    fissures: tuple[Fissure, ...] = ()

    def __post_init__(self) -> None:
        names = [fissure.name for fissure in self.fissures]
        if len(set(names)) < len(names):
            raise ReadingError(f"a fissure is given twice ({', '.join(names)}); give each once")

    def get(self, name: FissureName) -> Fissure | None:
        """Give a fissure, None where nothing is known of it."""
        return next((fissure for fissure in self.fissures if fissure.name is name), None)
