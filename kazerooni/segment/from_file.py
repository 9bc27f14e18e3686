"""From file: lobes that were drawn or found elsewhere."""

from __future__ import annotations

from kazerooni.errors import SegmentError
from kazerooni.labels import read_lobe_map
from kazerooni.model import Volume
from kazerooni.segment.corrected import corrected
from kazerooni.segment.request import SegmentRequest
from kazerooni.segment.result import Segmentation


def from_file(volume: Volume, request: SegmentRequest) -> Segmentation:
    """Read the lobes from the file of the request; points and states of its guidance correct them.

    Raises SegmentError where no file is given, LabelError where it does not fit the scan.
    """
    if request.lobes is None:
        raise SegmentError("lobes from a file: no file was given; name the lobe map")
    request.tell("Reading the lobe map")
    scan = request.series if request.series is not None else volume
    lobes = read_lobe_map(request.lobes, scan, labels=request.labels, by_index=request.by_index)
    return corrected(lobes, request.guidance, method="from_file")
