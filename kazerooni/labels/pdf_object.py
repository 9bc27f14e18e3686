"""Encapsulated PDF: a report for people as a DICOM object, with the patient and study of the scan that it is of."""

from __future__ import annotations

from typing import Final

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, EncapsulatedPDFStorage, ExplicitVRLittleEndian

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
from kazerooni.model import Reading
from kazerooni.model.codes import Code
from kazerooni.version import __version__

_SERIES_NUMBER: Final = 911
_REPORT: Final = Code("LN", "18748-4", "Diagnostic Imaging Report")  # CID 7020, Document Titles
_LONGEST_TITLE: Final = 1024  # of VR ST


def encapsulated_pdf(pdf: bytes, reading: Reading, series: Series, *, title: str, names_patient: bool) -> bytes:
    """Give the file of an Encapsulated PDF object of a report on a series.

    title: of the document, for people. names_patient: whether a page shows the name or birth date of the patient.

    The same PDF, reading and series give the same bytes, UIDs included.

    Raises OutputError where the bytes are no PDF, the series is of another scan, or its files cannot be read again.
    """
    if not pdf.startswith(b"%PDF-"):
        raise OutputError(f"report of reading {reading.id}: its {len(pdf)} bytes are no PDF, which an object can hold")
    refuse_other_scan(reading, series)
    source = patient_and_study(series)
    with quiet_pydicom():
        made = _object(pdf, title[:_LONGEST_TITLE], names_patient=names_patient)
        date_content(made, reading, source)
        made.SourceInstanceSequence = [_reference(uid, of) for uid, of in source_pictures(series).items()]
        carry(source, made, texts=[title])
        return named_file(made, "document")


def _object(pdf: bytes, title: str, *, names_patient: bool) -> FileDataset:
    """Make the object but for its source and its UIDs."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.TransferSyntaxUID = EncapsulatedPDFStorage, ExplicitVRLittleEndian
    meta.MediaStorageSOPInstanceUID = UID(STAND_IN)
    made = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    made.SOPClassUID, made.SOPInstanceUID, made.SeriesInstanceUID = EncapsulatedPDFStorage, STAND_IN, STAND_IN
    made.Modality, made.SeriesNumber, made.InstanceNumber = "DOC", _SERIES_NUMBER, 1
    made.SeriesDescription = "kazerooni report"
    made.ConversionType = "WSD"
    made.Manufacturer, made.ManufacturerModelName = MANUFACTURER, "kazerooni"
    made.SoftwareVersions, made.DeviceSerialNumber = __version__, "0"
    made.AcquisitionDateTime = ""
    made.BurnedInAnnotation = "YES" if names_patient else "NO"
    made.VerificationFlag = "UNVERIFIED"
    made.DocumentTitle = title
    made.ConceptNameCodeSequence = [_code(_REPORT)]
    made.MIMETypeOfEncapsulatedDocument = "application/pdf"
    made.EncapsulatedDocument = pdf + bytes(len(pdf) % 2)
    made.EncapsulatedDocumentLength = len(pdf)
    return made


def _reference(uid: str, sop_class: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = sop_class, uid
    return item


def _code(code: Code) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code.value, code.scheme, code.meaning
    return item
