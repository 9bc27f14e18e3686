"""Actions: what de-identifying does to an attribute, as PS3.15 table E.1-1 (Basic Profile) has it.

Only attributes of the objects that kazerooni writes are named: what they copy from their source, and what it writes
itself. A text that is not named here is removed, whatever it is, and so is every private element.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

Action = Literal["X", "Z", "D", "U", "K", "C"]
"""X remove; Z empty; D another value; U another UID; K keep; C keep where the program wrote it, else another value."""

ACTIONS: Final[Mapping[str, Action]] = {
    # Patient, study and equipment of the source.
    "PatientName": "D",
    "PatientID": "D",
    "IssuerOfPatientID": "X",
    "IssuerOfPatientIDQualifiersSequence": "X",
    "OtherPatientIDs": "X",
    "OtherPatientIDsSequence": "X",
    "OtherPatientNames": "X",
    "PatientBirthDate": "Z",
    "PatientBirthTime": "X",
    "PatientSex": "Z",
    "PatientAge": "X",
    "PatientSize": "X",
    "PatientWeight": "X",
    "EthnicGroup": "X",
    "PatientComments": "X",
    "AccessionNumber": "Z",
    "StudyID": "Z",
    "StudyDescription": "X",
    "SeriesDescription": "X",
    "ReferringPhysicianName": "Z",
    "ReferringPhysicianIdentificationSequence": "X",
    "ReferencedRequestSequence": "X",
    "RequestAttributesSequence": "X",
    "ReferencedPatientSequence": "X",
    "ReferencedStudySequence": "X",
    "TimezoneOffsetFromUTC": "X",
    "InstitutionName": "X",
    "InstitutionAddress": "X",
    "InstitutionCodeSequence": "X",
    "StationName": "X",
    "DeviceSerialNumber": "D",
    "ContributingEquipmentSequence": "X",
    # People who read, drew or signed.
    "ContentCreatorName": "Z",
    "ContentCreatorIdentificationCodeSequence": "X",
    "PersonName": "D",
    "VerifyingObserverName": "D",
    "VerifyingOrganization": "D",
    "VerifyingObserverIdentificationCodeSequence": "Z",
    "AuthorObserverSequence": "X",
    "ParticipantSequence": "X",
    "CustodialOrganizationSequence": "X",
    # What the program wrote.
    "TextValue": "C",
    "SpecificCharacterSet": "K",
    "Manufacturer": "K",
    "ManufacturerModelName": "K",
    "SoftwareVersions": "K",
    "ContentLabel": "K",
    "ContentDescription": "K",
    "PositionReferenceIndicator": "K",
    "SegmentLabel": "K",
    "TrackingID": "K",
    "AlgorithmName": "K",
    "AlgorithmVersion": "K",
    "AlgorithmSource": "K",
    "DimensionDescriptionLabel": "K",
    "DocumentTitle": "D",
    "MIMETypeOfEncapsulatedDocument": "K",
    # Of codes.
    "CodeValue": "K",
    "LongCodeValue": "K",
    "URNCodeValue": "K",
    "CodingSchemeDesignator": "K",
    "CodingSchemeVersion": "K",
    "CodingSchemeName": "K",
    "CodingSchemeUID": "K",
    "CodingSchemeResponsibleOrganization": "K",
    "CodeMeaning": "K",
    "MappingResourceName": "K",
}

TEXT_VRS: Final = frozenset({"AE", "AS", "LO", "LT", "PN", "SH", "ST", "UC", "UN", "UR", "UT"})
"""Value representations that can hold any words: removed where no action keeps them."""

WRITTEN_TEXTS: Final[Mapping[tuple[str, str], str]] = {
    ("DCM", "111001"): "Algorithm Name",
    ("DCM", "111003"): "Algorithm Version",
    ("DCM", "112039"): "Tracking Identifier",
    ("DCM", "121013"): "Device Observer Name",
    ("DCM", "121014"): "Device Observer Manufacturer",
    ("DCM", "121015"): "Device Observer Model Name",
}
"""Concept names (scheme, value) of SR texts that the program writes itself, and no person types; their meanings."""
