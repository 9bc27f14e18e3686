"""From DICOM files to series and volumes: never resampled, never repaired, everything told."""

from kazerooni.dicom.deidentify import deidentified, deidentified_file
from kazerooni.dicom.find import Found, Progress, find_series
from kazerooni.dicom.person import read_person
from kazerooni.dicom.read import choose, read_volume
from kazerooni.dicom.series import Series, SliceGap
from kazerooni.dicom.sources import Skipped

__all__ = [
    "Found",
    "Progress",
    "Series",
    "Skipped",
    "SliceGap",
    "choose",
    "deidentified",
    "deidentified_file",
    "find_series",
    "read_person",
    "read_volume",
]
