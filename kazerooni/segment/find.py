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
    Geometry,
    PointOrigin,
    Volume,
)
from kazerooni.segment.atlas import SHAPES, terms_of
from kazerooni.segment.coherence import coherent
from kazerooni.segment.fissures import fit_surface
from kazerooni.segment.frame import Frame, frame_of
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.match import Law, candidates_for, match, support
from kazerooni.segment.plates import Plates, find_plates
from kazerooni.segment.prior import usual_coefficients
from kazerooni.segment.relief import Relief, bend, distances_mm, relief_of
from kazerooni.segment.represent import points_of
from kazerooni.segment.sides import LEFT, RIGHT

Floats = NDArray[np.float64]
Named = Mapping[FissureName, Fissure]
Points = tuple[FissurePoint, ...]

# Slices farther apart than this do not show a fissure as a plate.
_MOST_GAP_MM = 5.5
# A fissure counts as seen where so many votes are for it, this share of all, and this many times more than for any
# surface of its shape so far above or below it. (In phantoms whose lobes are all diseased and that have no fissure, the
# best shape has 3 to 4 % of the votes, 4 times those beside it; with 40 % of a fissure missing 15 %, 25 times.)
_LEAST_SUPPORT, _LEAST_SHARE, _LEAST_RATIO = 2.5, 0.045, 4.5
_BESIDE_MM = (-30.0, -24.0, -18.0, -12.0, 12.0, 18.0, 24.0, 30.0)
# Where it is not known what part of a lung is seen, a streak can pass for a fissure: more is asked of it, and so high a
# part of the lung must be seen.
_LEAST_UNPLACED_SHARE, _LEAST_UNPLACED_MM = 0.1, 40.0
# Plates this near to the oblique fissure are its own; the minor one lies above.
_OWN_MM = 4.0
# Where it is not known what part of a lung is seen, its fissures may lie this much higher or lower (of its height).
_UNPLACED = 0.25
_PIN_ERROR_MM = 1.0


def find_fissures(volume: Volume, lungs: Lungs, *, placed: FissureSet | None = None) -> FissureSet:
    """Find the fissures of both lungs.

    Anatomy says where they usually lie (`prior`). On series whose slices lie close together the plates that are seen
    near there say where they do lie; where nothing of a fissure is seen, the rest of it says how it goes on. Points
    that a person placed overrule both.

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
    usual = usual_coefficients(frame)
    plates = None
    if _shows_plates(volume.geometry, frame) and any(_is_wanted(known, name) for name in names):
        plates = coherent(find_plates(volume, lungs.labels[frame.voxels] == side, frame.voxels))
    fissures = []
    for name in names:
        if not _is_wanted(known, name):
            fissures.append(known[name])
            continue
        pins = _pins(known, name)
        law = _law(frame, name, usual[name], pins)
        relief, is_seen = _lay(frame, law, plates, pins)
        is_told = is_seen or bool(pins) or frame.is_placed
        fissures.append(_fissure(name, relief, pins) if is_told else Fissure(name, FissureState.NOT_ASSESSABLE))
        if plates is not None and is_seen:
            away, _ = distances_mm(relief, plates.places_mm, plates.normals)
            plates = plates.chosen(away > _OWN_MM)
    return fissures


def _lay(frame: Frame, law: Law, plates: Plates | None, pins: Points) -> tuple[Relief, bool]:
    """Lay a fissure on plates and through pins; tell whether it was seen."""
    places = np.array([pin.position_mm for pin in pins]).reshape(-1, 3)
    candidates = candidates_for(plates, frame, law) if plates is not None else None
    if candidates is not None and len(candidates.votes):
        shape = match(candidates, law)
        beside = max(support(candidates, moved) for moved in _beside(shape, frame))
        share = _LEAST_SHARE if frame.is_placed else _LEAST_UNPLACED_SHARE
        least = max(_LEAST_SUPPORT, share * float(candidates.votes.sum()), _LEAST_RATIO * beside)
        if support(candidates, shape) >= least:
            return bend(relief_of(frame, law, shape), candidates, law, places), True
    return bend(relief_of(frame, law, law.mean), None, law, places), False


def _beside(shape: Floats, frame: Frame) -> list[Floats]:
    """Give the same shape at some heights above and below."""
    up = np.zeros_like(shape)
    up[0] = 1 / frame.size_mm[2]
    return [shape + by * up for by in _BESIDE_MM]


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


def _shows_plates(geometry: Geometry, frame: Frame) -> bool:
    """Tell whether slices lie so close together, and enough of a lung is seen, that a fissure shows as a plate."""
    if not frame.is_placed and np.ptp(frame.places_mm[:, 2]) < _LEAST_UNPLACED_MM:
        return False
    gap = geometry.usual_gap_mm
    return gap is not None and gap <= _MOST_GAP_MM and geometry.is_even and not geometry.is_sampled
