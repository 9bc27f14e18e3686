"""Method: what is measured, from a volume to its lobes, as `kazerooni segment` does it."""

from __future__ import annotations

from kazerooni.model import FissureSet, LobeMap, Volume
from kazerooni.segment import Guidance, SegmentRequest
from kazerooni.segment import segment as find_lobes


def segment(volume: Volume, placed: FissureSet | None = None) -> LobeMap:
    """Find the lobes of a scan, from its voxels alone or with the points that a person placed as well."""
    return find_lobes(volume, request=SegmentRequest(guidance=Guidance(fissures=placed or FissureSet()))).lobes
