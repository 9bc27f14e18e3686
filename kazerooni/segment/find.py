"""Find: the fissures of a scan from anatomy, from what is seen of them and from points that a person placed."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kazerooni.errors import SegmentError
from kazerooni.model import (
    Fissure,
    FissureName,
    FissurePoint,
    FissureSet,
    FissureState,
    PointOrigin,
    Volume,
)
from kazerooni.segment.atlas import SHAPES, terms_of
from kazerooni.segment.fissures import fit_surface
from kazerooni.segment.frame import Frame, frame_of
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.match import Law
from kazerooni.segment.prior import usual_coefficients
from kazerooni.segment.relief import Relief
from kazerooni.segment.represent import points_of
from kazerooni.segment.sides import LEFT, RIGHT
from kazerooni.segment.sight import Sight, lay

Floats = NDArray[np.float64]
Named = Mapping[FissureName, Fissure]
Points = tuple[FissurePoint, ...]

# Where it is not known what part of a lung is seen, its fissures may lie this much higher or lower (of its height).
_UNPLACED = 0.25
_PIN_ERROR_MM = 1.0


def find_fissures(volume: Volume, lungs: Lungs, *, placed: FissureSet | None = None) -> FissureSet:
    """Find the fissures of both lungs.

    Anatomy says where they usually lie (`prior`). On series whose slices lie close together the plates that are seen
    near there say where they do lie; where nothing of a fissure is seen, the rest of it says how it goes on, and where
    no plate is seen at all, the valley between vessels. Points that a person placed overrule all of these.

    placed: an earlier set, of which the points of origin `placed` count, and the states: a fissure that is absent or
        not assessable is given back as it is, nothing is laid for it.

    A lung that was not found has no fissures. Where both ends of a lung are cut off, and neither a plate nor a point
    says where its fissure is, it is given as not assessable. The lingula has a surface only where points were placed.

    Raises SegmentError where the lungs are those of another scan.
    """
    if lungs.labels.shape != volume.hu.shape:
        raise SegmentError(
            f"lungs of shape {lungs.labels.shape}, scan of shape {volume.hu.shape}: find the lungs of this scan"
        )
    known = {fissure.name: fissure for fissure in placed.fissures} if placed is not None else {}
    with ThreadPoolExecutor(2) as pool:
        found = pool.map(lambda side: _of_lung(volume, lungs, side, known), (RIGHT, LEFT))
        fissures = {fissure.name: fissure for lung in found for fissure in lung}
    if FissureName.LINGULA in known:
        fissures[FissureName.LINGULA] = _as_placed(known[FissureName.LINGULA])
    return FissureSet(tuple(fissures[name] for name in FissureName if name in fissures))


def _of_lung(volume: Volume, lungs: Lungs, side: int, known: Named) -> list[Fissure]:
    """Find the fissures of one lung, the oblique one first."""
    names = [name for name, shape in SHAPES.items() if shape.side == side]
    frame = frame_of(lungs, side)
    if frame is None:
        return [_as_placed(known[name]) for name in names if name in known]
    sight, usual = Sight(volume, lungs, frame), usual_coefficients(frame)
    fissures: list[Fissure] = []
    oblique: Relief | None = None
    for name in names:
        if not _is_wanted(known, name):
            fissures.append(known[name])
            continue
        pins = _pins(known, name)
        places = np.array([pin.position_mm for pin in pins]).reshape(-1, 3)
        relief, is_seen = lay(sight, _law(frame, name, usual[name], pins), places, oblique)
        is_told = is_seen or bool(pins) or frame.is_placed
        fissures.append(_fissure(name, relief, pins) if is_told else Fissure(name, FissureState.NOT_ASSESSABLE))
        oblique = relief if name is FissureName.RIGHT_OBLIQUE and is_told else None
    return fissures


def _law(frame: Frame, name: FissureName, usual: Floats, pins: Points) -> Law:
    """Give the law of a fissure, narrowed by the points that a person placed."""
    covariance = SHAPES[name].covariance.copy()
    if not frame.is_placed:
        covariance[0, 0] += _UNPLACED**2
    if not pins:
        return Law(name, usual, covariance)
    shares = frame.to_shares(np.array([pin.position_mm for pin in pins]))
    terms = terms_of(shares[:, 0], shares[:, 1], SHAPES[name].degree)
    told = terms @ covariance @ terms.T + (_PIN_ERROR_MM / frame.size_mm[2]) ** 2 * np.eye(len(pins))
    gain = np.linalg.solve(told, terms @ covariance).T
    return Law(name, usual + gain @ (shares[:, 2] - terms @ usual), covariance - gain @ terms @ covariance)


def _fissure(name: FissureName, relief: Relief, pins: Points) -> Fissure:
    points = (*pins, *points_of(relief, pins))
    return Fissure(name, points=points, surface=fit_surface(points))


def _as_placed(fissure: Fissure) -> Fissure:
    """Give a fissure as a person left it, with the surface of the points that they placed."""
    pins = tuple(point for point in fissure.points if point.origin is PointOrigin.PLACED)
    is_laid = fissure.state is FissureState.PRESENT and pins
    return replace(fissure, points=pins, surface=fit_surface(pins) if is_laid else None)


def _is_wanted(known: Named, name: FissureName) -> bool:
    return name not in known or known[name].state is FissureState.PRESENT


def _pins(known: Named, name: FissureName) -> Points:
    """List the points that a person placed on a fissure."""
    points = known[name].points if name in known else ()
    return tuple(point for point in points if point.origin is PointOrigin.PLACED)
