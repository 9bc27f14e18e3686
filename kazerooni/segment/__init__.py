"""Segment: lungs and lobes of a scan.

`find_lungs(volume)` finds both lungs, `find_fissures(volume, lungs)` their fissures, and `fissure_doubts` says what of
them a person should look at; `fit_surface(points)` lays a fissure through points, `height_mm` tells where it is;
`lobes_of(lungs, fissures)` parts the lungs by their fissures.
"""

from kazerooni.segment.find import find_fissures
from kazerooni.segment.fissure_doubts import fissure_doubts
from kazerooni.segment.fissures import fit_surface, height_mm
from kazerooni.segment.lobes import lobes_of
from kazerooni.segment.lungs import Lungs, find_lungs
from kazerooni.segment.prior import default_fissures

__all__ = [
    "Lungs",
    "default_fissures",
    "find_fissures",
    "find_lungs",
    "fissure_doubts",
    "fit_surface",
    "height_mm",
    "lobes_of",
]
