"""Traces: the painted findings of a reading that are so small that they may be stray strokes."""

from __future__ import annotations

from typing import NamedTuple

from kazerooni.model import Component, Finding, Lobe, Reading
from kazerooni.scoring.evidence import Evidence
from kazerooni.scoring.scheme import Region, Scheme
from kazerooni.scoring.schemes import find_scheme


class Trace(NamedTuple):
    """A finding that covers under 0.5 % of a region, or under 50 mm2 on every slice that it touches.

    region: what the scheme grades as one lobe. voxels: how many hold the finding.
    """

    region: Region
    finding: Finding
    voxels: int

    @property
    def lobe(self) -> Lobe:
        """The lobe that the region is named after."""
        return self.region.lobe


def traces(reading: Reading, scheme: Scheme | str = "kazerooni") -> tuple[Trace, ...]:
    """List the traces of a reading by the regions of a scheme: a person says of each whether to count it.

    Raises SchemeError for an unknown scheme.
    """
    chosen = find_scheme(scheme) if isinstance(scheme, str) else scheme
    known = ((r, Evidence(reading, r.holds, component).traces) for r in chosen.regions for component in Component)
    return tuple(
        Trace(region, finding, _voxels(reading, region, finding))
        for region, small in known
        for finding in Finding
        if finding in small
    )


def _voxels(reading: Reading, region: Region, finding: Finding) -> int:
    assert reading.tally is not None, "traces are painted, so there is a tally"
    return int(reading.tally.marked_voxels(region.holds, (finding,)).sum())
