"""Corrected: a lobe map that was drawn or found elsewhere, with what a person says of its fissures and lobes."""

from __future__ import annotations

from kazerooni.model import FissureName, Lobe, LobeMap, PointOrigin
from kazerooni.segment.guidance import Guidance
from kazerooni.segment.lingula import with_lingula
from kazerooni.segment.lobes import lobes_of, unparted_lobes
from kazerooni.segment.placed import with_placed
from kazerooni.segment.result import Segmentation, segmentation_of
from kazerooni.segment.traced import lungs_of_lobes, trace_fissures


def corrected(lobes: LobeMap, guidance: Guidance, *, method: str) -> Segmentation:
    """Give a lobe map its fissures, and move its borders where points were placed or lobes are gone.

    A map of which nothing was said stays as it is, voxel by voxel.
    """
    lungs = lungs_of_lobes(lobes)
    fissures = with_placed(trace_fissures(lobes), guidance.fissures)
    wants_lingula = guidance.lingula and fissures.get(FissureName.LINGULA) is None
    if wants_lingula:
        fissures = with_lingula(fissures, lungs, guidance.fissures)
    unparted: frozenset[Lobe] = frozenset()
    if guidance.has_points or guidance.gone or wants_lingula:
        source = None if lobes.source is None else f"{lobes.source}, corrected"
        lobes = lobes_of(lungs, fissures, without=guidance.gone, source=source)
        unparted = unparted_lobes(lungs, fissures, without=guidance.gone)
    return segmentation_of(
        lobes,
        method=method,
        fissures=fissures,
        conditions=guidance.lobes,
        unparted=unparted,
        seen=(PointOrigin.PLACED,),
    )
