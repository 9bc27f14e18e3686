"""Source pictures: the objects that the slices of a series are, each once."""

from __future__ import annotations

from collections.abc import Mapping

from pydicom.uid import CTImageStorage

from kazerooni.dicom import Series


def source_pictures(series: Series) -> Mapping[str, str]:
    """Give the SOP class UID of every object of a series by its SOP instance UID, in the order of the slices."""
    return {frame.sop_uid: frame.attributes.sop_class or str(CTImageStorage) for frame in series.frames}
