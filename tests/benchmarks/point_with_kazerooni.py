"""This project: a point on a fissure moved, as a person drags it, and moved back; the lobes up to date after each."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Fissure, FissurePoint, FissureSet, PointOrigin
from kazerooni.segment import Lungs, find_fissures, find_lungs, fit_surface, lobes_of, move_fissures
from tests.benchmarks.result import Index
from tests.benchmarks.thorax import load as load_volume

_BY_MM = 15.0


@dataclass(eq=False)
class Parted:
    """A chest whose lobes are parted: what a person has before them."""

    lungs: Lungs
    fissures: FissureSet
    labels: NDArray[np.uint8]


def load(folder: str) -> Parted:
    """Find lungs and fissures of the chest, and part its lobes."""
    volume = load_volume(folder)
    lungs = find_lungs(volume)
    fissures = find_fissures(volume, lungs)
    return Parted(lungs, fissures, lobes_of(lungs, fissures).labels.copy())


def move(parted: Parted) -> Index:
    """Move the middle point of the first fissure 15 mm up, and back; its surface is laid anew each time."""
    first, *others = parted.fissures.fissures
    lifted = FissureSet((_lifted(first), *others))
    there = move_fissures(parted.labels, parted.lungs, parted.fissures, lifted)
    back = FissureSet((replace(first, surface=fit_surface(first.points)), *others))
    again = move_fissures(parted.labels, parted.lungs, lifted, back)
    return {"slices there": len(there), "slices back": len(again)}


def _lifted(fissure: Fissure) -> Fissure:
    middle = len(fissure.points) // 2
    x, y, z = fissure.points[middle].position_mm
    point = FissurePoint((x, y, z + _BY_MM), 1.0, PointOrigin.PLACED)
    points = (*fissure.points[:middle], point, *fissure.points[middle + 1 :])
    return Fissure(fissure.name, points=points, surface=fit_surface(points))
