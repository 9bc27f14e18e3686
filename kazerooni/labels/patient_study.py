"""Patient and study of the source, as the objects made for a PACS carry them: that is their purpose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pydicom
from pydicom.charset import python_encoding
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from kazerooni.dicom import Series
from kazerooni.dicom.quiet import quiet_pydicom
from kazerooni.errors import OutputError

# Type 2 of the patient and general study modules (PS3.3, C.7.1.1 and C.7.2.1): said, if only with nothing.
_MUST_BE_SAID: Final = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "ReferringPhysicianName",
    "StudyID", "AccessionNumber",
)  # fmt: skip
_ALSO_KEPT: Final = (
    "SpecificCharacterSet", "TimezoneOffsetFromUTC", "IssuerOfPatientID", "IssuerOfPatientIDQualifiersSequence",
    "OtherPatientIDs", "OtherPatientIDsSequence", "PatientBirthTime", "OtherPatientNames", "EthnicGroup",
    "PatientComments", "PatientSpeciesDescription", "PatientSpeciesCodeSequence", "PatientIdentityRemoved",
    "DeidentificationMethod", "DeidentificationMethodCodeSequence", "PatientAge", "PatientSize", "PatientWeight",
    "StudyDescription", "IssuerOfAccessionNumberSequence", "PhysiciansOfRecord", "NameOfPhysiciansReadingStudy",
    "ProcedureCodeSequence", "LongitudinalTemporalInformationModified", "ClinicalTrialSponsorName",
    "ClinicalTrialProtocolID", "ClinicalTrialProtocolName", "ClinicalTrialSiteID", "ClinicalTrialSiteName",
    "ClinicalTrialSubjectID", "ClinicalTrialSubjectReadingID", "ClinicalTrialTimePointID",
    "ClinicalTrialTimePointDescription",
)  # fmt: skip
# What binds an object to its study and says nothing of the person.
_NAMELESS: Final = ("SpecificCharacterSet", "StudyDate", "StudyTime", "TimezoneOffsetFromUTC")
_UTF_8: Final = "ISO_IR 192"


def patient_and_study(series: Series, *, also: Iterable[str] = (), nameless: bool = False) -> Dataset:
    """Read again what one file of a series says of its patient and study, decoded, with its character set.

    also: further attributes that are kept.
    nameless: give the pseudonym in place of the person, and of the study what binds it: UID, date and time.

    Raises OutputError where the file cannot be read, or the series has no usable UIDs.
    """
    if not series.study_uid or not series.series_uid or not all(frame.sop_uid for frame in series.frames):
        raise OutputError("the series lacks a study, series or SOP instance UID, which the object must reference")
    with quiet_pydicom():
        try:
            with series.frames[0].source.open() as file:
                source = pydicom.dcmread(file, stop_before_pixels=True, force=True)
            kept = Dataset()
            for keyword in _MUST_BE_SAID:
                setattr(kept, keyword, "")
            for keyword in (*(_NAMELESS if nameless else (*_MUST_BE_SAID, *_ALSO_KEPT)), *also):
                if keyword in source:
                    kept[keyword] = source[keyword]
            kept.decode()
        except (OSError, ValueError, LookupError) as error:
            raise OutputError(f"the files of the series cannot be read again ({type(error).__name__})") from None
    kept.StudyInstanceUID = series.study_uid
    if nameless:
        kept.PatientName = kept.PatientID = series.patient or ""
    return kept


def carry(source: Dataset, target: Dataset, *, texts: Iterable[str]) -> None:
    """Put patient and study of a source into an object.

    texts: what else the object says. Where the character set of the source cannot hold it, the object is in UTF-8 and
    what the source says is written anew in it; else the character set stays, and with it every byte.
    """
    for element in source:
        target[element.tag] = element
    told = source.get("SpecificCharacterSet") or ""
    if not all(_fits(text, told) for text in texts):
        target.SpecificCharacterSet = _UTF_8


def _fits(text: str, character_set: str | MultiValue[str]) -> bool:
    if text.isascii():
        return True
    if not isinstance(character_set, str):
        return False  # code extensions: what fits into which depends on its neighbours
    try:
        text.encode(python_encoding[character_set])
    except (UnicodeEncodeError, KeyError):
        return False
    return True
