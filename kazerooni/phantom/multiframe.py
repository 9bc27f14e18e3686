"""Multiframe: a series as one enhanced or legacy-converted enhanced CT object (DICOM PS3.3, A.38 and A.70)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence
from pydicom.uid import EnhancedCTImageStorage, LegacyConvertedEnhancedCTImageStorage

from kazerooni.phantom.functional_groups import (
    frame_groups,
    legacy_frame_groups,
    legacy_shared_groups,
    rescale_group,
    shared_groups,
)
from kazerooni.phantom.pixels import even
from kazerooni.phantom.uids import derive_uid

if TYPE_CHECKING:
    from collections.abc import Sequence

# Taken over as they are from the first slice.
_KEPT = (
    "SpecificCharacterSet", "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyInstanceUID",
    "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName", "StudyDescription", "Modality",
    "SeriesNumber", "SeriesDescription", "SeriesDate", "SeriesTime", "BodyPartExamined", "PatientPosition",
    "FrameOfReferenceUID", "PositionReferenceIndicator", "Manufacturer", "ManufacturerModelName", "AcquisitionNumber",
    "ContentDate", "ContentTime", "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "BitsAllocated",
    "BitsStored", "HighBit", "PixelRepresentation", "PixelPaddingValue", "PixelPaddingRangeLimit",
)  # fmt: skip
_DIMENSIONS = (("StackID", "FrameContentSequence"), ("InStackPositionNumber", "FrameContentSequence"))


def to_enhanced(datasets: Sequence[Dataset]) -> Dataset:
    """Make one Enhanced CT object of slices of one size (dicom.md: enhanced CT, one series like any other).

    Frames stand in the order of the datasets. Positions stand in every frame, the rescale there where slices differ in
    it; the rest is shared and taken from the first slice.
    """
    return _assemble(datasets, legacy=False)


def to_legacy_converted(datasets: Sequence[Dataset]) -> Dataset:
    """Make one Legacy Converted Enhanced CT object of the slices, as archives do (dicom.md: legacy-converted CT)."""
    return _assemble(datasets, legacy=True)


def shuffle_frames(enhanced: Dataset, *, seed: int = 0) -> Dataset:
    """Put the frames in random order, pixels with their functional groups (dicom.md: file order)."""
    return take_frames(enhanced, list(np.random.default_rng(seed).permutation(int(enhanced.NumberOfFrames))))


def take_frames(enhanced: Dataset, frames: Sequence[int]) -> Dataset:
    """Copy a native multi-frame object with only these frames, in this order; its UID stays."""
    size = enhanced.Rows * enhanced.Columns * enhanced.BitsAllocated // 8
    taken = copy.deepcopy(enhanced)
    taken.NumberOfFrames = len(frames)
    taken.PixelData = even(b"".join(enhanced.PixelData[size * frame : size * (frame + 1)] for frame in frames))
    groups = taken.PerFrameFunctionalGroupsSequence
    taken.PerFrameFunctionalGroupsSequence = DicomSequence([copy.deepcopy(groups[int(frame)]) for frame in frames])
    return taken


def split_concatenation(enhanced: Dataset, frames_per_file: int) -> list[Dataset]:
    """Split an object into the files of a concatenation (dicom.md: multi-frame concatenations)."""
    starts = range(0, int(enhanced.NumberOfFrames), frames_per_file)
    parts = []
    for number, start in enumerate(starts, 1):
        part = take_frames(enhanced, range(start, min(start + frames_per_file, int(enhanced.NumberOfFrames))))
        part.SOPInstanceUID = derive_uid(enhanced.SOPInstanceUID, "part", number)
        part.SOPInstanceUIDOfConcatenationSource = enhanced.SOPInstanceUID
        part.ConcatenationUID = derive_uid(enhanced.SOPInstanceUID, "concatenation")
        part.InConcatenationNumber, part.InConcatenationTotalNumber = number, len(starts)
        part.ConcatenationFrameOffsetNumber = start
        parts.append(part)
    return parts


def contradict_shared(enhanced: Dataset) -> Dataset:
    """Move the rescale into every frame and share a wrong one (dicom.md: per-frame beats shared)."""
    changed = copy.deepcopy(enhanced)
    shared = changed.SharedFunctionalGroupsSequence[0]
    for frame in changed.PerFrameFunctionalGroupsSequence:
        if "PixelValueTransformationSequence" not in frame:
            frame.PixelValueTransformationSequence = copy.deepcopy(shared.PixelValueTransformationSequence)
    shared.PixelValueTransformationSequence = rescale_group(7.0, 77.0)
    return changed


def _assemble(datasets: Sequence[Dataset], *, legacy: bool) -> Dataset:
    first = datasets[0]
    whole = Dataset()
    for keyword in _KEPT:
        if keyword in first:
            whole[keyword] = copy.deepcopy(first[keyword])
    whole.SOPClassUID = LegacyConvertedEnhancedCTImageStorage if legacy else EnhancedCTImageStorage
    whole.SeriesInstanceUID = derive_uid(first.SeriesInstanceUID, whole.SOPClassUID)
    whole.SOPInstanceUID = derive_uid(whole.SeriesInstanceUID, *(d.SOPInstanceUID for d in datasets))
    _describe(whole, first)
    _add_dimensions(whole)
    share, frame = (legacy_shared_groups, legacy_frame_groups) if legacy else (shared_groups, frame_groups)
    whole.SharedFunctionalGroupsSequence = [share(datasets)]
    whole.PerFrameFunctionalGroupsSequence = [frame(d, place, datasets) for place, d in enumerate(datasets, 1)]
    whole.NumberOfFrames = len(datasets)
    size = first.Rows * first.Columns * first.BitsAllocated // 8
    whole.add_new("PixelData", first["PixelData"].VR, even(b"".join(d.PixelData[:size] for d in datasets)))
    whole.file_meta = copy.deepcopy(first.file_meta)
    return whole


def _describe(whole: Dataset, first: Dataset) -> None:
    """Add what is said of the object as a whole, some of which enhanced objects must and classic ones need not say."""
    whole.ImageType = [*first.ImageType[:2], "VOLUME", "NONE"]
    whole.InstanceNumber = 1
    whole.AcquisitionDateTime = first.AcquisitionDate + first.AcquisitionTime
    whole.AcquisitionDuration = 10.0
    whole.PixelPresentation, whole.VolumetricProperties = "MONOCHROME", "VOLUME"
    whole.VolumeBasedCalculationTechnique = "NONE"
    whole.ContentQualification = "PRODUCT"
    whole.BurnedInAnnotation, whole.LossyImageCompression = "NO", "00"
    whole.PresentationLUTShape = "IDENTITY"
    whole.AcquisitionContextSequence = []
    whole.DeviceSerialNumber, whole.SoftwareVersions = "1", "1"
    whole.SynchronizationFrameOfReferenceUID = derive_uid(whole.StudyInstanceUID, "time")
    whole.SynchronizationTrigger, whole.AcquisitionTimeSynchronized = "NO TRIGGER", "N"


def _add_dimensions(whole: Dataset) -> None:
    organization = Dataset()
    organization.DimensionOrganizationUID = derive_uid(whole.SOPInstanceUID, "dimensions")
    whole.DimensionOrganizationSequence = [organization]
    whole.DimensionIndexSequence = []
    for pointer, group in _DIMENSIONS:
        index = Dataset()
        index.DimensionOrganizationUID = organization.DimensionOrganizationUID
        index.DimensionIndexPointer = tag_for_keyword(pointer)
        index.FunctionalGroupPointer = tag_for_keyword(group)
        whole.DimensionIndexSequence.append(index)
