"""Classical: lungs, then fissures, then lobes, without a network."""

from __future__ import annotations

from dataclasses import replace

from kazerooni.errors import SegmentError
from kazerooni.model import Volume
from kazerooni.segment.find import find_fissures
from kazerooni.segment.lingula import with_lingula
from kazerooni.segment.lobes import lobes_of, parting_fissures, unparted_lobes
from kazerooni.segment.lungs import find_lungs
from kazerooni.segment.marked import with_marks
from kazerooni.segment.request import SegmentRequest
from kazerooni.segment.result import Segmentation, segmentation_of
from kazerooni.segment.unsure import fissure_doubts
from kazerooni.version import __version__


def classical(volume: Volume, request: SegmentRequest) -> Segmentation:
    """Find the lungs, lay the fissures, and part the lungs by them.

    Raises SegmentError where no lungs are found, or cannot be.
    """
    guidance = request.guidance
    request.tell("Finding the lungs")
    lungs = find_lungs(volume)
    if not lungs.labels.any():
        raise SegmentError("; ".join(notice.message for notice in lungs.notices) or "no lungs were found")
    lungs = with_marks(lungs, request.marks)
    request.tell("Finding the fissures")
    fissures = find_fissures(volume, lungs, placed=guidance.fissures)
    if guidance.lingula:
        fissures = with_lingula(fissures, lungs, guidance.fissures)
    request.tell("Parting the lobes")
    lobes = lobes_of(lungs, fissures, without=guidance.gone, source=f"kazerooni {__version__} classical")
    lobes = replace(lobes, notices=(*lobes.notices, *fissure_doubts(fissures, parting_fissures(guidance.gone))))
    unparted = unparted_lobes(lungs, fissures, without=guidance.gone)
    return segmentation_of(lobes, method="classical", fissures=fissures, conditions=guidance.lobes, unparted=unparted)
