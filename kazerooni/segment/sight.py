"""Sight: what a scan shows of the fissures of one lung, and a fissure laid on it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from kazerooni.model import Volume
from kazerooni.segment.coherence import coherent
from kazerooni.segment.frame import Frame
from kazerooni.segment.lungs import Lungs
from kazerooni.segment.match import Law, candidates_for, match, support
from kazerooni.segment.plates import Plates, find_plates
from kazerooni.segment.relief import Relief, bend, distances_mm, relief_of
from kazerooni.segment.valley import VesselMap, map_vessels, narrow

Floats = NDArray[np.float64]

# Slices farther apart than this do not show a fissure as a plate, nor the vessels beside it.
_PLATES_GAP_MM, _VESSELS_GAP_MM = 5.5, 8.5
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


@dataclass(frozen=True, eq=False)
class Sight:
    """A scan of one lung; what it shows is looked for when first asked for."""

    volume: Volume
    lungs: Lungs
    frame: Frame

    @cached_property
    def plates(self) -> Plates | None:
        """The plates of the lung, None where the slices cannot show any."""
        return (
            coherent(find_plates(self.volume, self._lung, self.frame.voxels))
            if self._is_dense(_PLATES_GAP_MM)
            else None
        )

    @cached_property
    def vessels(self) -> VesselMap | None:
        """The vessels of the lung, None where the slices lie too far apart to follow them."""
        return map_vessels(self.volume, self._lung, self.frame.voxels) if self._is_dense(_VESSELS_GAP_MM) else None

    @property
    def _lung(self) -> NDArray[np.bool_]:
        lung: NDArray[np.bool_] = self.lungs.labels[self.frame.voxels] == self.frame.side
        return lung

    def _is_dense(self, most_mm: float) -> bool:
        """Tell whether slices lie close together, enough of the lung is seen, and its values are known to be HU."""
        if not self.volume.is_hu_proven:
            return False
        if not self.frame.is_placed and np.ptp(self.frame.places_mm[:, 2]) < _LEAST_UNPLACED_MM:
            return False
        geometry = self.volume.geometry
        gap = geometry.usual_gap_mm
        return gap is not None and gap <= most_mm and geometry.is_even and not geometry.is_sampled


def lay(sight: Sight, law: Law, pins_mm: Floats, oblique: Relief | None) -> tuple[Relief, bool]:
    """Lay a fissure through pins, on the plates that it shows as, or else in the valley between vessels.

    pins_mm: places (n, 3) that a person placed. oblique: for the minor fissure, which lies above it.

    Tells, beside the relief, whether plates were seen.
    """
    seen = _on_plates(sight, law, pins_mm, oblique)
    if seen is None and sight.vessels is not None:
        law = narrow(law, sight.vessels, sight.frame, oblique.heights_mm if oblique is not None else None)
        # Plates too few to tell in all the reach of the atlas may do so in the valley.
        seen = _on_plates(sight, law, pins_mm, oblique)
    if seen is not None:
        return seen, True
    return bend(relief_of(sight.frame, law, law.mean), None, law, pins_mm), False


def _on_plates(sight: Sight, law: Law, pins_mm: Floats, oblique: Relief | None) -> Relief | None:
    """Lay a fissure on plates; None where none lie so that they can be told from chance."""
    plates, frame = sight.plates, sight.frame
    if plates is None:
        return None
    if oblique is not None:
        away, _ = distances_mm(oblique, plates.places_mm, plates.normals)
        plates = plates.chosen(away > _OWN_MM)
    candidates = candidates_for(plates, frame, law)
    if not len(candidates.votes):
        return None
    shape = match(candidates, law)
    up = np.zeros_like(shape)
    up[0] = 1 / frame.size_mm[2]
    beside = max(support(candidates, shape + by * up) for by in _BESIDE_MM)
    share = _LEAST_SHARE if frame.is_placed else _LEAST_UNPLACED_SHARE
    least = max(_LEAST_SUPPORT, share * float(candidates.votes.sum()), _LEAST_RATIO * beside)
    if support(candidates, shape) < least:
        return None
    return bend(relief_of(frame, law, shape), candidates, law, pins_mm)
