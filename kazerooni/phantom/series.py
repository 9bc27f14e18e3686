"""Series: the CT Image Storage datasets of a plan (DICOM PS3.3, A.3)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian
from pydicom.valuerep import DSfloat

from kazerooni.phantom.grid import geometry_of, stored_slices
from kazerooni.phantom.pixels import even
from kazerooni.phantom.uids import derive_uid, plan_uid
from kazerooni.phantom.vendors import NAMES, wording_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kazerooni.model.geometry import Geometry
    from kazerooni.phantom.plan import SeriesPlan

IMPLEMENTATION_UID = derive_uid("kazerooni", "phantom", 1)
_SECONDS_PER_SEQUENTIAL_SLICE = 4


def build_series(plan: SeriesPlan) -> list[Dataset]:
    """Build the datasets of a plan: one for each slice, ascending along the normal as in `truth_of(plan)`.

    InstanceNumber runs from the head to the feet, as most scanners count a chest, so for axial scans it runs against
    the list. Pixels are native little endian; `file_meta` says explicit VR little endian.
    """
    geometry = geometry_of(plan)
    numbers = _instance_numbers(geometry)
    slices = enumerate(stored_slices(plan))
    return [_build_slice(plan, geometry, index, numbers[index], stored) for index, stored in slices]


def decimal(value: float) -> DSfloat:
    """Write a number as a DICOM decimal string of 16 characters at most."""
    return DSfloat(value, auto_format=True)


def _build_slice(plan: SeriesPlan, geometry: Geometry, index: int, number: int, stored: NDArray[np.generic]) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 100"
    _add_patient_and_study(dataset, plan)
    _add_series_and_equipment(dataset, plan)
    _add_acquisition(dataset, plan, number)
    _add_plane(dataset, geometry, index)
    _add_pixels(dataset, plan, stored)
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = plan_uid(plan, "instance", index)
    dataset.InstanceNumber = number
    dataset.file_meta = _file_meta(dataset)
    return dataset


def _add_patient_and_study(dataset: Dataset, plan: SeriesPlan) -> None:
    dataset.PatientName = plan.patient_name
    dataset.PatientID = plan.patient_id
    dataset.PatientBirthDate = _date(plan.birth_date)
    dataset.PatientSex = "O"
    dataset.StudyInstanceUID = study_uid(plan)
    dataset.StudyDate = _date(plan.study_date)
    dataset.StudyTime = _time(plan.study_time)
    dataset.StudyID = "1"
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""
    dataset.StudyDescription = plan.study_description


def study_uid(plan: SeriesPlan) -> str:
    """Give the study UID of a plan; plans with the same patient id, study date and study time share it."""
    return derive_uid("study", plan.patient_id, plan.study_date.isoformat(), plan.study_time.isoformat())


def _add_series_and_equipment(dataset: Dataset, plan: SeriesPlan) -> None:
    dataset.Modality = "CT"
    dataset.SeriesInstanceUID = plan_uid(plan, "series")
    dataset.SeriesNumber = plan.series_number
    dataset.SeriesDescription = plan.series_description
    dataset.SeriesDate = dataset.StudyDate
    dataset.SeriesTime = dataset.StudyTime
    dataset.BodyPartExamined = "CHEST"
    dataset.PatientPosition = plan.patient_position
    dataset.FrameOfReferenceUID = derive_uid("frame of reference", dataset.StudyInstanceUID)
    dataset.PositionReferenceIndicator = ""
    dataset.Manufacturer, dataset.ManufacturerModelName = NAMES[plan.manufacturer]


def _add_acquisition(dataset: Dataset, plan: SeriesPlan, number: int) -> None:
    wording = wording_of(plan.manufacturer, plan.motion)
    stepwise = plan.motion == "sequential"
    start = datetime.combine(plan.study_date, plan.study_time)
    taken = start + timedelta(seconds=_SECONDS_PER_SEQUENTIAL_SLICE * number if stepwise else 0)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL", *wording.image_type]
    # Siemens counts every table stop of a sequential scan as an acquisition.
    dataset.AcquisitionNumber = number if stepwise and plan.manufacturer == "Siemens" else 1
    dataset.AcquisitionDate = dataset.ContentDate = _date(taken.date())
    dataset.AcquisitionTime = dataset.ContentTime = _time(taken.time())
    dataset.KVP = decimal(plan.kvp)
    dataset.ExposureTime = 1000
    dataset.XRayTubeCurrent = 150
    dataset.Exposure = 150
    dataset.FilterType = "0"
    dataset.ReconstructionDiameter = decimal(plan.columns * plan.pixel_spacing_mm[1])
    dataset.GantryDetectorTilt = decimal(plan.gantry_tilt_degrees)
    dataset.RotationDirection = "CW"
    dataset.ConvolutionKernel = plan.kernel
    for keyword, value in wording.attributes:
        setattr(dataset, keyword, value)


def _add_plane(dataset: Dataset, geometry: Geometry, index: int) -> None:
    dataset.ImagePositionPatient = [decimal(p) for p in geometry.origins_mm[index]]
    dataset.ImageOrientationPatient = [decimal(c) for c in geometry.orientation]
    dataset.PixelSpacing = [decimal(s) for s in geometry.pixel_spacing_mm]
    dataset.SliceThickness = None if geometry.slice_thickness_mm is None else decimal(geometry.slice_thickness_mm)
    dataset.SliceLocation = dataset.ImagePositionPatient[2]


def _add_pixels(dataset: Dataset, plan: SeriesPlan, stored: NDArray[np.generic]) -> None:
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated = plan.bits_allocated
    dataset.BitsStored = plan.bits_stored
    dataset.HighBit = plan.bits_stored - 1
    dataset.PixelRepresentation = int(plan.signed)
    dataset.RescaleSlope = decimal(plan.slope)
    dataset.RescaleIntercept = decimal(plan.intercept)
    dataset.RescaleType = "HU"
    dataset.WindowCenter = "-600"
    dataset.WindowWidth = "1500"
    dataset.add_new("PixelData", "OB" if plan.bits_allocated == 8 else "OW", even(stored.tobytes()))


def _file_meta(dataset: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = IMPLEMENTATION_UID
    meta.ImplementationVersionName = "KAZEROONI"
    return meta


def _instance_numbers(geometry: Geometry) -> list[int]:
    """Count the slices from 1 at the head; ties, as in coronal series, in the order of the slices."""
    order = np.argsort(-geometry.origins_mm[:, 2].round(3), kind="stable")
    numbers = np.empty(order.size, int)
    numbers[order] = np.arange(1, order.size + 1)
    return [int(n) for n in numbers]


def _date(day: date) -> str:
    return day.strftime("%Y%m%d")


def _time(moment: time) -> str:
    return moment.strftime("%H%M%S")
