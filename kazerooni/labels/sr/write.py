"""Write a structured report (TID 1500) of a score with highdicom: values exact, the reading whole within it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from highdicom.coding_schemes import CodingSchemeIdentificationItem
from highdicom.sr import Comprehensive3DSR, ComprehensiveSR, MeasurementReport
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from kazerooni.dicom import Series
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import OutputError
from kazerooni.labels.dicom_object import (
    MANUFACTURER,
    STAND_IN,
    date_content,
    named_file,
    refuse_other_scan,
    source_pictures,
)
from kazerooni.labels.patient_study import carry, patient_and_study
from kazerooni.labels.sr import codes
from kazerooni.labels.sr.groups import lobe_group, totals_group
from kazerooni.labels.sr.head import evaluations, observers
from kazerooni.labels.sr.items import concept
from kazerooni.labels.sr.private import put_reading
from kazerooni.labels.sr.segments import lobe_segments
from kazerooni.model import Case, SchemeRef, Status
from kazerooni.model.codes import Code
from kazerooni.version import __version__

SrKind = Literal["COMPREHENSIVE-3D", "COMPREHENSIVE"]

_CLASSES: Final = {"COMPREHENSIVE-3D": Comprehensive3DSR, "COMPREHENSIVE": ComprehensiveSR}
_SERIES_NUMBER: Final = 910
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
    refuse_other_scan(case.reading, series)
    source = patient_and_study(series)
    with quiet_pydicom():
        report = _report(case, series, source, segmentations=segmentations, previous=previous, kind=kind)
        put_reading(report, case.reading)
        carry(source, report, texts=_texts(report))
        return named_file(report, "report")


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
    report: Dataset = _CLASSES[kind](
        evidence=[*_evidence(series), *segmentations],
        content=_content(case, series, segmentations),
        series_instance_uid=STAND_IN,
        series_number=_SERIES_NUMBER,
        sop_instance_uid=STAND_IN,
        instance_number=1,
        manufacturer=MANUFACTURER,
        manufacturer_model_name="kazerooni",
        software_versions=__version__,
        device_serial_number="0",
        series_description="kazerooni score",
        is_complete=case.score.totals.total is not None and not case.score.is_partial,
        is_final=case.reading.status is Status.SIGNED,
        previous_versions=list(previous) or None,
        transfer_syntax_uid=ExplicitVRLittleEndian,
        coding_schemes=[
            CodingSchemeIdentificationItem(
                codes.SCHEME,
                name=codes.SCHEME_NAME,
                version=codes.SCHEME_VERSION,
                responsible_organization=MANUFACTURER,
            )
        ],
    )
    # highdicom puts the clock and itself here; the same reading is to give the same object.
    for keyword in ("InstanceCreationDate", "InstanceCreationTime", "ContributingEquipmentSequence"):
        if keyword in report:
            delattr(report, keyword)
    date_content(report, case.reading, source)
    return report


def _content(case: Case, series: Series, segmentations: Sequence[Dataset]) -> MeasurementReport:
    method, segments = _method(case), lobe_segments(segmentations)
    groups = [
        lobe_group(case, lobe, method, segment=segments.get(lobe.lobe), series_uid=series.series_uid)
        for lobe in case.score.lobes
    ]
    content = MeasurementReport(
        observation_context=observers(case.reading.reader),
        procedure_reported=concept(codes.CT_CHEST),
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


def _texts(item: Dataset) -> Iterator[str]:
    """Give every text of a content tree that people or headers wrote."""
    for keyword in ("TextValue", "PersonName"):
        if keyword in item:
            yield str(item.get(keyword))
    children: Iterable[Dataset] = item.get("ContentSequence") or ()
    for child in children:
        yield from _texts(child)
