"""highdicom: three label maps of a series to three DICOM SEGs, from arrays with a plane for every segment."""

from __future__ import annotations

import tempfile
from pathlib import Path

import highdicom
import numpy as np
import pydicom
from highdicom.seg import Segmentation, SegmentDescription
from highdicom.sr import CodedConcept
from pydicom.dataset import Dataset

from tests.benchmarks.labels import Maps, build
from tests.benchmarks.result import Index
from tests.benchmarks.seg_voxels import voxels_of

_SEGMENTS = {"lobes": 6, "alveolar": 2, "interstitial": 3}

Given = tuple[list[Dataset], Maps]


def load(folder: str) -> Given:
    """Read the headers of the series, and make maps of its shape."""
    headers: list[Dataset] = [pydicom.dcmread(path, stop_before_pixels=True) for path in sorted(Path(folder).iterdir())]
    return headers, build(len(headers), int(headers[0].Rows))


def write(given: Given) -> Index:
    """Write the SEGs; gives the voxels of each segment as their bits have them."""
    headers, maps = given
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{name}.dcm" for name in Maps._fields]
        for file in files:
            labels = getattr(maps, file.stem)
            planes = np.stack([labels == k for k in range(1, _SEGMENTS[file.stem] + 1)], axis=-1).astype(np.uint8)
            segments = [_describe(number) for number in range(1, planes.shape[-1] + 1)]
            _segmentation(headers, planes, segments).save_as(file)
        return voxels_of(files)


def _segmentation(headers: list[Dataset], planes: np.ndarray, segments: list[SegmentDescription]) -> Segmentation:
    return Segmentation(
        source_images=headers,
        pixel_array=planes,
        segmentation_type="BINARY",
        segment_descriptions=segments,
        series_instance_uid=highdicom.UID(),
        series_number=1,
        sop_instance_uid=highdicom.UID(),
        instance_number=1,
        manufacturer="m",
        manufacturer_model_name="m",
        software_versions="1",
        device_serial_number="1",
        omit_empty_frames=False,
    )


def _describe(number: int) -> SegmentDescription:
    return SegmentDescription(
        number,
        f"segment {number}",
        CodedConcept("49755003", "SCT", "Morphologically Abnormal Structure"),
        CodedConcept("112120", "DCM", "Ground glass opacity"),
        "MANUAL",
    )
