"""Write a DICOM SEG with highdicom: coded segments, every frame bound to the picture it was drawn on.

highdicom is given one small header a slice, made of the geometry of the series, so that only one file of it is read
again; multi-frame sources and their frame numbers are put in their place afterwards.
"""

from __future__ import annotations

from io import BytesIO
from typing import Final

import highdicom
import numpy as np
import pydicom
from highdicom.color import CIELabColor
from highdicom.seg import Segmentation, SegmentDescription
from highdicom.sr import CodedConcept
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code as DicomCode
from pydicom.uid import UID, CTImageStorage, RLELossless, generate_uid
from pydicom.valuerep import DSfloat

from kazerooni.dicom import Series
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import OutputError
from kazerooni.labels.author import Author, SegKind
from kazerooni.labels.meaning import Described, described
from kazerooni.labels.tracking import tracking_uid
from kazerooni.labels.wanted import Wanted
from kazerooni.model import Geometry, corners_mm, is_on_grid
from kazerooni.model.codes import LUNG, Code
from kazerooni.version import __version__

# Of the source: what the patient and study modules hold, and what highdicom asks for, empty where it is missing.
_MUST_BE_SAID: Final = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime", "ReferringPhysicianName",
)  # fmt: skip
_ALSO_KEPT: Final = (
    "SpecificCharacterSet", "IssuerOfPatientID", "OtherPatientIDs", "PatientAge", "PatientSize", "PatientWeight",
    "PatientIdentityRemoved", "DeidentificationMethod", "DeidentificationMethodCodeSequence", "StudyDescription",
    "PositionReferenceIndicator", "LongitudinalTemporalInformationModified", "TimezoneOffsetFromUTC",
)  # fmt: skip
_SERIES_NUMBER: Final = 900
_TITLES: Final = {"lobes": "LOBES", "alveolar findings": "ALVEOLAR", "interstitial findings": "INTERSTITIAL"}


def seg_bytes(
    labels: NDArray[np.uint8],
    geometry: Geometry,
    wanted: Wanted,
    *,
    series: Series,
    author: Author,
    kind: SegKind,
    reading: str | None = None,
) -> bytes:
    """Give the file of a SEG of labels (slice, row, column) drawn on a series.

    reading: id of the reading that the map belongs to; its segments are tracked by it (`tracking_uid`).

    Raises OutputError where the map is of another grid than the series, or the series lacks what a SEG must say.
    """
    _check(labels, geometry, series)
    sources = _source_headers(series)
    title = _TITLES[wanted.what]
    with quiet_pydicom():
        seg = Segmentation(
            source_images=sources,
            pixel_array=labels,
            segmentation_type=kind,
            segment_descriptions=[_description(segment, series, author, reading) for segment in described(wanted)],
            series_instance_uid=generate_uid(prefix=None),
            series_number=_SERIES_NUMBER + list(_TITLES).index(wanted.what),
            sop_instance_uid=generate_uid(prefix=None),
            instance_number=1,
            manufacturer="The kazerooni developers",
            manufacturer_model_name="kazerooni",
            software_versions=__version__,
            device_serial_number="0",
            content_label=title,
            content_description=f"Label map: {wanted.what}",
            content_creator_name=author.reader,
            series_description=f"kazerooni {wanted.what}",
            omit_empty_frames=False,
        )
        _name_frames(seg, series)
        if kind == "LABELMAP":
            seg.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
        stream = BytesIO()
        pydicom.dcmwrite(stream, seg, enforce_file_format=True)
    return stream.getvalue()


def _check(labels: NDArray[np.uint8], geometry: Geometry, series: Series) -> None:
    if series.geometry is None or series.geometry.shape != labels.shape:
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


def _source_headers(series: Series) -> list[Dataset]:
    """Make one header a slice: patient and study of the source, place and name of the slice."""
    geometry = series.geometry
    assert geometry is not None
    with quiet_pydicom():
        try:
            with series.frames[0].source.open() as file:
                source = pydicom.dcmread(file, stop_before_pixels=True, force=True)
        except (OSError, ValueError) as error:
            raise OutputError(f"the files of the series cannot be read again ({type(error).__name__})") from None
    common = Dataset()
    for keyword in _MUST_BE_SAID:
        setattr(common, keyword, source.get(keyword, ""))
    for keyword in _ALSO_KEPT:
        if keyword in source:
            common[keyword] = source[keyword]
    common.StudyInstanceUID, common.SeriesInstanceUID = series.study_uid, series.series_uid
    common.FrameOfReferenceUID = series.frame_of_reference_uid
    common.Modality, common.SOPClassUID = "CT", CTImageStorage
    common.Rows, common.Columns = geometry.shape[1:]
    common.PixelSpacing = [_decimal(spacing) for spacing in geometry.pixel_spacing_mm]
    common.ImageOrientationPatient = [_decimal(cosine) for cosine in geometry.orientation]
    common.SliceThickness = _decimal(geometry.slice_thickness_mm or geometry.usual_gap_mm or 1.0)
    return [_slice_header(common, geometry, index, uid) for index, uid in enumerate(_slice_uids(series))]


def _slice_header(common: Dataset, geometry: Geometry, index: int, uid: str) -> Dataset:
    header = Dataset()
    header.update(common)
    header.SOPInstanceUID = uid
    header.InstanceNumber = index + 1
    header.ImagePositionPatient = [_decimal(part) for part in geometry.origins_mm[index]]
    return header


def _decimal(number: float) -> DSfloat:
    return DSfloat(float(number), auto_format=True)


def _slice_uids(series: Series) -> list[str]:
    """Name every slice: by its SOP instance UID, or by a stand-in where several slices share one object."""
    if _is_single_frame(series):
        return [frame.sop_uid for frame in series.frames]
    return [f"1.{index + 1}" for index in range(len(series.frames))]


def _is_single_frame(series: Series) -> bool:
    return len({frame.sop_uid for frame in series.frames}) == len(series.frames) and all(
        frame.frames == 1 for frame in series.frames
    )


def _name_frames(seg: Segmentation, series: Series) -> None:
    """Put the objects and frame numbers of a multi-frame source in the place of the stand-ins."""
    if _is_single_frame(series):
        return
    frames = dict(zip(_slice_uids(series), series.frames, strict=True))
    for groups in seg.PerFrameFunctionalGroupsSequence:
        for source in groups.DerivationImageSequence[0].SourceImageSequence:
            frame = frames.get(source.ReferencedSOPInstanceUID)
            if frame is not None:
                source.ReferencedSOPClassUID = frame.attributes.sop_class
                source.ReferencedSOPInstanceUID = frame.sop_uid
                source.ReferencedFrameNumber = frame.number + 1
    classes = {frame.sop_uid: frame.attributes.sop_class for frame in series.frames}
    seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence = [
        _reference(sop_class, uid) for uid, sop_class in classes.items()
    ]


def _reference(sop_class: str, uid: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
    return item


def _description(segment: Described, series: Series, author: Author, reading: str | None) -> SegmentDescription:
    algorithm = None
    if author.means != "MANUAL":
        algorithm = highdicom.AlgorithmIdentificationSequence(
            name=author.program,
            family=DicomCode("123109", "DCM", "Manual Processing")
            if author.means == "SEMIAUTOMATIC"
            else DicomCode("113076", "DCM", "Segmentation"),
            version=author.version,
        )
    described = SegmentDescription(
        segment_number=segment.number,
        segment_label=segment.name,
        segmented_property_category=_concept(segment.category),
        segmented_property_type=_concept(segment.kind),
        algorithm_type=author.means,
        algorithm_identification=algorithm,
        tracking_uid=tracking_uid(series.series_uid, segment.part, reading or author),
        tracking_id=segment.name,
        anatomic_regions=[_concept(LUNG)],
        display_color=CIELabColor.from_rgb(*segment.colour),
    )
    if segment.side is not None:
        described.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [
            _concept(segment.side)
        ]
        described.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [_concept(segment.side)]
    return described


def _concept(code: Code) -> CodedConcept:
    return CodedConcept(code.value, code.scheme, code.meaning)
