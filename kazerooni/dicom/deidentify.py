"""De-identify: an object of ours without the person (PS3.15 E, Basic Profile; dates moved, UIDs replaced).

Options of the profile: Retain Longitudinal Temporal Information with Modified Dates, and Clean Structured Content. What
is done to an attribute stands in `deidentify_actions`.
"""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import Final

import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

from kazerooni.dicom.deidentify_actions import ACTIONS, TEXT_VRS, WRITTEN_TEXTS
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import OutputError
from kazerooni.identity import keyed_digest, pseudonym, replaced_uid, shift_of

_STANDARD_UIDS = "1.2.840.10008."
_DAY = "%Y%m%d"
_DAY_LENGTH = 8
_REMOVED: Final = "removed"
_METHODS: Final = (
    ("113100", "Basic Application Confidentiality Profile"),
    ("113104", "Clean Structured Content Option"),
    ("113107", "Retain Longitudinal Temporal Information Modified Dates Option"),
)


def deidentified(dataset: Dataset, key: bytes, *, document: bytes | None = None) -> Dataset:
    """Give an object that says nothing of the person: a SEG, an SR or an encapsulated PDF that kazerooni wrote.

    The patient is the pseudonym that readings carry; dates are moved back by the weeks by which `records.shift_dates`
    moves those of this patient; UIDs become keyed hashes, in every object the same for the same UID, so that series,
    studies and references still belong together. The same object and key give the same bytes.

    document: the PDF to put in the place of an encapsulated one, whose pages tell dates: made from the reading with its
    dates moved.

    Raises OutputError where an encapsulated document is there and none is given for it, or a date is too early.
    """
    if "EncapsulatedDocument" in dataset and document is None:
        raise OutputError(
            "the pages of an encapsulated PDF tell dates; give the PDF of the reading with its dates moved"
        )
    patient = pseudonym(str(dataset.get("PatientID") or ""), str(dataset.get("IssuerOfPatientID") or ""), key) or ""
    with quiet_pydicom():
        made = _Rules(patient, key).cleaned(dataset)
    made.PatientName = made.PatientID = patient
    made.PatientIdentityRemoved = "YES"
    made.LongitudinalTemporalInformationModified = "MODIFIED"
    made.DeidentificationMethodCodeSequence = Sequence([_code(*method) for method in _METHODS])
    if document is not None and "EncapsulatedDocument" in dataset:
        made.EncapsulatedDocument = document + b"\0" * (len(document) % 2)
        if "EncapsulatedDocumentLength" in made:
            made.EncapsulatedDocumentLength = len(document)
    made.file_meta = _file_meta(dataset, made)
    return made


def deidentified_file(data: bytes, key: bytes, *, document: bytes | None = None) -> bytes:
    """Give the file of an object, de-identified (see `deidentified`)."""
    made = deidentified(pydicom.dcmread(BytesIO(data)), key, document=document)
    stream = BytesIO()
    with quiet_pydicom():
        pydicom.dcmwrite(stream, made, enforce_file_format=True)
    return stream.getvalue()


def _file_meta(dataset: Dataset, made: Dataset) -> FileMetaDataset:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = dataset.file_meta.TransferSyntaxUID
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = made.SOPClassUID, made.SOPInstanceUID
    return meta


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "DCM", meaning
    return item


class _Rules:
    """What becomes of the attributes of one patient's objects."""

    def __init__(self, patient: str, key: bytes) -> None:
        self._key = key
        self._patient = patient
        self._back = shift_of(patient, key)

    def cleaned(self, dataset: Dataset) -> Dataset:
        """Clean a dataset and, in it, the items of all sequences."""
        made = Dataset()
        for element in dataset:
            cleaned = None if element.tag.is_private else self._element(element, dataset)
            if cleaned is not None:
                made.add(cleaned)
        return made

    def _element(self, element: DataElement, within: Dataset) -> DataElement | None:
        action = ACTIONS.get(element.keyword) or ("X" if element.VR in TEXT_VRS else "K")
        if action == "X":
            return None
        if action == "Z":
            return DataElement(element.tag, element.VR, Sequence() if element.VR == "SQ" else "")
        if action == "D" or (action == "C" and not _is_written(within)):
            return DataElement(element.tag, element.VR, self._another(element))
        if element.VR == "SQ":
            return DataElement(element.tag, "SQ", Sequence([self.cleaned(item) for item in element.value or ()]))
        if element.VR in _CHANGED:
            return DataElement(element.tag, element.VR, self._each(element))
        return element

    def _another(self, element: DataElement) -> str:
        """Give another value: of a person one that tells readers apart, and nothing else of them."""
        if element.keyword in ("PatientName", "PatientID"):
            return self._patient
        if element.VR == "PN":
            digest = keyed_digest(f"person\0{element.value}", self._key)
            return f"R-{digest}"
        return "0" if element.keyword == "DeviceSerialNumber" else _REMOVED

    def _each(self, element: DataElement) -> str | list[str]:
        change = self._uid if element.VR == "UI" else self._moment
        values = [change(str(one)) for one in (element.value if element.VM > 1 else [element.value or ""])]
        return values if len(values) > 1 else values[0]

    def _uid(self, uid: str) -> str:
        return uid if not uid or uid.startswith(_STANDARD_UIDS) else replaced_uid(uid, self._key)

    def _moment(self, text: str) -> str:
        """Move a date, or a date with its time; one that is not written as DICOM wants it is not kept."""
        try:
            day = datetime.strptime(text[:_DAY_LENGTH], _DAY)  # noqa: DTZ007 - a day has no zone
            return (day - self._back).strftime("%Y%m%d").zfill(_DAY_LENGTH) + text[_DAY_LENGTH:]
        except ValueError:
            return ""
        except OverflowError:
            raise OutputError("a date is too early to be moved; correct its year in the source") from None


_CHANGED: Final = frozenset({"UI", "DA", "DT"})


def _is_written(item: Dataset) -> bool:
    """Tell whether the program, and no person, wrote the text of this content item."""
    names = item.get("ConceptNameCodeSequence") or ()
    return any((name.get("CodingSchemeDesignator"), name.get("CodeValue")) in WRITTEN_TEXTS for name in names)
