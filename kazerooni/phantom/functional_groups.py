"""Functional groups: what multi-frame CT says once for all frames, or for each (DICOM PS3.3, C.7.6.16 and C.8.15.3)."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence as DicomSequence

from kazerooni.phantom.series import decimal

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHEST = ("51185008", "SCT", "Chest")
# What a legacy-converted object keeps of its slices besides the groups that have a place of their own.
_UNASSIGNED = (
    "KVP", "ExposureTime", "XRayTubeCurrent", "Exposure", "ConvolutionKernel", "ScanOptions", "GantryDetectorTilt",
    "SpiralPitchFactor", "TableFeedPerRotation", "AcquisitionType",
)  # fmt: skip


def shared_groups(datasets: Sequence[Dataset]) -> Dataset:
    """Give the groups that all frames of an enhanced CT object share."""
    first = datasets[0]
    shared = _common_groups(datasets)
    spiral = "SpiralPitchFactor" in first or "HELI" in str(first.get("ScanOptions", ""))
    shared.CTAcquisitionTypeSequence = _item(
        AcquisitionType="SPIRAL" if spiral else "SEQUENCED", ConstantVolumeFlag="NO", FluoroscopyFlag="NO"
    )
    shared.CTAcquisitionDetailsSequence = _item(
        RotationDirection="CW", RevolutionTime=0.5, SingleCollimationWidth=0.75, TotalCollimationWidth=12.0,
        TableHeight=150.0, GantryDetectorTilt=first.GantryDetectorTilt, DataCollectionDiameter=500.0,
    )  # fmt: skip
    travel = {"TableSpeed": 30.6, "TableFeedPerRotation": 15.3, "SpiralPitchFactor": 0.8}
    shared.CTTableDynamicsSequence = _item(**travel) if spiral else _item(TableSpeed=10.0)
    shared.CTGeometrySequence = _item(DistanceSourceToDetector=1040.0, DistanceSourceToDataCollectionCenter=570.0)
    shared.CTReconstructionSequence = _item(
        ReconstructionAlgorithm="FILTER_BACK_PROJ", ConvolutionKernel=first.ConvolutionKernel,
        ConvolutionKernelGroup="LUNG", ReconstructionDiameter=first.ReconstructionDiameter,
        ReconstructionPixelSpacing=[float(s) for s in first.PixelSpacing], ReconstructionAngle=360.0,
        ImageFilter="NONE",
    )  # fmt: skip
    shared.CTExposureSequence = _item(
        ExposureTimeInms=1000.0, XRayTubeCurrentInmA=150.0, ExposureInmAs=150.0, ExposureModulationType="NONE"
    )
    shared.CTXRayDetailsSequence = _item(
        KVP=first.KVP, FocalSpots=[0.7], FilterType="FLAT", FilterMaterial="ALUMINUM",
        CalciumScoringMassFactorPatient=1.0,
    )  # fmt: skip
    shared.CTPositionSequence = _item(
        TablePosition=0.0, ReconstructionTargetCenterPatient=[0.0] * 3, DataCollectionCenterPatient=[0.0] * 3
    )
    shared.IrradiationEventIdentificationSequence = _item(IrradiationEventUID=first.SeriesInstanceUID)
    return shared


def legacy_shared_groups(datasets: Sequence[Dataset]) -> Dataset:
    """Give the groups that all frames of a legacy-converted object share."""
    first = datasets[0]
    shared = _common_groups(datasets)
    unassigned = {keyword: first[keyword].value for keyword in _UNASSIGNED if keyword in first}
    shared.UnassignedSharedConvertedAttributesSequence = _item(**unassigned)
    return shared


def frame_groups(dataset: Dataset, place: int, datasets: Sequence[Dataset]) -> Dataset:
    """Give the groups of one frame; `place` counts from 1."""
    frame = Dataset()
    acquired = dataset.AcquisitionDate + dataset.AcquisitionTime
    frame.FrameContentSequence = _item(
        FrameAcquisitionNumber=dataset.AcquisitionNumber, StackID="1", InStackPositionNumber=place,
        DimensionIndexValues=[1, place], FrameReferenceDateTime=acquired, FrameAcquisitionDateTime=acquired,
        FrameAcquisitionDuration=500.0,
    )  # fmt: skip
    frame.PlanePositionSequence = _item(ImagePositionPatient=dataset.ImagePositionPatient)
    if not _agree(datasets, "RescaleSlope", "RescaleIntercept"):
        frame.PixelValueTransformationSequence = rescale_group(dataset.RescaleSlope, dataset.RescaleIntercept)
    return frame


def legacy_frame_groups(dataset: Dataset, place: int, datasets: Sequence[Dataset]) -> Dataset:
    """Give the groups of one frame of a legacy-converted object, with the slice it was made from."""
    frame = frame_groups(dataset, place, datasets)
    frame.UnassignedPerFrameConvertedAttributesSequence = _item(
        InstanceNumber=dataset.InstanceNumber, SliceLocation=dataset.SliceLocation
    )
    frame.ConversionSourceAttributesSequence = _item(
        ReferencedSOPClassUID=dataset.SOPClassUID, ReferencedSOPInstanceUID=dataset.SOPInstanceUID
    )
    return frame


def rescale_group(slope: float, intercept: float) -> DicomSequence:
    """Give a Pixel Value Transformation group in HU."""
    return _item(RescaleSlope=decimal(slope), RescaleIntercept=decimal(intercept), RescaleType="HU")


def _common_groups(datasets: Sequence[Dataset]) -> Dataset:
    """Give the groups that enhanced and legacy-converted objects share."""
    first = datasets[0]
    shared = Dataset()
    shared.PixelMeasuresSequence = _item(PixelSpacing=first.PixelSpacing, SliceThickness=first.SliceThickness)
    shared.PlaneOrientationSequence = _item(ImageOrientationPatient=first.ImageOrientationPatient)
    shared.FrameAnatomySequence = _item(FrameLaterality="U", AnatomicRegionSequence=_code(*_CHEST))
    shared.FrameVOILUTSequence = _item(WindowCenter=first.WindowCenter, WindowWidth=first.WindowWidth)
    shared.CTImageFrameTypeSequence = _item(
        FrameType=[*first.ImageType[:2], "VOLUME", "NONE"], PixelPresentation="MONOCHROME",
        VolumetricProperties="VOLUME", VolumeBasedCalculationTechnique="NONE",
    )  # fmt: skip
    if _agree(datasets, "RescaleSlope", "RescaleIntercept"):
        shared.PixelValueTransformationSequence = rescale_group(first.RescaleSlope, first.RescaleIntercept)
    return shared


def _agree(datasets: Sequence[Dataset], *keywords: str) -> bool:
    return all(dataset[k].value == datasets[0][k].value for dataset in datasets for k in keywords)


def _code(value: str, scheme: str, meaning: str) -> DicomSequence:
    return _item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def _item(**values: object) -> DicomSequence:
    """Give a sequence of one item with these attributes."""
    item = Dataset()
    for keyword, value in values.items():
        setattr(item, keyword, copy.deepcopy(value))
    return DicomSequence([item])
