"""Headers: attributes that are missing, wrong, shared by mistake or not DICOM at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.tag import Tag
from pydicom.uid import CTImageStorage

from kazerooni.phantom.traps._copies import Slices, chosen, copied
from kazerooni.phantom.uids import derive_uid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_PRIVATE_GROUP, _PRIVATE_CREATOR = 0x0029, "KAZEROONI PHANTOM"


def set_attributes(datasets: Sequence[Dataset], slices: Slices = None, **values: object) -> list[Dataset]:
    """Write attributes by keyword, in some slices or all; None writes them empty (dicom.md: any lying header)."""
    changed = copied(datasets)
    for dataset in chosen(changed, slices):
        for keyword, value in values.items():
            setattr(dataset, keyword, value)
    return changed


def remove_attributes(datasets: Sequence[Dataset], *keywords: str, slices: Slices = None) -> list[Dataset]:
    """Take attributes away, in some slices or all (dicom.md: CT without Modality, nearly empty headers)."""
    changed = copied(datasets)
    for dataset in chosen(changed, slices):
        for keyword in keywords:
            dataset.pop(keyword, None)
    return changed


def write_raw(
    datasets: Sequence[Dataset], values: Mapping[str, bytes], *, vr: str | None = None, slices: Slices = None
) -> list[Dataset]:
    """Write the bytes of values as they are, with their own or another VR (dicom.md: invalid VR, DS, UID).

    values: bytes by keyword; an odd length is padded with a space. Meant for explicit VR little endian files.
    vr: a VR that exists; for others see `damage.spoil_vr`.
    """
    changed = copied(datasets)
    for dataset in chosen(changed, slices):
        for keyword, value in values.items():
            padded = value + b" " * (len(value) % 2)
            tag = Tag(keyword)
            dataset[tag] = RawDataElement(
                tag, vr or dictionary_VR(tag), len(padded), padded, 0, is_implicit_VR=False, is_little_endian=True
            )
    return changed


def spoil_values(datasets: Sequence[Dataset], slices: Slices = None) -> list[Dataset]:
    """Write a DS with words, dates with dots or none, an IS with a fraction (dicom.md: invalid DS)."""
    spoilt = {"KVP": b"120 kV", "StudyDate": b"14.05.2003", "SeriesNumber": b"2.5", "PatientBirthDate": b"unknown"}
    return write_raw(datasets, spoilt, slices=slices)


def spoil_uids(datasets: Sequence[Dataset], slices: Slices = None) -> list[Dataset]:
    """Write FrameOfReferenceUID with letters and leading zeros (dicom.md: invalid UID)."""
    return write_raw(datasets, {"FrameOfReferenceUID": b"1.02.ANON..7"}, slices=slices)


def claim_charset(datasets: Sequence[Dataset], name: str = "ISO_IR 999") -> list[Dataset]:
    """Name another character set than that of the umlauts in PatientName (dicom.md: unknown charset)."""
    charset = {"SpecificCharacterSet": name.encode(), "PatientName": "M\u00fcller^J\u00f6rg".encode("latin-1")}
    return write_raw(datasets, charset)


def say_expiratory(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Tell of expiration in the descriptions (dicom.md: words in the descriptions)."""
    return set_attributes(datasets, SeriesDescription="HRCT expiratory", ProtocolName="Thorax Expiration")


def say_prone(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Tell of a prone patient in the descriptions while PatientPosition stays (dicom.md: the tag may be wrong)."""
    return set_attributes(datasets, SeriesDescription="HRCT prone", ProtocolName="Thorax Bauchlage")


def reuse_patient_id(datasets: Sequence[Dataset], patient_id: str) -> list[Dataset]:
    """Give another patient's scan this PatientID: name, sex and birth date differ (dicom.md: PatientID reused)."""
    return set_attributes(
        datasets, PatientID=patient_id, PatientName="Other^Person", PatientBirthDate="19651224", PatientSex="F"
    )


def repeat_instance_uids(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Give every slice the SOPInstanceUID of the first (dicom.md: UIDs duplicated by bad anonymising)."""
    return set_attributes(datasets, SOPInstanceUID=datasets[0].SOPInstanceUID)


def share_series_uid(datasets: Sequence[Dataset], other: Sequence[Dataset]) -> list[Dataset]:
    """Give a series the study and series UIDs of another one, of any patient (dicom.md: UIDs duplicated)."""
    first = other[0]
    return set_attributes(datasets, StudyInstanceUID=first.StudyInstanceUID, SeriesInstanceUID=first.SeriesInstanceUID)


def empty_uids(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Empty the study, series, instance and frame of reference UIDs (dicom.md: UIDs empty after bad anonymising)."""
    return set_attributes(
        datasets, StudyInstanceUID="", SeriesInstanceUID="", SOPInstanceUID="", FrameOfReferenceUID=""
    )


def claim_one_frame(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Write NumberOfFrames 1 in single-frame slices (dicom.md: enhanced or not, one series like any other)."""
    return set_attributes(datasets, NumberOfFrames=1)


def bury_pixels(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Put sequences of undefined length, nested and private, before the pixels (dicom.md: lying or odd files).

    Their items hold Rows and PixelData of their own, as icons do; a reader that scans for tags takes those.
    """
    changed = copied(datasets)
    for dataset in changed:
        dataset.ReferencedImageSequence = _unbounded([_reference(dataset)])
        dataset.IconImageSequence = _unbounded([_icon()])
        block = dataset.private_block(_PRIVATE_GROUP, _PRIVATE_CREATOR, create=True)
        block.add_new(0x01, "SQ", _unbounded([_icon()]))
        for tag in ("ReferencedImageSequence", "IconImageSequence", block.get_tag(0x01)):
            dataset[tag].is_undefined_length = True
    return changed


def _unbounded(items: list[Dataset]) -> DicomSequence:
    for item in items:
        item.is_undefined_length_sequence_item = True
    return DicomSequence(items)


def _reference(dataset: Dataset) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = CTImageStorage
    item.ReferencedSOPInstanceUID = derive_uid(dataset.SOPInstanceUID, "reference")
    return item


def _icon() -> Dataset:
    item = Dataset()
    item.SamplesPerPixel, item.PhotometricInterpretation = 1, "MONOCHROME2"
    item.Rows, item.Columns = 2, 2
    item.BitsAllocated, item.BitsStored, item.HighBit, item.PixelRepresentation = 8, 8, 7, 0
    item.add_new("PixelData", "OB", b"\1\2\3\4")
    return item
