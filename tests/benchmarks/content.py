"""Content: what makes the phantom as hard to compress, and its headers as long, as those of a scanner.

Slices get soft edges, noise of the grain of a lung kernel and a round field of view. They then compress as real chests
of 1 to 2.5 mm do: RLE 2.2, JPEG-LS 3.1, JPEG SV1 2.6, JPEG 2000 3.0 (real ones: 1.7 to 2.2, 2.7 to 3.3, 2.3 to 2.7,
2.6 to 3.1). Headers grow to about 3,000 bytes, 95 elements and 4 sequences, as those of Siemens and Toshiba are.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from scipy.ndimage import gaussian_filter  # type: ignore[import-untyped]

from kazerooni.phantom import SeriesPlan, build_series, derive_uid, spiral_ct

_EDGE_PIXELS = 0.8
_GRAIN_PIXELS = 0.7
_NOISE_HU = 30.0
FIELD_OF_VIEW_MM = 358.4

_TEXTS = {
    "StationName": "CT70263",
    "InstitutionName": "Institute of Phantoms",
    "InstitutionalDepartmentName": "Thoracic radiology",
    "ManufacturerModelName": "Sensation 64",
    "SoftwareVersions": "syngo CT 2006A",
    "DeviceSerialNumber": "54321",
    "ProtocolName": "ThoraxRoutine",
    "PatientAge": "063Y",
    "PatientComments": "",
    "AccessionNumber": "A20030514",
    "StudyID": "1",
    "FilterType": "WEDGE_2",
    "ExposureModulationType": "XYZ_EC",
    "PerformedProcedureStepID": "A10012986482",
    "PerformedProcedureStepDescription": "CT thorax without contrast",
    "PerformedProcedureStepStartDate": "20030514",
    "PerformedProcedureStepStartTime": "102959.375000",
    "WindowCenterWidthExplanation": ["WINDOW1", "WINDOW2"],
    "BurnedInAnnotation": "NO",
    "LossyImageCompression": "00",
    "DateOfLastCalibration": "20030514",
    "TimeOfLastCalibration": "065701.000000",
    "ReasonForStudy": "interstitial lung disease",
    "RequestedProcedureDescription": "CT thorax HR",
}
_NUMBERS = {
    "DataCollectionDiameter": 500,
    "DistanceSourceToDetector": 1040,
    "DistanceSourceToPatient": 570,
    "TableHeight": 138,
    "GeneratorPower": 38,
    "FocalSpots": 1.2,
    "SingleCollimationWidth": 0.6,
    "TotalCollimationWidth": 28.8,
    "EstimatedDoseSaving": 12.5,
    "CTDIvol": 10.1,
    "SmallestImagePixelValue": 0,
    "LargestImagePixelValue": 2500,
}


def slices_of(plan: SeriesPlan) -> Iterator[Dataset]:
    """Yield the datasets of a plan with the content and the headers of a real scan."""
    for number, dataset in enumerate(build_series(plan)):
        stored = np.frombuffer(dataset.PixelData, np.uint16).reshape(dataset.Rows, dataset.Columns)
        dataset.PixelData = noisy(stored, number).tobytes()
        _dress(dataset, number)
        yield dataset


def plan_of(slices: int, side: int, gap_mm: float, thickness_mm: float, number: int = 0) -> SeriesPlan:
    """Plan a chest of side x side pixels; `number` makes another patient and series of it."""
    spacing = FIELD_OF_VIEW_MM / side
    return spiral_ct(
        slices=slices,
        rows=side,
        columns=side,
        pixel_spacing_mm=(spacing, spacing),
        gap_mm=gap_mm,
        slice_thickness_mm=thickness_mm,
        patient_id=f"BENCH-{number}",
    )


def noisy(stored: NDArray[np.uint16], seed: int) -> NDArray[np.uint16]:
    """Give stored values, HU + 1024, soft edges, grainy noise and a round field of view, 0 outside it."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal(stored.shape, np.float32), _GRAIN_PIXELS)
    soft = gaussian_filter(stored.astype(np.float32), _EDGE_PIXELS)
    grainy: NDArray[np.uint16] = np.rint(soft + noise * (_NOISE_HU / noise.std())).clip(0, 4095).astype(np.uint16)
    rows, columns = (np.linspace(-1, 1, size) for size in stored.shape)
    grainy[rows[:, np.newaxis] ** 2 + columns**2 > 1] = 0
    return grainy


def _dress(dataset: Dataset, number: int) -> None:
    """Add what a scanner writes besides: usual elements, sequences of references and codes, a private block."""
    for keyword, value in (_TEXTS | _NUMBERS).items():
        setattr(dataset, keyword, value)
    dataset.ReferencedStudySequence = Sequence([_reference("study")])
    dataset.ReferencedImageSequence = Sequence([_reference("topogram"), _reference(f"protocol {number % 3}")])
    dataset.ProcedureCodeSequence = Sequence([_code("CTTHOR"), _code("CTHR")])
    dataset.RequestAttributesSequence = Sequence([_code("REQUEST")])
    for keyword in ("ReferencedImageSequence", "RequestAttributesSequence"):  # scanners write both kinds of length
        dataset[keyword].is_undefined_length = True
    private = dataset.private_block(0x0029, "SIEMENS MEDCOM HEADER", create=True)
    private.add_new(0x08, "CS", "MEDCOM HISTORY")
    private.add_new(0x10, "OB", bytes(range(256)) * 3)
    private.add_new(0x20, "LO", f"slice {number}")


def _reference(name: str) -> Dataset:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    item.ReferencedSOPInstanceUID = derive_uid("bench", name)
    return item


def _code(value: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, "99PHANTOM", f"meaning of {value}"
    return item
