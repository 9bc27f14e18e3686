"""Write a structured report (TID 1500) of a score with highdicom: values exact, the reading whole within it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Final, Literal

import pydicom
from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import Comprehensive3DSR, ComprehensiveSR, MeasurementReport
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code as DicomCode
from pydicom.valuerep import DA, TM

from kazerooni.dicom import Series
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import OutputError
from kazerooni.labels.moment import content_moment
from kazerooni.labels.patient_study import carry, patient_and_study
from kazerooni.labels.source_pictures import source_pictures
from kazerooni.labels.sr import codes
from kazerooni.labels.sr.groups import lobe_group, totals_group
from kazerooni.labels.sr.head import evaluations, observers
from kazerooni.labels.sr.private import put_reading
from kazerooni.labels.sr.segments import lobe_segments
from kazerooni.labels.uids import derived_uid
from kazerooni.model import Case, SchemeRef, Status
from kazerooni.model.codes import Code
from kazerooni.version import __version__

SrKind = Literal["COMPREHENSIVE-3D", "COMPREHENSIVE"]

_CLASSES: Final = {"COMPREHENSIVE-3D": Comprehensive3DSR, "COMPREHENSIVE": ComprehensiveSR}
_SERIES_NUMBER: Final = 910
_CT_CHEST: Final = DicomCode("24627-2", "LN", "CT Chest")
_STAND_IN: Final = "1.2"
# What a document refers to its source by, and highdicom asks for; what the source says takes its place afterwards.
_ASKED_FOR: Final = (
    "PatientID", "PatientName", "PatientBirthDate", "PatientSex", "AccessionNumber", "StudyID", "StudyDate",
    "StudyTime",
)  # fmt: skip


def sr_bytes(
    case: Case,
    series: Series,
    *,
    segmentations: Sequence[Dataset] = (),
    previous: Sequence[Dataset] = (),
    kind: SrKind = "COMPREHENSIVE-3D",
) -> bytes:
    """Give the file of a structured report of a case on the series that was read.

    segmentations: SEG objects of the reading (their headers do); lobes reference their segments and take over their
        tracking identifiers.
    previous: reports (their headers do) that this one replaces.
    kind: COMPREHENSIVE for what does not take the newer class; the content is the same.

    The same case, series and objects give the same bytes, UIDs included.

    Raises OutputError where the series is of another scan, its files cannot be read again, or the scheme is none of
    the published ones.
    """
    _check(case, series)
    source = patient_and_study(series)
    with quiet_pydicom():
        report = _report(case, series, source, segmentations=segmentations, previous=previous, kind=kind)
        put_reading(report, case.reading)
        carry(source, report, texts=_texts(report))
        _name(report)
        return _file(report)


def _check(case: Case, series: Series) -> None:
    scan = case.reading.scan
    if scan.series_uid is not None and scan.series_uid != series.series_uid:
        raise OutputError(
            f"reading {case.reading.id} is of series {scan.series_uid}, not of {series.series_uid}; give its own scan"
        )


def _method(case: Case) -> Code:
    scheme = SchemeRef(case.score.scheme, case.score.scheme_version)
    if scheme not in codes.METHODS:
        raise OutputError(f"scheme {scheme} has no code, as only published ones have; score by one of them")
    return codes.METHODS[scheme]


def _report(
    case: Case,
    series: Series,
    source: Dataset,
    *,
    segmentations: Sequence[Dataset],
    previous: Sequence[Dataset],
    kind: SrKind,
) -> Dataset:
    moment = content_moment(case.reading, source)
    report: Dataset = _CLASSES[kind](
        evidence=[*_evidence(series), *segmentations],
        content=_content(case, series, segmentations),
        series_instance_uid=_STAND_IN,
        series_number=_SERIES_NUMBER,
        sop_instance_uid=_STAND_IN,
        instance_number=1,
        manufacturer=codes.ORGANIZATION,
        manufacturer_model_name="kazerooni",
        software_versions=__version__,
        device_serial_number="0",
        series_description="kazerooni score",
        is_complete=case.score.totals.total is not None and not case.score.is_partial,
        is_final=case.reading.status is Status.SIGNED,
        previous_versions=list(previous) or None,
        transfer_syntax_uid=pydicom.uid.ExplicitVRLittleEndian,
        coding_schemes=[
            CodingSchemeIdentificationItem(
                codes.SCHEME,
                name=codes.SCHEME_NAME,
                version=codes.SCHEME_VERSION,
                responsible_organization=codes.ORGANIZATION,
            )
        ],
    )
    # highdicom puts the clock and itself here; the same reading is to give the same object.
    for keyword in ("InstanceCreationDate", "InstanceCreationTime", "ContributingEquipmentSequence"):
        if keyword in report:
            delattr(report, keyword)
    report.ContentDate, report.ContentTime = _date_and_time(moment)
    return report


def _content(case: Case, series: Series, segmentations: Sequence[Dataset]) -> MeasurementReport:
    method, segments = _method(case), lobe_segments(segmentations)
    groups = [
        lobe_group(case, lobe, method, segment=segments.get(lobe.lobe), series_uid=series.series_uid)
        for lobe in case.score.lobes
    ]
    content = MeasurementReport(
        observation_context=observers(case.reading.reader),
        procedure_reported=_CT_CHEST,
        imaging_measurements=[*groups, totals_group(case, method, series_uid=series.series_uid)],
    )
    content[0].ContentSequence.append(evaluations(case))
    return content


def _evidence(series: Series) -> Iterator[Dataset]:
    for uid, sop_class in source_pictures(series).items():
        picture = Dataset()
        for keyword in _ASKED_FOR:
            setattr(picture, keyword, "")
        picture.StudyInstanceUID, picture.SeriesInstanceUID = series.study_uid, series.series_uid
        picture.SOPClassUID, picture.SOPInstanceUID = sop_class, uid
        yield picture


def _date_and_time(moment: datetime) -> tuple[DA, TM]:
    return DA(moment.date()), TM(moment.time().replace(microsecond=0))


def _texts(item: Dataset) -> Iterator[str]:
    """Give every text of a content tree that people or headers wrote."""
    for keyword in ("TextValue", "PersonName"):
        if keyword in item:
            yield str(item.get(keyword))
    children: Iterable[Dataset] = item.get("ContentSequence") or ()
    for child in children:
        yield from _texts(child)


def _name(report: Dataset) -> None:
    """Name a document after all that it says, so that another content is another document."""
    unnamed = _file(report)
    report.SOPInstanceUID = report.file_meta.MediaStorageSOPInstanceUID = derived_uid("report", unnamed)
    report.SeriesInstanceUID = derived_uid("series of report", unnamed)


def _file(report: Dataset) -> bytes:
    stream = BytesIO()
    pydicom.dcmwrite(stream, report, enforce_file_format=True)
    return stream.getvalue()
