"""Corrected: a lobe map that was drawn or found elsewhere, with what a person says of its fissures and lobes."""

from __future__ import annotations

from kazerooni.model import LobeMap
from kazerooni.segment.guidance import Guidance
from kazerooni.segment.lobes import lobes_of
from kazerooni.segment.placed import with_placed
from kazerooni.segment.result import Segmentation, segmentation_of
from kazerooni.segment.traced import lungs_of_lobes, trace_fissures


def corrected(lobes: LobeMap, guidance: Guidance, *, method: str) -> Segmentation:
    """Give a lobe map its fissures, and move its borders where points were placed or lobes are gone.

    A map of which nothing was said stays as it is, voxel by voxel.
    """
    fissures = with_placed(trace_fissures(lobes), guidance.fissures)
    if guidance.has_points or guidance.gone:
        lobes = lobes_of(
            lungs_of_lobes(lobes), fissures, without=guidance.gone, source=f"{lobes.source or 'a file'}, corrected"
        )
    return segmentation_of(lobes, method=method, fissures=fissures, conditions=guidance.lobes)
