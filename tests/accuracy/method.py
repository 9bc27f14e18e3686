"""Method: what is measured, from a volume to its lobes."""

from __future__ import annotations

from kazerooni.model import Fissure, FissureSet, LobeMap, Volume
from kazerooni.segment import Lungs, default_fissures, find_lungs, lobes_of


def segment(volume: Volume, placed: FissureSet | None = None) -> LobeMap:
    """Find the lobes of a scan, from its voxels alone or with the points that a person placed as well."""
    lungs = find_lungs(volume)
    return lobes_of(lungs, _fissures(volume, lungs, placed))


def _fissures(volume: Volume, lungs: Lungs, placed: FissureSet | None) -> FissureSet:
    """Find the fissures: those of the prior, or where points are placed the surfaces through these alone.

    To be `find_fissures(volume, lungs, placed=placed)`.
    """
    del volume
    known = {fissure.name: fissure for fissure in default_fissures(lungs).fissures}
    if placed is not None:
        known |= {fissure.name: Fissure(fissure.name, points=fissure.points) for fissure in placed.fissures}
    return FissureSet(tuple(known.values()))
