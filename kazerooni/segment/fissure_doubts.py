"""Fissure doubts: what of the fissures that were found a person should look at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Fissure, FissureSet, FissureState, Notice, PointOrigin
from kazerooni.segment.atlas import SHAPES
from kazerooni.segment.frame import frame_of
from kazerooni.segment.lungs import Lungs

# A point of a fissure lies in its lung, or as near to it as this: the border of a lung is not sharper.
_OUTSIDE_MM = 5.0


def fissure_doubts(lungs: Lungs, fissures: FissureSet) -> tuple[Notice, ...]:
    """List the doubts about fissures.

    fissure-not-seen: nothing was seen and no point placed; it lies where it usually does, a centimetre off and more.
    fissure-not-assessable: it is not known where in the lung it lies, as both ends of the lung are cut off.
    fissure-points-outside: points that a person placed lie outside the lung; they count all the same.
    """
    notices = []
    for fissure in fissures.fissures:
        name = fissure.name.replace("_", " ")
        origins = {point.origin for point in fissure.points}
        if fissure.state is FissureState.PRESENT and origins == {PointOrigin.PRIOR}:
            notices.append(
                _warning("fissure-not-seen", f"the {name} fissure was not seen and lies where it usually does;"
                         " compare it with the pictures and place points on it")
            )  # fmt: skip
        if fissure.state is FissureState.NOT_ASSESSABLE:
            notices.append(
                _warning("fissure-not-assessable", f"it is not known where the {name} fissure lies in what is seen of"
                         " its lung; place points on it")
            )  # fmt: skip
        outside = _count_outside(lungs, fissure)
        if outside:
            are = "point lies" if outside == 1 else "points lie"
            notices.append(
                _warning("fissure-points-outside", f"{outside} {are} outside the lung of the {name} fissure")
            )
    return tuple(notices)


def _count_outside(lungs: Lungs, fissure: Fissure) -> int:
    placed = [point.position_mm for point in fissure.points if point.origin is PointOrigin.PLACED]
    if not placed or fissure.name not in SHAPES:
        return 0
    frame = frame_of(lungs, SHAPES[fissure.name].side)
    if frame is None:
        return len(placed)
    return int(np.count_nonzero(_nearest_mm(np.array(placed), frame.places_mm) > frame.step_mm + _OUTSIDE_MM))


def _nearest_mm(points: NDArray[np.float64], places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the distance of each point to the nearest place."""
    return np.array([np.sqrt(((places - point) ** 2).sum(axis=1).min()) for point in points])


def _warning(code: str, message: str) -> Notice:
    return Notice(code, "warning", message)
