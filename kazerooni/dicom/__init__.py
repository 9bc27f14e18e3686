"""From DICOM files to series and volumes: never resampled, never repaired, everything told."""

from kazerooni.dicom.deidentify import deidentified, deidentified_file
from kazerooni.dicom.dicomdir import dicomdir_sources, list_dicomdir
from kazerooni.dicom.find import Found, Progress, find_series
from kazerooni.dicom.glance import Glance, Glancer
from kazerooni.dicom.person import read_person
from kazerooni.dicom.read import choose, read_volume, see_scan
from kazerooni.dicom.series import Series, SliceGap
from kazerooni.dicom.sources import FileSource, Skipped, Source, file_source, find_sources

__all__ = [
    "FileSource",
    "Found",
    "Glance",
    "Glancer",
    "Progress",
    "Series",
    "Skipped",
    "SliceGap",
    "Source",
    "choose",
    "deidentified",
    "deidentified_file",
    "dicomdir_sources",
    "file_source",
    "find_series",
    "find_sources",
    "list_dicomdir",
    "read_person",
    "read_volume",
    "see_scan",
]
