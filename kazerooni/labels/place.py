"""Place: what of a scan a label map is bound to."""

from __future__ import annotations

from dataclasses import dataclass

from kazerooni.dicom import Series
from kazerooni.errors import LabelError
from kazerooni.model import Geometry, Volume


@dataclass(frozen=True, eq=False)
class Place:
    """Where the slices of a scan lie and what they are called.

    sop_uids: SOP instance UID of every slice; the slices of a multi-frame object share one. Empty where not known.
    frame_numbers: the number of every slice within its object, from 1. Empty where not known.
    """

    geometry: Geometry
    sop_uids: tuple[str, ...] = ()
    frame_numbers: tuple[int, ...] = ()
    frame_of_reference_uid: str | None = None


def place_of(scan: Volume | Series | Geometry) -> Place:
    """Give the place of a volume, a series or a bare geometry.

    Raises LabelError for a series without a geometry.
    """
    if isinstance(scan, Geometry):
        return Place(scan)
    if isinstance(scan, Volume):
        return Place(scan.geometry, scan.scan.sop_uids, (), scan.scan.frame_of_reference_uid)
    if scan.geometry is None:
        raise LabelError("the slices of the series have no place in the patient; take a series that can be scored")
    numbers = tuple(frame.number + 1 for frame in scan.frames)
    return Place(scan.geometry, scan.scan.sop_uids, numbers, scan.scan.frame_of_reference_uid)
