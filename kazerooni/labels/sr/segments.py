"""Segments: which segment of which SEG is a lobe, and how it is tracked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydicom.dataset import Dataset

from kazerooni.labels.meaning import Concept, part_of
from kazerooni.labels.uids import derived_uid
from kazerooni.model import Lobe
from kazerooni.model.codes import Code


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a SEG: what references it, and what tracks it."""

    sop_class: str
    sop_uid: str
    number: int
    tracking_id: str
    tracking_uid: str


def lobe_segments(segmentations: Iterable[Dataset]) -> Mapping[Lobe, Segment]:
    """Give the segment of each lobe that any of some SEG objects (their headers do) holds; the first where several."""
    found: dict[Lobe, Segment] = {}
    for seg in segmentations:
        for item in seg.get("SegmentSequence") or ():
            part = part_of(_concept(item))
            if isinstance(part, Lobe):
                found.setdefault(part, _segment(seg, item))
    return found


def _segment(seg: Dataset, item: Dataset) -> Segment:
    number, label = int(item.SegmentNumber), str(item.get("SegmentLabel") or f"segment {item.SegmentNumber}")
    return Segment(
        str(seg.SOPClassUID),
        str(seg.SOPInstanceUID),
        number,
        str(item.get("TrackingID") or label),
        str(item.get("TrackingUID") or derived_uid("segment", str(seg.SOPInstanceUID), str(number))),
    )


def _concept(item: Dataset) -> Concept:
    kinds = item.get("SegmentedPropertyTypeCodeSequence") or ()
    if not kinds:
        return Concept(Code("", "", ""))
    kind = kinds[0]
    modifiers = kind.get("SegmentedPropertyTypeModifierCodeSequence") or ()
    return Concept(_code(kind), tuple(_code(modifier) for modifier in modifiers))


def _code(item: Dataset) -> Code:
    return Code(
        str(item.get("CodingSchemeDesignator", "")), str(item.get("CodeValue", "")), str(item.get("CodeMeaning", ""))
    )
