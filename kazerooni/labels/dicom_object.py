"""DICOM object: what every object made for a PACS has in common: its source, its name, its file."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Final

import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import UID, CTImageStorage
from pydicom.valuerep import DA, TM

from kazerooni.dicom import Series
from kazerooni.errors import OutputError
from kazerooni.labels.moment import content_moment
from kazerooni.labels.uids import derived_uid
from kazerooni.model import Reading

MANUFACTURER: Final = "The kazerooni developers"
STAND_IN: Final = "1.2"
"""UID of an object, and of its series, until it is named."""


def refuse_other_scan(reading: Reading, series: Series) -> None:
    """Refuse the scan of another reading.

    Raises OutputError.
    """
    own = reading.scan.series_uid
    if own is not None and own != series.series_uid:
        raise OutputError(f"reading {reading.id} is of series {own}, not of {series.series_uid}; give its own scan")


def source_pictures(series: Series) -> Mapping[str, str]:
    """Give the SOP class UID of every object of a series by its SOP instance UID, in the order of the slices."""
    return {frame.sop_uid: frame.attributes.sop_class or str(CTImageStorage) for frame in series.frames}


def date_content(made: Dataset, reading: Reading, source: Dataset) -> None:
    """Say when the content of an object was made (`content_moment`)."""
    moment = content_moment(reading, source)
    made.ContentDate, made.ContentTime = DA(moment.date()), TM(moment.time().replace(microsecond=0))


def named_file(made: Dataset, what: str) -> bytes:
    """Name an object and its series after all that it says, so that another content is another object; give its file.

    what: kind of the object, so that two of them never share a name.
    """
    unnamed = _file(made)
    made.SOPInstanceUID = derived_uid(what, unnamed)
    made.file_meta.MediaStorageSOPInstanceUID = UID(made.SOPInstanceUID)
    made.SeriesInstanceUID = derived_uid(f"series of {what}", unnamed)
    return _file(made)


def _file(made: Dataset) -> bytes:
    stream = BytesIO()
    pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()
