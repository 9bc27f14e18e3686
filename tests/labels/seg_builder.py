"""Builder of DICOM SEGs with highdicom alone, and of the small scans they are drawn on: nothing of ours writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from highdicom.seg import Segmentation, SegmentDescription
from highdicom.sr import CodedConcept
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from kazerooni import phantom
from kazerooni.dicom import Series, find_series

RIGHT, LEFT = ("24028007", "SCT"), ("7771000", "SCT")
UPPER, MIDDLE, LOWER = ("45653009", "SCT"), ("72481006", "SCT"), ("90572001", "SCT")
GROUND_GLASS, CONSOLIDATION = ("112120", "DCM"), ("95436008", "SCT")
SEPTAL, RETICULAR, HONEYCOMB = ("112114", "DCM"), ("112113", "DCM"), ("112106", "DCM")
LIVER = ("10200004", "SCT")


@dataclass(frozen=True)
class Coded:
    """A segment to write: its code and, where it has one, its laterality; given to the type or to the region."""

    kind: tuple[str, str]
    side: tuple[str, str] | None = None
    label: str = "segment"
    side_of_region: bool = False


@cache
def datasets_of(plan: phantom.SeriesPlan) -> list[Dataset]:
    """Give the datasets of a plan, made once."""
    return phantom.build_series(plan)


def series_of(datasets: Sequence[Dataset], folder: Path) -> Series:
    """Write datasets and find the one series that they make."""
    phantom.write_series(datasets, folder)
    (series,) = find_series(folder)
    return series


def make_seg(
    sources: Sequence[Dataset], masks: Sequence[NDArray[np.bool_]], segments: Sequence[Coded], **changed: Any
) -> Dataset:
    """Draw masks, bool (slice, row, column) in the order of the sources, one a segment."""
    keywords: dict[str, Any] = {
        "source_images": list(sources),
        "pixel_array": np.stack(masks, axis=-1).astype(np.uint8),
        "segmentation_type": "BINARY",
        "segment_descriptions": [_describe(number, segment) for number, segment in enumerate(segments, 1)],
        "series_instance_uid": "1.2.3.4",
        "series_number": 1,
        "sop_instance_uid": "1.2.3.4.5",
        "instance_number": 1,
        "manufacturer": "m",
        "manufacturer_model_name": "m",
        "software_versions": "1",
        "device_serial_number": "1",
        **changed,
    }
    return Segmentation(**keywords)


def save(seg: Dataset, path: Path, **how: Any) -> Path:
    """Write a SEG."""
    pydicom.dcmwrite(path, seg, enforce_file_format=True, **how)
    return path


def _describe(number: int, segment: Coded) -> SegmentDescription:
    description = SegmentDescription(
        number,
        segment.label,
        CodedConcept("49755003", "SCT", "category"),
        CodedConcept(*segment.kind, "kind"),
        "MANUAL",
        anatomic_regions=[CodedConcept("39607008", "SCT", "Lung")],
    )
    if segment.side is not None:
        side = CodedConcept(*segment.side, "side")
        if segment.side_of_region:
            description.AnatomicRegionSequence[0].AnatomicRegionModifierSequence = [side]
        else:
            description.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [side]
    return description
