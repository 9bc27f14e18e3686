"""Sources: the pictures that a SEG was drawn on, as it names them, and what it keeps of their headers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydicom.dataset import Dataset
from pydicom.uid import UID, CTImageStorage
from pydicom.valuerep import DSfloat

from kazerooni.dicom import Series
from kazerooni.errors import OutputError
from kazerooni.model import Geometry, corners_mm, is_on_grid

# What highdicom takes over from a source; what the source says is carried afterwards (`patient_study`), whatever its
# character set.
_SAID_AFTERWARDS: Final = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip


def check(shape: tuple[int, ...], geometry: Geometry, series: Series) -> None:
    """Raise OutputError where a map is of another grid than the series, or the series lacks what a SEG must say."""
    if series.geometry is None or series.geometry.shape != shape:
        raise OutputError("the label map is of another scan than the series; give the series that it was drawn on")
    if not is_on_grid(corners_mm(geometry), series.geometry):
        raise OutputError("the voxels of the label map lie elsewhere than those of the series; give its own series")
    missing = [
        told
        for told, value in (
            ("study UID", series.study_uid),
            ("series UID", series.series_uid),
            ("frame of reference UID", series.frame_of_reference_uid),
            *(("SOP instance UID", frame.sop_uid) for frame in series.frames),
        )
        if not UID(value).is_valid
    ]
    if missing:
        raise OutputError(f"the series has no usable {missing[0]}, which a SEG must reference; write .nrrd instead")


def source_headers(series: Series) -> Iterator[Dataset]:
    """Make one header a slice, when it is asked for: place and name of the slice; of patient and study nothing."""
    geometry = series.geometry
    assert geometry is not None
    common = Dataset()
    for keyword in _SAID_AFTERWARDS:
        setattr(common, keyword, "")
    common.StudyInstanceUID, common.SeriesInstanceUID = series.study_uid, series.series_uid
    common.FrameOfReferenceUID = series.frame_of_reference_uid
    common.Modality, common.SOPClassUID = "CT", CTImageStorage
    common.Rows, common.Columns = geometry.shape[1:]
    common.PixelSpacing = [decimal(spacing) for spacing in geometry.pixel_spacing_mm]
    common.ImageOrientationPatient = [decimal(cosine) for cosine in geometry.orientation]
    common.SliceThickness = decimal(geometry.slice_thickness_mm or geometry.usual_gap_mm or 1.0)
    for index, uid in enumerate(stand_ins(series)):
        header = Dataset()
        header.update(common)
        header.SOPInstanceUID = uid
        header.InstanceNumber = index + 1
        header.ImagePositionPatient = position_of(geometry, index)
        yield header


def position_of(geometry: Geometry, index: int) -> list[DSfloat]:
    """Give the ImagePositionPatient of a slice."""
    return [decimal(part) for part in geometry.origins_mm[index]]


def decimal(number: float) -> DSfloat:
    """Give a number as a decimal string of DICOM, 16 characters at most."""
    return DSfloat(float(number), auto_format=True)


def stand_ins(series: Series) -> list[str]:
    """Name every slice: by its SOP instance UID, or by a stand-in where several slices share one object."""
    if _is_single_frame(series):
        return [frame.sop_uid for frame in series.frames]
    return [f"1.{index + 1}" for index in range(len(series.frames))]


def _is_single_frame(series: Series) -> bool:
    return len({frame.sop_uid for frame in series.frames}) == len(series.frames) and all(
        frame.frames == 1 for frame in series.frames
    )


def name_source(item: Dataset, series: Series, index: int) -> None:
    """Name the picture of a slice in an item of a SourceImageSequence: its class, its UID, its number in the object."""
    frame = series.frames[index]
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = frame.attributes.sop_class, frame.sop_uid
    if frame.frames > 1:
        item.ReferencedFrameNumber = frame.number + 1


def name_objects(seg: Dataset, series: Series) -> None:
    """Name every object of the series, each once, where a SEG lists all that it was drawn on."""
    classes = {frame.sop_uid: frame.attributes.sop_class for frame in series.frames}
    seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence = [_item(*one) for one in classes.items()]
    seg.SourceImageSequence = [_item(*one) for one in classes.items()]


def _item(uid: str, sop_class: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
    return item
