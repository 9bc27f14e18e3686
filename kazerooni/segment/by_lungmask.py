"""By lungmask: lobes by the U-nets of the package `lungmask` (Hofmanninger J et al., Eur Radiol Exp 2020;4:50).

The package, PyTorch, and the weights that it fetches at first use are the user's; nothing else needs them.
"""

from __future__ import annotations

import numpy as np

from kazerooni.model import LobeMap, Volume
from kazerooni.segment.axial import turn_of
from kazerooni.segment.corrected import corrected
from kazerooni.segment.network import calling, lobes_from, refuse_unproven, source_of, wanted_module
from kazerooni.segment.request import SegmentRequest
from kazerooni.segment.result import Segmentation

# Lobes by the net that was trained on them; what it misses of dense lung is filled by the other.
_LOBES, _LUNGS = "LTRCLobes", "R231"


def by_lungmask(volume: Volume, request: SegmentRequest) -> Segmentation:
    """Find the lobes, axial plane by axial plane, with the models LTRCLobes and R231 of `lungmask`.

    Raises SegmentError where the package or its weights are not there, or the values are not HU.
    """
    refuse_unproven(volume)
    package = wanted_module("lungmask", extra="lungmask")
    request.tell("Finding lobes with lungmask")
    turn = turn_of(volume.geometry)
    labels = np.empty(volume.geometry.shape, np.uint8)
    view = turn.apply(labels)
    with calling("lungmask"):
        inferer = package.LMInferer(modelname=_LOBES, fillmodel=_LUNGS, tqdm_disable=True)
        found = np.asarray(inferer.apply(np.ascontiguousarray(turn.apply(volume.hu))))
    view[...] = lobes_from("lungmask", found, view.shape)
    return corrected(
        LobeMap(labels, volume.geometry, source=source_of("lungmask")), request.guidance, method="lungmask"
    )
