"""De-identified objects say nothing of the person and still belong together (PS3.15 E, Basic Profile)."""

from __future__ import annotations

import copy
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sr.codedict import codes
from pydicom.uid import ExplicitVRLittleEndian

from kazerooni import phantom
from kazerooni.dicom import Series, deidentified, deidentified_file, find_series, read_volume
from kazerooni.dicom.deidentify_actions import ACTIONS, WRITTEN_TEXTS
from kazerooni.errors import OutputError
from kazerooni.identity import pseudonym
from kazerooni.labels import Author, write_map
from kazerooni.model import Component, FindingMap, LobeMap
from kazerooni.records import shift_of
from tests.labels.seg_builder import datasets_of

KEY = b"a key that the tests alone know"
PLAN = phantom.sequential_hrct(slices=4, rows=9, columns=11, pixel_spacing_mm=(30.0, 25.0), gap_mm=40.0)
PLANTED = {
    "PatientName": "Mustermann^Erika",
    "PatientID": "MRN-4711-X",
    "PatientBirthDate": "19410817",
    "AccessionNumber": "ACC-99231",
    "StudyID": "STU-5521",
    "ReferringPhysicianName": "Doktor^Zuweiser",
    "InstitutionName": "Klinikum Planted",
    "StudyDescription": "Thorax of Erika",
    "OtherPatientIDs": "OLD-0815",
    "PatientWeight": "71.25",
    "StudyDate": "20040311",
}

# PS3.15 table E.1-1, column "Basic Prof.", of what the actions name (edition 2024e).
STANDARD = {
    "Z": (
        "PatientName PatientBirthDate PatientSex AccessionNumber StudyID ReferringPhysicianName "
        "VerifyingObserverIdentificationCodeSequence"
    ),
    "Z/D": ("PatientID ContentCreatorName"),
    "X": (
        "IssuerOfPatientID OtherPatientIDs OtherPatientIDsSequence OtherPatientNames PatientBirthTime "
        "PatientAge PatientSize PatientWeight EthnicGroup PatientComments StudyDescription SeriesDescription "
        "ReferringPhysicianIdentificationSequence RequestAttributesSequence ReferencedPatientSequence "
        "TimezoneOffsetFromUTC InstitutionAddress ContentCreatorIdentificationCodeSequence "
        "AuthorObserverSequence ParticipantSequence CustodialOrganizationSequence"
    ),
    "X/Z": ("ReferencedStudySequence"),
    "X/Z/D": ("InstitutionName InstitutionCodeSequence StationName DeviceSerialNumber"),
    "D": ("PersonName VerifyingObserverName VerifyingOrganization"),
}


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Series:
    """Give a small series with a planted person."""
    datasets = [copy.deepcopy(dataset) for dataset in datasets_of(PLAN)]
    for dataset in datasets:
        for keyword, value in PLANTED.items():
            setattr(dataset, keyword, value)
    folder = tmp_path_factory.mktemp("planted")
    phantom.write_series(datasets, folder)
    (found,) = find_series(folder)
    return found


def _segs(series: Series, folder: Path, key: bytes | None) -> tuple[bytes, bytes]:
    assert series.geometry is not None
    marks = np.random.default_rng(0).integers(0, 3, series.geometry.shape, np.uint8)
    author = Author(reader="Reader^Rita")
    how: dict[str, Any] = {"series": series, "author": author, "reading": "R-1", "deidentify": key, "force": True}
    write_map(FindingMap(Component.ALVEOLAR, marks, series.geometry), folder / "a.dcm", **how)
    write_map(LobeMap(marks, series.geometry), folder / "l.dcm", **how)
    return (folder / "a.dcm").read_bytes(), (folder / "l.dcm").read_bytes()


def test_no_byte_tells_of_the_person(tmp_path: Path, series: Series) -> None:
    """Name, birth date, ids, physician, institution, dates, reader and UIDs of the source are in no byte of a SEG."""
    plain, _ = _segs(series, tmp_path, None)
    assert b"Mustermann" in plain  # what is looked for is there before
    uids = {series.study_uid, series.series_uid, series.frame_of_reference_uid, *series.scan.sop_uids}
    for data in _segs(series, tmp_path, KEY):
        for secret in (*PLANTED.values(), "Mustermann", "Erika", "Zuweiser", "Rita", *uids):
            assert secret is not None
            assert secret.encode() not in data, secret


def test_the_patient_is_the_pseudonym_of_the_readings(tmp_path: Path, series: Series) -> None:
    """Patient, moved dates and methods: the pseudonym of readings, their shift of the dates, the profile named."""
    seg = pydicom.dcmread(BytesIO(_segs(series, tmp_path, KEY)[0]))
    patient = pseudonym(PLANTED["PatientID"], "", KEY)
    assert patient is not None
    assert (seg.PatientID, seg.PatientName, seg.PatientBirthDate, seg.PatientSex) == (patient, patient, "", "")
    moved = date(2004, 3, 11) - shift_of(patient, KEY)
    assert seg.StudyDate == moved.strftime("%Y%m%d")
    assert (date(2004, 3, 11) - moved) % timedelta(weeks=1) == timedelta()
    assert (seg.PatientIdentityRemoved, seg.LongitudinalTemporalInformationModified) == ("YES", "MODIFIED")
    assert [item.CodeValue for item in seg.DeidentificationMethodCodeSequence] == ["113100", "113104", "113107"]
    assert seg.file_meta.MediaStorageSOPInstanceUID == seg.SOPInstanceUID


def test_objects_of_one_study_stay_together(tmp_path: Path, series: Series) -> None:
    """Two objects of a series share study, frame of reference and references; pixels and codes are those of before."""
    plain = [pydicom.dcmread(BytesIO(data)) for data in _segs(series, tmp_path, None)]
    first, second = (deidentified(seg, KEY) for seg in plain)
    for keyword in ("StudyInstanceUID", "FrameOfReferenceUID", "PatientID", "StudyDate"):
        assert first[keyword].value == second[keyword].value
    assert first.ReferencedSeriesSequence == second.ReferencedSeriesSequence
    named = [item.ReferencedSOPInstanceUID for item in first.ReferencedSeriesSequence[0].ReferencedInstanceSequence]
    framed = {
        groups.DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID
        for groups in second.PerFrameFunctionalGroupsSequence
    }
    assert set(named) == framed
    assert len(set(named)) == 4
    assert np.array_equal(first.pixel_array, plain[0].pixel_array)
    assert [s.SegmentLabel for s in first.SegmentSequence] == ["ground glass", "consolidation"]
    codes = [s.SegmentedPropertyTypeCodeSequence[0].CodeValue for s in first.SegmentSequence]
    assert codes == ["112120", "95436008"]


def test_the_same_object_and_key_give_the_same(tmp_path: Path, series: Series) -> None:
    """Run twice, the bytes are equal; under another key nothing is linked."""
    data, _ = _segs(series, tmp_path, None)
    once, again, other = (deidentified_file(data, key) for key in (KEY, KEY, b"another key, which also is long"))
    assert once == again
    theirs, ours = (pydicom.dcmread(BytesIO(one)) for one in (other, once))
    for keyword in ("StudyInstanceUID", "PatientID", "SOPInstanceUID"):
        assert theirs[keyword].value != ours[keyword].value


def test_dciodvfy_accepts_it(tmp_path: Path, series: Series, tool: Callable[[str], str]) -> None:
    """The validator of David Clunie finds no error in a de-identified SEG, and highdicom reads it."""
    _segs(series, tmp_path, KEY)
    done = subprocess.run([tool("dciodvfy"), str(tmp_path / "l.dcm")], capture_output=True, text=True, check=False)
    assert "Segmentation" in done.stdout + done.stderr
    assert [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("Error")] == []
    assert highdicom.seg.segread(tmp_path / "l.dcm").number_of_segments == 6


def _document() -> Dataset:
    """Make what an SR or an encapsulated PDF may hold of people: names, typed texts, moments, private elements."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.34", "1.2.3.4.5"
    for keyword, value in PLANTED.items():
        setattr(dataset, keyword, value)
    dataset.ContentSequence = [
        _item("121008", "Person Observer Name", PersonName="Reader^Rita"),
        _item("121106", "Comment", TextValue="Erika coughs"),
        _item("112039", "Tracking Identifier", TextValue="right upper lobe"),
        _item("111526", "DateTime Started", DateTime="20040312101112.5+0100"),
    ]
    dataset.VerifyingObserverSequence = [Dataset()]
    dataset.VerifyingObserverSequence[0].VerifyingObserverName = "Reader^Rita"
    block = dataset.private_block(0x0011, "PLANTED VENDOR", create=True)
    block.add_new(1, "LO", "Erika again")
    dataset.ImageComments = "a text that no table names: Erika"
    return dataset


def _item(value: str, meaning: str, **held: str) -> Dataset:
    item, name = Dataset(), Dataset()
    name.CodeValue, name.CodingSchemeDesignator, name.CodeMeaning = value, "DCM", meaning
    item.ConceptNameCodeSequence = [name]
    for keyword, text in held.items():
        setattr(item, keyword, text)
    return item


def test_texts_and_names_of_documents() -> None:
    """A reader keeps one code, typed text goes, what the program wrote stays, moments move, nothing private is left."""
    made = deidentified(_document(), KEY)
    person, comment, tracked, started = made.ContentSequence
    assert person.PersonName == made.VerifyingObserverSequence[0].VerifyingObserverName
    assert str(person.PersonName).startswith("R-")
    assert (comment.TextValue, tracked.TextValue) == ("removed", "right upper lobe")
    moved = date(2004, 3, 12) - shift_of(str(made.PatientID), KEY)
    assert str(started.DateTime) == moved.strftime("%Y%m%d") + "101112.5+0100"
    assert not [element for element in made if element.tag.is_private]
    for secret in ("Erika", "Rita", "PLANTED", *PLANTED.values()):
        assert secret not in str(made)


def test_a_pdf_is_not_let_through_as_it_is() -> None:
    """The pages of an encapsulated PDF tell dates: it is refused, or another one given takes its place."""
    dataset = _document()
    dataset.EncapsulatedDocument = b"%PDF of 11 March 2004"
    with pytest.raises(OutputError, match="tell dates; give the PDF"):
        deidentified(dataset, KEY)
    assert deidentified(dataset, KEY, document=b"%PDF1").EncapsulatedDocument == b"%PDF1\0"


@pytest.mark.parametrize(("text", "kept"), [("", ""), ("soon", ""), ("20041332", "")])
def test_dates_that_are_none_are_not_kept(text: str, kept: str) -> None:
    """What stands in the place of a date and is none may be anything, and goes."""
    dataset = _document()
    dataset["StudyDate"]._value = text  # as a damaged file may hold it
    assert deidentified(dataset, KEY).StudyDate == kept


def test_dates_before_the_calendar_are_refused() -> None:
    """A date that cannot be moved back is told, and is not let through."""
    dataset = _document()
    dataset.StudyDate = "00010101"
    with pytest.raises(OutputError, match="too early"):
        deidentified(dataset, KEY)


def test_every_named_attribute_is_one() -> None:
    """The table of actions names attributes of the DICOM dictionary."""
    assert [keyword for keyword in ACTIONS if pydicom.datadict.tag_for_keyword(keyword) is None] == []


def test_actions_are_those_of_the_standard() -> None:
    """Each action is one that the Basic Profile has for the attribute, and what it does not know of persons goes."""
    allowed = {name: set(actions.split("/")) for actions, names in STANDARD.items() for name in names.split()}
    assert len(allowed) == sum(len(names.split()) for names in STANDARD.values())
    for name, actions in allowed.items():
        assert ACTIONS[name] in actions | ({"D"} if "Z" in actions else set()), name  # Z: empty, or a dummy value
    assert not [name for name in ACTIONS.keys() - allowed.keys() if "Patient" in name and ACTIONS[name] != "X"]


def test_kept_texts_are_of_concepts_of_the_dictionary() -> None:
    """The concepts whose texts are kept are those of pydicom's dictionary, by code and meaning."""
    held = {name: getattr(codes.DCM, meaning.replace(" ", "")) for name, meaning in WRITTEN_TEXTS.items()}
    assert all((code.scheme_designator, code.value) == name for name, code in held.items())
    assert [code.meaning for code in held.values()] == list(WRITTEN_TEXTS.values())


def test_the_volume_is_not_touched(series: Series) -> None:
    """De-identifying is for what is written: the scan is read as before, under the pseudonym."""
    assert read_volume(series).scan.study_date == date(2004, 3, 11)
