"""Intruders: instances within a series that are no slice of its scan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from pydicom.uid import SecondaryCaptureImageStorage, XRayRadiationDoseSRStorage

from kazerooni.phantom.grid import CORONAL
from kazerooni.phantom.pixels import even, stored_of, with_stored
from kazerooni.phantom.series import decimal
from kazerooni.phantom.traps._copies import copied, newborn, numbered_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from pydicom.dataset import Dataset

Derivation = Literal["MIP", "MINIP", "MPR", "AVERAGE"]
Capture = Literal["grey", "colour", "dose report"]

_SCREEN_ROWS, _SCREEN_COLUMNS = 48, 80
# What only a reconstructed slice carries.
_SLICE_KEYWORDS = (
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "SliceLocation",
    "FrameOfReferenceUID", "PositionReferenceIndicator", "PatientPosition", "RescaleSlope", "RescaleIntercept",
    "RescaleType", "KVP", "ConvolutionKernel", "GantryDetectorTilt", "ScanOptions", "ReconstructionDiameter",
    "ExposureTime", "XRayTubeCurrent", "Exposure", "FilterType", "RotationDirection", "WindowCenter", "WindowWidth",
    "SpiralPitchFactor", "TableFeedPerRotation", "TableSpeed", "AcquisitionType",
)  # fmt: skip
_PIXEL_KEYWORDS = (
    "SamplesPerPixel", "PhotometricInterpretation", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "PixelData",
)  # fmt: skip


def add_localizer(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Add the scout view, a coronal projection (dicom.md: localizer in the series)."""
    middle = datasets[len(datasets) // 2]
    scout = newborn(middle, "localizer")
    scout.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    scout.AcquisitionType = "CONSTANT_ANGLE"
    scout.ScanOptions, scout.RescaleType = "SCOUT MODE", "US"
    scout.ImageOrientationPatient = list(CORONAL)
    top = max(float(dataset.ImagePositionPatient[2]) for dataset in datasets)
    scout.ImagePositionPatient = [middle.ImagePositionPatient[0], "0", decimal(top)]
    return numbered_on(datasets, [scout])


def derive(datasets: Sequence[Dataset], kind: Derivation) -> list[Dataset]:
    """Turn a series into an axial reformat or projection of itself (dicom.md: MIP, MinIP, averages; axial MPR).

    Every slice becomes the maximum, minimum or mean of itself and its neighbours; an MPR keeps its pixels.
    """
    stored = np.stack([stored_of(dataset) for dataset in datasets])
    changed = []
    for index, dataset in enumerate(datasets):
        slab = stored[max(index - 1, 0) : index + 2]
        derived = newborn(with_stored(dataset, _project(slab, stored[index], kind)), "derived", kind)
        derived.ImageType = ["DERIVED", "SECONDARY", "AXIAL", kind]
        derived.DerivationDescription = "Reformation" if kind == "MPR" else f"{kind} of three slices"
        changed.append(derived)
    return changed


def add_derived(datasets: Sequence[Dataset], kind: Derivation, slices: Iterable[int] = (0,)) -> list[Dataset]:
    """Add reformats or projections of some slices, at their places (dicom.md: MIP in the series)."""
    derived = derive(datasets, kind)
    return numbered_on(datasets, [derived[index] for index in slices])


def add_capture(datasets: Sequence[Dataset], kind: Capture = "grey") -> list[Dataset]:
    """Add a screen capture without a place in the patient (dicom.md: secondary capture, dose report in the series)."""
    capture = _without(datasets[0], _SLICE_KEYWORDS + _PIXEL_KEYWORDS, "capture", kind)
    capture.SOPClassUID = SecondaryCaptureImageStorage
    capture.ConversionType, capture.PatientOrientation = "WSD", ""
    capture.ImageType = ["DERIVED", "SECONDARY", "SCREEN SAVE"] if kind == "dose report" else ["DERIVED", "SECONDARY"]
    if kind == "dose report":
        capture.SeriesDescription = "Dose Report"
    samples = 3 if kind == "colour" else 1
    _add_screen(capture, samples)
    return numbered_on(datasets, [capture])


def add_document(datasets: Sequence[Dataset]) -> list[Dataset]:
    """Add an object without pixels, the dose SR (dicom.md: dose report in the series)."""
    document = _without(datasets[0], _SLICE_KEYWORDS + _PIXEL_KEYWORDS + ("ImageType",), "document")
    document.SOPClassUID = XRayRadiationDoseSRStorage
    document.Modality = "SR"
    document.CompletionFlag, document.VerificationFlag, document.ValueType = "COMPLETE", "UNVERIFIED", "CONTAINER"
    return numbered_on(datasets, [document])


def resize_slice(datasets: Sequence[Dataset], index: int) -> list[Dataset]:
    """Give one slice half the rows and columns over the same field (dicom.md: one odd slice in the series)."""
    changed = copied(datasets)
    changed[index] = with_stored(datasets[index], stored_of(datasets[index])[::2, ::2])
    changed[index].PixelSpacing = [decimal(2 * float(spacing)) for spacing in datasets[index].PixelSpacing]
    return changed


def turn_slice(datasets: Sequence[Dataset], index: int, *, degrees: float = 20.0) -> list[Dataset]:
    """Turn the orientation of one slice about its row direction (dicom.md: one odd slice in the series)."""
    changed = copied(datasets)
    row, column = np.array(datasets[index].ImageOrientationPatient, float).reshape(2, 3)
    angle = np.radians(degrees)
    turned = column * np.cos(angle) + np.cross(row, column) * np.sin(angle)
    changed[index].ImageOrientationPatient = [decimal(float(cosine)) for cosine in (*row, *turned.round(12))]
    return changed


def _project(slab: NDArray[np.integer], middle: NDArray[np.integer], kind: Derivation) -> NDArray[np.integer]:
    if kind == "MPR":
        return middle
    if kind == "AVERAGE":
        mean: NDArray[np.integer] = np.rint(slab.mean(axis=0)).astype(slab.dtype)
        return mean
    extreme: NDArray[np.integer] = slab.max(axis=0) if kind == "MIP" else slab.min(axis=0)
    return extreme


def _without(dataset: Dataset, keywords: tuple[str, ...], *names: object) -> Dataset:
    """Copy a dataset as an instance of its own that lacks some attributes."""
    child = newborn(dataset, *names)
    for keyword in keywords:
        child.pop(keyword, None)
    return child


def _add_screen(capture: Dataset, samples: int) -> None:
    """Draw a grey wedge, the same in every sample."""
    wedge = np.tile(np.arange(_SCREEN_COLUMNS, dtype=np.uint8), (_SCREEN_ROWS, 1))
    capture.Rows, capture.Columns = wedge.shape
    capture.BitsAllocated, capture.BitsStored, capture.HighBit, capture.PixelRepresentation = 8, 8, 7, 0
    capture.SamplesPerPixel = samples
    capture.PhotometricInterpretation = "MONOCHROME2" if samples == 1 else "RGB"
    if samples > 1:
        capture.PlanarConfiguration = 0
    capture.add_new("PixelData", "OB", even(np.repeat(wedge[..., np.newaxis], samples, axis=2).tobytes()))
