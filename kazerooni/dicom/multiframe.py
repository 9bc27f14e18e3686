"""Enhanced and legacy-converted CT: what the functional groups say of every frame."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any, Final

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

from kazerooni.dicom import tags

# Sequence of a functional group -> its attributes -> the attribute of a single-frame CT image that says the same
# (PS3.3 C.8.15.3).
_GROUPS: Final[Mapping[str, Mapping[str, int]]] = {
    "PixelMeasuresSequence": {
        "PixelSpacing": tags.PIXEL_SPACING,
        "SliceThickness": tags.SLICE_THICKNESS,
        "SpacingBetweenSlices": tags.SPACING_BETWEEN_SLICES,
    },
    "PlanePositionSequence": {"ImagePositionPatient": tags.POSITION},
    "PlaneOrientationSequence": {"ImageOrientationPatient": tags.ORIENTATION},
    "PixelValueTransformationSequence": {
        "RescaleIntercept": tags.RESCALE_INTERCEPT,
        "RescaleSlope": tags.RESCALE_SLOPE,
        "RescaleType": tags.RESCALE_TYPE,
    },
    "FrameContentSequence": {
        "FrameAcquisitionNumber": tags.ACQUISITION_NUMBER,
        "FrameAcquisitionDateTime": tags.ACQUISITION_DATETIME,
        "TemporalPositionIndex": tags.TEMPORAL_POSITION,
        "FrameComments": tags.IMAGE_COMMENTS,
    },
    "CTImageFrameTypeSequence": {"FrameType": tags.IMAGE_TYPE},
    "CTAcquisitionTypeSequence": {"AcquisitionType": tags.ACQUISITION_TYPE},
    "CTTableDynamicsSequence": {
        "TableFeedPerRotation": tags.TABLE_FEED_PER_ROTATION,
        "SpiralPitchFactor": tags.SPIRAL_PITCH_FACTOR,
    },
    "CTReconstructionSequence": {"ConvolutionKernel": tags.KERNEL},
    "CTAcquisitionDetailsSequence": {"GantryDetectorTilt": tags.GANTRY_TILT},
    "CTXRayDetailsSequence": {"KVP": tags.KVP},
    "TemporalPositionSequence": {"TemporalPositionTimeOffset": tags.TEMPORAL_POSITION},
}
_CONVERTED: Final = ("UnassignedSharedConvertedAttributesSequence", "UnassignedPerFrameConvertedAttributesSequence")


def frame_attributes(dataset: Dataset) -> tuple[dict[int, bytes], ...]:
    """Give for each frame the attributes that its functional groups say, per-frame before shared.

    As bytes like those of a single-frame image, so that everything after is the same for both; binary doubles are
    written so that they read back to the same double.
    """
    shared = dict[int, bytes]()
    for item in dataset.get("SharedFunctionalGroupsSequence") or ():
        shared |= _attributes(item)
    return tuple(shared | _attributes(item) for item in dataset.PerFrameFunctionalGroupsSequence)


def _attributes(groups: Dataset) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    for sequence, attributes in _GROUPS.items():
        if items := groups.get(sequence):
            found |= {tag: _as_bytes(tag, items[0][word].value) for word, tag in attributes.items() if word in items[0]}
    for sequence in _CONVERTED:
        if items := groups.get(sequence):
            found |= _converted(items[0])
    return found


def _converted(item: Dataset) -> dict[int, bytes]:
    """Give the attributes of a legacy-converted image that keep their own tags."""
    return {
        int(element.tag): _as_bytes(int(element.tag), element.value)
        for element in item
        if int(element.tag) in tags.WANTED and element.VR != "SQ"
    }


def _as_bytes(tag: int, value: Any) -> bytes:
    if tag in tags.DOUBLES and isinstance(value, float):
        return struct.pack("<d", value)
    if tag in tags.WORDS and isinstance(value, int):
        return (value & 0xFFFF).to_bytes(2, "little")
    return _as_text(value)


def _as_text(value: Any) -> bytes:
    if value is None:
        return b""
    if isinstance(value, MultiValue | list | tuple):
        return b"\\".join(_as_text(part) for part in value)
    return (repr(float(value)) if isinstance(value, float) else str(value)).encode("utf-8", "replace")
